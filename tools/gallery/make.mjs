/**
 * `npm run gallery`: one HTML page with a figure of every kind in every format, every palette and every scale. It needs
 * no Jupyter, no server and no network.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import sharp from "sharp";
import {
  changeView,
  escapeXml,
  figureAlt,
  figurePlan,
  latexSnippet,
  markdownSnippet,
  PALETTE_NAMES,
  SCALE_NAMES,
} from "../../lib/core/index.js";
import { renderHtml, renderPdf, renderPng, renderSvg } from "../../lib/kernel/figures/index.js";
import { openPages } from "../../lib/kernel/index.js";
import { kinds } from "./figures.mjs";
import { paper } from "./two-columns.mjs";

const file = join(dirname(fileURLToPath(import.meta.url)), "..", "..", ".cache", "gallery.html");

const STYLE = `
  html { color-scheme: light; background: #fff; color: #1b1d21; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 1500px; margin: 24px auto; padding: 0 16px; }
  h2 { margin: 48px 0 4px; } h3 { font-size: 14px; margin: 12px 0 4px; }
  .row { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); gap: 16px; align-items: start; }
  .wide { grid-template-columns: repeat(auto-fill, minmax(560px, 1fr)); }
  .small { grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); }
  figure { margin: 0; } figcaption { font-size: 13px; color: #565c66; }
  img { max-width: 100%; border: 1px solid #d5d9de; }
  iframe { width: 100%; height: 900px; border: 1px solid #d5d9de; }
  pre { white-space: pre-wrap; font-size: 12px; background: #f4f5f7; padding: 8px; }
  summary { cursor: pointer; }
`;

/** Links to save what is shown; an exported page is put into its frame when it is opened: many at once would be slow. */
const SCRIPT = `
  for (const link of document.querySelectorAll("a[download]:not([href])"))
    link.href = link.closest("figure").querySelector("img").src;
  for (const details of document.querySelectorAll("details[data-html]"))
    details.addEventListener("toggle", () => {
      if (!details.open || details.querySelector("iframe")) return;
      const frame = document.createElement("iframe");
      frame.title = "Interactive: " + details.dataset.name;
      frame.setAttribute("sandbox", "allow-scripts");
      const bytes = Uint8Array.from(atob(details.dataset.html), (c) => c.charCodeAt(0));
      frame.srcdoc = new TextDecoder().decode(bytes);
      details.append(frame);
    });
`;

/** @returns {Promise<string>} the page */
export async function gallery() {
  const all = await kinds();
  const sections = [];
  for (const kind of all) sections.push(await section(kind));
  const [query, across] = ["A query", "A page across"].map((of) => all.find(({ name }) => name === of).state);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Figures of colpali-lens</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<h1>Figures of colpali-lens</h1>
<p>Each in every format, made by <code>npm run gallery</code> with <code>mini</code> on the example document.</p>
${sections.join("\n")}
${await inPaper(all)}
<h2 id="palettes">Palettes</h2>
<p>One word, every palette; the scale of each is in the figure.</p>
<div class="row small">${(await Promise.all(PALETTE_NAMES.map((palette) => small(across, { color: { palette } })))).join("")}</div>
<h2 id="scales">Scales</h2>
<p>What the colours span, always in the numbers of the map.</p>
<div class="row small">${(await Promise.all(SCALE_NAMES.map((scale) => small(query, { word: 0, color: { scale } })))).join("")}</div>
<script>${SCRIPT}</script>
</html>
`;
}

async function section({ name, says, state, options }) {
  const png = await renderPng(state, options);
  const pdf = await renderPdf(state, options);
  const [seen] = await pagesOf(pdf, 96);
  const svg = Buffer.from(await renderSvg(state, options));
  const html = Buffer.from(renderHtml(state));
  const stem = name.toLowerCase().replace(/\W+/g, "-");
  const alt = escapeXml(figureAlt(figurePlan(state)));
  const picture = (format, shown, saved) => {
    // What is shown and saved alike is in the page once.
    const own = shown === saved ? "" : ` href="${url(saved.mime, saved.data)}"`;
    const link = `<a download="${stem}.${format}"${own}>${stem}.${format}</a>`;
    return `<figure><h3>${format.toUpperCase()}</h3><img data-format="${format}" alt="${alt}" src="${url(shown.mime, shown.data)}"><figcaption>${link}, ${Math.ceil(saved.data.length / 1000)} kB</figcaption></figure>`;
  };
  const files = {
    png: { mime: "image/png", data: png },
    svg: { mime: "image/svg+xml", data: svg },
    pdf: { mime: "application/pdf", data: pdf },
  };
  return `<section id="${stem}">
<h2>${escapeXml(name)}</h2>
<p>${escapeXml(says)}</p>
<div class="row">
${picture("png", files.png, files.png)}
${picture("svg", files.svg, files.svg)}
${picture("pdf", { mime: "image/png", data: seen }, files.pdf)}
</div>
<details data-name="${escapeXml(name)}" data-html="${html.toString("base64")}"><summary>HTML, interactive, ${Math.ceil(html.length / 1000)} kB</summary></details>
<details><summary>Text to paste, and alternative text</summary>
<pre>${escapeXml(latexSnippet(state, `${stem}.pdf`))}</pre><pre>${escapeXml(markdownSnippet(state, `${stem}.png`))}</pre><p>${alt}</p></details>
</section>`;
}

/** The pages of a paper with three of the figures as it holds them, and its PDF. */
async function inPaper(all) {
  const { source, pdf } = await paper(all);
  const pages = pdf ? await pagesOf(pdf, 110) : [];
  const shown = pages.map(
    (png, i) =>
      `<figure><img data-format="page" alt="Page ${i + 1} of the paper" src="${url("image/png", png)}"></figure>`,
  );
  const link = pdf && `<p><a download="paper.pdf" href="${url("application/pdf", pdf)}">paper.pdf</a></p>`;
  return `<section id="paper">
<h2>In a paper of two columns</h2>
<p>Three of these figures as they are saved, 85 and 175 mm wide, with captions from the lens, compiled by LaTeX.</p>
${link ? `<div class="row wide">${shown.join("")}</div>\n${link}` : `<p>pdflatex is not on this machine: compile <code>${escapeXml(source)}</code> elsewhere.</p>`}
</section>`;
}

/** A PDF's pages as PNGs. */
async function pagesOf(pdf, dpi) {
  const pages = await openPages(pdf, { dpi });
  return Promise.all(
    pages.map(async (page) => {
      const { width, height } = page;
      return sharp(await page.pixels(), { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer();
    }),
  );
}

async function small(state, change) {
  const [label] = Object.values(change.color);
  const shown = { ...state, view: changeView(state.data, state.view, change) };
  const png = await renderPng(shown, { width: 125, caption: false });
  const alt = escapeXml(figureAlt(figurePlan(shown)));
  return `<figure><img data-format="png" alt="${alt}" src="${url("image/png", png)}"><figcaption>${label}</figcaption></figure>`;
}

function url(mime, data) {
  return `data:${mime};base64,${Buffer.from(data).toString("base64")}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await gallery());
  console.log(file);
  process.exit(0);
}
