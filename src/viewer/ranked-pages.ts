import {
  decimal,
  type LensData,
  type LensExplanation,
  type LensPage,
  pageName,
  printable,
  selectionChance,
  sharedName,
  siblings,
} from "../../core/index.js";
import { h, replaceButtons, setText } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import { createGoTo } from "./go-to-page.js";
import { pageRanking } from "./page-ranking.js";
import type { Pictures } from "./pictures.js";
import { createThumbnail, type Thumbnail } from "./thumbnail.js";

interface Entry {
  result: string;
  button: HTMLButtonElement;
  thumbnail: Thumbnail;
  /** Whether it is in sight: only then its picture is decoded and painted. */
  seen: boolean;
}

/** Milliseconds after a change before small pages follow the large one, which is drawn at once. */
const AFTER = 80;
/** From how many pages on one is found by its number. */
const MANY = 12;

/** The pages of which the same model was asked the same query, the best first; where none stands out, in their own order. */
export function createPageList(actions: Actions, pictures: Pictures): Part {
  const order = h("span", { class: "cl-quiet" });
  const list = h("div", {
    class: "cl-page-list",
    role: "toolbar",
    "aria-label": "Pages, best first",
    "aria-orientation": "vertical",
  });
  const count = h("span", { class: "cl-page-count" });
  const goTo = createGoTo((number) => {
    const found = numbered(number);
    if (found) found.button.click();
    else actions.say(`no page ${number} in this lens`);
    return found !== undefined;
  });
  const element = h(
    "div",
    { class: "cl-pages" },
    h("div", { class: "cl-section-head" }, h("h3", {}, "Pages"), order),
    list,
    h("div", { class: "cl-pages-foot" }, count, goTo),
  );
  let data: LensData | null = null;
  let set = "";
  let drawn = "";
  let waiting = 0;
  let entries: Entry[] = [];
  let last: Frame | null = null;

  const sight = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        const entry = entries.find((e) => e.button === target);
        if (entry) entry.seen = isIntersecting;
      }
      draw();
    },
    { root: list, rootMargin: "200px" },
  );

  list.addEventListener("keydown", (event) => {
    const at = entries.findIndex(({ button }) => button === document.activeElement);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowRight: at + 1,
      ArrowUp: at - 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: entries.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    entries.at(next % entries.length)?.button.focus();
  });

  /** Of the document in view, else of the one that comes first. */
  function numbered(number: number): Entry | undefined {
    if (!data || !last) return undefined;
    const { name } = last.scene.page;
    const pageOf = ({ result }: Entry) => (data as LensData).pages[(data as LensData).results[result].page];
    const found = entries.filter((e) => pageOf(e).number === number);
    return found.find((e) => pageOf(e).name === name) ?? found[0];
  }

  function build(frame: Frame): void {
    sight.disconnect();
    const ranked = pageRanking(frame.data, frame.locked.result);
    setText(order, ranked.all.length < 2 ? "" : ranked.byScore ? "best first" : "in order");
    order.title = ranked.byScore
      ? "Highest score first"
      : "No page stands out, so pages keep their own order";
    list.setAttribute("aria-label", ranked.byScore ? "Pages, best first" : "Pages, in order");
    entries = ranked.all.map((explanation) => entry(frame.data, explanation, actions, pictures));
    const several =
      new Set(entries.map(({ result }) => frame.data.pages[frame.data.results[result].page].name)).size > 1;
    let name = "";
    const rows = entries.flatMap(({ result, button }) => {
      const page = frame.data.pages[frame.data.results[result].page];
      const head = several && page.name !== name ? [documentHead(page)] : [];
      name = page.name;
      return [...head, button];
    });
    replaceButtons(list, rows);
    const pages = ranked.all.map((e) => frame.data.pages[e.page]);
    setText(count, countText(pages));
    goTo.hidden = pages.length <= MANY;
    for (const { button } of entries) sight.observe(button);
  }

  /** Only what is in sight, and only what is not drawn yet. */
  function draw(): void {
    if (!last) return;
    const { token, word } = last.locked;
    for (const { seen, thumbnail, result } of entries)
      if (seen) thumbnail.draw(last, { result, token, word }, drawn);
  }

  return {
    element,
    update(frame) {
      last = frame;
      const { result, token, word, zoom, region, layout, compare, difference, ...rest } = frame.locked;
      const results = siblings(frame.data, result);
      if (frame.data !== data || results.join() !== set) {
        [data, set] = [frame.data, results.join()];
        build(frame);
      }
      const now = JSON.stringify([token, word, rest]);
      if (now !== drawn) {
        drawn = now;
        window.clearTimeout(waiting);
        waiting = window.setTimeout(draw, AFTER);
      }
      for (const { result: key, button } of entries) {
        const chosen = key === result;
        if ((button.getAttribute("aria-pressed") === "true") === chosen) continue;
        button.setAttribute("aria-pressed", String(chosen));
        button.tabIndex = chosen ? 0 : -1;
        if (chosen) keepInSight(list, button);
      }
    },
    dispose() {
      window.clearTimeout(waiting);
      sight.disconnect();
    },
  };
}

