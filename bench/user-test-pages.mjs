/**
 * The lenses of the user test: `node bench/user-test-pages.mjs [FOLDER] [KIND …]` saves one of each kind of document as a page
 * of its own, with `mini`. Real ones are of Debian's packages, two of them scanned and photographed by a program and read by
 * OCR, as a person would have it. Needs `npm run build:lib`; 200 pages take some minutes the first time.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { explain, loadModel, openPages } from "../lib/kernel/index.js";
import { root } from "../tools/report.mjs";
import { benchFolder, plainPdf, unpacked } from "./debian-documents.mjs";
import { ARABIC, FORM, longPage, printed, slides } from "./drawn-pages.mjs";

const folder = resolve(process.argv[2] || join(benchFolder, "user-test"));
const wanted = process.argv.slice(3);
const report = join(root, "examples", "energy-report.pdf");
const sources = await unpacked([
  "asymptote-doc",
  "debian-faq-fr",
  "debian-policy",
  "debian-refcard",
  "r-doc-pdf",
]);
const doc = (path) => plainPdf(join(sources, "usr", "share", "doc", path));
const SLIDE = ["13.33in", "7.5in"];

/** Of each kind the query, and what `openPages` takes. */
const KINDS = {
  scan: ["directories distributions applications", () => pictures("fhs/fhs-3.0", [8, 9, 12], scanned)],
  form: ["date of birth signature", () => printed("form", FORM)],
  slides: ["battery storage cost", () => printed("slides", slides("#fff", "#123"), ...SLIDE)],
  "two columns": ["transform picture character string", () => doc("asymptote/asyRefCard.pdf")],
  "long page": ["paquet conflits dpkg", () => printed("long", longPage(chapters()), "210mm", "700mm")],
  landscape: ["package search manual", () => doc("debian-refcard/refcard-en-a4.pdf.gz")],
  dark: ["battery storage cost", () => printed("dark", slides("#10141c", "#e8eef8"), ...SLIDE)],
  photograph: ["source packages architecture", () => pictures("policy", [40, 41], photographed)],
  "200 pages": ["shared library registration", () => `${doc("r-doc-pdf/manual/R-exts.pdf")}#1-200`],
  CJK: ["Debian reportbug licenses", () => doc("debian-refcard/refcard-zh_CN-a4.pdf.gz")],
  "right to left": ["UNESCO Paris 1948", () => printed("right-to-left", ARABIC)],
  charts: ["peak load hydro chart", () => report],
  nonsense: ["giraffe saxophone", () => report],
};

mkdirSync(folder, { recursive: true });
const model = await loadModel("mini");
for (const [kind, [query, source]] of Object.entries(KINDS)) {
  if (wanted.length > 0 && !wanted.includes(kind)) continue;
  const pages = await openPages(await source(), { ocr: true });
  const lens = await explain(model, pages, query);
  await lens.measured;
  const file = await lens.save(join(folder, `${kind}.html`));
  console.log(`${kind}: ${pages.length} pages, ${lens.hits.length} hits on the best; ${file}`);
}
await model.dispose();

function chapters() {
  return ["pkg-basics", "basic-defs"].map((name) => doc(`debian/FAQ/fr/${name}.fr.html`));
}

/** Pages of the Debian policy as pictures of paper. */
async function pictures(document, numbers, damage) {
  const files = numbers.map(async (number) => {
    const [page] = await openPages(`${doc(`debian-policy/${document}.pdf.gz`)}#${number}`, { dpi: 200 });
    const { width, height } = page;
    const paper = sharp(Buffer.from(await page.pixels()), { raw: { width, height, channels: 3 } });
    const file = join(benchFolder, `${damage.name}-${number}.jpg`);
    await damage(paper, width, height).then((picture) => picture.toFile(file));
    return file;
  });
  return Promise.all(files);
}

/** Grey, turned a little on the glass, unsharp, with the noise of a sensor. */
async function scanned(paper, width, height) {
  const turned = paper.rotate(0.7, { background: "#eee" }).grayscale().blur(0.7);
  return noisy(await turned.png().toBuffer(), width, height, 14, 60);
}

/** On a dark desk, skewed, lit from one side. */
async function photographed(paper, width, height) {
  const skewed = paper.affine([0.9, 0.03, -0.02, 0.92], { background: "#3a3129" });
  const shade = `<svg width="${width}" height="${height}"><linearGradient id="a" x2="1" y2=".6"><stop stop-color="#fff"/>
    <stop offset="1" stop-color="#8d8578"/></linearGradient><rect width="100%" height="100%" fill="url(#a)"/></svg>`;
  const onDesk = sharp(await skewed.png().toBuffer())
    .resize(width - 80, height - 80, { fit: "contain", background: "#3a3129" })
    .extend({ top: 40, bottom: 40, left: 40, right: 40, background: "#3a3129" });
  const lit = sharp(await onDesk.png().toBuffer()).composite([
    { input: Buffer.from(shade), blend: "multiply" },
  ]);
  return noisy(await lit.png().toBuffer(), width, height, 18, 70);
}

async function noisy(picture, width, height, sigma, quality) {
  const noise = { type: "gaussian", mean: 128, sigma };
  const grain = sharp({ create: { width, height, channels: 3, background: "#808080", noise } });
  return sharp(picture)
    .resize(width, height, { fit: "fill" })
    .toColourspace("srgb")
    .composite([{ input: await grain.png().toBuffer(), blend: "soft-light" }])
    .jpeg({ quality });
}
