/** @jest-environment <rootDir>/test/kernel/support/software-vulkan.cjs */
import { existsSync, readdirSync } from "node:fs";
import { cosines, maxsim } from "../../core/index.js";
import { openMaxSim } from "../../engine/graphs/maxsim-graph.js";
import type { Provider } from "../../engine/runtime.js";
import { loadModel } from "../../kernel/hub/load-model.js";
import { nodeRuntime } from "../../kernel/runtime/node-runtime.js";
import {
  chooseProvider,
  PROVIDERS,
  type ProviderState,
  providersReport,
} from "../../kernel/runtime/providers.js";
import { canLoad } from "../../kernel/runtime/shared-library.js";

/** Set by the environment of this suite where the driver is installed; CI installs it. */
const softwareVulkan = existsSync(process.env.VK_ICD_FILENAMES || "/none");

const machine =
  (speeds: Partial<Record<Provider, number>>) =>
  async (provider: Provider): Promise<ProviderState> => ({
    provider,
    works: speeds[provider] !== undefined,
    milliseconds: speeds[provider] ?? null,
    reason: speeds[provider] === undefined ? `no ${provider} today` : "",
  });

test("auto takes what is fastest by measurement, and ends with the CPU", async () => {
  const order = async (speeds: Partial<Record<Provider, number>>) =>
    (await chooseProvider("auto", machine(speeds))).order;
  expect(await order({ cpu: 20, webgpu: 3, cuda: 1 })).toEqual(["cuda", "webgpu", "cpu"]);
  expect(await order({ cpu: 20, webgpu: 1, cuda: 2 })).toEqual(["webgpu", "cuda", "cpu"]);
  expect(await order({ cpu: 20, webgpu: 6000 })).toEqual(["cpu"]);
  expect(await order({ cpu: 20 })).toEqual(["cpu"]);
});

test("a provider that does not work falls back with a warning that says why", async () => {
  expect(await chooseProvider("cuda", machine({ cpu: 20 }))).toEqual({
    order: ["cpu"],
    warning: "execution provider cuda does not work here, using cpu instead: no cuda today",
  });
  expect(await chooseProvider("webgpu", machine({ cpu: 20, webgpu: 6000 }))).toEqual({
    order: ["webgpu", "cpu"],
    warning: null,
  });
  await expect(chooseProvider("tpu" as Provider)).rejects.toThrow(
    "invalid provider: tpu, expected auto, cuda, webgpu, dml, coreml, cpu",
  );
});

test("a model that is asked for on a missing provider still answers, and says so", async () => {
  const warnings: string[] = [];
  const missing = process.platform === "darwin" ? "dml" : "coreml";
  const model = await loadModel("mini", {
    provider: missing,
    cacheDir: null,
    onWarning: (w) => warnings.push(w),
  });
  expect(model.provider).toBe("cpu");
  expect(warnings).toEqual([
    `execution provider ${missing} does not work here, using cpu instead: not in onnxruntime-node for ${process.platform} ${process.arch}`,
  ]);
  expect(model.info.warnings).toEqual(warnings);
  expect((await model.embedQuery("wind")).vectors.dim).toBe(128);
  await model.dispose();
});

/** A report that starts afresh, since what was found is remembered. */
async function freshReport(): Promise<ProviderState[]> {
  let report: ProviderState[] = [];
  await jest.isolateModulesAsync(async () => {
    report = await (await import("../../kernel/runtime/providers.js")).providersReport();
  });
  return report;
}

/** The report of a machine that names no Vulkan driver. */
async function reportWithoutVulkan(): Promise<ProviderState[]> {
  const names = ["VK_ICD_FILENAMES", "VK_DRIVER_FILES"];
  const before = names.map((name) => process.env[name]);
  for (const name of names) delete process.env[name];
  try {
    return await freshReport();
  } finally {
    names.forEach((name, i) => {
      if (before[i] !== undefined) process.env[name] = before[i];
    });
  }
}

test("the report names every provider, and what is missing for those that do not work", async () => {
  const report = await providersReport();
  expect(report.map((s) => s.provider)).toEqual(PROVIDERS);
  for (const { works, milliseconds, reason } of report) {
    expect(works).toBe(milliseconds !== null);
    expect(works).toBe(reason === "");
  }
  const state = (provider: Provider) => report.find((s) => s.provider === provider)!;
  expect(state("cpu").works).toBe(true);
  if (softwareVulkan) expect(state("webgpu")).toMatchObject({ works: true, reason: "" });
  const without = await reportWithoutVulkan();
  expect(without.map((s) => s.provider)).toEqual(PROVIDERS);
  expect(without.at(-1)).toMatchObject({ provider: "cpu", works: true });
  const webgpu = without.find((s) => s.provider === "webgpu")!;
  const device = readdirSync("/dev").some((name) => ["dri", "nvidia0", "nvidiactl", "dxg"].includes(name));
  if (process.platform === "linux" && !device)
    expect(webgpu).toEqual({
      provider: "webgpu",
      works: false,
      milliseconds: null,
      reason:
        "no GPU device (/dev/dri, /dev/nvidia0): is a driver installed, and is the device passed into the container?",
    });
}, 120_000);

(process.platform === "linux" ? test : test.skip)(
  "without the Vulkan loader WebGPU is left out, and the report says what to install",
  async () => {
    const dlopen = jest.spyOn(process, "dlopen").mockImplementation((_module, file) => {
      throw new Error(`${file}: cannot open shared object file: No such file or directory`);
    });
    const driver = process.env.VK_ICD_FILENAMES;
    process.env.VK_ICD_FILENAMES = "/a/driver.json";
    try {
      expect(await freshReport()).toContainEqual({
        provider: "webgpu",
        works: false,
        milliseconds: null,
        reason:
          'the Vulkan loader (libvulkan.so.1) is missing: install it, on Debian and Ubuntu with "apt install libvulkan1 mesa-vulkan-drivers"',
      });
    } finally {
      dlopen.mockRestore();
      process.env.VK_ICD_FILENAMES = driver;
    }
  },
  120_000,
);

test("a library is known to be there, or not, by the system's loader", () => {
  expect(canLoad("libnone.so.9")).toBe(false);
  if (process.platform === "linux") expect(canLoad("libc.so.6")).toBe(true);
});

test("the graph agrees with the plain loops for pages of any length", async () => {
  const vectors = (count: number, seed: number) => ({
    kind: "vectors" as const,
    count,
    dim: 5,
    data: Float32Array.from({ length: count * 5 }, (_, i) => Math.sin(i * seed + seed)),
  });
  const graph = await openMaxSim(nodeRuntime, "cpu");
  const [query, page, other] = [vectors(3, 1.7), vectors(6, 0.9), vectors(4, 2.3)];
  const loops = cosines(query, page);
  expect([...(await graph.cosines(query, page))].map((v, i) => Math.abs(v - loops[i]) < 1e-6)).not.toContain(
    false,
  );
  const grid = { kind: "grid" as const, rows: 2, columns: 3, index: Int32Array.of(0, 1, 2, 3, 4, 5) };
  expect(await graph.score(query, page)).toBeCloseTo(maxsim(loops, 6, grid).score, 5);
  expect(await graph.score(query, other)).toBeCloseTo(
    maxsim(cosines(query, other), 4, { ...grid, rows: 1 }).score,
    5,
  );
  await graph.dispose();
});
