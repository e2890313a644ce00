import {
  type Chip,
  chips,
  decimal,
  describeChance,
  explanationOf,
  hasNumber,
  printable,
  reading,
} from "../../core/index.js";
import { h, replaceButtons } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import { swatch } from "./wedge.js";

/** What is said of chance while it is being measured. */
export const MEASURING = "measuring chance";

/** One button a word; pointing previews its map, clicking selects it, arrow keys walk along. */
export function createChips(actions: Actions): Part {
  const row = h("div", { class: "cl-chips", role: "toolbar", "aria-label": "Words and tokens of the query" });
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
    if (event.key === "Escape" && last && (last.locked.token !== null || last.locked.word !== null))
      actions.set({ token: null, word: null });
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
    const add = (chip: Chip, part: boolean) => {
      const button = chipButton(chip, part, isMeasuring(frame));
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
    const groups = chips(explanation, frame.locked).map((chip) => {
      const word = chip.select.word;
      if (chip.parts.length === 0 || word === null) return add(chip, false);
      const toggle = h(
        "button",
        {
          class: "cl-expand",
          "aria-expanded": String(open.has(word)),
          "aria-label": `Sub-tokens of ${chip.label}`,
          title: `Sub-tokens of ${chip.label}`,
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
    const at = row.scrollLeft;
    replaceButtons(row, [...groups, ...unseen(explanation.query.dropped)]);
    row.scrollLeft = at;
    mark(frame);
  }

  function choose(chip: Chip): void {
    actions.set((now) => (same(chip, now) ? { token: null, word: null } : chip.select));
  }

  function mark({ view, locked, preview, scene }: Frame): void {
    const chosen = buttons.findIndex(({ chip }) => same(chip, locked));
    const focused = buttons.findIndex(({ button }) => button === document.activeElement);
    const reached = focused >= 0 ? focused : Math.max(0, chosen);
    const isDifference = scene.shown.kind === "difference";
    buttons.forEach(({ button, chip }, i) => {
      button.setAttribute("aria-pressed", String(i === chosen));
      button.classList.toggle("cl-previewed", preview && same(chip, view));
      button.tabIndex = i === reached ? 0 : -1;
      const colour = isDifference ? "var(--cl-a)" : hasNumber(chip) ? swatch(scene.scale, chip.value) : "";
      if (button.style.getPropertyValue("--cl-swatch") !== colour)
        button.style.setProperty("--cl-swatch", colour);
    });
  }

  return {
    element: row,
    update(frame) {
      last = frame;
      const { result, scope: which, aggregate, quantity } = frame.locked;
      const now = `${result} ${which} ${aggregate} ${quantity} ${frame.measuring}`;
      if (now !== key || frame.data !== data) build(frame);
      else mark(frame);
      [key, data] = [now, frame.data];
    },
  };
}

function same(chip: Chip, view: { token: number | null; word: number | null }): boolean {
  return chip.select.token === view.token && chip.select.word === view.word;
}

function chipButton(chip: Chip, part: boolean, measuring: boolean): HTMLButtonElement {
  const isAll = chip.kind === "all";
  const value = hasNumber(chip) ? reading(chip.value, chip.quantity) : "–";
  const button = h(
    "button",
    {
      class: `cl-chip cl-kind-${chip.kind}${part ? " cl-part" : ""}`,
      tabindex: "-1",
      "data-key": `${chip.select.token} ${chip.select.word} ${chip.label}`,
    },
    h("span", { class: "cl-chip-label", dir: "auto" }, isAll ? "All" : chip.label),
    isAll
      ? null
      : h(
          "span",
          { class: "cl-chip-value" },
          value,
          chip.offImage ? h("span", { class: "cl-off", "aria-hidden": "true" }, " ↗") : null,
        ),
    chanceMark(chip, measuring),
  );
  const adds = chip.quantity.similarity ? `, adds ${decimal(chip.contribution)} to the score` : "";
  const chance = chip.chance ? `; ${describeChance(chip.chance)}` : "";
  const off = chip.offImage ? "; strongest match is off the image" : "";
  const highest = hasNumber(chip)
    ? `highest ${reading(chip.value, chip.quantity, true)}`
    : `no map of its ${chip.quantity.noun}`;
  button.title = isAll
    ? `Every word at once: each patch shows the one that fits it best. Highest ${value}${adds}`
    : `${chip.kind}: ${highest}${adds}${chance}${off}`;
  return button;
}

/** Words of the query that the model does not see. */
function unseen(dropped: readonly string[]): HTMLElement[] {
  if (dropped.length === 0) return [];
  const words = dropped.slice(0, 5).map((word) => `“${printable(word, 30)}”`);
  const more = dropped.length > words.length ? " and more" : "";
  const says = `not seen: ${words.join(", ")}${more}`;
  const title = "The model's tokenizer drops this part of the query";
  return [h("span", { class: "cl-unseen", dir: "auto", title }, says)];
}

/** Whether the chance of what is shown is on its way. */
export function isMeasuring({ measuring, scene }: Pick<Frame, "measuring" | "scene">): boolean {
  return measuring && scene.explanation.baseline === null && scene.shown.map.description.similarity;
}

/** ● beyond chance, ○ within chance, … while it is being measured; nothing where it was not. */
export function chanceMark(
  { chance, kind }: Pick<Chip, "chance" | "kind">,
  measuring: boolean,
): HTMLElement | null {
  if (!chance && measuring && kind !== "all")
    return h("span", { class: "cl-measuring", role: "img", "aria-label": MEASURING }, "…");
  if (!chance) return null;
  const words = chance.beyond ? "beyond chance" : "within chance";
  return h("span", { class: `cl-dot${chance.beyond ? "" : " cl-within"}`, role: "img", "aria-label": words });
}
