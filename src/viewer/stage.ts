import {
  describeScale,
  type LensPage,
  type PagePoint,
  patchAt,
  patchCentre,
  type Region,
  regionOf,
  resultName,
  type Zoom,
} from "../../core/index.js";
import { h, setText } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import { createPaper, describePaper, type Pointer, pointIn } from "./paper.js";
import type { Pictures } from "./pictures.js";
import { createReadout } from "./readout.js";
import { createZooming, ZOOM_KEYS } from "./zooming.js";

type Patch = { row: number; column: number };

/**
 * The large page. Pointing reads a patch out; a click locks it, Shift and drag selects a block of patches;
 * Ctrl and wheel, pinch, buttons and keys zoom; dragging moves a zoomed page; arrow keys walk from patch to patch.
 */
export function createStage(actions: Actions, pictures: Pictures, side: "a" | "b" = "a"): Part {
  const paper = createPaper(pictures);
  const readout = createReadout();
  const moved = h("div", { class: "cl-moved" }, paper.element);
  const name = h("p", { class: "cl-stage-name" });
  const element = h("div", { class: "cl-stage" }, moved, readout.element, name);
  paper.element.tabIndex = 0;
  paper.element.setAttribute("data-lm-suppress-shortcuts", "true");
  paper.element.setAttribute("role", "application");

  let frame: Frame | null = null;
  /** The pointer over this stage. What it points at changes under it: with the page, its map, its size. */
  let pointer: Pointer | null = null;
  /** Where any picture of the page is pointed at. */
  let pointed: PagePoint | null = null;
  /** Where the keyboard is on the page, and whether it was the last to be used. */
  let cursor: PagePoint | null = null;
  let byKeys = false;
  let dragged: { from: Patch; to: Patch } | null = null;

  const zooming = createZooming(element, moved, paper.element, {
    moving() {
      redraw();
      read();
    },
    moved: (zoom) => actions.set({ zoom }),
    resized() {
      if (frame) zooming.show(frame.locked.zoom);
      redraw();
      point();
    },
  });
  element.append(zooming.buttons);

  /** The patch of the page's own grid at a place; a difference of two grids may be shown on a finer one. */
  function patchOf(at: PagePoint | null): Patch | null {
    return frame && at && patchAt(frame.scene.explanation.grid, at);
  }

  function under(event: Pointer): Patch | null {
    return patchOf(pointIn(paper.element, event));
  }

  /** Reads out what is pointed at; without a pointer what the keys are at, else what is locked. */
  function read(): void {
    if (!frame) return;
    const { map } = frame.scene.shown;
    const own = pointer && pointIn(paper.element, pointer);
    const at = own ?? pointed ?? (byKeys ? cursor : null) ?? locked();
    const patch = at && patchAt(map, at);
    paper.point(map, patch);
    readout.show(frame, patch, ...(own && pointer ? inStage(pointer) : corner(patch)));
  }

  function inStage({ clientX, clientY }: Pointer): [x: number, y: number] {
    const box = element.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  }

  function corner(patch: Patch | null): [x: number, y: number] {
    if (!frame || !patch) return [0, 0];
    const { rows, columns } = frame.scene.shown.map;
    return zooming.place((patch.column + 1) / columns, (patch.row + 1) / rows);
  }

  /** Reads again; with a pointer it tells the other pictures of the page where this one is pointed at. */
  function point(): void {
    if (pointer) actions.point(pointIn(paper.element, pointer));
    else read();
  }

  const scrolled = () => pointer && point();
  window.addEventListener("scroll", scrolled, { capture: true, passive: true });
  element.addEventListener("pointermove", (event) => {
    pointer = { clientX: event.clientX, clientY: event.clientY };
    point();
    if (!dragged) return;
    dragged.to = under(event) ?? dragged.to;
    actions.preview({ region: drawn() });
  });
  element.addEventListener("pointerleave", () => {
    pointer = null;
    actions.point(null);
  });
  element.addEventListener("pointerdown", (event) => {
    byKeys = false;
    const from = under(event);
    if (!event.shiftKey || !from) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    dragged = { from, to: from };
  });
  element.addEventListener("pointerup", () => {
    if (!dragged) return;
    const region = drawn();
    dragged = null;
    actions.preview(null);
    actions.set({ region });
  });
  element.addEventListener("pointercancel", () => {
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

  function lock(at: PagePoint | null): void {
    const patch = patchOf(at);
    if (!patch) return;
    actions.set((now) => {
      const region = regionOf(now, side);
      const again = region?.row === patch.row && region.column === patch.column && isPatch(region);
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
    else if (Object.hasOwn(ZOOM_KEYS, event.key)) zooming.by(ZOOM_KEYS[event.key]);
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
    actions.say(readout.words());
  }

  function walkTo(at: PagePoint): void {
    cursor = at;
    byKeys = true;
    // A pointer that rests on the page has its say again when it moves.
    pointer = null;
    keepInView(at);
    actions.point(at);
  }

  function keepInView({ x, y }: PagePoint): void {
    const scale = zooming.scale();
    if (scale === 1) return;
    const at = zooming.place(x, y);
    const inside =
      at[0] > 20 && at[1] > 20 && at[0] < element.clientWidth - 20 && at[1] < element.clientHeight - 20;
    if (!inside) actions.set({ zoom: { scale, x, y } });
  }

  function redraw(): void {
    if (!frame) return;
    const width = paper.element.offsetWidth * zooming.scale();
    paper.draw(frame.scene, width > 0 ? frame.scene.page.width / width : 1);
  }

  /** Not in the document: the pointer may have gone anywhere meanwhile. */
  function leave(): void {
    frame = pointer = pointed = dragged = null;
  }

  let zoomed: Zoom | null = null;
  let shape: LensPage | null = null;
  return {
    element,
    update(all) {
      const of = side === "a" ? all.scene : all.other;
      if (!of || !element.isConnected) return leave();
      if (frame?.scene.explanation !== of.explanation) dragged = null;
      const next = { ...all, scene: of };
      frame = next;
      name.hidden = all.other === null;
      setText(name, all.other ? stageName(side, all) : "");
      if (zoomed !== next.locked.zoom || shape !== next.scene.page) {
        shape = next.scene.page;
        // The page may have another shape now, which moves its resting place.
        paper.element.style.setProperty("--cl-aspect", String(shape.width / shape.height));
        zooming.show(next.locked.zoom);
        zoomed = next.locked.zoom;
      }
      redraw();
      if (!next.preview) describePaper(paper.element, next.scene);
      point();
    },
    pointAt(at) {
      pointed = at;
      if (element.isConnected) read();
    },
    dispose() {
      window.removeEventListener("scroll", scrolled, { capture: true });
      zooming.dispose();
    },
  };
}

function stageName(side: "a" | "b", { data, locked, scene, other }: Frame): string {
  const key = side === "a" ? locked.result : (locked.compare as string);
  const own =
    side === "b" && other && other.scale !== scene.scale
      ? `, on its own scale: ${describeScale(other.scale)}`
      : "";
  return `${side.toUpperCase()}: ${resultName(data, key)}${own}`;
}

function block(a: Patch, b: Patch): Region {
  const [row, column] = [Math.min(a.row, b.row), Math.min(a.column, b.column)];
  return { row, column, rows: Math.abs(a.row - b.row) + 1, columns: Math.abs(a.column - b.column) + 1 };
}

function isPatch({ rows, columns }: Region): boolean {
  return rows * columns === 1;
}
