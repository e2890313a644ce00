import {
  escapeXml,
  figureAlt,
  figureCaption,
  figurePlan,
  figureSource,
  finding,
  headline,
  type LensState,
  scene,
  type Table,
  tableOf,
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
  return [
    `<p><strong>${escapeXml(finding(of))}</strong></p>`,
    `<p>${escapeXml(headline(of, 400))}</p>`,
    picture,
    htmlTable(tableOf(of)),
    `<p>${escapeXml(figureCaption(plan))}</p>`,
    `<p><small>${figureSource(plan).map(escapeXml).join("<br>")}</small></p>`,
  ].join("");
}

/** Its cells are text, never markup. */
export function htmlTable({ cells: [head, ...body] }: Pick<Table, "cells">): string {
  const line = (tag: string, row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${line("th", head)}</thead><tbody>${body.map((row) => line("td", row)).join("")}</tbody></table>`;
}
