import {
  type ComparedHit,
  describeScale,
  type PagePoint,
  patchAt,
  patchCentre,
  type Rect,
  type Region,
  regionOf,
  resultName,
  type SceneHit,
} from "../../core/index.js";
import { h, setText } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import { createHitBoxes } from "./hit-boxes.js";
import { isSameHit } from "./listed-hits.js";
import { createPaper, describePaper, type Pointer, pointIn } from "./paper.js";
import type { Pictures } from "./pictures.js";
import { printedArea } from "./printed-area.js";
import { createRuler } from "./ruler.js";
import { createScrolling } from "./scrolling.js";
import { createTip } from "./tip.js";

type Patch = { row: number; column: number };

/** What a key does to the magnification, as a factor. */
export const ZOOM_KEYS: Record<string, number> = { "+": 1.5, "=": 1.5, "-": 1 / 1.5 };

/** The large page, and what else is done with it than others do. */
export interface Stage extends Part {
  by(factor: number): void;
  /** Scrolls as the other stage does. */
  follow(at: { x: number; y: number }): void;
}

/**
 * Pointing says one line about a patch; a click locks it, Shift and drag selects a block of patches; Ctrl and wheel,
 * pinch, buttons and keys magnify; dragging moves the page; arrow keys walk from patch to patch.
 * @param scrolled is told what a person has scrolled to, by fractions
 */
