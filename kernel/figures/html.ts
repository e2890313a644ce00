import {
  escapeXml,
  figureAlt,
  figureCaption,
  figurePlan,
  headline,
  type LensState,
  scene,
  TOKEN_COLUMNS,
  tokenRows,
} from "../../core/index.js";

/**
 * A lens as an HTML fragment without script or style sheet, for places where the widget cannot run: a code-hosting
 * site, an untrusted notebook, an export.
 * @param still an encoded picture of the lens; without it there are the numbers only
 */
export function staticHtml(state: LensState, still?: { mime: string; data: Uint8Array }): string {
  const of = scene(state);
  const plan = figurePlan(state);
  const picture = still
    ? `<p><img alt="${escapeXml(figureAlt(plan))}" src="data:${still.mime};base64,${Buffer.from(still.data).toString("base64")}"></p>`
    : "";
  const cells = (tag: string, row: readonly string[]) =>
    row.map((c) => `<${tag}>${escapeXml(c)}</${tag}>`).join("");
  const rows = tokenRows(of.explanation).map((row) => `<tr>${cells("td", row)}</tr>`);
  return [
    `<p><strong>${escapeXml(headline(of, 400))}</strong></p>`,
    picture,
    `<table><thead><tr>${cells("th", TOKEN_COLUMNS)}</tr></thead>`,
    `<tbody>${rows.join("")}</tbody></table>`,
    `<p>${escapeXml(figureCaption(plan))}</p>`,
  ].join("");
}
