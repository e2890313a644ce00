import {
  type Chip,
  chips,
  decimal,
  describeChance,
  type Explanation,
  explanationOf,
  hasNumber,
  reading,
  shares,
} from "../../core/index.js";
import { h, replaceButtons, setText, uniqueId } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";

/** What is said of chance while it is being measured. */
export const MEASURING = "measuring chance";

/** One button a word; pointing previews its map, clicking selects it, arrow keys walk along. */
export function createChips(actions: Actions): Part {
  const row = h("div", { class: "cl-chips", role: "toolbar", "aria-label": "Words and tokens of the query" });
  const scopeId = uniqueId("scope");
  const scope = h("input", { id: scopeId, type: "checkbox" });
  const share = h("span", { class: "cl-share" });
  const element = h(
    "div",
    { class: "cl-chip-row" },
    row,
    h("div", { class: "cl-scope" }, h("label", { for: scopeId }, scope, " words only"), share),
  );
  scope.addEventListener("change", () => actions.set({ scope: scope.checked ? "words" : "all" }));

  let key = "";
  let data: Frame["data"] | null = null;
  let buttons: { button: HTMLButtonElement; chip: Chip }[] = [];
  /** Words that show their sub-tokens, of the query that is shown. */
  const open = new Set<number>();
  let query = "";
  let last: Frame | null = null;

  row.addEventListener("keydown", (event) => {
    const at = buttons.findIndex(({ button }) => button === document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Escape") actions.set({ token: null, word: null });
    else if (next === undefined || at < 0) return;
    else focus((next + buttons.length) % buttons.length);
    event.preventDefault();
    event.stopPropagation();
  });
  row.addEventListener("pointerleave", () => actions.preview(null));
  row.addEventListener("focusout", () => actions.preview(null));

  function focus(index: number): void {
    for (const [i, { button }] of buttons.entries()) button.tabIndex = i === index ? 0 : -1;
    buttons[index]?.button.focus();
  }

  function build(frame: Frame): void {
    buttons = [];
    const explanation = explanationOf(frame.data, frame.locked.result);
    const asked = JSON.stringify(explanation.query.tokens.map((t) => t.id));
    if (asked !== query) open.clear();
    query = asked;
    const measuring = isMeasuring(frame);
    const add = (chip: Chip, part: boolean) => {
      const button = chipButton(chip, { part, ends, measuring });
      button.addEventListener("pointerenter", (e) => {
        if (e.pointerType !== "touch") actions.preview(chip.select);
      });
      button.addEventListener("focus", () => {
        if (button.matches(":focus-visible")) actions.preview(chip.select);
      });
      button.addEventListener("click", () => choose(chip));
      buttons.push({ button, chip });
      return button;
    };
    const all = chips(explanation, frame.locked);
    const ends = barEnds(all, explanation);
    const groups = all.map((chip) => {
      const word = chip.select.word;
      if (chip.parts.length === 0 || word === null) return add(chip, false);
      const toggle = h(
        "button",
        {
          class: "cl-expand",
          "aria-expanded": String(open.has(word)),
          "aria-label": `Sub-tokens of ${chip.label}`,
          "data-key": `sub-tokens ${word} ${chip.label}`,
        },
        open.has(word) ? "▾" : "▸",
      );
      toggle.addEventListener("click", () => {
        if (!open.delete(word)) open.add(word);
        if (last) build(last);
      });
      const parts = open.has(word) ? chip.parts.map((p) => add(p, true)) : [];
      return h("span", { class: "cl-group" }, add(chip, false), toggle, ...parts);
    });
    replaceButtons(row, groups);
    mark(frame);
  }

  function choose(chip: Chip): void {
    actions.set((now) => (same(chip, now) ? { token: null, word: null } : chip.select));
  }

  function mark({ view, locked, preview }: Frame): void {
    const chosen = buttons.findIndex(({ chip }) => same(chip, locked));
    const focused = buttons.findIndex(({ button }) => button === document.activeElement);
    const reached = focused >= 0 ? focused : Math.max(0, chosen);
    buttons.forEach(({ button, chip }, i) => {
      button.setAttribute("aria-pressed", String(i === chosen));
      button.classList.toggle("cl-previewed", preview && same(chip, view));
      button.tabIndex = i === reached ? 0 : -1;
    });
  }

  return {
    element,
    update(frame) {
      last = frame;
      const { result, scope: which, aggregate, quantity } = frame.locked;
      const now = `${result} ${which} ${aggregate} ${quantity} ${frame.measuring}`;
      if (now !== key || frame.data !== data) build(frame);
      else mark(frame);
      [key, data] = [now, frame.data];
      scope.checked = which === "words";
      setText(share, shareText(frame));
    },
  };
}

function same(chip: Chip, view: { token: number | null; word: number | null }): boolean {
  return chip.select.token === view.token && chip.select.word === view.word;
}

function chipButton(
  chip: Chip,
  { part, ends: [low, high], measuring }: { part: boolean; ends: [number, number]; measuring: boolean },
): HTMLButtonElement {
  const fill = h("span", { class: "cl-bar-fill" });
  const along = (value: number) =>
    high > low ? `${Math.max(0, Math.min(1, (value - low) / (high - low))) * 100}%` : "0%";
  fill.style.width = along(chip.value ?? low);
  const level = chip.chance?.level ?? null;
  const tick = level === null ? null : h("span", { class: "cl-bar-chance" });
  if (tick && level !== null) tick.style.left = along(level);
  const button = h(
    "button",
    {
      class: `cl-chip cl-kind-${chip.kind}${part ? " cl-part" : ""}`,
      tabindex: "-1",
      "data-key": `${chip.select.token} ${chip.select.word} ${chip.label}`,
    },
    h("span", { class: "cl-chip-label", dir: "auto" }, chip.label),
    h(
      "span",
      { class: "cl-chip-value" },
      hasNumber(chip) ? reading(chip.value, chip.quantity) : "–",
      chanceMark(chip, measuring),
      chip.offImage ? h("span", { class: "cl-off" }, " ↗") : null,
    ),
    h("span", { class: "cl-bar" }, fill, tick),
  );
  const adds = chip.quantity.similarity ? `, adds ${decimal(chip.contribution)} to the score` : "";
  const chance = chip.chance ? `; ${describeChance(chip.chance)}` : "";
  const off = chip.offImage ? "; strongest match is off the image" : "";
  const highest = hasNumber(chip)
    ? `highest ${reading(chip.value, chip.quantity, true)}`
    : `no map of its ${chip.quantity.noun}`;
  button.title = `${chip.kind === "all" ? "All tokens shown" : chip.kind}: ${highest}${adds}${chance}${off}`;
  return button;
}

/** What the bars on the chips span: from 0 to the best match of a token; of other quantities, to the highest chip. */
function barEnds(all: readonly Chip[], { maxsim }: Explanation): [number, number] {
  if (all[0].quantity.similarity) return [0, Math.max(...maxsim.tokens.map((t) => t.patchBest))];
  const values = all.filter(hasNumber).map((chip) => chip.value);
  return [Math.min(0, ...values), Math.max(...values)];
}

/** Whether the chance of what is shown is on its way. */
export function isMeasuring({ measuring, scene }: Pick<Frame, "measuring" | "scene">): boolean {
  return measuring && scene.explanation.baseline === null && scene.shown.map.description.similarity;
}

/** ◆ more than chance, ◇ no more, … while it is being measured; nothing where it was not. */
export function chanceMark({ chance, kind }: Chip, measuring: boolean): HTMLElement | null {
  if (!chance && measuring && kind !== "all")
    return h("span", { class: "cl-chance", role: "img", "aria-label": MEASURING }, "…");
  if (!chance) return null;
  const words = chance.beyond ? "more than chance" : "no more than chance";
  return h("span", { class: "cl-chance", role: "img", "aria-label": words }, chance.beyond ? "◆" : "◇");
}

/** `words 62 % of the score, augmentation 38 %`; nothing when words are all there is. */
function shareText({ scene }: Frame): string {
  const { score } = scene.explanation.maxsim;
  const parts = Object.entries(shares(scene.explanation)).filter(([kind, v]) => kind === "word" || v !== 0);
  if (parts.length < 2 || score <= 0) return "";
  return parts
    .map(([kind, v]) => `${kind === "word" ? "words" : kind} ${Math.round((100 * v) / score)} %`)
    .join(" · ");
}
