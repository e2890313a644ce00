/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "../../core/index.js";
import { compareProfiles, embedControlQueries, explainPage, score } from "../../engine/explain/index.js";
import { batchedGraph } from "../../engine/graphs/batched-graph.js";
import type { Graph } from "../../engine/runtime.js";
import { SharedWorks } from "../../engine/shared-work.js";
import { explain } from "../../kernel/api/explain.js";
import { loadModel, openPages } from "../../kernel/api/open.js";
import type { Model } from "../../kernel/hub/load-model.js";
import { type KernelApi, setCurrentKernel } from "../../kernel/jupyter/kernel.js";
import { streamPages } from "../../kernel/pages/index.js";
import { pixelPage } from "./support/pixel-page.js";
import { samplePdf } from "./support/sample-pdf.js";

function page(seed: number): Page {
  const [width, height] = [40, 30];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (seed + 3) * 37) & 255);
  return pixelPage(pixels, width, height, `page${seed}`);
}

const folder = mkdtempSync(join(tmpdir(), "stop-"));
const PDF = samplePdf([{ width: 60, height: 40, texts: [] }]);
let model: Model;
/** What the kernel says of the cell that runs. */
let cell = new AbortController();
const interrupted = new Error("The cell was interrupted.");

beforeAll(async () => {
  model = await loadModel("mini", { cacheDir: folder, provider: "cpu" });
  const kernel = {
    version: 1,
    get signal() {
      return cell.signal;
    },
  };
  setCurrentKernel(kernel as KernelApi);
});
beforeEach(() => {
  cell = new AbortController();
});
afterAll(async () => {
  setCurrentKernel(null);
  await model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const WORK: Record<string, (signal?: AbortSignal) => Promise<unknown>> = {
  loadModel: (signal) => loadModel("mini", { provider: "cpu", signal, onProgress: () => {} }),
  openPages: (signal) => openPages(PDF, { signal, onProgress: () => {} }),
  streamPages: (signal) => streamPages(PDF, { signal }).next(),
  embedPage: (signal) => model.embedPage(page(1), { signal }),
  embedPages: (signal) => model.embedPages([page(1)], { signal }),
  embedQuery: (signal) => model.embedQuery("wind", { signal }),
  embedQueries: (signal) => model.embedQueries(["wind", "sun"], { signal }),
  embedControlQueries: (signal) => embedControlQueries(model, [["wind", "sun"]], { signal }),
  explain: (signal) => explain(model, page(1), "wind", { signal, onProgress: () => {} }),
  explainPage: (signal) => explainPage(model, page(1), "wind", { signal }),
  score: (signal) => score(model, [page(1)], "wind", { signal }),
  compareProfiles: (signal) => compareProfiles(model, page(1), "wind", ["mini", "mini"], { signal }),
};

test.each(Object.keys(WORK))(
  "%s stops with the cell that asked for it, and with a signal of its own",
  async (name) => {
    cell.abort(interrupted);
    await expect(WORK[name]()).rejects.toBe(interrupted);
    await expect(WORK[name](new AbortController().signal)).rejects.toBe(interrupted);
    cell = new AbortController();
    await expect(WORK[name](AbortSignal.abort("enough"))).rejects.toBe("enough");
    // No embeddings; only what the weights were found to be.
    expect(readdirSync(folder)).toEqual(["digests"]);
  },
);

test("a lens's question stops with the cell; a newer question stops the one before it", async () => {
  const pages = [page(2), page(3), page(4), page(5)];
  const lens = await explain(model, pages, "wind", { baseline: false, onProgress: () => {} });
  cell.abort(interrupted);
  await expect(lens.ask("sun")).rejects.toBe(interrupted);
  expect(lens.query).toBe("wind");
  cell = new AbortController();
  const seen: (AbortSignal | undefined)[] = [];
  const asked = jest.spyOn(model, "embedPage").mockImplementation(async (_, options) => {
    seen.push(options?.signal);
    await new Promise((resolve) => setImmediate(resolve));
    options?.signal?.throwIfAborted();
    return Object.getPrototypeOf(model).embedPage.call(model, page(2), options);
  });
  const first = lens.ask("sun");
  await new Promise((resolve) => setImmediate(resolve));
  const second = lens.ask("tide");
  expect(await first).toBe(lens);
  expect(await second).toBe(lens);
  asked.mockRestore();
  expect(lens.query).toBe("tide");
  expect(seen[0]?.aborted).toBe(true);
  expect(seen.at(-1)?.aborted).toBe(false);
  // The first one did not get further than the page that it was at and the one that was prepared meanwhile.
  expect(seen.filter((signal) => signal?.aborted)).toHaveLength(2);
});

describe("work that several wait for", () => {
  const stoppable = (log: string[]) => (stop: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      log.push("started");
      setTimeout(resolve, 30, "done");
      stop.addEventListener("abort", () => {
        log.push("stopped");
        reject(stop.reason);
      });
    });

  test("goes on while one of them waits, and stops when all have left", async () => {
    const works = new SharedWorks<string, string>();
    const log: string[] = [];
    const [a, b] = [new AbortController(), new AbortController()];
    const one = works.get("x", stoppable(log), a.signal);
    const two = works.get("x", stoppable(log), b.signal);
    a.abort("a left");
    await expect(one).rejects.toBe("a left");
    expect(await two).toBe("done");
    expect(log).toEqual(["started"]);
    const [c, d] = [new AbortController(), new AbortController()];
    const left = [works.get("y", stoppable(log), c.signal), works.get("y", stoppable(log), d.signal)];
    c.abort("c left");
    d.abort("d left");
    expect((await Promise.allSettled(left)).map((s) => (s as PromiseRejectedResult).reason)).toEqual([
      "c left",
      "d left",
    ]);
    expect(log).toEqual(["started", "started", "stopped"]);
  });

  test("who comes after it was stopped gets it nevertheless: what cannot be stopped any more, or done again", async () => {
    const works = new SharedWorks<string, string>();
    const log: string[] = [];
    const a = new AbortController();
    const one = works.get("x", stoppable(log), a.signal);
    a.abort("a left");
    await expect(one).rejects.toBe("a left");
    const two = works.get("x", stoppable(log));
    expect(await two).toBe("done");
    expect(log).toEqual(["started", "stopped", "started"]);
    const b = new AbortController();
    let made = 0;
    const native = () =>
      new Promise<string>((resolve) => void setTimeout(() => resolve(`run ${++made}`), 20));
    const three = works.get("y", native, b.signal);
    b.abort("b left");
    await expect(three).rejects.toBe("b left");
    expect(await works.get("y", native)).toBe("run 1");
  });

  test("a failure reaches each of them, and the next one tries again", async () => {
    const works = new SharedWorks<string, number>();
    let tries = 0;
    const failing = async () => {
      if (++tries === 1) throw new Error("no");
      return tries;
    };
    const both = await Promise.allSettled([works.get("x", failing), works.get("x", failing)]);
    expect(both.map((s) => s.status)).toEqual(["rejected", "rejected"]);
    expect(await works.get("x", failing)).toBe(2);
  });
});

describe("runs that wait to go through a graph together", () => {
  const asked: { batch: number; outputs?: string[]; signal?: AbortSignal }[] = [];
  let running: (() => void)[] = [];
  const release = () => {
    for (const end of running) end();
    running = [];
  };
  const graph = {
    inputs: [{ name: "x", type: "float32", shape: ["b", 1] }],
    async run(
      feeds: Record<string, { data: Float32Array; shape: number[] }>,
      outputs?: string[],
      signal?: AbortSignal,
    ) {
      const [batch] = feeds.x.shape;
      asked.push({ batch, outputs, signal });
      await new Promise<void>((resolve) => void running.push(resolve));
      const names = outputs ?? ["first"];
      return Object.fromEntries(names.map((name) => [name, { data: feeds.x.data, shape: [batch, 1] }]));
    },
  } as unknown as Graph;
  const feed = (value: number) => ({
    x: { type: "float32" as const, data: Float32Array.of(value), shape: [1, 1] },
  });
  beforeEach(() => {
    asked.length = 0;
  });
  const turn = () => new Promise((resolve) => setTimeout(resolve, 10));

  test("those that were stopped before are left out", async () => {
    const batched = batchedGraph(graph, 3);
    const stop = new AbortController();
    const runs = [batched.run(feed(1), undefined, stop.signal), batched.run(feed(2))];
    const stopped = expect(runs[0]).rejects.toBe("enough");
    stop.abort("enough");
    await turn();
    release();
    await stopped;
    expect((await runs[1]).first.data).toEqual(Float32Array.of(2));
    expect(asked.map((a) => a.batch)).toEqual([1]);
  });

  test("the run is told to stop when all of them are", async () => {
    const batched = batchedGraph(graph, 2);
    const stops = [new AbortController(), new AbortController()];
    const runs = stops.map(({ signal }, i) => batched.run(feed(i), undefined, signal));
    const all = Promise.allSettled(runs);
    stops[0].abort("one");
    await turn();
    expect(asked[0].signal?.aborted).toBe(false);
    stops[1].abort("two");
    await turn();
    expect(asked[0].signal?.aborted).toBe(true);
    release();
    expect((await all).map((s) => (s as PromiseRejectedResult).reason)).toEqual(["one", "two"]);
  });

  test("those that ask for other outputs go on their own", async () => {
    const batched = batchedGraph(graph, 4);
    const runs = [batched.run(feed(1), ["a"]), batched.run(feed(2), ["b"]), batched.run(feed(3), ["b"])];
    await turn();
    release();
    expect(asked.map((a) => [a.batch, a.outputs])).toEqual([
      [1, ["a"]],
      [2, ["b"]],
    ]);
    expect((await Promise.all(runs)).map((outputs) => Object.keys(outputs))).toEqual([["a"], ["b"], ["b"]]);
  });
});
