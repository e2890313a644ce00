import {
  type ComparedHit,
  decimal,
  explanationOf,
  printable,
  reading,
  type SceneHit,
  sameView,
} from "../../../core/index.js";
import { h, replaceButtons, setText } from "../dom.js";
import type { Actions, Frame, Part } from "../frame.js";
import { icon } from "../icons.js";
import { hitsTitle, isCause, isSameHit, listedHits } from "../listed-hits.js";
import { chanceDot } from "./chance-dot.js";
import { createNothing } from "./nothing.js";

/** The places that the map points at, as a list to step through; of a comparison, where A and B differ most. */
export function createHits(actions: Actions): Part {
  const name = h("h3", {}, "Hits");
  const [previous, next] = ([-1, 1] as const).map((step) => {
    const label = step < 0 ? "Previous hit" : "Next hit";
    const button = h(
      "button",
      { class: "cl-step", "aria-label": label, title: `${label} (${step < 0 ? "p" : "n"})` },
      icon(step < 0 ? "previous" : "next"),
    );
    button.addEventListener("click", () => go(step));
    return button;
  });
  const count = h("span", { class: "cl-hit-count" });
  const steps = h("span", { class: "cl-steps" }, previous, count, next);
  const note = h("p", { class: "cl-note" });
  const rows = h("div", { class: "cl-hit-rows", role: "group", "aria-label": "Hits" });
  const spots = h("p", {
    class: "cl-note cl-spots",
    title: "At most 8 patches each, no printed word under them",
  });
  const nothing = createNothing(actions);
  const element = h(
    "section",
    { class: "cl-hit-list" },
    h("div", { class: "cl-section-head" }, name, steps),
    h("div", { class: "cl-hit-scroll" }, note, rows, spots, nothing.element),
  );

  let hits: readonly SceneHit[] = [];
  let current: SceneHit | null = null;
  let built = "";

  function go(step: number): void {
    if (hits.length === 0) return;
    const at = hits.findIndex((hit) => isSameHit(hit, current));
    const to = at < 0 ? (step > 0 ? 0 : hits.length - 1) : (at + step + hits.length) % hits.length;
    actions.goTo(hits[to]);
  }

  const buttons = () => Array.from(rows.querySelectorAll<HTMLButtonElement>(".cl-hit"));
  rows.addEventListener("keydown", (event) => {
    const all = buttons();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    all[(to + all.length) % all.length].focus();
    event.preventDefault();
    event.stopPropagation();
  });
  // Of the rows one is reached by Tab: the current one, else the first.
  const reach = () => {
    const all = buttons();
    const at = all.findIndex((row) => row.getAttribute("aria-current") === "true");
    for (const [i, row] of all.entries()) row.tabIndex = i === Math.max(0, at) ? 0 : -1;
  };

  function build(frame: Frame): void {
    const list: HTMLElement[] = [];
    let heading = "";
    hits.forEach((hit, i) => {
      const above = headingOf(frame, hits, hit);
      if (above !== heading) list.push(h("h4", { class: "cl-hit-group" }, above));
      heading = above;
      const row = rowOf(frame, hit, i);
      row.addEventListener("click", () => actions.goTo(hit));
      for (const type of ["pointerenter", "focus"]) row.addEventListener(type, () => actions.pointAtHit(hit));
      for (const type of ["pointerleave", "blur"]) row.addEventListener(type, () => actions.pointAtHit(null));
      list.push(row);
    });
    replaceButtons(rows, list);
  }

  function mark(): void {
    const at = hits.findIndex((hit) => isSameHit(hit, current));
    buttons().forEach((row, i) => {
      const isCurrent = i === at;
      if ((row.getAttribute("aria-current") === "true") === isCurrent) return;
      row.setAttribute("aria-current", String(isCurrent));
      if (isCurrent) row.scrollIntoView({ block: "nearest" });
    });
    reach();
    setText(count, hits.length === 0 ? "none" : `${at < 0 ? "–" : at + 1} of ${hits.length}`);
    for (const button of [previous, next]) button.hidden = hits.length === 0;
  }

  return {
    element,
    update(frame) {
      // What is pointed at for a moment has hits of its own; the list stays that of what is chosen.
      if (frame.preview && !sameView(frame.view, frame.locked)) return;
      hits = listedHits(frame);
      current = frame.hit;
      const comparing = frame.locked.compare !== null;
      const title = hitsTitle(frame);
      setText(name, title);
      rows.setAttribute("aria-label", title);
      const small = frame.scene.hits.filter((hit) => hit.small);
      setText(spots, spotsText(small, frame));
      setText(note, noteOf(frame, hits));
      const now = JSON.stringify([
        frame.locked.result,
        frame.locked.compare,
        hits.map(({ name: called, value, rect, words, chance }) => [called, value, rect, words, chance]),
      ]);
      if (now !== built) build(frame);
      built = now;
      mark();
      nothing.element.hidden = hits.length > 0 || comparing;
      nothing.update(frame);
    },
  };
}