/** Where the lens has all pages of its documents it says so, else how many of how many. */
function countText(pages: LensPage[]): string {
  const totals = new Map(pages.map(({ name, of }) => [name, of]));
  const all = Array.from(totals.values()).reduce((sum, of) => sum + of, 0);
  if (pages.length < all) return `${pages.length} of ${all} pages`;
  return pages.length === 1 ? "1 page" : `All ${pages.length} pages`;
}

function documentHead({ name }: LensPage): HTMLElement {
  const file = printable(sharedName(name), 80);
  return h("p", { class: "cl-document", dir: "auto", title: file }, file);
}

function entry(data: LensData, explanation: LensExplanation, actions: Actions, pictures: Pictures): Entry {
  const { key: result, maxsim, query } = explanation;
  const page = data.pages[explanation.page];
  const thumbnail = createThumbnail(page, pictures);
  const chances = query.words.map(({ index }) => selectionChance(explanation, { word: index }));
  const measured = chances.some((c) => c !== null);
  const beyond = chances.filter((c) => c?.beyond).length;
  const dots = measured
    ? chances.slice(0, 24).map((c) => h("span", { class: `cl-dot${c?.beyond ? "" : " cl-within"}` }))
    : [];
  const score = decimal(maxsim.score);
  const says = measured ? `, ${beyond} of ${chances.length} words beyond chance` : "";
  const button = h(
    "button",
    {
      class: "cl-thumb",
      tabindex: "-1",
      "aria-pressed": "false",
      "aria-label": `${page.number} ${score}, ${pageName(page)}${says}`,
      "data-key": `${page.number} ${page.sha256}`,
    },
    thumbnail.element,
    h(
      "span",
      { class: "cl-thumb-facts" },
      h("span", { class: "cl-thumb-number" }, String(page.number)),
      " ",
      h("span", { class: "cl-thumb-score" }, score),
      h("span", { class: "cl-dots", "aria-hidden": "true" }, ...dots),
    ),
  );
  button.title = `${pageName(page)}. Score ${score}${says}.`;
  button.addEventListener("click", () => actions.set({ result }));
  return { result, button, thumbnail, seen: false };
}

/** Scrolls the list, and nothing around it. */
function keepInSight(
  list: HTMLElement,
  { offsetTop: top, offsetHeight, offsetLeft: left, offsetWidth }: HTMLElement,
): void {
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + offsetHeight > list.scrollTop + list.clientHeight)
    list.scrollTop = top + offsetHeight - list.clientHeight;
  if (left < list.scrollLeft) list.scrollLeft = left;
  else if (left + offsetWidth > list.scrollLeft + list.clientWidth)
    list.scrollLeft = left + offsetWidth - list.clientWidth;
}
