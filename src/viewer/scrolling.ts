import type { PagePoint, Rect, Zoom } from "../../core/index.js";
import { h } from "./dom.js";
import type { Fit } from "./frame.js";
import { createGestures } from "./gestures.js";
import { createSheet } from "./sheet.js";

export const MAX_SCALE = 32;
/** The widest that a page is made by fitting its width: print of the size of a headline helps nobody. */
const WIDEST = 1500;
/** Where a hit comes to lie, of the height in view. */
const EYE_LEVEL = 0.42;
/** Milliseconds without scrolling after which a magnified page has come to rest. */
const REST = 160;
const REST_ZOOM: Zoom = { scale: 1, x: 0.5, y: 0.5 };

/** A page, or the printed area of it, in an element that scrolls: nothing around it does. */
export interface Scrolling {
  /** What scrolls. */
  element: HTMLElement;
  /** Pixels of the screen a page is wide. */
  pageWidth(): number;
  /** @param area the part of the page that is shown, as fractions of it */
  show(page: { width: number; height: number }, area: Rect, fit: Fit, zoom: Zoom): void;
  /** Magnifies about the middle, or a place on the screen. */
  by(factor: number, at?: { clientX: number; clientY: number }): void;
  /** Brings a part of the page to eye level. */
  reveal(part: Rect, smoothly: boolean): void;
  /** Brings a place to the middle, as a fraction of what there is to scroll. */
  scrollTo(to: number): void;
  /** Brings a place into view if it is not. */
  keepInView(at: PagePoint): void;
  /** Brings a part of the page to eye level if nothing of it is in view. */
  bringIntoView(part: Rect): void;
  /** Scrolls as another one does, by fractions of what there is to scroll. */
  follow(at: { x: number; y: number }): void;
  /** What of the shown area is in view vertically, as fractions of it. */
  inView(): { from: number; to: number };
  dispose(): void;
}

/**
 * @param on `moved` after scrolling or a change of size, `zoomed` with what a person has magnified or moved to,
 * `catchUp` when what is to be shown may not be shown yet
 */