function rowOf(frame: Frame, hit: SceneHit, index: number): HTMLElement {
  const { explanation, shown } = frame.scene;
  const of = shown.map.description;
  const value = isCompared(hit)
    ? differenceText(hit, of.unit)
    : isCause(frame)
      ? changeText(hit)
      : reading(hit.value, of);
  return h(
    "button",
    {
      class: "cl-hit",
      "aria-current": "false",
      "data-key": `${index} ${hit.name}`,
      title: tooltip(hit),
    },
    h("span", { class: `cl-hit-name${hit.text === "" ? " cl-no-print-name" : ""}`, dir: "auto" }, hit.name),
    h(
      "span",
      { class: `cl-hit-value${isCompared(hit) ? ` cl-hit-${sideOf(hit)}` : ""}` },
      value,
      isCompared(hit)
        ? null
        : chanceDot(explanation, hit.chance, hit.beyond, hit.words.length === 1 ? hit.words[0] : null),
    ),
    h("span", { class: "cl-hit-where", dir: "auto" }, whereText(frame, hit)),
  );
}

/** `line 16 · aggregate`, or how many patches where one word is shown; of a comparison what A and B have there. */
function whereText(frame: Frame, hit: SceneHit): string {
  const { scene } = frame;
  const line = hit.line === null ? [] : [`line ${hit.line}`];
  if (isCompared(hit)) {
    const { unit, decimals } = scene.shown.map.description;
    const side = (name: string, value: number | null) =>
      value === null ? [] : [`${name} ${decimal(value, decimals)}${unit && ` ${unit}`}`];
    return [...line, [...side("A", hit.a), ...side("B", hit.b)].join(", ")].join(" · ");
  }
  const { words } = scene.explanation.query;
  const of = hit.words.map((index) => printable(words[index].text, 40));
  const { length } = hit.patches;
  const patches = `${length} ${length === 1 ? "patch" : "patches"}`;
  return [...line, scene.shown.kind === "aggregate" && of.length > 0 ? of.join(", ") : patches].join(" · ");
}

/** Small headings where words meet in some places and not in others. */
function headingOf(frame: Frame, hits: readonly SceneHit[], hit: SceneHit): string {
  const { scene, locked } = frame;
  if (scene.shown.kind !== "aggregate" || locked.compare !== null) return "";
  if (new Set(hits.map(({ words }) => words.length)).size < 2) return "";
  const [here, all] = [hit.words.length, scene.explanation.query.words.length];
  if (here < 2) return here === 1 ? "One word" : "";
  if (here === all) return all === 2 ? "Both words together" : `All ${all} words together`;
  return `${here} of ${all} words together`;
}

function tooltip({ patches }: SceneHit): string {
  const [{ row, column }] = patches;
  const more = patches.length === 1 ? "1 patch" : `${patches.length} patches`;
  return `${more}, the best at row ${row}, column ${column} (from 0)`;
}

function spotsText(small: readonly SceneHit[], { scene }: Frame): string {
  if (small.length === 0) return "";
  const most = Math.max(...small.map(({ value }) => value));
  const spots = small.length === 1 ? "1 small spot" : `${small.length} small spots`;
  return `and ${spots} without print, up to ${reading(most, scene.shown.map.description)}`;
}

/** That the places are not judged, or that nothing differs. */
function noteOf({ scene, locked, data, measuring }: Frame, hits: readonly SceneHit[]): string {
  if (locked.compare !== null && hits.length === 0) return "A and B differ at no place beyond chance.";
  if (!scene.shown.map.description.similarity || hits.length === 0) return "";
  const sides = [locked.result, ...(locked.compare === null ? [] : [locked.compare])];
  if (sides.every((key) => explanationOf(data, key).baseline !== null)) return "";
  return measuring ? "Not judged yet: measuring chance …" : "Not judged: chance was not measured.";
}

/** `−1.14`: what the score loses there, or gains. */
function changeText({ value }: SceneHit): string {
  return `${value < 0 ? "+" : ""}${decimal(-value)}`;
}

function isCompared(hit: SceneHit): hit is ComparedHit {
  return "side" in hit;
}

/** Whom a place speaks for: the side that is higher there. */
function sideOf({ value, a, b, side }: ComparedHit): "a" | "b" {
  return a === null || b === null ? side : value >= 0 ? "a" : "b";
}

/** `B +0.71`: by how much which side is higher. */
function differenceText(hit: ComparedHit, unit: string): string {
  const name = sideOf(hit).toUpperCase();
  const sign = hit.a === null || hit.b === null ? "" : "+";
  return `${name} ${sign}${decimal(Math.abs(hit.value))}${unit && ` ${unit}`}`;
}
