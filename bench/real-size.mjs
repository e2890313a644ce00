/**
 * What models of real size cost on this machine, a column a folder: files, load the first and the second time, first and second
 * page, a query, 100 control queries, and the most memory of this process and its children:
 * `npm run build:lib && node bench/real-size.mjs FOLDER…`. Seconds have those of the processors behind them, which tell more where
 * other work goes on. With `--pattern` a page's graph also runs twice in the runtime itself, with its memory pattern and without;
 * with `--page` one page is all; with `--python PYTHON` its onnxruntime runs the same graph on the same page, before and after.
 * `--controls N` measures that many of the 100. Each measure is taken in a process of its own.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const FIRST = "castle violin orchid giraffe pancake marble falcon comet scarecrow lullaby".split(" ");
const SECOND = "garden lesson neck soup statue nest oven hat singer moat".split(" ");
const CONTROLS = FIRST.flatMap((a) => SECOND.map((b) => `${a} ${b}`));

const [first, ...rest] = process.argv.slice(2);
if (first === "--measure") console.log(JSON.stringify(await measure(...rest)));
else if (first === "--session") console.log(JSON.stringify(await session(...rest)));
else if (first === "--feeds") console.log(JSON.stringify(await writeFeeds(...rest)));
else report();

function report() {
  const { values, positionals: folders } = parseArgs({
    allowPositionals: true,
    options: {
      pattern: { type: "boolean" },
      page: { type: "boolean" },
      python: { type: "string" },
      controls: { type: "string", default: "100" },
    },
  });
  if (folders.length === 0)
    throw new Error("missing FOLDER: expected folders with models, as tools/export makes them");
  const columns = folders.map((folder) => {
    const cache = mkdtempSync(join(tmpdir(), "real-size-"));
    const peer = values.python ? python(values.python, folder, cache) : () => ({});
    const before = peer("before");
    const cold = own("--measure", folder, cache, "0");
    const { load, ...warm } = own(
      "--measure",
      folder,
      cache,
      ...(values.page ? ["1"] : ["2", values.controls]),
    );
    const after = peer("after");
    rmSync(cache, { recursive: true });
    const pattern = values.pattern
      ? Object.fromEntries(
          ["on", "off"].flatMap((state) =>
            Object.entries(own("--session", folder, state)).map(([k, v]) => [`pattern ${state}: ${k}`, v]),
          ),
        )
      : {};
    const size = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
    return {
      "files, GB": (size / 1e9).toFixed(2),
      "load, first time, s": cold.load,
      "load, second time, s": load,
      ...warm,
      ...before,
      ...after,
      ...pattern,
    };
  });
  console.log(`| | ${folders.map((folder) => basename(folder)).join(" | ")} |`);
  console.log(`| --- |${" --- |".repeat(folders.length)}`);
  for (const name of Object.keys(columns[0]))
    console.log(`| ${name} | ${columns.map((column) => column[name] ?? "").join(" | ")} |`);
}

function own(...args) {
  return JSON.parse(
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...args], { encoding: "utf8" }),
  );
}

/** @returns a run of Python's onnxruntime on the folder's graph and a page */
function python(program, folder, scratch) {
  own("--feeds", folder, scratch);
  const peer = fileURLToPath(new URL("real_size_peer.py", import.meta.url));
  return (when) => {
    const measured = JSON.parse(execFileSync(program, [peer, scratch], { encoding: "utf8" }));
    return Object.fromEntries(Object.entries(measured).map(([k, v]) => [`Python, ${when}: ${k}`, v]));
  };
}

async function measure(folder, cacheDir, pages, controls) {
  const { loadModel } = await import("../lib/kernel/hub/load-model.js");
  let model;
  const load = await timed(async () => {
    model = await loadModel(folder, { provider: "cpu", cacheDir });
  });
  const result = { load, "memory loaded, GiB": mostMemory() };
  for (const name of ["first page", "second page"].slice(0, Number(pages))) {
    result[`${name}, s`] = await timed(() => model.embedPage(page(name.length)));
    result[`memory, ${name}, GiB`] = mostMemory();
  }
  if (controls) {
    result["a query, s"] = await timed(() => model.embedQuery("peak load in winter"));
    const asked = CONTROLS.slice(0, Number(controls));
    result[`${asked.length} control queries, s`] = await timed(() => model.embedQueries(asked));
  }
  await model.dispose();
  return result;
}

/** What a graph is fed for a page: its file, and each input with its numbers. */
async function feedsOf(folder) {
  const { loadModel } = await import("../lib/kernel/hub/load-model.js");
  const model = await loadModel(folder, { provider: "cpu", cacheDir: null });
  const { ids, feeds } = await model.preparePage(page(1));
  const [{ file, inputs }] = model.info.graphs;
  await model.dispose();
  if (ids) {
    const shape = [1, ids.length];
    feeds.input_ids = { type: "int64", data: BigInt64Array.from(ids, BigInt), shape };
    feeds.attention_mask = { type: "int64", data: new BigInt64Array(ids.length).fill(1n), shape };
  }
  return { graph: join(folder, file), inputs: inputs.map(({ name }) => ({ name, ...feeds[name] })) };
}

/** For the Python side: numbers in a file each. */
async function writeFeeds(folder, scratch) {
  const { graph, inputs } = await feedsOf(folder);
  for (const { name, data } of inputs) writeFileSync(join(scratch, name), data);
  const shapes = inputs.map(({ name, type, shape }) => ({ name, type, shape }));
  writeFileSync(join(scratch, "feeds.json"), JSON.stringify({ graph, inputs: shapes }));
  return {};
}

/** One graph in the runtime itself: two pages of one shape. */
async function session(folder, state) {
  const { graph: path, inputs } = await feedsOf(folder);
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const graph = await InferenceSession.create(path, {
    executionProviders: ["cpu"],
    enableMemPattern: state === "on",
  });
  const tensors = Object.fromEntries(
    inputs.map(({ name, type, data, shape }) => [name, new Tensor(type, data, shape)]),
  );
  const result = {};
  for (const name of ["first page", "second page"]) {
    result[`${name}, s`] = await timed(() => graph.run(tensors));
    result[`memory, ${name}, GiB`] = mostMemory();
  }
  return result;
}

/** An A4 page at 200 dpi with stripes. */
function page(seed) {
  const [width, height] = [1654, 2339];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (seed + 5)) & 255);
  const sha256 = String(seed);
  const source = { file: "stripes.png", number: 1, of: 1 };
  return {
    kind: "page",
    width,
    height,
    sha256,
    source,
    warnings: [],
    pixels: async () => pixels,
    digest: async () => sha256,
  };
}

/** Seconds, and behind them those of processors. */
async function timed(work) {
  const [start, before] = [performance.now(), processorSeconds()];
  await work();
  return `${((performance.now() - start) / 1000).toFixed(2)} (${(processorSeconds() - before).toFixed(1)})`;
}

/** The high water marks of this process and its children, together. */
function mostMemory() {
  const kilobytes = family().reduce((sum, pid) => {
    const [, peak = 0] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return sum + Number(peak);
  }, 0);
  return (kilobytes / 2 ** 20).toFixed(2);
}

/** Linux counts them in hundredths. */
function processorSeconds() {
  const ticks = family().reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return sum + Number(fields[11]) + Number(fields[12]);
  }, 0);
  return ticks / 100;
}

function family() {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
  return [process.pid, ...children.filter(Boolean)];
}
