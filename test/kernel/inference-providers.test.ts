/** @jest-environment <rootDir>/test/kernel/support/software-vulkan.cjs */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cosines, maxsim } from "../../core/index.js";
import { PROVIDERS, providersReport, score } from "../../kernel/inference/index.js";
import { openMaxSim } from "../../kernel/inference/maxsim-graph.js";
import { chooseProvider, type Provider, type ProviderState } from "../../kernel/inference/providers.js";
import { loadModel } from "../../kernel/models/index.js";
import { goldenPage, goldenRoot, readGolden } from "./support/golden.js";

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

test("the report names every provider, and what is missing for those that do not work", async () => {
  const report = await providersReport();
  expect(report.map((s) => s.provider)).toEqual(PROVIDERS);
  for (const { works, milliseconds, reason } of report) {
    expect(works).toBe(milliseconds !== null);
    expect(works).toBe(reason === "");
  }
  const state = (provider: Provider) => report.find((s) => s.provider === provider)!;
  expect(state("cpu").works).toBe(true);
  expect(state("webgpu").works || state("webgpu").reason !== "").toBe(true);
  if (softwareVulkan) expect(state("webgpu")).toMatchObject({ works: true, reason: "" });
}, 120_000);

test("the graph agrees with the plain loops for pages of any length", async () => {
  const vectors = (count: number, seed: number) => ({
    kind: "vectors" as const,
    count,
    dim: 5,
    data: Float32Array.from({ length: count * 5 }, (_, i) => Math.sin(i * seed + seed)),
  });
  const graph = await openMaxSim("cpu");
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

describe("WebGPU on software Vulkan", () => {
  const golden = readGolden("colpali");
  const open = () => loadModel(join(goldenRoot, "colpali"), { provider: "webgpu", cacheDir: null });
  const here = softwareVulkan ? test : test.skip;
  // A page takes a minute there, so only CI waits for it.
  const inCi = softwareVulkan && process.env.CI ? test : test.skip;

  here(
    "gives the reference's numbers for a query, and the loops' for similarity",
    async () => {
      const model = await open();
      expect([model.provider, model.info.warnings]).toEqual(["webgpu", []]);
      const { text, embedding_rows_f32 } = golden.queries[2];
      const { vectors } = await model.embedQuery(text);
      const rows = [vectors.data.subarray(0, 128), vectors.data.subarray(-128)];
      for (const [k, row] of rows.entries())
        for (const [d, v] of embedding_rows_f32[k].entries()) expect(Math.abs(v - row[d])).toBeLessThan(1e-4);
      const loops = cosines(vectors, vectors);
      const graph = await model.maxsim.cosines(vectors, vectors);
      expect([...graph].every((v, i) => Math.abs(v - loops[i]) < 1e-4)).toBe(true);
      await model.dispose();
    },
    120_000,
  );

  inCi(
    "gives the reference's numbers for a page and its score",
    async () => {
      const model = await open();
      const image = golden.images[0];
      const page = await goldenPage(image.file);
      const { vectors } = await model.embedPage(page);
      for (const [k, row] of image.embedding_rows.entries())
        for (const [d, v] of image.embedding_rows_f32[k].entries())
          expect(Math.abs(v - vectors.data[row * model.dim + d])).toBeLessThan(1e-4);
      const scores = await score(model, [page], golden.queries[0].text);
      expect(Math.abs(scores[0] - golden.scores[0][0])).toBeLessThan(1e-3);
      await model.dispose();
    },
    600_000,
  );
});
