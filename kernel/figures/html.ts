import {
  altText,
  caption,
  escapeXml,
  headline,
  type LensState,
  scene,
  TOKEN_COLUMNS,
  tokenRows,
} from "../../core/index.js";

/**
 * A lens as an HTML fragment without script or style sheet, for places where the widget cannot run: a code-hosting
 * site, an untrusted notebook, an export.
 * @param png the picture of `renderPng`; where HTML is shown instead of the bundle's PNG, it would be missing
 */
export function staticHtml(state: LensState, png?: Uint8Array): string {
  const of = scene(state);
  const picture = png
    ? `<p><img alt="${escapeXml(altText(of))}" src="data:image/png;base64,${Buffer.from(png).toString("base64")}"></p>`
    : "";
  const cells = (tag: string, row: readonly string[]) =>
    row.map((c) => `<${tag}>${escapeXml(c)}</${tag}>`).join("");
  const rows = tokenRows(of.explanation).map((row) => `<tr>${cells("td", row)}</tr>`);
  return [
    `<p><strong>${escapeXml(headline(of))}</strong></p>`,
    picture,
    `<table><thead><tr>${cells("th", TOKEN_COLUMNS)}</tr></thead>`,
    `<tbody>${rows.join("")}</tbody></table>`,
    `<p>${escapeXml(caption(of))}</p>`,
  ].join("");
}
