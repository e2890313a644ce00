import { controlsText, type Explanation, pText, selectionChance } from "../../../core/index.js";
import { h } from "../dom.js";

/**
 * ● beyond chance, ○ within, and nothing where it was not measured.
 * @param p how often unrelated words reach the value
 * @param word of the query whose value it is, by index, or null for none
 */
export function chanceDot(
  explanation: Explanation,
  p: number | null,
  beyond: boolean,
  word: number | null,
): HTMLElement | null {
  if (p === null) return null;
  const among = word === null ? undefined : selectionChance(explanation, { word })?.among;
  return h("span", {
    class: `cl-dot${beyond ? "" : " cl-within"}`,
    role: "img",
    "aria-label": beyond ? "beyond chance" : "within chance",
    title: chanceWords(p, beyond, among),
  });
}

/** `Within chance: 12 of 200 unrelated words reach it` */
function chanceWords(p: number, beyond: boolean, among: number | undefined): string {
  const name = beyond ? "Beyond chance" : "Within chance";
  return among === undefined ? `${name} (${pText(p)})` : `${name}: ${controlsText(p, among)}`;
}
