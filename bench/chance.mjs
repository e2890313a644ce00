/**
 * Whether chance is what it says of an embedded model, on full pages of real documents: `npm run build:lib && node bench/chance.mjs
 * [--model mini|mini-context] [--pages N] [--words N] [--list matched|everyday]`. Of words that are not on a page, nor part of a word
 * there, the share that reaches a p should be that p: words of other pages of the same document, of other documents, and of the same
 * document in other languages. Then what is missed of printed words, and both after Benjamini and Hochberg, four words a query on five
 * pages. N are pages a document (1, and 4 of those in other languages, which are five) and words a page and kind (12). Intervals are of
 * pages.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { corrected, randomNumbers, selectionChance } from "../lib/core/index.js";
import { controlQueries } from "../lib/engine/explain/baseline.js";
import { explainPage } from "../lib/engine/explain/explain-page.js";
import { printedQuestions } from "../lib/kernel/evaluation/printed-questions.js";
import { loadModel } from "../lib/kernel/index.js";
import { root } from "../tools/report.mjs";
import { ENGLISH, fullPages, OTHER_LANGUAGES } from "./documents.mjs";
import { average, drawn } from "./statistics.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "mini" },
    pages: { type: "string", default: "1" },
    words: { type: "string", default: "12" },
    list: { type: "string", default: "matched" },
  },
});
const [PAGES, WORDS] = [Number(values.pages), Number(values.words)];
const LEVELS = [0.01, 0.05, 0.1, 0.5];
/** Where words of the same document are taken from, beside the pages that are asked. */
const ELSEWHERE = evenly(8, 0.1);
const [TOGETHER, A_QUERY, QUERIES] = [5, 4, 6];
/** A word is like a printed one when so much of its beginning is that of one. */
const ALIKE = 0.6;

const baseline = controlQueries(values.list);
const model = await loadModel(values.model, { cacheDir: join(root, ".cache/bench/embeddings") });
const english = await Promise.all(ENGLISH.map((file) => opened(file, PAGES)));
const others = await Promise.all(Object.values(OTHER_LANGUAGES).map((file) => opened(file, 4 * PAGES)));
const random = randomNumbers(1);

const all = english.flatMap(({ pages }) => pages);
const elsewhere = (document) => english.filter((one) => one !== document).flatMap(({ words }) => words);
const same = (page, { words }) => words.filter(absent(page));
const groups = [
  ["absent, of other documents", english, (page, document) => elsewhere(document).filter(absent(page))],
  ["absent, of the same document", english, same],
  ["absent, of the same document in other languages", others, same],
];
for (const [name, documents, wordsOf] of groups) {
  const pages = await reachedBy(documents, wordsOf);
  say(name, pages);
  const unlike = pages.map((of) => of.filter(({ isAlike }) => !isAlike));
  say(`${name}, not like a printed one`, unlike);
}
for (const [name, documents] of [
  ["English", english],
  ["other languages", others],
]) {
  const pages = await reachedBy(documents, ({ printed }) => printed);
  console.log(
    `printed, ${name}: missed at .05 ${average(pages.map((of) => of.map(({ p }) => Number(p > 0.05))))}`,
  );
}
await sayCorrected();
await model.dispose();

/** Pages that are asked, and all words of these and more. */
async function opened(file, count) {
  const pages = await Promise.all((await fullPages(file, evenly(count, 0.2))).map(read));
  const more = await Promise.all((await fullPages(file, ELSEWHERE)).map(read));
  return { pages, words: [...new Set([...pages, ...more].flatMap(({ printed }) => printed))].sort() };
}

async function read(page) {
  const words = await page.words();
  return {
    page,
    text: words.map(({ text }) => text.normalize("NFKC").toLowerCase()).join(" "),
    printed: printedQuestions(page, words).flatMap(({ kind, text }) =>
      kind === "word" && text.length > 3 ? [text] : [],
    ),
  };
}

function absent({ text }) {
  return (word) => !text.includes(word);
}

async function reachedBy(documents, wordsOf) {
  const found = [];
  for (const document of documents)
    for (const page of document.pages) {
      const asked = drawn([...new Set(wordsOf(page, document))], WORDS, random);
      const of = [];
      for (const word of asked) {
        const explanation = await explainPage(model, page.page, word, { baseline });
        const { p } = selectionChance(explanation, { word: 0 });
        of.push({ word, p, isAlike: isAlike(word, page) });
      }
      found.push(of);
    }
  return found;
}

function isAlike(word, { printed }) {
  const begin = word.slice(0, Math.ceil(ALIKE * word.length));
  return printed.some((one) => one.startsWith(begin));
}

function say(name, pages) {
  const rates = LEVELS.map((level) => {
    const reached = pages.map((of) => of.map(({ p }) => Number(p <= level + 1e-9)));
    return `p <= ${level}: ${average(reached)}`;
  });
  console.log(`${name}: ${rates.join("; ")}`);
  const claimed = pages.flat().filter(({ p }) => p <= 0.05);
  console.log(`  more than chance: ${claimed.map(({ word }) => word).join(" ")}`);
}

/** Of queries that have no word on the pages, and of those that have two: what is discovered. */
async function sayCorrected() {
  let [wrong, discovered, found, printed] = [0, 0, 0, 0];
  let queries = 0;
  let alarms = 0;
  for (let first = 0; first + TOGETHER <= all.length; first += TOGETHER) {
    const pages = all.slice(first, first + TOGETHER);
    const nowhere = english
      .flatMap(({ words }) => words)
      .filter((word) => pages.every((page) => absent(page)(word)));
    for (let i = 0; i < QUERIES; i++) {
      const unknown = drawn(nowhere, A_QUERY, random);
      alarms += (await discoveries(pages, unknown)).length > 0 ? 1 : 0;
      queries += 1;
      const known = drawn(pages[i % TOGETHER].printed, A_QUERY / 2, random);
      for (const { page, word } of await discoveries(pages, [...known, ...unknown.slice(0, A_QUERY / 2)])) {
        discovered += 1;
        if (absent(page)(word)) wrong += 1;
        else if (page === pages[i % TOGETHER] && known.includes(word)) found += 1;
      }
      printed += known.length;
    }
  }
  const percent = (part, of) => `${part} of ${of} (${((100 * part) / of).toFixed(1)} %)`;
  console.log(
    `corrected, ${A_QUERY} words on ${TOGETHER} pages: queries of absent words with a discovery ${percent(alarms, queries)}`,
  );
  console.log(
    `  with two printed words: false discoveries ${percent(wrong, discovered)}, printed words found ${percent(found, printed)}`,
  );
}

async function discoveries(pages, words) {
  const explanations = [];
  for (const { page } of pages)
    explanations.push(await explainPage(model, page, words.join(" "), { baseline }));
  return corrected(explanations).flatMap(({ correction }, i) =>
    correction.adjusted.flatMap((p, k) => (p <= 0.05 ? [{ page: pages[i], word: words[k] }] : [])),
  );
}

/** So many shares from one on, apart by the same step. */
function evenly(count, from) {
  return Array.from({ length: count }, (_, i) => from + (i * (0.9 - from)) / count);
}
