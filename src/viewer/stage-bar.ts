import {
  axisTitle,
  type PagePoint,
  patchAt,
  type Quantity,
  reading,
  readings,
  SCORE_DROP,
} from "../../core/index.js";
import { h, setText } from "./dom.js";
import type { Actions, Fit, Frame, Part } from "./frame.js";
import { type IconName, icon } from "./icons.js";
import { createWedge } from "./wedge.js";

/** Under the page: how large it is, one page or a map a word, and what the colours mean. */
export function createStageBar(actions: Actions, zoom: (factor: number) => void): Part {
  const button = (title: string, content: Node | string, act: () => void) => {
    const element = h("button", { title, "aria-label": title }, content);
    element.addEventListener("click", act);
    return element;
  };
  const picture = (title: string, name: IconName, act: () => void) => button(title, icon(name), act);
  const out = picture("Zoom out", "minus", () => zoom(1 / STEP));
  const fits: [Fit, HTMLButtonElement][] = [
    ["width", button("Fit the width", "Fit", () => actions.fit("width"))],
    ["page", button("Whole page", "Page", () => actions.fit("page"))],
  ];
  const more = picture("Zoom in", "plus", () => zoom(STEP));
  const layouts = [
    ["single", picture("One page", "one", () => actions.set({ layout: "single" }))],
    ["multiples", picture("A map per word", "many", () => actions.set({ layout: "multiples" }))],
  ] as const;
  const legend = createLegend();
  const zooms = [out, ...fits.map(([, b]) => b), more];
  let last: Frame | null = null;
  return {
    element: h(
      "div",
      { class: "cl-bar" },
      h("div", { class: "cl-zoom", role: "group", "aria-label": "Zoom" }, ...zooms),
      h("span", { class: "cl-rule" }),
      h("div", { class: "cl-zoom", role: "group", "aria-label": "Layout" }, ...layouts.map(([, b]) => b)),
      legend.element,
    ),
    update(frame) {
      last = frame;
      const { layout, zoom: now } = frame.locked;
      for (const b of zooms) b.disabled = layout === "multiples";
      for (const [fit, b] of fits)
        b.setAttribute("aria-pressed", String(frame.fit === fit && now.scale === 1));
      for (const [name, b] of layouts) b.setAttribute("aria-pressed", String(name === layout));
      legend.update(frame);
    },
    pointAt(at) {
      legend.point(last, at);
    },
  };
}

const STEP = 1.5;

/** What the two ends of a diverging scale mean; null where that is not known. */
function endsOf({ name }: Quantity): [low: string, high: string] | null {
  if (name === SCORE_DROP.name) return ["score rises", "score falls"];
  return name.endsWith("-difference") ? ["B higher", "A higher"] : null;
}

/** The ends of the scale in numbers, the colours between them, and the level of chance. */
function createLegend() {
  const noun = h("span", { class: "cl-legend-noun" });
  const [low, high] = [h("span", { class: "cl-legend-end" }), h("span", { class: "cl-legend-end" })];
  const [wedge, second] = [createWedge(), createWedge()];
  const [a, b] = ["A", "B"].map((side) => h("span", { class: `cl-tag cl-tag-${side.toLowerCase()}` }, side));
  const [word, level] = [h("span"), h("b")];
  const chance = h(
    "span",
    { class: "cl-legend-chance" },
    h("span", { class: "cl-legend-tick" }),
    word,
    level,
  );
  const element = h(
    "div",
    { class: "cl-legend", role: "img" },
    noun,
    a,
    low,
    wedge.element,
    b,
    second.element,
    high,
    chance,
  );
  return {
    element,
    update({ scene: { scale }, other }: Frame) {
      const { quantity, domain, kind } = scale;
      const ends = kind === "diverging" ? endsOf(quantity) : null;
      setText(noun, ends || other ? "" : axisTitle(quantity));
      setText(low, ends ? `${ends[0]} ${reading(-domain[0], quantity)}` : reading(domain[0], quantity));
      setText(high, ends ? `${reading(domain[1], quantity)} ${ends[1]}` : reading(domain[1], quantity));
      wedge.show(scale);
      for (const part of [a, b, second.element]) part.hidden = other === null;
      element.classList.toggle("cl-two-sides", other !== null);
      if (other) second.show(other.scale);
      chance.classList.toggle("cl-none", scale.chance === null);
      setText(word, scale.chance === null ? "" : "chance ");
      setText(level, scale.chance === null ? "" : reading(scale.chance, quantity));
      const said = scale.chance === null ? "" : `, chance level ${reading(scale.chance, quantity)}`;
      const label = `${axisTitle(quantity)}: colours from ${readings(domain, quantity)}${said}`;
      element.setAttribute("aria-label", label);
      element.title = `${label} (${scale.note})`;
    },
    /** Where the patch that is pointed at stands on the scale. */
    point(frame: Frame | null, at: PagePoint | null) {
      const map = frame?.scene.shown.map;
      const patch = map && at && patchAt(map, at);
      wedge.point(map && patch ? map.at(patch.row, patch.column) : null);
      const ofB = frame?.other?.shown.map;
      const onB = ofB && at && patchAt(ofB, at);
      second.point(ofB && onB ? ofB.at(onB.row, onB.column) : null);
    },
  };
}
