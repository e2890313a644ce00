import {
  attentionPatch,
  changeView,
  chips,
  explanationOf,
  hasNumber,
  headName,
  headsInView,
  isAttention,
  type LensView,
  type PagePoint,
  type PatchMap,
  patchAt,
  reading,
  scene,
  type ViewChange,
} from "../../core/index.js";
import { chanceMark, isMeasuring } from "./chip-row.js";
import { h, replaceButtons, setText } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import { percent } from "./panel/attention-grid.js";
import { createPaper, type Paper, type Pointer, pointIn } from "./paper.js";
import type { Pictures } from "./pictures.js";
import { answeringArea, printedArea } from "./printed-area.js";
import { createSheet, type Sheet } from "./sheet.js";

/** What one of the maps is of. */
interface Item {
  key: string;
  label: string;
  /** What choosing it sets, and what it is drawn with. */
  select: ViewChange;
  /** What stands beside its name at rest. */
  value: string;
  marks: (Node | string | null)[];
  isChosen(view: LensView): boolean;
}

interface Small {
  item: Item;
  button: HTMLButtonElement;
  paper: Paper;
  sheet: Sheet;
  /** Its highest number, or the one that is pointed at. */
  value: HTMLElement;
  map: PatchMap | null;
}

/** Between the maps, around them, and over each of them, in pixels of the screen. */
const GAP = 12;
const HEAD = 30;
const BORDER = 1;
/** Narrower ones cannot be read: then they are scrolled. */
const NARROWEST = 150;

/** Small multiples: the page once a word, or of attention once a head, as large as all of them fit; all on the same place when one is pointed at. */
export function createMultiples(actions: Actions, pictures: Pictures): Part {
  const element = h("div", { class: "cl-multiples", role: "group", "aria-label": "One map a word" });
  let small: Small[] = [];
  let built = "";
  let drawn = "";
  let data: Frame["data"] | null = null;
  let last: Frame | null = null;

  /** The pointer over the pictures, which may change under it. */
  let pointer: Pointer | null = null;

  function point(): void {
    const over = pointer && document.elementFromPoint(pointer.clientX, pointer.clientY);
    const paper = small.find((s) => s.paper.element.contains(over))?.paper.element;
    actions.point(paper && pointer ? pointIn(paper, pointer) : null);
  }

  element.addEventListener("pointermove", ({ clientX, clientY }) => {
    pointer = { clientX, clientY };
    point();
  });
  element.addEventListener("pointerleave", () => {
    pointer = null;
    actions.point(null);
  });
  element.addEventListener("scroll", () => pointer && point(), { passive: true });

  function build(frame: Frame): void {
    small = itemsOf(frame).map((item) => {
      const paper = createPaper(pictures);
      const sheet = createSheet(paper.element);
      const value = h("span", {}, item.value);
      const button = h(
        "button",
        { class: "cl-small", "data-key": item.key },
        h(
          "span",
          { class: "cl-small-head" },
          h("span", { class: "cl-chip-label", dir: "auto" }, item.label),
          h("span", { class: "cl-chip-value" }, value, ...item.marks),
        ),
        sheet.element,
      );
      button.addEventListener("click", () => actions.set(item.select));
      return { item, button, paper, sheet, value, map: null };
    });
    replaceButtons(
      element,
      small.map((s) => s.button),
    );
  }

  /** Remembered: asked for after other parts have changed, it would be laid out for. */
  let room: Room | null = null;
  const resized = new ResizeObserver(() => {
    room = roomIn(element);
    if (last && element.isConnected) draw(last);
  });
  resized.observe(element);

  function draw({ data: of, locked }: Frame): void {
    const explanation = explanationOf(of, locked.result);
    const page = of.pages[explanation.page];
    const all = scene({ data: of, view: { ...locked, token: null, word: null, compare: null } });
    // What a patch read may be anywhere on the page.
    const area = isAttention(locked.quantity) ? WHOLE : answeringArea(all, printedArea(page, explanation));
    room ??= roomIn(element);
    const columns = columnsFor(small.length, room, (page.width * area.width) / (page.height * area.height));
    element.style.gridTemplateColumns = `repeat(${columns.count}, ${columns.width}px)`;
    const width = (columns.width - 2 * BORDER) / area.width;
    for (const { sheet } of small) sheet.lay(width, page.width / page.height, area);
    for (const each of small) {
      const { item, paper } = each;
      const one = scene({ data: of, view: changeView(of, { ...locked, compare: null }, item.select) });
      each.map = one.shown.map;
      // Thin lines: a small picture has no room for more.
      paper.draw(one, (0.5 * one.page.width) / width);
    }
  }

  return {
    element,
    update(frame) {
      last = frame;
      if (!element.isConnected) {
        pointer = room = null;
        return;
      }
      const { result, scope, aggregate, quantity } = frame.locked;
      const heads = headsInView(frame.scene.explanation, frame.locked)?.map(headName).join() ?? "";
      const of = heads && JSON.stringify(attentionPatch(frame.scene.explanation, frame.locked));
      const set = `${result} ${scope} ${aggregate} ${quantity} ${frame.measuring} ${heads} ${of}`;
      const now = drawnBy(frame.locked);
      const fresh = frame.data !== data;
      if (fresh || set !== built) build(frame);
      if (fresh || set !== built || now !== drawn) draw(frame);
      [built, drawn, data] = [set, now, frame.data];
      for (const { item, button } of small)
        button.setAttribute("aria-pressed", String(item.isChosen(frame.locked)));
      if (pointer) point();
    },
    dispose: () => resized.disconnect(),
    pointAt(at: PagePoint | null) {
      if (!element.isConnected || !last) return;
      const { grid } = last.scene.explanation;
      const patch = at && patchAt(grid, at);
      for (const { paper, value, map, item } of small) {
        paper.point(grid, patch);
        const text = patch && map ? reading(map.at(patch.row, patch.column), map.description) : item.value;
        setText(value, text);
        value.classList.toggle("cl-pointed", patch !== null);
      }
    },
  };
}

