/**
 * What `evaluate` says of `mini` on the pages of its card's first set (training/mini/sets.py), beside the card, and what it costs
 * beside rendering and embedding: `npm run build:lib && node bench/evaluate.mjs [--pages N]`. Cost is in processor time, part by part
 * on every page, nothing beside anything else; the median is of pages when all code is compiled, the mean has the first ones, too.
 */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { mean, median } from "d3-array";
import { judgePage } from "../lib/kernel/evaluation/judge-page.js";
import { printedPage } from "../lib/kernel/evaluation/printed-questions.js";
import { evaluate, loadModel, openPages } from "../lib/kernel/index.js";
import { root } from "../tools/report.mjs";
import { pagesOfSet } from "./documents.mjs";

const { values } = parseArgs({ options: { pages: { type: "string", default: "100" } } });
const [PER_PAGE, SEED, TOLERANCE] = [40, 5, 1];
/** In milliseconds. */
const PAUSE = 100;

const model = await loadModel("mini", { cacheDir: join(root, ".cache/bench/evaluated") });
const pages = (await openPages(pagesOfSet("first"), { onWarning: () => {} })).slice(0, Number(values.pages));
const evaluation = await evaluate(model, pages, { onProgress: () => {} });
for (const name of ["pointing", "near", "energy", "rank"]) {
  const { value, low, high, area, shuffled, n } = evaluation.row(name);
  const [a, b, c, d, e] = [value, low, high, area, shuffled].map((v) => v.toFixed(3));
  console.log(`${name.padEnd(10)}${a} (${b} to ${c}), by area ${d}, shuffled ${e}, n ${n}`);
}
console.log(`${evaluation.pages} pages; problems: ${evaluation.problems.length}`);
await model.dispose();

const bare = await loadModel("mini", { cacheDir: null });
const spent = { "rendering and embedding": [], "reading the words": [], "queries and judging": [] };
const fresh = (await openPages(pagesOfSet("first"), { onWarning: () => {} })).slice(0, Number(values.pages));
for (const [i, page] of fresh.entries()) {
  const embedded = await timed("rendering and embedding", () => bare.embedPage(page));
  const asked = printedPage(page, { perPage: PER_PAGE, seed: SEED + i });
  const questions = await timed("reading the words", () => asked.questions());
  await timed("queries and judging", () => judgePage(bare, asked, embedded, questions, TOLERANCE));
}
await bare.dispose();
for (const [name, summary] of Object.entries({ mean, median })) {
  const each = Object.entries(spent).map(([part, seconds]) => [part, 1000 * summary(seconds)]);
  for (const [part, ms] of each)
    console.log(`${part.padEnd(26)}${ms.toFixed(0).padStart(6)} ms of processor a page (${name})`);
  const [embedding, ...more] = each.map(([, ms]) => ms);
  const added = more.reduce((a, b) => a + b) / embedding;
  console.log(`evaluate is embedding + ${(100 * added).toFixed(1)} % (${name})`);
}

async function timed(name, work) {
  // Threads of the part before may still wait for more, or clear up.
  await setTimeout(PAUSE);
  const began = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(began);
  spent[name].push((user + system) / 1e6);
  return result;
}
