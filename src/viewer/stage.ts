import {
  type ComparedHit,
  describeScale,
  type PagePoint,
  patchAt,
  type Rect,
  resultName,
  type SceneHit,
} from "../../core/index.js";
import { askedPart, showsAttention } from "./asked-part.js";
import { h, setText } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import { createHitBoxes } from "./hit-boxes.js";
import { isSameHit } from "./listed-hits.js";
import { createPaper, describePaper, type Pointer, pointIn } from "./paper.js";
import { createPatchChoice } from "./patch-choice.js";
import type { Pictures } from "./pictures.js";
import { printedArea } from "./printed-area.js";
import { createRuler } from "./ruler.js";
import { createScrolling } from "./scrolling.js";
import { createTip, type TipPlace } from "./tip.js";

type Patch = { row: number; column: number };

/** The large page, and what else is done with it than others do. */
export interface Stage extends Part {
  by(factor: number): void;
  /** Scrolls as the other stage does. */
  follow(at: { x: number; y: number }): void;
}

/**
 * Pointing says one line about a patch; a click locks it, Shift and drag selects a block of patches; Ctrl and wheel,
 * pinch, buttons and keys magnify; dragging moves the page; arrow keys walk from patch to patch.
 * @param on `scrolled` to what, by fractions, by a person; `viewed` what part of the page, as fractions of it
 */
export function createStage(
  actions: Actions,
  pictures: Pictures,
  side: "a" | "b" = "a",
  on: { scrolled(at: { x: number; y: number }): void; viewed?(part: Rect): void } = { scrolled() {} },
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
  /** The hit whose line in the list is pointed at. */
  let strengthened: SceneHit | null = null;
  /** Whether A and B are the same page, or there is no B. */
  let samePage = true;
  /** What is asked about, as it was last brought into view; of attention with its page, as a locked patch goes from page to page. */
  let asked = "";
  /** Marks are drawn for the width that the page has. */
  let drawnWidth = 0;

  const scrolling = createScrolling(paper.element, {
    moved() {
      const seen = scrolling.inView();
      ruler.show(seen);
      const { x, y, width, height } = shownArea();
      on.viewed?.({ x, y: y + seen.from * height, width, height: (seen.to - seen.from) * height });
      if (scrolling.pageWidth() !== drawnWidth) redraw();
      point();
    },
    catchUp: actions.catchUp,
    zoomed: (zoom) => actions.set({ zoom }),
    scrolled: on.scrolled,
  });
  const ruler = createRuler(scrolling.scrollTo);
  const view = h("div", { class: "cl-stage-view" }, scrolling.element, ruler.element, tip.element);
  const element = h("div", { class: `cl-stage-column cl-side-${side}` }, name, view);

  function shownArea(): Rect {
    return frame?.fit === "page" ? WHOLE : area;
  }

  const choice = createPatchChoice(paper.element, scrolling.element, side, actions, () => frame, {
    walked(to) {
      // A pointer that rests on the page has its say again when it moves.
      pointer = null;
      scrolling.keepInView(to);
    },
    words: tip.words,
  });

  /** Says what is pointed at; without a pointer what the keys are at, else what is locked. */
  function read(): void {
    if (!frame) return;
    const { map } = frame.scene.shown;
    const own = pointer && pointIn(paper.element, pointer);
    const at = own ?? pointed ?? choice.at();
    const patch = at && patchAt(map, at);
    // Asked before anything is changed: else the browser would lay out the page for it.
    const place = patch && placeOf(patch);
    paper.point(map, patch);
    tip.show(frame, patch, place);
  }

  /** Where a patch is in the stage. */
  function placeOf({ row, column }: Patch): TipPlace | null {
    if (!frame) return null;
    const { rows, columns } = frame.scene.shown.map;
    const [box, from] = [paper.element.getBoundingClientRect(), view.getBoundingClientRect()];
    const [width, height] = [box.width / columns, box.height / rows];
    const [left, top] = [box.left - from.left + column * width, box.top - from.top + row * height];
    return { box: new DOMRect(left, top, width, height), view: from };
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
  });
  view.addEventListener("pointerleave", () => {
    pointer = null;
    actions.point(null);
  });
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

  /** Another patch is asked about: it is in sight. A page that opens magnified stays where it was left. */
  function showAsked({ locked, scene }: Frame, opening: boolean): void {
    const part = askedPart(scene, locked, side);
    const page = showsAttention(scene, locked) ? scene.explanation.key : "";
    const now = part ? JSON.stringify([page, part]) : "";
    if (part && now !== asked && !(opening && locked.zoom.scale > 1)) scrolling.bringIntoView(part);
    asked = now;
  }

  /** Not in the document: the pointer may have gone anywhere meanwhile. */
  function leave(): void {
    frame = pointer = pointed = null;
    choice.drop();
  }

  return {
    element,
    update(all) {
      const of = side === "a" ? all.scene : all.other;
      if (!of || !element.isConnected) return leave();
      const opening = frame?.scene.explanation !== of.explanation;
      if (opening) {
        choice.drop();
        area = printedArea(of.page, of.explanation);
      }
      samePage = !all.other || all.other.page === all.scene.page;
      const next = { ...all, scene: of };
      frame = next;
      name.hidden = all.other === null;
      setText(says, all.other ? stageName(side, all) : "");
      const { fit, locked: settings, scene } = next;
      scrolling.show(scene.page, shownArea(), fit, settings.zoom);
      redraw();
      showAsked(next, opening);
      if (!next.preview) describePaper(paper.element, next.scene);
      point();
    },
    pointAt(at) {
      pointed = at;
      if (element.isConnected) read();
    },
    goTo(hit, smoothly) {
      if (!frame || !element.isConnected) return;
      if (!samePage && !frame.scene.hits.some((each) => isSameHit(each, hit))) return;
      const { rect } = hit;
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
