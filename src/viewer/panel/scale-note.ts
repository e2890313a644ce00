import {
  axisTitle,
  CHANCE,
  decimal,
  LEGEND_HEIGHT,
  legendHistogram,
  legendScale,
  printable,
  reading,
  readings,
  type Scene,
} from "../../../core/index.js";
import { isMeasuring, MEASURING } from "../chip-row.js";
import { fromSvg, h, setText } from "../dom.js";
import type { Frame, Part } from "../frame.js";

const WIDTH = 240;

/** The colour scale with how many patches have each number, what it spans, and what chance reaches. */
export function createScaleNote(): Part {
  const scale = fromSvg({
    tag: "svg",
    attributes: { class: "cl-scale", viewBox: `0 0 ${WIDTH} ${LEGEND_HEIGHT}`, role: "img" },
    children: [],
  });
  const [bar, cells] = [0, 1].map(() => fromSvg({ tag: "g", attributes: {}, children: [] }));
  scale.append(cells, bar);
  const head = h("h4");
  const note = h("p", { class: "cl-note" });
  const chance = h("p", { class: "cl-note cl-chance-note" });
  let drawn = "";
  let table: Scene["scale"]["colours"] | null = null;
  return {
    element: h("div", { class: "cl-scale-note" }, head, scale, note, chance),
    update(frame) {
      const { colours, ...rest } = frame.scene.scale;
      setText(head, `Scale, ${axisTitle(rest.quantity)}`);
      setText(note, rest.note);
      setText(chance, chanceNote(frame));
      const now = JSON.stringify(rest);
      if (now !== drawn || colours !== table) {
        [drawn, table] = [now, colours];
        bar.replaceChildren(fromSvg(legendScale(frame.scene.scale, WIDTH, "currentColor")));
        scale.setAttribute("aria-label", `Colour scale from ${readings(rest.domain, rest.quantity)}`);
      }
      cells.replaceChildren(fromSvg(legendHistogram(frame.scene, WIDTH, "currentColor")));
    },
  };
}

/** What the dots on the words and the tick on the scale mean. */
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
  return `Beyond chance: above ${reading(scale.chance, scale.quantity)}${corrected}. On this page ${share} % of the words of ${queries} control queries (${printable(list, 40)}) stay below.`;
}
