/**
 * Printed words: `node bench/words.mjs [text] [hits]`. `text` sets the words of a page against those of poppler's `pdftotext`,
 * on three pages of each of 60 documents: how many tokens are equal, and how far the rectangles of equal ones agree. `hits`
 * asks `mini` for twelve words of each of 40 pages in its languages and says how often the best hit is named by the word, of the words that the
 * map points at: whose best patch touches the word where pdftotext has it. Needs `npm run build:lib` and pdftotext.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { explain, loadModel, openPages } from "../lib/kernel/index.js";
import { pdfsOf } from "./debian-documents.mjs";

const PACKAGES = [
  ...["asymptote-doc", "bash-doc", "c++-annotations-pdf", "debian-faq-fr", "debian-policy", "debian-refcard"],
  ...["de", "es", "fr", "it", "pt"].map((language) => `debian-reference-${language}`),
  ...["developers-reference-de", "fontconfig", "fonts-lmodern", "fonts-sil-charis", "fonts-texgyre"],
  ...["gmsh-doc", "gnuplot-doc", "gnutls-doc", "gri-pdf-doc", "libtasn1-doc", "maint-guide-fr", "nettle-dev"],
  ...["python-reportlab-doc", "r-doc-pdf", "why3-doc-pdf", "xfig-doc", "zlib1g-dev"],
];
/** In languages that `mini` does not read. */
const UNREAD = /^refcard-(?!en|fr|de|es|pt|it|nl|sv)/;
const DOCUMENTS = 60;
const PAGES = 40;
const WORDS = 12;
const DPI = 150;

const hash = (text) => createHash("sha256").update(text).digest("hex");
/** In an order that has nothing to do with what they are; a document under two names counts once. */
const byContent = new Map((await pdfsOf(PACKAGES)).map((file) => [hash(readFileSync(file[1])), file]));
const documents = [...byContent.values()]
  .sort(([a], [b]) => (hash(a) < hash(b) ? -1 : 1))
  .map(([, plain]) => plain);

const wanted = process.argv.slice(2);
if (wanted.length === 0 || wanted.includes("text")) await text();
if (wanted.length === 0 || wanted.includes("hits")) await hits();

/** Words of a page as pdftotext has them, in pixels; ligatures spelt out. */
function popplerWords(pdf, number) {
  const args = ["-bbox", "-f", String(number), "-l", String(number), pdf, "-"];
  const html = execFileSync("pdftotext", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const word = /<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)<\/word>/g;
  return Array.from(html.matchAll(word), ([, ...parts]) => {
    const [x, y, right, bottom] = parts.slice(0, 4).map((part) => (Number(part) * DPI) / 72);
    return { text: plain(unescaped(parts[4])), rect: { x, y, width: right - x, height: bottom - y } };
  });
}

function unescaped(text) {
  const names = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(\w+);/g, (whole, name) => names[name] ?? whole);
}

function plain(text) {
  return text.normalize("NFKC");
}

function pageCount(pdf) {
  return Number(/Pages:\s+(\d+)/.exec(execFileSync("pdfinfo", [pdf], { encoding: "utf8" }))[1]);
}

function overlap(a, b) {
  const side = (from, size) => Math.min(a[from] + a[size], b[from] + b[size]) - Math.max(a[from], b[from]);
  const [width, height] = [side("x", "width"), side("y", "height")];
  return width > 0 && height > 0 ? width * height : 0;
}

/** Of their extents along the line: how far above and below letters a rectangle reaches is a matter of taste. */
function across(a, b) {
  return iou({ ...a, y: 0, height: 1 }, { ...b, y: 0, height: 1 });
}

function iou(a, b) {
  const both = overlap(a, b);
  return both / (a.width * a.height + b.width * b.height - both);
}