export function createStage(
  actions: Actions,
  pictures: Pictures,
  side: "a" | "b" = "a",
  scrolled: (at: { x: number; y: number }) => void = () => {},
): Stage {
  const paper = createPaper(pictures);
  const boxes = createHitBoxes();
  paper.element.append(boxes.element);
  const tip = createTip();
  const name = h("p", { class: "cl-stage-name" });
  const says = h("span", { dir: "auto" });
  name.append(h("span", { class: `cl-tag cl-tag-${side}` }, side.toUpperCase()), says);
  paper.element.tabIndex = 0;
  paper.element.setAttribute("data-lm-suppress-shortcuts", "true");
  paper.element.setAttribute("role", "application");

  let frame: Frame | null = null;
  let area: Rect = { x: 0, y: 0, width: 1, height: 1 };
  /** The pointer over this stage. What it points at changes under it: with the page, its map, its size. */
  let pointer: Pointer | null = null;
  /** Where any picture of the page is pointed at. */
  let pointed: PagePoint | null = null;
  /** Where the keyboard is on the page, and whether it was the last to be used. */
  let cursor: PagePoint | null = null;
  let byKeys = false;
  /** The hit whose line in the list is pointed at. */
  let strengthened: SceneHit | null = null;
  let dragged: { from: Patch; to: Patch } | null = null;
  /** Marks are drawn for the width that the page has. */
  let drawnWidth = 0;

  const scrolling = createScrolling(paper.element, {
    moved() {
      ruler.show(scrolling.inView());
      if (scrolling.pageWidth() !== drawnWidth) redraw();
      point();
    },
    zoomed: (zoom) => actions.set({ zoom }),
    scrolled,
  });
  const ruler = createRuler(scrolling.scrollTo);
  const view = h("div", { class: "cl-stage-view" }, scrolling.element, ruler.element, tip.element);
  const element = h("div", { class: `cl-stage-column cl-side-${side}` }, name, view);

  function shownArea(): Rect {
    return frame?.fit === "page" ? WHOLE : area;
  }

  /** The patch of the page's own grid at a place; a difference of two grids may be shown on a finer one. */
  function patchOf(at: PagePoint | null): Patch | null {
    return frame && at && patchAt(frame.scene.explanation.grid, at);
  }

  function under(event: Pointer): Patch | null {
    return patchOf(pointIn(paper.element, event));
  }

  /** Says what is pointed at; without a pointer what the keys are at, else what is locked. */
  function read(): void {
    if (!frame) return;
    const { map } = frame.scene.shown;
    const own = pointer && pointIn(paper.element, pointer);
    const at = own ?? pointed ?? (byKeys ? cursor : null) ?? locked();
    const patch = at && patchAt(map, at);
    paper.point(map, patch);
    tip.show(frame, patch, patch && boxOf(patch));
  }

  /** Where a patch is in the stage. */
  function boxOf({ row, column }: Patch): DOMRect | null {
    if (!frame) return null;
    const { rows, columns } = frame.scene.shown.map;
    const [box, from] = [paper.element.getBoundingClientRect(), view.getBoundingClientRect()];
    const [width, height] = [box.width / columns, box.height / rows];
    return new DOMRect(
      box.left - from.left + column * width,
      box.top - from.top + row * height,
      width,
      height,
    );
  }

  /** Reads again; with a pointer it tells the other pictures of the page where this one is pointed at. */
  function point(): void {
    if (pointer) actions.point(pointIn(paper.element, pointer));
    else read();
  }

  const moved = () => pointer && point();
  window.addEventListener("scroll", moved, { passive: true });
  view.addEventListener("pointermove", (event) => {
    pointer = { clientX: event.clientX, clientY: event.clientY };
    point();
    if (!dragged) return;
    dragged.to = under(event) ?? dragged.to;
    actions.preview({ region: drawn() });
  });
  view.addEventListener("pointerleave", () => {
    pointer = null;
    actions.point(null);
  });
  scrolling.element.addEventListener("pointerdown", (event) => {
    byKeys = false;
    const from = under(event);
    if (!event.shiftKey || !from) return;
    event.preventDefault();
    scrolling.element.setPointerCapture(event.pointerId);
    dragged = { from, to: from };
  });
  scrolling.element.addEventListener("pointerup", () => {
    if (!dragged) return;
    const region = drawn();
    dragged = null;
    actions.preview(null);
    actions.set({ region });
  });
  scrolling.element.addEventListener("pointercancel", () => {
    dragged = null;
    actions.preview(null);
  });
  paper.element.addEventListener("click", (event) => {
    if (event.shiftKey) return;
    cursor = pointIn(paper.element, event);
    lock(cursor);
  });
  paper.element.addEventListener("keydown", (event) => {
    if (!frame || !key(event, frame)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  paper.element.addEventListener("focus", () => {
    if (!frame || !paper.element.matches(":focus-visible")) return;
    const [best] = frame.scene.best;
    walkTo(cursor ?? locked() ?? patchCentre(frame.scene.shown.map, best));
  });
  paper.element.addEventListener("blur", () => {
    byKeys = false;
    actions.point(null);
  });

  /** A region belongs to the page it was drawn on. */
  function onThis(block: Region): Region {
    return side === "b" ? { ...block, side } : block;
  }

  function drawn(): Region | null {
    return dragged && onThis(block(dragged.from, dragged.to));
  }

  /** The locked patch is let go by another click on it. */
  function lock(at: PagePoint | null): void {
    const patch = patchOf(at);
    if (!patch) return;
    actions.set((now) => {
      const region = regionOf(now, side);
      const again = region && isPatch(region) && region.row === patch.row && region.column === patch.column;
      return { region: again ? null : onThis({ ...patch, rows: 1, columns: 1 }) };
    });
  }

  /** The locked patch, which stays read out while nothing is pointed at. */
  function locked(): PagePoint | null {
    const region = frame && regionOf(frame.locked, side);
    return frame && region && isPatch(region) ? patchCentre(frame.scene.explanation.grid, region) : null;
  }

  /** @returns whether the key means something here */
  function key(event: KeyboardEvent, { locked: settings }: Frame): boolean {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step && event.shiftKey) grow(step);
    else if (step) walk(step);
    else if ((event.key === "Enter" || event.key === " ") && cursor) lock(cursor);
    else if (event.key === "Escape" && settings.region) actions.set({ region: null });
    else return false;
    return true;
  }

  /** Makes the selected block larger or smaller at its lower right corner. */
  function grow([down, right]: number[]): void {
    if (!frame) return;
    const { grid } = frame.scene.explanation;
    const from = patchOf(cursor) ?? { row: 0, column: 0 };
    actions.set((now) => {
      const start = regionOf(now, side) ?? { ...from, rows: 1, columns: 1 };
      const grown = {
        ...start,
        rows: Math.min(grid.rows - start.row, Math.max(1, start.rows + down)),
        columns: Math.min(grid.columns - start.column, Math.max(1, start.columns + right)),
      };
      actions.say(`${grown.rows} x ${grown.columns} patches selected`);
      return { region: onThis(grown) };
    });
  }

  function walk([down, right]: number[]): void {
    if (!frame) return;
    const { map, best } = { map: frame.scene.shown.map, best: frame.scene.best[0] };
    const from = (cursor && patchAt(map, cursor)) ?? best;
    const to = {
      row: Math.min(map.rows - 1, Math.max(0, from.row + down)),
      column: Math.min(map.columns - 1, Math.max(0, from.column + right)),
    };
    walkTo(patchCentre(map, to));
    actions.say(tip.words());
  }

  function walkTo(at: PagePoint): void {
    cursor = at;
    byKeys = true;
    // A pointer that rests on the page has its say again when it moves.
    pointer = null;
    scrolling.keepInView(at);
    actions.point(at);
  }

  function redraw(): void {
    if (!frame) return;
    drawnWidth = scrolling.pageWidth();
    const unit = drawnWidth > 0 ? frame.scene.page.width / drawnWidth : 1;
    paper.draw(frame.scene, unit);
    boxes.draw(frame.scene, unit);
    markHits();
  }

  function markHits(): void {
    if (!frame) return;
    const { hit, scene } = frame;
    boxes.mark(hit, strengthened);
    const { y: top, height } = shownArea();
    ruler.ticks(
      scene.hits.map((each) => ({
        y: ((each.rect.y + each.rect.height / 2) / scene.page.height - top) / height,
        current: isSameHit(each, hit),
        ofB: (each as Partial<ComparedHit>).side === "b",
      })),
    );
  }

  /** Not in the document: the pointer may have gone anywhere meanwhile. */
  function leave(): void {
    frame = pointer = pointed = dragged = null;
  }

  return {
    element,
    update(all) {
      const of = side === "a" ? all.scene : all.other;
      if (!of || !element.isConnected) return leave();
      if (frame?.scene.explanation !== of.explanation) {
        dragged = null;
        area = printedArea(of.page, of.explanation);
      }
      const next = { ...all, scene: of };
      frame = next;
      name.hidden = all.other === null;
      setText(says, all.other ? stageName(side, all) : "");
      const { fit, locked: settings, scene } = next;
      scrolling.show(scene.page, shownArea(), fit, settings.zoom);
      redraw();
      if (!next.preview) describePaper(paper.element, next.scene);
      point();
    },
    pointAt(at) {
      pointed = at;
      if (element.isConnected) read();
    },
    goTo({ rect }, smoothly) {
      if (!frame || !element.isConnected) return;
      const { width, height } = frame.scene.page;
      const part = {
        x: rect.x / width,
        y: rect.y / height,
        width: rect.width / width,
        height: rect.height / height,
      };
      scrolling.reveal(part, smoothly);
    },
    pointAtHit(hit) {
      strengthened = hit;
      markHits();
    },
    by: scrolling.by,
    follow: scrolling.follow,
    dispose() {
      window.removeEventListener("scroll", moved);
      scrolling.dispose();
    },
  };
}

const WHOLE: Rect = { x: 0, y: 0, width: 1, height: 1 };

function stageName(side: "a" | "b", { data, locked, scene, other }: Frame): string {
  const key = side === "a" ? locked.result : (locked.compare as string);
  const own =
    side === "b" && other && other.scale.domain.join() !== scene.scale.domain.join()
      ? `, on its own scale: ${describeScale(other.scale)}`
      : "";
  return `${resultName(data, key)}${own}`;
}

function block(a: Patch, b: Patch): Region {
  const [row, column] = [Math.min(a.row, b.row), Math.min(a.column, b.column)];
  return { row, column, rows: Math.abs(a.row - b.row) + 1, columns: Math.abs(a.column - b.column) + 1 };
}

function isPatch({ rows, columns }: Region): boolean {
  return rows * columns === 1;
}
