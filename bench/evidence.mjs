/**
 * Whether `mini`'s maps show what its scores rest on, on a full page of each of 30 documents:
 * `npm run build:lib && node bench/evidence.mjs [occlusion] [faithfulness] [cost] [--pages N] [--from N] [--out FILE]`.
 *
 * occlusion: of words that are printed once and that the map points at, two a page, how often covering them is what the score
 * falls by most. Covered are the words, and for each those under its six best patches, its three nearest ones and one by chance.
 * faithfulness: a query of three printed words a page; whether blanking and filling in (ROAD) what its map ranks high takes more
 * than three random orders, and than three maps that mean nothing (of the model with its last projection permuted), and whether
 * those take more than random orders.
 * cost: occlusion by word on a page of 400 words, its first picture, and covers at once against one by one.
 *
 * Every page is written to the file (a JSON line each) when it is done, and what is there is not measured again: stop it and go
 * on when you like. What is known is printed at the end, and with --report at once. Hours on one core; --pages 3 takes minutes, and several
 * may write to one file, each from another page on.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import {
  coverage,
  fallsOf,
  localisation,
  printedCovers,
  randomNumbers,
  removalRows,
  wordMap,
} from "../lib/core/index.js";
import { explainPage } from "../lib/engine/explain/explain-page.js";
import { removalCurves, wordTokens } from "../lib/engine/explain/faithfulness.js";
import { cover } from "../lib/engine/explain/occlusion.js";
import { permutedMaps } from "../lib/engine/explain/permuted-maps.js";
import { printedQuestions } from "../lib/kernel/evaluation/printed-questions.js";
import { explain, loadModel } from "../lib/kernel/index.js";
import { root } from "../tools/report.mjs";
import { DOCUMENTS, fullPages } from "./documents.mjs";
import { average, drawn, share } from "./statistics.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pages: { type: "string", default: String(DOCUMENTS.length) },
    from: { type: "string", default: "0" },
    out: { type: "string", default: join(root, ".cache/bench/evidence.jsonl") },
    report: { type: "boolean", default: false },
  },
});
const PARTS = { occlusion, faithfulness, cost };
const [A_PAGE, LONG, ORDERS, FREE_ORDERS] = [2, 400, 3, 40];
const SHARES = [0.02, 0.1];
/** Of a permuted map that stands for the real one: none that it is set against has it. */
const OTHER_SEED = FREE_ORDERS + 1;

const chosen = positionals.length > 0 ? positionals : Object.keys(PARTS);
for (const name of chosen)
  if (!PARTS[name])
    throw new RangeError(`invalid part: ${name}, expected one of ${Object.keys(PARTS).join(", ")}`);
const from = Number(values.from);
const documents = DOCUMENTS.slice(from, from + Number(values.pages));
const records = existsSync(values.out)
  ? readFileSync(values.out, "utf8")
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : [];

if (!values.report) {
  mkdirSync(dirname(values.out), { recursive: true });
  const model = await loadModel("mini", { cacheDir: join(root, ".cache/bench/embeddings") });
  if (chosen.includes("cost")) await measured("cost", documents[0], () => cost(model));
  for (const document of documents)
    for (const part of chosen.filter((name) => name !== "cost"))
      await measured(part, document, async () => {
        const [page] = await fullPages(document, [1 / 3]);
        return PARTS[part](model, page, randomNumbers(1 + DOCUMENTS.indexOf(document)));
      });
  await model.dispose();
}
report();

async function measured(part, document, work) {
  if (records.some((one) => one.part === part && one.document === document)) return;
  const began = process.cpuUsage();
  const found = await work();
  const { user, system } = process.cpuUsage(began);
  const record = { part, document, processor: (user + system) / 1e6, ...found };
  records.push(record);
  appendFileSync(values.out, `${JSON.stringify(record)}\n`);
  process.stderr.write(`${part} ${document}: ${record.processor.toFixed(0)} s of processor\n`);
}

async function occlusion(model, page, random) {
  const words = await page.words();
  const regions = printedCovers(words, "word");
  const asked = [];
  for (const { text, region } of drawn(once(page, words, regions), regions.length, random)) {
    const explanation = await explainPage(model, page, text, { baseline: null });
    const map = wordMap(explanation.maps, wordTokens(explanation.query));
    if (localisation(map, coverage(map, page, region.rects), 0).hit)
      asked.push({ text, region, explanation, map });
    if (asked.length === A_PAGE) break;
  }
  const covered = new Set(asked.flatMap(({ region, map }) => rivals(page, regions, region, map, random)));
  const some = { ...page, words: async () => words.filter((word) => isIn(word, covered)) };
  const shared = sharing(model);
  const subjects = asked.map(({ explanation }) => ({ model: shared, explanation }));
  const { drops } = asked.length > 0 ? await cover(subjects, some) : { drops: [] };
  return {
    page: page.source.number,
    covers: covered.size,
    words: asked.map(({ text, region, explanation }, i) => {
      const [first, second] = fallsOf(drops[i], explanation.maxsim.score);
      const isOwn = first.text.toLowerCase() === region.text.toLowerCase();
      return {
        text,
        first: first.text,
        fall: first.fall,
        next: second.fall,
        score: explanation.maxsim.score,
        isOwn,
      };
    }),
  };
}