const WHOLE = { x: 0, y: 0, width: 1, height: 1 };

/** A map of each head of what is shown of attention, else of all words and of each. */
function itemsOf(frame: Frame): Item[] {
  const { locked, data } = frame;
  const explanation = explanationOf(data, locked.result);
  const heads = headsInView(explanation, locked);
  if (heads)
    return heads.map((one) => ({
      key: headName(one),
      label: `L${one.layer} H${one.head}`,
      select: { layer: one.layer, head: one.head },
      value: `0–${percent(one.most)}, off ${percent(one.offPage)}`,
      marks: [],
      isChosen: ({ layer, head }) => layer === one.layer && head === one.head,
    }));
  return chips(explanation, locked)
    .filter(hasNumber)
    .map((chip) => ({
      key: `${chip.select.token} ${chip.select.word} ${chip.label}`,
      label: chip.kind === "all" ? "All words" : chip.label,
      select: chip.select,
      value: reading(chip.value, chip.quantity),
      marks: [chanceMark(chip, isMeasuring(frame)), chip.offImage ? " ↗" : null],
      isChosen: ({ token, word }) => chip.select.token === token && chip.select.word === word,
    }));
}

interface Room {
  width: number;
  height: number;
}

function roomIn({ clientWidth, clientHeight }: HTMLElement): Room {
  return { width: clientWidth, height: clientHeight };
}

/** As few columns as hold all maps without scrolling: so they are as large as they can be. */
function columnsFor(maps: number, { width: wide, height: high }: Room, aspect: number) {
  for (let count = 1; ; count++) {
    const width = Math.floor((wide - 2 * GAP - (count - 1) * GAP) / count);
    const height = (width - 2 * BORDER) / aspect + HEAD + 2 * BORDER;
    const rows = Math.ceil(maps / count);
    if (rows * (height + GAP) + GAP <= high) return { count, width };
    const next = Math.floor((wide - 2 * GAP - count * GAP) / (count + 1));
    if (next < NARROWEST) return { count, width };
  }
}

/** All settings but the selection and the zoom, which leave the small maps as they are. */
function drawnBy({ token, word, zoom, ...rest }: LensView): string {
  return JSON.stringify(rest);
}
