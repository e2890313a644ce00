/**
 * Large graphs run in a process of their own: what an interrupt stops is stopped within the run, and a death for lack of memory
 * is an error of the cell. On the built package, with a graph of 330 MB.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../kernel/package.js";
import { largeAttending, largeModel } from "./support/large-model.js";

const root = mkdtempSync(join(tmpdir(), "large-"));
const folder = join(root, "model");
const attending = join(root, "attending");
const lib = join(packageRoot, "lib");

beforeAll(() => {
  if (!existsSync(join(lib, "kernel", "runtime", "graph-process.js")))
    throw new Error("the package is not built: npm run build:lib");
  largeModel(folder);
  largeAttending(attending);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs code in a process of its own; `load`, `page`, `cpu` (seconds of it and its children), `working` and `settled` are at hand. */
async function play(code: string, before = "", of = folder): Promise<Record<string, unknown>> {
  const script = `
    import { execSync } from "node:child_process";
    import { readFileSync } from "node:fs";
    const { loadModel } = await import(${JSON.stringify(`file://${lib}/kernel/hub/load-model.js`)});
    const load = (more = {}) => loadModel(${JSON.stringify(of)}, { provider: "cpu", cacheDir: ${JSON.stringify(root)}, ...more });
    const pixels = new Uint8Array(30 * 20 * 3).map((_, i) => i * 7);
    const page = {
      kind: "page", width: 30, height: 20, sha256: String(process.pid), source: { file: "p.png", number: 1, of: 1 },
      warnings: [], pixels: async () => pixels, digest: async () => String(process.pid),
    };
    const children = () => readFileSync(\`/proc/self/task/\${process.pid}/children\`, "utf8").trim().split(" ").filter(Boolean).map(Number);
    const ticks = (pid) => {
      try {
        const fields = readFileSync(\`/proc/\${pid}/stat\`, "utf8").replace(/^.*\\) /, "").split(" ");
        return Number(fields[11]) + Number(fields[12]);
      } catch { return 0; }
    };
    const perSecond = Number(execSync("getconf CLK_TCK"));
    const cpu = () => [process.pid, ...children()].reduce((sum, pid) => sum + ticks(pid), 0) / perSecond;
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    // Two seconds from now on: loading may have taken as many.
    const working = async (from = cpu()) => { while (cpu() - from < 2) await pause(50); };
    const settled = (work) => work.then((value) => ({ value }), (error) => ({ error: error?.message ?? error }));
    const result = await (async () => { ${code} })();
    console.log(JSON.stringify(result));
    process.exit(0);
  `;
  const run = ["node", "--input-type=module", "-e", script].map(
    (word) => `'${word.replaceAll("'", "'\\''")}'`,
  );
  const { stdout } = await promisify(execFile)("bash", ["-c", `${before} exec ${run.join(" ")}`]);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

test("a page is stopped within its run, the processor is idle, and the next page is embedded", async () => {
  const result = await play(`
    const model = await load();
    const before = children();
    const stop = new AbortController();
    const work = settled(model.embedPage(page, { signal: stop.signal }));
    await working();
    stop.abort("enough");
    const { error } = await work;
    const then = cpu();
    await pause(2000);
    const used = cpu() - then;
    const left = () => children().filter((pid) => before.includes(pid)).length;
    // Killed is killed, but on a busy machine a process needs its turn to end.
    for (let i = 0; i < 100 && left() > 0; i++) await pause(100);
    const ended = left() === 0;
    const { vectors } = await model.embedPage(page);
    return { error, used, before: before.length, ended, count: vectors.count, length: Math.hypot(...vectors.data.subarray(0, 128)) };
  `);
  expect(result).toMatchObject({ error: "enough", before: 1, ended: true, count: 4096 });
  expect(result.length).toBeCloseTo(1, 4);
  expect(result.used).toBeLessThanOrEqual(0.5);
}, 300_000);

test("loading is stopped, too: nothing goes on", async () => {
  const result = await play(`
    const stop = new AbortController();
    const work = settled(load({ signal: stop.signal, onProgress: ({ step }) => {
      if (step.startsWith("loading")) setTimeout(() => stop.abort("enough"), 150);
    } }));
    const { error } = await work;
    const then = cpu();
    await pause(2000);
    return { error, used: cpu() - then, left: children().length };
  `);
  expect(result).toMatchObject({ error: "enough", left: 0 });
  expect(result.used).toBeLessThanOrEqual(0.5);
}, 300_000);

test("weights of float16 stay mapped from their file where that is asked for, and the numbers are the same", async () => {
  const half = join(root, "half");
  largeModel(half, true);
  const result = await play(`
    const { openProcessGraph } = await import(${JSON.stringify(`file://${lib}/kernel/runtime/process-graph.js`)});
    const path = ${JSON.stringify(join(half, "vision.onnx"))};
    const feeds = { pixel_values: { type: "float32", shape: [1, 3, 896, 896], data: new Float32Array(3 * 896 * 896).map((_, i) => Math.sin(i)) } };
    const megabytes = () => Number(/RssAnon:\\s+(\\d+)/.exec(readFileSync(\`/proc/\${children()[0]}/status\`, "utf8"))[1]) / 1024;
    const out = [];
    for (const keepsFloat16 of [false, true]) {
      const graph = await openProcessGraph(path, { provider: "cpu", keepsFloat16 });
      const opened = megabytes();
      const { embeddings } = await graph.run(feeds);
      out.push({ opened, data: embeddings.data });
      await graph.dispose();
    }
    const [wide, kept] = out;
    return { wide: wide.opened, kept: kept.opened, off: wide.data.reduce((most, v, i) => Math.max(most, Math.abs(v - kept.data[i])), 0), length: Math.hypot(...wide.data.subarray(0, 128)) };
  `);
  // 165 MB in the file, 330 widened.
  expect(result.wide).toBeGreaterThan(300);
  expect(result.kept).toBeLessThan(120);
  // The runtime multiplies packed matrices in another order: rounding of seven sums of 4,096 one after the other.
  expect(result.off).toBeLessThanOrEqual(1e-5);
  expect(result.length).toBeCloseTo(1, 4);
}, 300_000);

test("the system ends the process: the cell gets an error that says so, and the model goes on", async () => {
  const result = await play(`
    const model = await load();
    const work = settled(model.embedPage(page));
    await working();
    process.kill(children()[0], "SIGKILL");
    const { error } = await work;
    const query = await settled(model.embedQuery("wind"));
    return { error, query: query.value?.vectors.count };
  `);
  expect(result.error).toBe(
    "vision.onnx failed (cpu): the system ended its process (SIGKILL), as it does when memory runs out",
  );
  expect(result.query).toBeGreaterThan(0);
}, 300_000);

test("a kernel that is killed takes the process with it, within its run", async () => {
  const { stdout } = await play(`
    const model = await load();
    settled(model.embedPage(page));
    await working();
    console.log(children()[0]);
    process.kill(process.pid, "SIGKILL");
  `).then(
    () => Promise.reject(new Error("it was not killed")),
    (error: { stdout: string }) => error,
  );
  const stat = `/proc/${Number(stdout)}/stat`;
  // Ended and not yet taken note of is ended.
  const runs = () => existsSync(stat) && !/\) Z/.test(readFileSync(stat, "utf8"));
  for (let i = 0; i < 20 && runs(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(runs()).toBe(false);
}, 300_000);

test("attention of a large graph is read in a process of its own, which stops while it opens and may die", async () => {
  const result = await play(
    `
    const model = await load();
    const [own] = children();
    const first = () => model.attention(page, [{ row: 0, column: 0 }]);
    const stop = new AbortController();
    const stopped = settled(model.attention(page, [{ row: 0, column: 0 }], { signal: stop.signal }));
    while (children().every((pid) => pid === own)) await pause(5);
    stop.abort("enough");
    const { error } = await stopped;
    const then = cpu();
    await pause(1000);
    const used = cpu() - then;
    const left = children().length;
    const [read] = await first();
    const sum = (map) => map.data.reduce((a, b) => a + b, 0) + Object.values(map.offPage).reduce((a, b) => a + b, 0);
    const [tapped] = children();
    process.kill(tapped, "SIGKILL");
    await pause(200);
    // Started again.
    const [again] = await model.attention(page, [{ row: 0, column: 1 }]);
    await model.releaseAttention();
    return { error, used, left, sums: [sum(read.map()), sum(again.map())], released: children().length };
  `,
    "",
    attending,
  );
  expect(result).toMatchObject({ error: "enough", left: 0, released: 0 });
  expect(result.used).toBeLessThanOrEqual(0.5);
  for (const sum of result.sums as number[]) expect(sum).toBeCloseTo(1, 5);
}, 300_000);

test("of a large graph with attention and without, one at a time is loaded", async () => {
  const result = await play(
    `
    const model = await load();
    const loaded = [children()];
    const then = (work) => work.then((value) => (loaded.push(children()), value));
    const { vectors: query } = await then(model.embedQuery("wind"));
    const [read] = await then(model.attention(page, [{ row: 0, column: 0 }]));
    const { vectors: again } = await then(model.embedQuery("wind power"));
    const [next] = await then(model.attention(page, [{ row: 0, column: 1 }]));
    const { vectors } = await then(model.embedPage(page));
    await model.releaseAttention();
    return { loaded, counts: [query, again, vectors].map(({ count }) => count > 0), maps: [read, next].map((one) => one.map().data.length > 0) };
  `,
    "",
    attending,
  );
  const loaded = result.loaded as number[][];
  expect(loaded.map((pids) => pids.length)).toEqual([1, 1, 1, 1, 1, 1]);
  const [opened, queried, ...turns] = loaded.flat();
  expect(queried).toBe(opened);
  // Each in turn ended the one before it.
  expect(new Set([opened, ...turns]).size).toBe(5);
  expect(result).toMatchObject({ counts: [true, true, true], maps: [true, true] });
}, 300_000);

test("a page that is running goes on while attention is opened", async () => {
  const result = await play(`
    const model = await load();
    const [own] = children();
    const work = settled(model.embedPage(page));
    await working();
    const { error } = await settled(model.attention(page, [{ row: 0, column: 0 }]));
    const running = children();
    const { value } = await work;
    return { error, own, running, after: children(), count: value?.vectors.count };
  `);
  expect(result.error).toMatch(/^no attention to be had of/);
  expect(result).toMatchObject({ running: [result.own], after: [result.own], count: 4096 });
}, 300_000);
