import { chips, explanationOf, hasNumber, type NumberedChip, type Rect, reading } from "../../core/index.js";
import { chanceMark, isMeasuring } from "./chip-row.js";
import { h, replaceButtons, setText } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import type { Pictures } from "./pictures.js";
import { createThumbnail, type Thumbnail } from "./thumbnail.js";

/** Beside the page where the lens fills the window. */
export interface Overview extends Part {
  /** Shows which part of the page is in view, as fractions of it. */
  showView(part: Rect): void;
}

interface Card {
  chip: NumberedChip;
  button: HTMLButtonElement;
  thumbnail: Thumbnail;
}

/** More maps than these are looked at as multiples. */
const MOST = 24;

/** The whole page with the map of all words, and one of each word; choosing one shows it on the large page. */
export function createOverview(actions: Actions, pictures: Pictures): Overview {
  const where = h("span", { class: "cl-quiet" });
  const list = h("div", { class: "cl-over-list" });
  const view = h("span", { class: "cl-in-view" });
  const element = h(
    "div",
    { class: "cl-over" },
    h("div", { class: "cl-section-head" }, h("h3", {}, "Each word"), where),
    list,
  );
  let cards: Card[] = [];
  let built = "";
  let data: Frame["data"] | null = null;
  let last: Frame | null = null;
  /** Only where there is room for it is it drawn. */
  let room = false;
  const resized = new ResizeObserver(() => {
    room = element.clientWidth > 0;
    if (last && room) draw(last);
  });
  resized.observe(element);

  function build(frame: Frame): void {
    const explanation = explanationOf(frame.data, frame.locked.result);
    const page = frame.data.pages[explanation.page];
    setText(where, `page ${page.number}`);
    cards = chips(explanation, frame.locked)
      .filter(hasNumber)
      .slice(0, MOST)
      .map((chip) => {
        const thumbnail = createThumbnail(page, pictures);
        const isAll = chip.kind === "all";
        const button = h(
          "button",
          {
            class: `cl-card${isAll ? " cl-wide" : ""}`,
            "data-key": `${chip.select.token} ${chip.select.word} ${chip.label}`,
          },
          h(
            "span",
            { class: "cl-small-head" },
            h("span", { class: "cl-chip-label", dir: "auto" }, isAll ? "All words" : chip.label),
            h(
              "span",
              { class: "cl-chip-value" },
              reading(chip.value, chip.quantity),
              chanceMark(chip, isMeasuring(frame)),
            ),
          ),
          thumbnail.element,
        );
        if (isAll) thumbnail.element.append(view);
        button.addEventListener("click", () => actions.set(chip.select));
        return { chip, button, thumbnail };
      });
    replaceButtons(
      list,
      cards.map(({ button }) => button),
    );
  }

  function draw(frame: Frame): void {
    const { result, token, word, zoom, region, layout, compare, difference, ...rest } = frame.locked;
    const now = `${result} ${JSON.stringify(rest)} ${frame.measuring}`;
    if (now !== built || frame.data !== data) build(frame);
    [built, data] = [now, frame.data];
    for (const { chip, button, thumbnail } of cards) {
      thumbnail.draw(frame, { result, ...chip.select }, now);
      const chosen = chip.select.token === token && chip.select.word === word;
      button.setAttribute("aria-pressed", String(chosen));
    }
  }

  return {
    element,
    update(frame) {
      last = frame;
      if (room) draw(frame);
    },
    showView({ x, y, width, height }) {
      const percent = (value: number) => `${100 * value}%`;
      Object.assign(view.style, {
        left: percent(x),
        top: percent(y),
        width: percent(width),
        height: percent(height),
      });
    },
    dispose: () => resized.disconnect(),
  };
}