/** Words that can be asked, and are a region of their own with one place. */
function once(page, words, regions) {
  const alone = new Map(
    regions.filter(({ rects }) => rects.length === 1).map((r) => [r.text.toLowerCase(), r]),
  );
  return printedQuestions(page, words).flatMap(({ text, kind, boxes }) =>
    kind === "word" && boxes.length === 1 && alone.has(text) ? [{ text, region: alone.get(text) }] : [],
  );
}

function isIn({ rect }, covered) {
  return [...covered].some(({ rects }) => rects.includes(rect));
}

function rivals(page, regions, own, map, random) {
  const others = regions.filter((region) => region !== own);
  const best = Array.from(map.data.keys())
    .sort((a, b) => map.data[b] - map.data[a])
    .slice(0, 6);
  const under = others.filter(({ rects }) => {
    const share = coverage(map, page, rects);
    return best.some((cell) => share[cell] > 0);
  });
  const centre = ({ rects: [{ x, y, width, height }] }) => [x + width / 2, y + height / 2];
  const [x, y] = centre(own);
  const far = (region) => Math.hypot(centre(region)[0] - x, centre(region)[1] - y);
  const near = [...others].sort((a, b) => far(a) - far(b)).slice(0, 3);
  return [own, ...under, ...near, ...drawn(others, 1, random)];
}

/** The same model; a covered page is embedded once for all queries. */
function sharing(model) {
  const known = new WeakMap();
  return {
    maxsim: model.maxsim,
    batch: model.batch,
    embedQuery: (...args) => model.embedQuery(...args),
    embedPicture(picture, ...rest) {
      if (!known.has(picture)) known.set(picture, model.embedPicture(picture, ...rest));
      return known.get(picture);
    },
  };
}

async function faithfulness(model, page, random) {
  const questions = printedQuestions(page, await page.words()).filter(({ kind }) => kind === "word");
  const query = drawn(questions, 3, random)
    .map(({ text }) => text)
    .join(" ");
  const explanation = await explainPage(model, page, query, { baseline: null });
  const curves = await removalCurves(model, page, explanation, {
    orders: ORDERS,
    vectorOrders: FREE_ORDERS,
    shares: SHARES,
  });
  const asked = await model.embedQuery(query);
  const embedded = await model.embedPage(page);
  const tokens = wordTokens(explanation.query);
  const meaningless = (await permutedMaps(model, asked.vectors, embedded, tokens, OTHER_SEED)).pop();
  const free = { pixels: false, vectorOrders: FREE_ORDERS, shares: SHARES };
  const dropped = await removalCurves(model, page, explanation, free, undefined, meaningless);
  return {
    page: page.source.number,
    query,
    areas: curves
      .filter(({ level }) => level === "pixels")
      .map(({ test, order, seed, area }) => ({ test, order, seed, area })),
    meaningless: ["random", "permuted"].map((order) => ({ order, ...pOf(dropped, order) })),
    rows: removalRows(curves).map(({ level, test, p, wins }) => ({ level, test, p, wins })),
  };
}

/** Of the map that stands for the real one, among vectors that are dropped by one kind of order. */
function pOf(curves, order) {
  const deletion = curves.filter(({ test }) => test === "deletion");
  const [own] = deletion.filter((curve) => curve.order === "map");
  const others = deletion.filter((curve) => curve.order === order);
  return { p: (1 + others.filter(({ area }) => area <= own.area).length) / (others.length + 1) };
}

async function cost(model) {
  const page = await longPage();
  const words = await page.words();
  const regions = printedCovers(words, "word").length;
  const [word] = printedQuestions(page, words).filter(({ text }) => text.length > 6);
  const lens = await explain(model, [page], word.text, { baseline: false });
  const pictures = [];
  for (let round = 0; round < 3; round++) {
    lens.view = { quantity: "cosine" };
    const enough = new AbortController();
    const stop = lens.onView(() => {
      if (lens.view.quantity !== "score-drop") return;
      pictures.push(secondsOf(began));
      enough.abort();
    });
    const began = clock();
    await lens.occlusion({ by: "word", enough: enough.signal, onProgress: () => {} });
    stop();
  }
  const picture = { pixels: await page.pixels(), width: page.width, height: page.height };
  const embed = () => model.embedPicture(picture, "a page as it is");
  const [alone, together] = [[], []];
  for (let round = 0; round < 4; round++) {
    let began = clock();
    for (let i = 0; i < 4; i++) await embed();
    alone.push(secondsOf(began));
    began = clock();
    await Promise.all(Array.from({ length: 4 }, embed));
    together.push(secondsOf(began));
  }
  const enough = new AbortController();
  const began = clock();
  let done = 0;
  await lens.occlusion({
    by: "word",
    enough: enough.signal,
    onProgress: (so) => {
      done = so;
      if (so === 16) enough.abort();
    },
  });
  const covers = secondsOf(began);
  return {
    page: page.source.number,
    of: page.source.file,
    words: words.length,
    regions,
    batch: model.batch,
    pictures,
    cover: { wall: covers.wall / done, processor: covers.processor / done, done },
    alone: perCover(alone),
    together: perCover(together),
  };
}