export function createScrolling(
  paper: HTMLElement,
  on: {
    moved(): void;
    catchUp(): void;
    zoomed(zoom: Zoom): void;
    scrolled(at: { x: number; y: number }): void;
  },
): Scrolling {
  const sheet = createSheet(paper);
  const element = h("div", { class: "cl-stage" }, sheet.element);
  let size = { width: 1, height: 1 };
  let area: Rect = { x: 0, y: 0, width: 1, height: 1 };
  let fit: Fit = "width";
  let zoom = REST_ZOOM;
  let width = 0;
  let rest = 0;
  /** What was scrolled to from here: no person did it. */
  let own: { left: number; top: number } | null = null;

  /** What is to be brought to eye level as soon as there is room. */
  let awaited: Rect | null = null;

  const resized = new ResizeObserver(() => {
    const at = width > 0 ? centre() : zoom;
    lay();
    if (awaited) reveal(awaited, false);
    else moveTo(at);
    on.moved();
  });
  resized.observe(element);
  const gestures = createGestures(element, {
    magnify: (factor, at) => by(factor, at),
    isMovable: () => element.scrollHeight > element.clientHeight || element.scrollWidth > element.clientWidth,
  });
  element.addEventListener("scroll", scrolled, { passive: true });

  function scrolled(): void {
    on.moved();
    const { scrollLeft, scrollTop } = element;
    if (own && Math.abs(own.left - scrollLeft) < 2 && Math.abs(own.top - scrollTop) < 2) return;
    own = null;
    on.scrolled({ x: part(scrollLeft, range().x), y: part(scrollTop, range().y) });
    window.clearTimeout(rest);
    // A saved view keeps what part of a magnified page was in view.
    if (zoom.scale > 1) rest = window.setTimeout(() => settle(), REST);
  }

  function settle(): void {
    const mine = rest;
    on.catchUp();
    // Meanwhile it was magnified or moved from elsewhere: where the page came to rest here is past.
    if (mine !== rest || zoom.scale === 1) return;
    const { x, y } = centre();
    if (Math.abs(x - zoom.x) + Math.abs(y - zoom.y) > 1e-3) on.zoomed({ ...zoom, x, y });
  }

  function range(): { x: number; y: number } {
    return { x: element.scrollWidth - element.clientWidth, y: element.scrollHeight - element.clientHeight };
  }

  /** Room inside the padding. */
  function room(): { width: number; height: number } {
    const style = getComputedStyle(element);
    const of = (...sides: string[]) =>
      sides.reduce((sum, side) => sum + Number.parseFloat(style.getPropertyValue(side)), 0);
    return {
      width: element.clientWidth - of("padding-left", "padding-right"),
      height: element.clientHeight - of("padding-top", "padding-bottom"),
    };
  }

  function lay(): void {
    const { width: wide, height: high } = room();
    if (wide <= 0 || high <= 0) return;
    const aspect = size.width / size.height;
    const toWidth = Math.min(WIDEST, wide) / area.width;
    width = zoom.scale * (fit === "width" ? toWidth : Math.min(wide, high * aspect));
    sheet.lay(width, aspect, area);
  }

  /** What of the page is in the middle of the view. */
  function centre(): PagePoint {
    const view = element.getBoundingClientRect();
    return placeOf(view.left + element.clientWidth / 2, view.top + element.clientHeight / 2);
  }

  function placeOf(clientX: number, clientY: number): PagePoint {
    const box = paper.getBoundingClientRect();
    return {
      x: within((clientX - box.left) / Math.max(1, box.width)),
      y: within((clientY - box.top) / Math.max(1, box.height)),
    };
  }

  /** Where a place of the page is in what scrolls. */
  function offset({ x, y }: PagePoint): { left: number; top: number } {
    const [box, view] = [paper.getBoundingClientRect(), element.getBoundingClientRect()];
    return {
      left: box.left - view.left + element.scrollLeft + x * box.width,
      top: box.top - view.top + element.scrollTop + y * box.height,
    };
  }

  /** @param at what comes to lie where, of the view */
  function moveTo(at: PagePoint, across = 0.5, down = 0.5, behavior: ScrollBehavior = "instant"): void {
    const { left, top } = offset(at);
    const to = {
      left: Math.round(within(left - across * element.clientWidth, range().x)),
      top: Math.round(within(top - down * element.clientHeight, range().y)),
    };
    if (behavior === "instant") own = to;
    element.scrollTo({ ...to, behavior });
  }

  function reveal(part: Rect, smoothly: boolean): void {
    awaited = width > 0 ? null : part;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const middle = { x: part.x + part.width / 2, y: part.y + part.height / 2 };
    moveTo(middle, 0.5, EYE_LEVEL, smoothly && !calm ? "smooth" : "instant");
  }

  function by(factor: number, at?: { clientX: number; clientY: number }): void {
    const scale = Math.min(MAX_SCALE, Math.max(1, zoom.scale * factor));
    if (scale === zoom.scale) return;
    const next = scale === 1 ? REST_ZOOM : { scale, ...centreAfter(scale, at) };
    // At once: the next turn of the wheel may come before the next frame.
    apply(next);
    on.zoomed(next);
  }

  function apply(next: Zoom): void {
    const at = next.scale > 1 ? { x: next.x, y: next.y } : centre();
    zoom = next;
    lay();
    moveTo(at);
    on.moved();
  }

  /** What will be in the middle, so that what is under the pointer stays there. */
  function centreAfter(scale: number, at?: { clientX: number; clientY: number }): PagePoint {
    const middle = centre();
    if (!at) return middle;
    const fixed = placeOf(at.clientX, at.clientY);
    const moved = (from: number, to: number) => within(from + ((to - from) * zoom.scale) / scale);
    return { x: moved(fixed.x, middle.x), y: moved(fixed.y, middle.y) };
  }

  return {
    element,
    pageWidth: () => width,
    show(page, shownArea, how, next) {
      const sameArea = (["x", "y", "width", "height"] as const).every(
        (side) => area[side] === shownArea[side],
      );
      const sameZoom = next.scale === zoom.scale && next.x === zoom.x && next.y === zoom.y;
      if (page === size && sameArea && how === fit && sameZoom) return;
      const sameSize = page === size && sameArea;
      window.clearTimeout(rest);
      rest = 0;
      const at = next.scale > 1 ? { x: next.x, y: next.y } : centre();
      [size, area, fit, zoom] = [page, shownArea, how, next];
      lay();
      moveTo(sameSize || next.scale > 1 ? at : { x: 0.5, y: 0 });
      on.moved();
    },
    by,
    reveal,
    scrollTo(to) {
      element.scrollTo({ top: to * element.scrollHeight - element.clientHeight / 2, behavior: "instant" });
    },
    keepInView(at) {
      const { left, top } = offset(at);
      const [x, y] = [left - element.scrollLeft, top - element.scrollTop];
      const inside = x > 20 && y > 20 && x < element.clientWidth - 20 && y < element.clientHeight - 20;
      if (!inside) moveTo(at);
    },
    bringIntoView(part) {
      const from = offset(part);
      const to = offset({ x: part.x + part.width, y: part.y + part.height });
      const { scrollLeft, scrollTop, clientWidth, clientHeight } = element;
      const across = from.left < scrollLeft + clientWidth && to.left > scrollLeft;
      const down = from.top < scrollTop + clientHeight && to.top > scrollTop;
      if (width === 0 || !across || !down) reveal(part, false);
    },
    follow({ x, y }) {
      own = { left: Math.round(x * range().x), top: Math.round(y * range().y) };
      element.scrollTo({ ...own, behavior: "instant" });
    },
    inView() {
      const [box, view] = [sheet.element.getBoundingClientRect(), element.getBoundingClientRect()];
      const of = (y: number) => Math.min(1, Math.max(0, (y - box.top) / Math.max(1, box.height)));
      return { from: of(view.top), to: of(view.top + element.clientHeight) };
    },
    dispose() {
      window.clearTimeout(rest);
      resized.disconnect();
      gestures.dispose();
    },
  };
}

function within(value: number, most = 1): number {
  return Math.min(Math.max(0, most), Math.max(0, value));
}

function part(value: number, most: number): number {
  return most > 0 ? value / most : 0;
}
