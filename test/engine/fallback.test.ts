/**
 * A provider that loads a model and then fails at work. The runtime is real; only what "webgpu" answers is made up here.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import type { Page } from "../../core/index.js";
import { explainPage } from "../../engine/explain/index.js";
import { type LoadedGraphs, startEngine } from "../../engine/graphs/loaded-graphs.js";
import { ModelError, ProviderError } from "../../engine/model-error.js";
import type { Graph, Provider } from "../../engine/runtime.js";
import { loadModel } from "../../kernel/hub/load-model.js";
import { pixelPage } from "../kernel/support/pixel-page.js";

type Answer = (name: string, graph: Graph) => Graph["run"];
/** What the made-up GPU answers; set by each test. */
let gpu: Answer = () => async () => ({});
const loads: Provider[] = [];

jest.mock("../../kernel/runtime/providers.js", () => ({
  chooseProvider: async () => ({ order: ["webgpu", "cpu"], warning: null }),
}));
jest.mock("../../kernel/runtime/node-graph.js", () => {
  const real = jest.requireActual("../../kernel/runtime/node-graph.js");
  return {
    ...real,
    async openGraph(source: string, provider: Provider) {
      loads.push(provider);
      const graph: Graph = await real.openGraph(source, "cpu");
      return provider === "cpu" ? graph : { ...graph, provider, run: gpu(graph.name, graph) };
    },
  };
});

const lost = () => Promise.reject(new ProviderError("device lost"));

function page(width: number, height: number, seed: number): Page {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (seed + 3) * 37) & 255);
  return pixelPage(pixels, width, height, `page${seed}`);
}

async function open(answer: Answer) {
  gpu = answer;
  loads.length = 0;
  const warnings: string[] = [];
  const model = await loadModel("mini", { cacheDir: null, onWarning: (w) => warnings.push(w) });
  expect([model.provider, warnings]).toEqual(["webgpu", []]);
  return { model, warnings };
}

test("a provider that fails on a page: the next one takes over, says so, and answers the same as if asked first", async () => {
  const { model, warnings } = await open((name, graph) => (name === "vision.onnx" ? lost : graph.run));
  const explanation = await explainPage(model, page(64, 64, 1), "wind");
  expect(model.provider).toBe("cpu");
  expect(explanation.provenance.model.provider).toBe("cpu");
  expect(warnings).toEqual([
    "execution provider webgpu failed, going on with cpu: device lost; numbers from now on are those of cpu",
  ]);
  expect(model.info.warnings).toEqual(warnings);

  const { model: cpu } = await open((_, graph) => graph.run);
  const alone = await explainPage(cpu, page(64, 64, 1), "wind");
  expect(explanation.maps.data).toEqual(alone.maps.data);
  for (const m of [model, cpu]) await m.dispose();
}, 60_000);

test("one that gives numbers that are none is a failing one, for a query and for similarity too", async () => {
  const nan: Graph["run"] = async () => ({
    embedding: { data: new Float32Array(128).fill(Number.NaN), shape: [1, 1, 128] },
  });
  const query = await open((name, graph) => (name === "text.onnx" ? () => nan({}) : graph.run));
  const { vectors } = await query.model.embedQuery("wind");
  expect(vectors.data.every(Number.isFinite)).toBe(true);
  expect(query.warnings).toEqual([
    expect.stringMatching(
      /^execution provider webgpu failed, going on with cpu: invalid output of text\.onnx for query "wind": NaN in vector 0/,
    ),
  ]);
  const similarity = await open((name, graph) => (name === "built-in graph" ? lost : graph.run));
  const all = await similarity.model.maxsim.cosines(vectors, vectors);
  expect(all[0]).toBeCloseTo(1, 5);
  expect([similarity.model.provider, similarity.warnings.length]).toEqual(["cpu", 1]);
  for (const { model } of [query, similarity]) await model.dispose();
}, 60_000);

test("many pages that fail together move on once, and all are answered", async () => {
  const { model, warnings } = await open((name, graph) => (name === "vision.onnx" ? lost : graph.run));
  const pages = [1, 2, 3].map((seed) => page(40, 30, seed));
  const done = await model.embedPages(pages);
  expect(done.map((d) => d.vectors.count)).toEqual([4096, 4096, 4096]);
  expect(warnings).toHaveLength(1);
  expect(loads.filter((p) => p === "cpu").length).toBe(3); // page, query, similarity
  await model.dispose();
}, 60_000);

describe("the engine", () => {
  const fake = (provider: Provider): LoadedGraphs =>
    ({
      provider,
      page: { dispose: async () => {} },
      query: { dispose: async () => {} },
      maxsim: { dispose: async () => {} },
      batch: 1,
    }) as unknown as LoadedGraphs;

  test("takes each provider in turn, and ends with the last one's error", async () => {
    const warnings: string[] = [];
    const engine = await startEngine(
      ["cuda", "webgpu", "cpu"],
      async (provider) => {
        if (provider === "cuda") throw new Error("no cuda");
        return fake(provider);
      },
      (w) => warnings.push(w),
    );
    const work = engine.run(async ({ provider }) => {
      throw new ProviderError(`${provider} is broken`);
    });
    await expect(work).rejects.toThrow("cpu is broken");
    expect(warnings).toEqual([
      "no cuda; trying the next execution provider, webgpu",
      "execution provider webgpu failed, going on with cpu: webgpu is broken; numbers from now on are those of cpu",
    ]);
    expect(await engine.run(async ({ provider }) => provider)).toBe("cpu");
  });

  test("wrong work is no provider's fault", async () => {
    const warnings: string[] = [];
    const engine = await startEngine(
      ["webgpu", "cpu"],
      async (p) => fake(p),
      (w) => warnings.push(w),
    );
    await expect(
      engine.run(async () => {
        throw new ModelError("invalid query");
      }),
    ).rejects.toThrow("invalid query");
    expect([engine.graphs.provider, warnings]).toEqual(["webgpu", []]);
  });
});
