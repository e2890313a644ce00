import { createHash } from "node:crypto";
import sharp from "sharp";
import { decimal, escapeXml, type Page, type Rect, sharedName } from "../../core/index.js";
import type { Judgement } from "./judge-page.js";
import type { AskedPages } from "./questions.js";

/** Cases of each kind, and the pixels of the longer side of their pictures. */
const [CASES, SIDE] = [6, 1000];
const STYLE = `html{color-scheme:light dark}body{margin:16px auto;max-width:1100px;padding:0 12px;font-family:system-ui,sans-serif}
table{border-collapse:collapse;margin:4px 0 20px}th,td{padding:2px 10px;text-align:right}th:first-child,td:first-child{text-align:left}
figure{margin:0}.cases{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:20px}svg{width:100%;background:#fff}`;

/**
 * @param evaluation with its tables as an HTML fragment
 * @returns one HTML file without network or script: tables, and pictures of the worst and the best cases
 */
export async function reportPage(
  evaluation: { headline: string; tables: string; judgements: readonly Judgement[] },
  { pages }: AskedPages,
): Promise<string> {
  const { worst, best } = cases(evaluation.judgements);
  const picture = async (judgement: Judgement) => {
    const page = pages.find(
      ({ page: { source } }) =>
        sharedName(source.file) === judgement.document && source.number === judgement.page,
    );
    return page ? figure(judgement, await pagePicture(page.page), page.page) : "";
  };
  const section = async (title: string, of: Judgement[]) =>
    `<h2>${title}</h2><div class="cases">${(await Promise.all(of.map(picture))).join("")}</div>`;
  const style = createHash("sha256").update(STYLE, "utf8").digest("base64");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${style}'; img-src data:">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(evaluation.headline)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Evaluation</h1>
${evaluation.tables}
${await section("Worst cases: best patches farthest from their boxes", worst)}
${await section("Best cases: most of the map's energy in the boxes, for their size", best)}
<p>Blue: the boxes. Black: the best patch.</p>
</body>
</html>
`;
}

function cases(all: readonly Judgement[]): { worst: Judgement[]; best: Judgement[] } {
  const far = ({ localisation: { offset } }: Judgement) => Math.hypot(...offset);
  const lift = ({ localisation: { energy, chance } }: Judgement) => energy / chance.energy;
  return {
    worst: all
      .filter(({ localisation }) => !localisation.hit)
      .sort((a, b) => far(b) - far(a))
      .slice(0, CASES),
    best: all
      .filter(({ localisation }) => localisation.hit)
      .sort((a, b) => lift(b) - lift(a))
      .slice(0, CASES),
  };
}

async function pagePicture(page: Page): Promise<string> {
  const { width, height } = page;
  const data = await sharp(await page.pixels(), { raw: { width, height, channels: 3 } })
    .resize({ width: SIDE, height: SIDE, fit: "inside", withoutEnlargement: true })
    .webp({ quality: 70 })
    .toBuffer();
  return `data:image/webp;base64,${data.toString("base64")}`;
}

function figure(judgement: Judgement, picture: string, { width, height }: Page): string {
  const { text, document, page, boxes, best, localisation } = judgement;
  const stroke = Math.max(width, height) / 300;
  const drawn = (rect: Rect, colour: string) =>
    `<rect x="${rect.x}" y="${rect.y}" width="${rect.width}" height="${rect.height}" fill="none" stroke="${colour}" stroke-width="${stroke}"/>`;
  const away = localisation.hit ? "hit" : `${Math.max(...localisation.offset.map(Math.abs))} patches away`;
  const said = `“${text}” on page ${page} of ${document}: ${away}, energy ${decimal(localisation.energy, 3)} (by area ${decimal(localisation.chance.energy, 3)})`;
  return `<figure><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(said)}"><image href="${picture}" width="${width}" height="${height}"/>${boxes.map((box) => drawn(box, "#06c")).join("")}${drawn(best, "#000")}</svg><figcaption>${escapeXml(said)}</figcaption></figure>`;
}