async function text() {
  const sums = { documents: 0, theirs: 0, ours: 0, equal: 0, iou: 0, across: 0 };
  const worst = [];
  for (const pdf of documents.slice(0, DOCUMENTS)) {
    const count = pageCount(pdf);
    const numbers = [...new Set([0.25, 0.5, 0.75].map((part) => Math.ceil(part * count)))];
    const of = { theirs: 0, ours: 0, equal: 0, iou: 0, across: 0, only: [] };
    for (const number of numbers) {
      const [page] = await openPages(`${pdf}#${number}`, { dpi: DPI });
      const left = (await page.words()).map((word) => ({ ...word, text: plain(word.text) }));
      of.ours += left.length;
      for (const word of popplerWords(pdf, number)) {
        of.theirs++;
        // Of the same words the one that lies there.
        const same = left.filter((own) => own.text === word.text);
        const [best] = same.sort((a, b) => iou(b.rect, word.rect) - iou(a.rect, word.rect));
        if (!best) of.only.push(word.text);
        else {
          of.equal++;
          of.iou += iou(best.rect, word.rect);
          of.across += across(best.rect, word.rect);
          left.splice(left.indexOf(best), 1);
        }
      }
    }
    sums.documents++;
    for (const name of ["theirs", "ours", "equal", "iou", "across"]) sums[name] += of[name];
    worst.push({ name: basename(pdf), missing: of.theirs - of.equal, ...of });
  }
  worst.sort((a, b) => b.missing - a.missing);
  for (const { name, missing, theirs, only } of worst.slice(0, 6))
    console.log(`${name}: ${missing} of ${theirs} differ, as ${only.slice(0, 8).join(" | ")}`);
  const share = (part, of) => `${((100 * part) / of).toFixed(2)} % (${part} of ${of})`;
  console.log(`${sums.documents} documents: equal ${share(sums.equal, sums.theirs)} of pdftotext's tokens`);
  const mean = (of) => (of / sums.equal).toFixed(3);
  console.log(`equal ${share(sums.equal, sums.ours)} of ours`);
  console.log(`rectangles of equal tokens: IoU ${mean(sums.iou)}, along the line ${mean(sums.across)}`);
}

/** Words that a person could ask for: letters of the Latin script, four or more, printed as such. */
function asked(words, seed) {
  const different = new Set(words.map(({ text }) => text.toLowerCase()).filter((w) => /^[a-z]{4,}$/.test(w)));
  return [...different].sort((a, b) => (hash(seed + a) < hash(seed + b) ? -1 : 1)).slice(0, WORDS);
}

async function hits() {
  const model = await loadModel("mini");
  const sums = { pages: 0, words: 0, pointed: 0, named: 0 };
  for (const pdf of documents.filter((file) => !UNREAD.test(basename(file)))) {
    if (sums.pages === PAGES) break;
    const number = Math.ceil(pageCount(pdf) / 2);
    const theirs = popplerWords(pdf, number);
    const words = asked(theirs, `${basename(pdf)}${number}`);
    if (words.length < WORDS) continue;
    const pages = await openPages(`${pdf}#${number}`, { dpi: DPI });
    const lens = await explain(model, pages, words.join(" "));
    await lens.measured;
    sums.pages++;
    for (const [index, word] of words.entries()) {
      lens.view.word = index;
      const [{ rect }] = lens.best(1);
      const printed = theirs.filter(({ text }) => text.toLowerCase() === word);
      sums.words++;
      if (!printed.some((each) => overlap(each.rect, rect) > 0)) continue;
      sums.pointed++;
      const named = plain(lens.hits[0]?.text ?? "")
        .toLowerCase()
        .includes(word);
      if (named) sums.named++;
      else console.log(`${basename(pdf)}:${number} “${word}”: ${lens.hits[0]?.name ?? "no hit"}`);
    }
    if (sums.pages % 10 === 0) console.log(JSON.stringify(sums));
  }
  await model.dispose();
  const { pages, words, pointed, named } = sums;
  console.log(`${pages} pages, ${words} words: pointed at ${pointed}, the best hit names it ${named} times`);
  console.log(`of those pointed at: ${((100 * named) / pointed).toFixed(1)} %`);
}
