import {
  describeScale,
  explanationName,
  type LensPage,
  type Region,
  type Scene,
  type Zoom,
} from "../../core/index.js";
import { h, setText } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import { createPaper, describePaper, patchAt, pointIn } from "./paper.js";
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
  paper.element.setAttribute("aria-roledescription", "similarity map");

  let frame: Frame | null = null;
  /** Where the keyboard is, or the pointer was clicked. */
  let cursor: Patch | null = null;
  let hovered: Patch | null = null;
  let dragged: { from: Patch; to: Patch } | null = null;

  const zooming = createZooming(element, moved, paper.element, {
    moving: redraw,
    moved: (zoom) => actions.set({ zoom }),
    resized() {
      if (frame) zooming.show(frame.locked.zoom);
      redraw();
    },
  });
  element.append(zooming.buttons);

  function under(event: { clientX: number; clientY: number }): Patch | null {
    const at = pointIn(paper.element, event);
    return frame && at && patchAt(frame.scene, at.x, at.y);
  }

  function read(patch: Patch | null, at?: [x: number, y: number]): void {
    if (!frame) return;
    paper.point(frame.scene, patch);
    const { rows, columns } = frame.scene.shown.map;
    const [x, y] =
      at ?? (patch ? zooming.place((patch.column + 1) / columns, (patch.row + 1) / rows) : [0, 0]);
    readout.show(frame, patch, x, y);
  }

  element.addEventListener("pointermove", (event) => {
    if (dragged) {
      dragged.to = under(event) ?? dragged.to;
      actions.preview({ region: block(dragged.from, dragged.to) });
      return;
    }
    const box = element.getBoundingClientRect();
    hovered = under(event);
    actions.point(pointIn(paper.element, event));
    read(hovered ?? locked(), hovered ? [event.clientX - box.left, event.clientY - box.top] : undefined);
  });
  element.addEventListener("pointerleave", () => {
    hovered = null;
    actions.point(null);
    read(locked());
  });
  element.addEventListener("pointerdown", (event) => {
    const from = under(event);
    if (!event.shiftKey || !from) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    dragged = { from, to: from };
  });
  element.addEventListener("pointerup", () => {
    if (!dragged) return;
    const region = block(dragged.from, dragged.to);
    dragged = null;
    actions.preview(null);
    actions.set({ region });
  });
  element.addEventListener("pointercancel", () => {
    dragged = null;
    actions.preview(null);
  });
  paper.element.addEventListener("click", (event) => {
    const at = under(event);
    if (event.shiftKey || !at || !onTokenGrid()) return;
    cursor = at;
    lock(at);
  });
  paper.element.addEventListener("keydown", (event) => {
    if (!frame || !key(event, frame)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  paper.element.addEventListener("focus", () => {
    if (!frame || !paper.element.matches(":focus-visible")) return;
    cursor ??= locked() ?? frame.scene.best[0];
    read(cursor);
  });
  paper.element.addEventListener("blur", () => read(locked()));

  function onTokenGrid(): boolean {
    const scene = frame?.scene;
    return (
      side === "a" &&
      scene !== undefined &&
      scene.shown.map.rows === scene.explanation.grid.rows &&
      scene.shown.map.columns === scene.explanation.grid.columns
    );
  }

  function lock(patch: Patch): void {
    const now = frame?.locked.region;
    const again = now && now.row === patch.row && now.column === patch.column && now.rows * now.columns === 1;
    actions.set({ region: again ? null : { ...patch, rows: 1, columns: 1 } });
  }

  /** The locked patch, which stays read out while nothing is pointed at. It is A's. */
  function locked(): Patch | null {
    const region = side === "a" ? frame?.locked.region : null;
    return region && region.rows * region.columns === 1 ? { row: region.row, column: region.column } : null;
  }

  /** @returns whether the key means something here */
  function key(event: KeyboardEvent, { scene, locked: settings }: Frame): boolean {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step && event.shiftKey && onTokenGrid()) grow(step, scene);
    else if (step) walk(step, scene.shown.map);
    else if ((event.key === "Enter" || event.key === " ") && cursor && onTokenGrid()) lock(cursor);
    else if (Object.hasOwn(ZOOM_KEYS, event.key)) zooming.by(ZOOM_KEYS[event.key]);
    else if (event.key === "Escape" && settings.region) actions.set({ region: null });
    else return false;
    return true;
  }

  /** Makes the selected block larger or smaller at its lower right corner. */
  function grow([down, right]: number[], { explanation: { grid }, best: [best] }: Scene): void {
    const { row, column } = cursor ?? best;
    actions.set(({ region }) => {
      const start = region ?? { row, column, rows: 1, columns: 1 };
      const grown = {
        ...start,
        rows: Math.min(grid.rows - start.row, Math.max(1, start.rows + down)),
        columns: Math.min(grid.columns - start.column, Math.max(1, start.columns + right)),
      };
      actions.say(`${grown.rows} x ${grown.columns} patches selected`);
      return { region: grown };
    });
  }

  function walk([down, right]: number[], { rows, columns }: { rows: number; columns: number }): void {
    const from = cursor ?? (frame as Frame).scene.best[0];
    cursor = {
      row: Math.min(rows - 1, Math.max(0, from.row + down)),
      column: Math.min(columns - 1, Math.max(0, from.column + right)),
    };
    keepInView(cursor, rows, columns);
    read(cursor);
    actions.say(readout.words());
  }

  function keepInView(patch: Patch, rows: number, columns: number): void {
    const scale = zooming.scale();
    if (scale === 1) return;
    const [x, y] = [(patch.column + 0.5) / columns, (patch.row + 0.5) / rows];
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

  let zoomed: Zoom | null = null;
  let shape: LensPage | null = null;
  return {
    element,
    update(all) {
      const of = side === "a" ? all.scene : all.other;
      if (!of || !element.isConnected) return;
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
      if (!hovered && !dragged) read(document.activeElement === paper.element && cursor ? cursor : locked());
    },
    pointAt(at) {
      if (!frame || !element.isConnected || hovered || dragged) return;
      read(at ? patchAt(frame.scene, at.x, at.y) : locked());
    },
    dispose: zooming.dispose,
  };
}

function stageName(side: "a" | "b", { data, locked, scene, other }: Frame): string {
  const index = side === "a" ? locked.explanation : (locked.compare as number);
  const own =
    side === "b" && other && other.scale !== scene.scale
      ? `, on its own scale: ${describeScale(other.scale)}`
      : "";
  return `${side.toUpperCase()}: ${explanationName(data, index)}${own}`;
}

function block(a: Patch, b: Patch): Region {
  const [row, column] = [Math.min(a.row, b.row), Math.min(a.column, b.column)];
  return { row, column, rows: Math.abs(a.row - b.row) + 1, columns: Math.abs(a.column - b.column) + 1 };
}
