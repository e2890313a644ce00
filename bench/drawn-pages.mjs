/** Pages of the user test that no package has: texts in HTML, and a browser that prints them into a PDF. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { chromium as findChromium } from "../tools/chromium.mjs";
import { root } from "../tools/report.mjs";
import { benchFolder } from "./debian-documents.mjs";

const field = (name, value = "") => `<tr><th>${name}<td>${value}`;
export const FORM = `<style>main { padding: 20mm } table { border-collapse: collapse; width: 100%; margin: 4mm 0 }
  td, th { border: 1px solid #555; padding: 2.5mm; text-align: left } th { width: 38%; font-weight: normal; background: #f3f3f3 }</style>
<main><h2>Application for a library card</h2><p>Fill in with a black pen and in capital letters.</p>
<table>${field("Family name", "HALVORSEN")}${field("Given names", "INGRID MARIE")}${field("Date of birth", "17 / 03 / 1984")}
${field("Place of birth", "NORRVIK")}${field("Street and number", "HARBOUR LANE 12")}${field("Telephone")}</table>
<p>☐ Student &nbsp; ☒ Resident &nbsp; ☐ Visitor</p>
<p>I have read the rules of the library and agree to replace what I lose. The card is valid for one year from the date below.</p>
<table>${field("Date", "4 May 2026")}${field("Signature of the applicant", "<i style='font: italic 20pt cursive'>I. Halvorsen</i>")}
${field("Signature of the librarian")}</table></main>`;

export const slides = (
  paper,
  ink,
) => `<style>section { background: ${paper}; color: ${ink}; box-sizing: border-box; width: 13.33in;
  height: 7.5in; padding: .9in 1in; break-after: page } h1 { font-size: 44pt; margin: 0 0 .4in } li { font-size: 26pt }
  section:last-child { break-after: auto } small { font-size: 16pt; opacity: .7 }</style>
<section><h1>Storage for a windy island</h1><ul><li>A battery bridges nine of ten interruptions<li>Pumped hydro lasts for days, not for minutes
<li>Hydrogen costs more than a second cable</ul><small>Norrvik Energy Board, spring meeting</small></section>
<section><h1>What it would cost</h1><ul><li>Battery: 4.1 million, twelve megawatt<li>Larger reservoir: 2.3 million<li>Second cable: 19 million</ul>
<small>Prices of 2025, without interest</small></section>
<section><h1>Next steps</h1><ul><li>Survey of seals and seabirds until August<li>Tender for the transformer in October</ul></section>`;

/** Two chapters of a handbook, each on one sheet as long as it is. */
export function longPage(chapters) {
  const body = (path) => /<body[^>]*>([\s\S]*)<\/body>/.exec(readFileSync(path, "utf8"))[1];
  const plain = (html) => html.replace(/<(img|a|\/a)\b[^>]*>/g, "");
  return `<style>article { padding: 15mm; height: 670mm; overflow: hidden; break-after: page } body { font-size: 13pt }</style>
${chapters.map((path) => `<article>${plain(body(path))}</article>`).join("")}`;
}

export const ARABIC = `<main dir="rtl" lang="ar" style="padding: 20mm; font-size: 14pt; line-height: 1.9">
<h2>الإعلان العالمي لحقوق الإنسان</h2><p>اعتمدته الجمعية العامة في باريس (Paris) يوم 10 ديسمبر 1948، وتنشره منظمة UNESCO.</p>
<p><b>المادة 1</b> يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق، وقد وهبوا عقلا وضميرًا وعليهم أن يعامل بعضهم بعضًا بروح الإخاء.</p>
<p><b>المادة 3</b> لكل فرد الحق في الحياة والحرية وسلامة شخصه.</p>
<p><b>المادة 4</b> لا يجوز استرقاق أو استعباد أي شخص، ويحظر الاسترقاق وتجارة الرقيق بكافة أوضاعهما.</p>
<p><b>المادة 5</b> لا يعرض أي إنسان للتعذيب ولا للعقوبات أو المعاملات القاسية أو الوحشية أو الحاطة بالكرامة.</p>
<p>النص الكامل متاح في www.un.org وفي مكتبة UNESCO في Paris.</p></main>`;

/** @returns {Promise<string>} the path of a PDF of what a browser prints; width and height are those of a sheet, in CSS */
export async function printed(name, html, width = "210mm", height = "297mm") {
  mkdirSync(benchFolder, { recursive: true });
  const [path, source] = ["pdf", "html"].map((ending) => join(benchFolder, `${name}.${ending}`));
  const font = pathToFileURL(join(root, "style", "fonts", "DejaVuSans.ttf"));
  const style = `@font-face { font-family: Text; src: url(${font}) } body { font: 11pt/1.5 Text; margin: 0 } @page { margin: 0 }`;
  // From a file, because only those may load the font that lies here.
  writeFileSync(source, `<!doctype html><meta charset="utf-8"><style>${style}</style>${html}`);
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(source).href);
    await page.pdf({ path, width, height, printBackground: true });
  } finally {
    await browser.close();
  }
  return path;
}