async function longPage() {
  for (const document of DOCUMENTS) {
    const [page] = await fullPages(document, [1 / 3], LONG);
    if (page && (await page.words()).length < LONG * 1.2) return page;
  }
  throw new Error(`no document has a page of ${LONG} words`);
}

function clock() {
  return { wall: performance.now(), processor: process.cpuUsage() };
}

function secondsOf(began) {
  const { user, system } = process.cpuUsage(began.processor);
  return { wall: (performance.now() - began.wall) / 1000, processor: (user + system) / 1e6 };
}

function perCover(rounds) {
  const sum = (key) => rounds.reduce((total, one) => total + one[key], 0) / (4 * rounds.length);
  return { wall: sum("wall"), processor: sum("processor") };
}

function report() {
  const of = (part) => records.filter((one) => one.part === part);
  const say = (line) => process.stdout.write(`${line}\n`);
  const words = of("occlusion").flatMap((record) => record.words);
  if (words.length > 0) {
    say(`Occlusion by word, ${of("occlusion").length} pages, ${words.length} words:`);
    say(
      `  the largest fall is the asked word's: ${share(words.filter((w) => w.isOwn).length, words.length)}`,
    );
    for (const { text, first, fall } of words.filter((w) => !w.isOwn))
      say(`  ${text}: covering ${first} takes ${fall.toFixed(2)}`);
  }
  if (of("faithfulness").length > 0) sayFaithfulness(of("faithfulness"), say);
  for (const { words: count, regions, batch, pictures, cover: one, alone, together } of of("cost")) {
    const both = ({ wall, processor }) => `${wall.toFixed(2)} s (${processor.toFixed(2)} s of processor)`;
    say(`Cost on a page of ${count} words, ${regions} covers beside the 8 of the first picture:`);
    say(`  first picture ${pictures.map(both).join(", ")}`);
    say(`  a cover ${both(one)}, from ${one.done}`);
    say(`  all ${both({ wall: one.wall * (regions + 8), processor: one.processor * (regions + 8) })}`);
    const speed = (alone.wall / together.wall).toFixed(2);
    say(
      `  four at once (batches of ${batch}) against one by one: x ${speed}; ${both(together)}, ${both(alone)} a cover`,
    );
  }
}

function sayFaithfulness(pages, say) {
  say(`Faithfulness, ${pages.length} pages, a query of three printed words each:`);
  for (const test of ["deletion", "deletion, ROAD infill", "insertion"]) {
    const areas = pages.map((page) => {
      const own = page.areas.filter((one) => one.test === test);
      const sign = test === "insertion" ? -1 : 1;
      const by = (order) => own.filter((one) => one.order === order).map(({ area }) => sign * area);
      return { map: by("map")[0], random: by("random"), permuted: by("permuted") };
    });
    const won = (beats) => share(areas.filter(beats).length, areas.length);
    const mean = (all) => all.reduce((a, b) => a + b, 0) / all.length;
    say(`  ${test}, pixels:`);
    say(`    better than every random order: ${won(({ map, random }) => map < Math.min(...random))}`);
    say(`    better than every permuted map: ${won(({ map, permuted }) => map < Math.min(...permuted))}`);
    say(`    area less than random: ${average(areas.map(({ map, random }) => [mean(random) - map]))}`);
    const nothing = areas.flatMap(({ permuted, random }) => permuted.map((one) => one < Math.min(...random)));
    say(
      `    permuted maps better than every random order: ${share(nothing.filter(Boolean).length, nothing.length)}, by chance 25 %`,
    );
    say(
      `    area of permuted less than random: ${average(areas.map(({ permuted, random }) => [mean(random) - mean(permuted)]))}`,
    );
  }
  const at = (order) => pages.map(({ meaningless }) => meaningless.find((one) => one.order === order).p);
  const below = (all) => share(all.filter((p) => p <= 0.05).length, all.length);
  const both = at("random").map((p, i) => Math.max(p, at("permuted")[i]));
  say("  a permuted map with vectors dropped, p <= .05:");
  say(
    `    against random orders ${below(at("random"))}, against both kinds, as the verdict is ${below(both)}`,
  );
}
