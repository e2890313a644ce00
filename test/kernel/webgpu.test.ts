/**
 * WebGPU on Chromium's software Vulkan driver, wherever that driver is installed: a GPU's code path without a GPU.
 * @jest-environment <rootDir>/test/kernel/support/software-vulkan.cjs
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cosines } from "../../core/index.js";
import { explainPage, type Model, score } from "../../engine/explain/index.js";
import { startEngine } from "../../engine/graphs/loaded-graphs.js";
import { openMaxSim } from "../../engine/graphs/maxsim-graph.js";
import { buildOnnx } from "../../engine/graphs/onnx-build.js";
import { loadModel } from "../../kernel/hub/load-model.js";
import { packageRoot } from "../../kernel/package.js";
import { openPages } from "../../kernel/pages/index.js";
import { checkFusedAttention } from "../../kernel/runtime/fused-attention.js";
import { openGraph } from "../../kernel/runtime/node-graph.js";
import { nodeRuntime } from "../../kernel/runtime/node-runtime.js";
import { goldenPage, goldenRoot, readGolden } from "./support/golden.js";
import { goldenFolder } from "./support/weightless.js";

const driver = existsSync(process.env.VK_ICD_FILENAMES || "/none");
const here = driver ? test : test.skip;
// A page takes a minute or more there: `npm test` and CI wait for it, a plain run of jest does not.
const slow = driver && (process.env.CI || process.env.COLPALI_LENS_SLOW_TESTS) ? test : test.skip;

// Where tests must not be left out in silence, the driver has to be there.
test("the software driver is installed in CI", () => {
  if (process.env.CI && process.platform === "linux") expect(driver).toBe(true);
});

const golden = readGolden("colpali");
const open = (ref: string, provider: "cpu" | "webgpu") => loadModel(ref, { provider, cacheDir: null });

here(
  "a query of the reference's: its vectors, and similarity as in the loops",
  async () => {
    const model = await open(join(goldenRoot, "colpali"), "webgpu");
    expect([model.provider, model.info.warnings]).toEqual(["webgpu", []]);
    const { text, embedding_values } = golden.queries[2];
    const { vectors } = await model.embedQuery(text);
    const rows = [vectors.data.subarray(0, 128), vectors.data.subarray(-128)];
    for (const [k, row] of rows.entries())
      for (const [d, v] of embedding_values[k].entries()) expect(Math.abs(v - row[d])).toBeLessThan(1e-5);
    const loops = cosines(vectors, vectors);
    const graph = await model.maxsim.cosines(vectors, vectors);
    expect([...graph].every((v, i) => Math.abs(v - loops[i]) < 1e-5)).toBe(true);
    await model.dispose();
  },
  120_000,
);

describe("attention in one operator", () => {
  const root = mkdtempSync(join(tmpdir(), "colpali-lens-webgpu-"));
  afterAll(() => rmSync(root, { recursive: true }));

  test("the check of a provider passes where it is right", async () => {
    await expect(checkFusedAttention("cpu")).resolves.toBeUndefined();
  });

  here.each(["colpali", "colqwen2", "colidefics3"])(
    "%s: wherever it runs in the end, a page's vectors are those of attention written out",
    async (family) => {
      const page = await goldenPage(readGolden(family).images[0].file);
      const vectors = async (model: Model) => {
        const { data } = (await model.embedPage(page)).vectors;
        await model.dispose();
        return data;
      };
      const expected = await vectors(await open(join(goldenRoot, family), "cpu"));
      const model = await open(goldenFolder(family, "fused-attention", root), "webgpu");
      const { provider, info } = model;
      const wrong = await checkFusedAttention("webgpu").then(
        () => null,
        (error: Error) => error.message,
      );
      // A driver that computes it wrongly must be found out, and said.
      expect(provider).toBe(wrong === null ? "webgpu" : "cpu");
      if (wrong !== null) {
        expect(wrong).toMatch(
          /^attention in one operator \(MultiHeadAttention\) gives wrong numbers on this webgpu/,
        );
        expect(info.warnings.join()).toContain(wrong);
      }
      const found = await vectors(model);
      expect(found.length).toBe(expected.length);
      expect(found.every((v, i) => Math.abs(v - expected[i]) < 1e-4)).toBe(true);
    },
    900_000,
  );
});

slow(
  "a page of the reference's and its score",
  async () => {
    const model = await open(join(goldenRoot, "colpali"), "webgpu");
    const image = golden.images[0];
    const page = await goldenPage(image.file);
    const { vectors } = await model.embedPage(page);
    for (const [k, row] of image.embedding_rows.entries())
      for (const [d, v] of image.embedding_values[k].entries())
        expect(Math.abs(v - vectors.data[row * model.dim + d])).toBeLessThan(1e-5);
    const scores = await score(model, [page], golden.queries[0].text);
    expect(Math.abs(scores[0] - golden.scores[0][0])).toBeLessThan(2e-4);
    await model.dispose();
  },
  600_000,
);

slow(
  "a whole page of mini: the maps of the CPU",
  async () => {
    const [page] = await openPages(join(packageRoot, "examples/energy-report.pdf"), { pages: "1", dpi: 100 });
    const explain = async (provider: "cpu" | "webgpu") => {
      const model = await open("mini", provider);
      const explanation = await explainPage(model, page, "battery beside the harbour");
      await model.dispose();
      expect(explanation.provenance.model.provider).toBe(provider);
      return explanation;
    };
    const [cpu, gpu] = [await explain("cpu"), await explain("webgpu")];
    let worst = 0;
    for (const [i, v] of cpu.maps.data.entries()) worst = Math.max(worst, Math.abs(v - gpu.maps.data[i]));
    expect(worst).toBeLessThan(1e-5);
    expect(worst).toBeGreaterThan(0); // Equal to the last bit would mean that the same provider ran twice.
    expect(Math.abs(cpu.maxsim.score - gpu.maxsim.score)).toBeLessThan(1e-5);
  },
  1_500_000,
);

// Last: a device that ran out of memory is not used again.
here(
  "a graph that the device has no memory for runs on the CPU, with a warning that says why",
  async () => {
    const [x, n] = [
      { name: "x", type: "float32" as const, shape: [1, 1] },
      { name: "n", type: "int64" as const, shape: [2] },
    ];
    // 1.1 GB between two nodes.
    const bytes = buildOnnx({
      nodes: [
        { op: "Expand", inputs: ["x", "n"], outputs: ["large"] },
        { op: "ReduceMax", inputs: ["large", "axes"], outputs: ["y"], attributes: { keepdims: 0 } },
      ],
      constants: { axes: [0, 1] },
      inputs: [x, n],
      outputs: [{ name: "y", type: "float32", shape: [] }],
    });
    const feeds = {
      x: { type: "float32" as const, data: Float32Array.of(3), shape: [1, 1] },
      n: { type: "int64" as const, data: BigInt64Array.of(270_000n, 1024n), shape: [2] },
    };
    const warnings: string[] = [];
    const engine = await startEngine(
      ["webgpu", "cpu"],
      async (provider) => {
        const graph = await openGraph(bytes, provider);
        return {
          provider,
          page: graph,
          query: graph,
          maxsim: await openMaxSim(nodeRuntime, provider),
          batch: 1,
        };
      },
      (w) => warnings.push(w),
    );
    const { y } = await engine.run(({ page }) => page.run(feeds));
    expect(y.data[0]).toBe(3);
    expect(engine.graphs.provider).toBe("cpu");
    expect(warnings).toEqual([
      expect.stringMatching(
        /^execution provider webgpu failed, going on with cpu: built-in graph failed on x \[1, 1\], n \[2\] \(webgpu\): /,
      ),
    ]);
    await engine.dispose();
  },
  120_000,
);
