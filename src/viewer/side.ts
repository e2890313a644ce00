import {
  axisTitle,
  CHANCE,
  decimal,
  LEGEND_HEIGHT,
  legendHistogram,
  legendScale,
  type PagePoint,
  patchAt,
  patchCentre,
  printable,
  reading,
  readings,
  type Scene,
  superlative,
} from "../../core/index.js";
import { isMeasuring, MEASURING } from "./chip-row.js";
import { fromSvg, h, setText } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import { createNumbers } from "./numbers-table.js";
import { createSettings } from "./settings.js";

const WIDTH = 240;
const ROWS = 5;

/** Beside the page: settings, colour scale with histogram, best patches. */
export function createSide(actions: Actions): Part {
  const settings = createSettings(actions);
  const scale = fromSvg({
    tag: "svg",
    attributes: { class: "cl-scale", viewBox: `0 0 ${WIDTH} ${LEGEND_HEIGHT}`, role: "img" },
    children: [],
  });
  const [bar, cells] = [0, 1].map(() => fromSvg({ tag: "g", attributes: {}, children: [] }));
  scale.append(cells, bar);
  let drawn = "";
  let table: Scene["scale"]["colours"] | null = null;
  const scaleHead = h("h3");
  const note = h("p", { class: "cl-note" });
  const chance = h("p", { class: "cl-note cl-chance-note" });
  const best = createBest(actions);
  const numbers = createNumbers();
  const element = h(
    "div",
    { class: "cl-side" },
    best.element,
    fold("Appearance", settings.element),
    fold("Scale", h("section", {}, scaleHead, scale, note, chance)),
    numbers.element,
  );
  return {
    element,
    update(frame) {
      const { quantity } = frame.scene.scale;
      settings.update(frame);
      setText(scaleHead, `Scale, ${axisTitle(quantity)}`);
      setText(note, frame.scene.scale.note);
      setText(chance, chanceNote(frame));
      const { colours, ...rest } = frame.scene.scale;
      const now = JSON.stringify(rest);
      if (now !== drawn || colours !== table) {
        [drawn, table] = [now, colours];
        bar.replaceChildren(fromSvg(legendScale(frame.scene.scale, WIDTH, "currentColor")));
        const ends = readings(frame.scene.scale.domain, quantity);
        scale.setAttribute("aria-label", `Colour scale from ${ends}`);
      }
      cells.replaceChildren(fromSvg(legendHistogram(frame.scene, WIDTH, "currentColor")));
      best.update(frame);
      numbers.update(frame);
    },
  };
}

/** What most people do without, behind its name. */
function fold(name: string, content: HTMLElement): HTMLElement {
  return h("details", { class: "cl-fold" }, h("summary", {}, name), content);
}

/** What the diamond on the scale and on the words means. */
function chanceNote(frame: Frame): string {
  const { explanation, scale } = frame.scene;
  const { baseline } = explanation;
  if (!scale.quantity.similarity) return "";
  if (isMeasuring(frame)) return `${MEASURING} …`;
  if (!baseline) return "Chance was not measured.";
  const { queries, list, correction } = baseline;
  if (scale.chance === null) return `Chance is measured for words and tokens, by ${queries} control queries.`;
  const share = decimal(100 * (1 - (correction?.threshold ?? CHANCE)), 1);
  const corrected = correction ? `, corrected for ${correction.tests} words and pages` : "";
  return `◆ more than chance: above ${reading(scale.chance, scale.quantity)}${corrected}. On this page ${share} % of the words of ${queries} control queries (${printable(list, 40)}) stay below.`;
}

/** Best patches of the shown map: pointing outlines one, clicking locks it and goes there. Always the same number of rows. */
function createBest(actions: Actions): Part {
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const place = h("button", { class: "cl-place" });
    const value = h("td", { class: "cl-number" });
    const row = h("tr", {}, h("td", { class: "cl-rank" }, String(i + 1)), h("td", {}, place), value);
    return { row, place, value };
  });
  let last: Frame | null = null;
  /** The row that is pointed at, by the pointer or the keyboard. */
  let pointed: number | null = null;
  const where = (i: number): PagePoint | null => {
    const patch = last?.scene.best[i];
    return last && patch ? patchCentre(last.scene.shown.map, patch) : null;
  };
  const point = (row: number | null) => {
    pointed = row;
    actions.point(row === null ? null : where(row));
  };
  rows.forEach(({ place }, i) => {
    for (const type of ["pointerenter", "focus"]) place.addEventListener(type, () => point(i));
    for (const type of ["pointerleave", "blur"]) place.addEventListener(type, () => point(null));
    place.addEventListener("click", () => {
      const at = where(i);
      // A difference of two grids may be cut finer than the page's own patches.
      const patch = at && last && patchAt(last.scene.explanation.grid, at);
      if (!patch) return;
      actions.set(({ zoom }) => ({
        region: { ...patch, rows: 1, columns: 1 },
        zoom: zoom.scale > 1 ? { ...zoom, ...at } : zoom,
      }));
    });
  });
  const head = h("h3");
  const columns = h(
    "tr",
    {},
    ...["rank", "patch", "value"].map((name) => h("th", { scope: "col", class: "cl-hidden" }, name)),
  );
  const table = h(
    "table",
    { class: "cl-best" },
    h("thead", {}, columns),
    h("tbody", {}, ...rows.map((r) => r.row)),
  );
  return {
    element: h("section", {}, head, table),
    update(frame) {
      last = frame;
      const best = superlative(frame.scene.shown.map.description);
      setText(head, `${best[0].toUpperCase()}${best.slice(1)} patches`);
      rows.forEach(({ row, place, value }, i) => {
        const patch = frame.scene.best[i];
        row.classList.toggle("cl-none", !patch);
        setText(place, patch ? `row ${patch.row}, column ${patch.column}` : "–");
        place.disabled = !patch;
        setText(value, patch ? reading(patch.value, frame.scene.shown.map.description, true) : "");
      });
      if (pointed !== null) point(pointed);
    },
  };
}
