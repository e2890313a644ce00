import { select } from "d3-selection";
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import { describeScale, explanationName, type LensPage, type Region, type Zoom } from "../../core/index.js";
import { h, setText } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import { createPaper, describePaper, patchAt, pointIn } from "./paper.js";
import type { Pictures } from "./pictures.js";
import { createReadout } from "./readout.js";

type Patch = { row: number; column: number };

const MAX_SCALE = 32;

/**
 * The large page. Pointing reads a patch out; a click locks it, Shift and drag selects a block of patches;
 * Ctrl and wheel, pinch, buttons and keys zoom; dragging moves a zoomed page; arrow keys walk from patch to patch.
 */
export function createStage(actions: Actions, pictures: Pictures, side: "a" | "b" = "a"): Part {
  const paper = createPaper(pictures);
  const readout = createReadout();
  const moved = h("div", { class: "cl-moved" }, paper.element);
  const name = h("p", { class: "cl-stage-name" });
  const element = h("div", { class: "cl-stage" }, moved, readout.element, name, zoomButtons());
  paper.element.tabIndex = 0;
  paper.element.setAttribute("data-lm-suppress-shortcuts", "true");
  paper.element.setAttribute("role", "application");
  paper.element.setAttribute("aria-roledescription", "similarity map");

  let frame: Frame | null = null;
  let transform: ZoomTransform = zoomIdentity;
  /** Where the keyboard is, or the pointer was clicked. */
  let cursor: Patch | null = null;
  let hovered: Patch | null = null;
  let dragged: { from: Patch; to: Patch } | null = null;

  const behaviour = zoom<HTMLElement, unknown>()
    .scaleExtent([1, MAX_SCALE])
    .filter((event: Event) => mayZoom(event, transform))
    .extent(() => [
      [0, 0],
      [element.clientWidth, element.clientHeight],
    ])
    .on("zoom", ({ transform: now, sourceEvent }: D3ZoomEvent<HTMLElement, unknown>) => {
      transform = now;
      moved.style.transform = `translate(${now.x}px, ${now.y}px) scale(${now.k})`;
      moved.style.setProperty("--cl-zoom", String(now.k));
      element.classList.toggle("cl-zoomed", now.k > 1);
      if (sourceEvent) redraw();
    })
    .on("end", ({ sourceEvent }: D3ZoomEvent<HTMLElement, unknown>) => {
      if (sourceEvent) actions.set({ zoom: zoomOf(transform) });
    });
  const selection = select<HTMLElement, unknown>(element).call(behaviour).on("dblclick.zoom", null);
  const resized = new ResizeObserver(() => {
    limit();
    if (frame) moveTo(frame.locked.zoom);
    redraw();
  });
  resized.observe(element);

  /** Position of the page inside the stage before zooming. */
  function rest(): { left: number; top: number; width: number; height: number } {
    const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = paper.element;
    return { left, top, width, height };
  }

  function limit(): void {
    const { clientWidth, clientHeight } = element;
    behaviour.translateExtent([
      [0, 0],
      [clientWidth, clientHeight],
    ]);
  }

  function zoomOf(t: ZoomTransform): Zoom {
    const { left, top, width, height } = rest();
    const centre = (size: number, shift: number, start: number, length: number) =>
      Math.min(1, Math.max(0, ((size / 2 - shift) / t.k - start) / Math.max(1, length)));
    return {
      scale: Math.min(MAX_SCALE, Math.max(1, t.k)),
      x: centre(element.clientWidth, t.x, left, width),
      y: centre(element.clientHeight, t.y, top, height),
    };
  }

  function moveTo({ scale, x, y }: Zoom): void {
    const { left, top, width, height } = rest();
    const [w, h2] = [element.clientWidth, element.clientHeight];
    const shift = (size: number, at: number) =>
      Math.min(0, Math.max(size * (1 - scale), size / 2 - scale * at));
    const next = zoomIdentity.translate(shift(w, left + x * width), shift(h2, top + y * height)).scale(scale);
    if (next.toString() !== transform.toString()) selection.call(behaviour.transform, next);
  }

  function zoomBy(factor: number): void {
    if (!frame) return;
    const { scale, ...centre } = zoomOf(transform);
    const next = Math.min(MAX_SCALE, Math.max(1, scale * factor));
    actions.set({ zoom: next === 1 ? { scale: 1, x: 0.5, y: 0.5 } : { scale: next, ...centre } });
  }

  function zoomButtons(): HTMLElement {
    const button = (label: string, sign: string, factor: number) => {
      const made = h("button", { "aria-label": label, title: label }, sign);
      made.addEventListener("click", () => zoomBy(factor));
      return made;
    };
    return h(
      "div",
      { class: "cl-zoom", role: "group", "aria-label": "Zoom" },
      button("Zoom in", "+", 1.5),
      button("Zoom out", "−", 1 / 1.5),
      button("Whole page", "⤢", 0),
    );
  }

  function under(event: { clientX: number; clientY: number }): Patch | null {
    const at = pointIn(paper.element, event);
    return frame && at && patchAt(frame.scene, at.x, at.y);
  }

  function read(patch: Patch | null, x?: number, y?: number): void {
    if (!frame) return;
    paper.point(frame.scene, patch);
    if (!patch || x !== undefined) {
      readout.show(frame, patch, x ?? 0, y ?? 0);
      return;
    }
    const { rows, columns } = frame.scene.shown.map;
    const { left, top, width, height } = rest();
    const at = transform.apply([
      left + ((patch.column + 1) * width) / columns,
      top + ((patch.row + 1) * height) / rows,
    ]);
    readout.show(frame, patch, at[0], at[1]);
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
    read(
      hovered ?? locked(),
      hovered ? event.clientX - box.left : undefined,
      hovered ? event.clientY - box.top : undefined,
    );
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

  function key(event: KeyboardEvent, { scene }: Frame): boolean {
    const { rows, columns } = scene.shown.map;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step) {
      const from = cursor ?? scene.best[0];
      cursor = {
        row: Math.min(rows - 1, Math.max(0, from.row + step[0])),
        column: Math.min(columns - 1, Math.max(0, from.column + step[1])),
      };
      keepInView(cursor, rows, columns);
      read(cursor);
      actions.say(readout.words());
      return true;
    }
    if ((event.key === "Enter" || event.key === " ") && cursor && onTokenGrid()) lock(cursor);
    else if (event.key === "+" || event.key === "=") zoomBy(1.5);
    else if (event.key === "-") zoomBy(1 / 1.5);
    else if (event.key === "0") zoomBy(0);
    else if (event.key === "Escape") actions.set({ region: null });
    else return false;
    return true;
  }

  function keepInView(patch: Patch, rows: number, columns: number): void {
    if (transform.k === 1) return;
    const { left, top, width, height } = rest();
    const [x, y] = [(patch.column + 0.5) / columns, (patch.row + 0.5) / rows];
    const at = transform.apply([left + x * width, top + y * height]);
    const inside =
      at[0] > 20 && at[1] > 20 && at[0] < element.clientWidth - 20 && at[1] < element.clientHeight - 20;
    if (!inside) actions.set({ zoom: { scale: transform.k, x, y } });
  }

  function redraw(): void {
    if (!frame) return;
    const width = paper.element.offsetWidth * transform.k;
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
        paper.element.style.setProperty(
          "--cl-aspect",
          String(next.scene.page.width / next.scene.page.height),
        );
        limit();
        moveTo(next.locked.zoom);
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
    dispose() {
      resized.disconnect();
      selection.on(".zoom", null);
    },
  };
}

/** Plain wheel and one finger belong to the notebook unless the page is zoomed in. */
function mayZoom(event: Event, transform: ZoomTransform): boolean {
  if (event.type === "wheel") return (event as WheelEvent).ctrlKey || (event as WheelEvent).metaKey;
  if (event.type === "touchstart") return transform.k > 1 || (event as TouchEvent).touches.length > 1;
  const mouse = event as MouseEvent;
  return (
    transform.k > 1 && !mouse.shiftKey && mouse.button === 0 && !(mouse.target as Element).closest(".cl-zoom")
  );
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
