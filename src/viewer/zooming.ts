import { select } from "d3-selection";
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import type { Zoom } from "../../core/index.js";
import { h } from "./dom.js";

const MAX_SCALE = 32;
const STEP = 1.5;
/** Pixels that a wheel's lines and pages count for, by `WheelEvent.deltaMode`. */
const WHEEL_PIXELS = [1, 16, 400];
/** The most that one event of a wheel zooms by: a notch is one event of 100 pixels or more. */
const NOTCH = 1.35;

/** A page inside a stage that can be magnified and moved. */
export interface Zooming {
  /** Buttons for those who have neither wheel nor keys. */
  buttons: HTMLElement;
  /** How many times larger than at rest. */
  scale(): number;
  /** Shows what a setting says. */
  show(to: Zoom): void;
  by(factor: number): void;
  /** Where a point given as fractions of the page is in the stage, in pixels. */
  place(x: number, y: number): [number, number];
  dispose(): void;
}

/**
 * @param stage what the page is seen through
 * @param moved what is magnified and moved
 * @param paper the page inside `moved`
 * @param on `moving` while a person zooms or drags, `moved` when they have ended, `resized` when the stage has
 */
export function createZooming(
  stage: HTMLElement,
  moved: HTMLElement,
  paper: HTMLElement,
  on: { moving(): void; moved(zoom: Zoom): void; resized(): void },
): Zooming {
  let transform: ZoomTransform = zoomIdentity;
  const behaviour = zoom<HTMLElement, unknown>()
    .scaleExtent([1, MAX_SCALE])
    .filter((event: Event) => mayZoom(event, transform))
    .wheelDelta(wheelDelta)
    .extent(() => [
      [0, 0],
      [stage.clientWidth, stage.clientHeight],
    ])
    .on("zoom", ({ transform: now, sourceEvent }: D3ZoomEvent<HTMLElement, unknown>) => {
      transform = now;
      moved.style.transform = `translate(${now.x}px, ${now.y}px) scale(${now.k})`;
      moved.style.setProperty("--cl-zoom", String(now.k));
      stage.classList.toggle("cl-zoomed", now.k > 1);
      if (sourceEvent) on.moving();
    })
    .on("end", ({ sourceEvent }: D3ZoomEvent<HTMLElement, unknown>) => {
      if (sourceEvent) on.moved(current());
    });
  const selection = select<HTMLElement, unknown>(stage).call(behaviour).on("dblclick.zoom", null);
  // At either end of the range nothing is zoomed here; the browser must not zoom the whole window instead.
  selection.on("wheel.end-of-range", (event: WheelEvent) => isZoom(event) && event.preventDefault());
  const resized = new ResizeObserver(() => on.resized());
  resized.observe(stage);

  /** Position of the page inside the stage before zooming. */
  function rest(): { left: number; top: number; width: number; height: number } {
    const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = paper;
    return { left, top, width, height };
  }

  function current(): Zoom {
    const { left, top, width, height } = rest();
    const { x, y, k } = transform;
    const centre = (size: number, shift: number, start: number, length: number) =>
      Math.min(1, Math.max(0, ((size / 2 - shift) / k - start) / Math.max(1, length)));
    return {
      scale: Math.min(MAX_SCALE, Math.max(1, k)),
      x: centre(stage.clientWidth, x, left, width),
      y: centre(stage.clientHeight, y, top, height),
    };
  }

  function show({ scale, x, y }: Zoom): void {
    const { left, top, width, height } = rest();
    const [across, down] = [stage.clientWidth, stage.clientHeight];
    behaviour.translateExtent([
      [0, 0],
      [across, down],
    ]);
    const shift = (size: number, at: number) =>
      Math.min(0, Math.max(size * (1 - scale), size / 2 - scale * at));
    const next = zoomIdentity
      .translate(shift(across, left + x * width), shift(down, top + y * height))
      .scale(scale);
    if (next.toString() !== transform.toString()) selection.call(behaviour.transform, next);
  }

  function by(factor: number): void {
    const { scale, ...centre } = current();
    const next = Math.min(MAX_SCALE, Math.max(1, scale * factor));
    on.moved(next === 1 ? { scale: 1, x: 0.5, y: 0.5 } : { scale: next, ...centre });
  }

  const button = (label: string, sign: string, factor: number) => {
    const element = h("button", { "aria-label": label, title: label }, sign);
    element.addEventListener("click", () => by(factor));
    return element;
  };
  return {
    buttons: h(
      "div",
      { class: "cl-zoom", role: "group", "aria-label": "Zoom" },
      button("Zoom in", "+", STEP),
      button("Zoom out", "−", 1 / STEP),
      button("Whole page", "□", 0),
    ),
    scale: () => transform.k,
    show,
    by,
    place(x, y) {
      const { left, top, width, height } = rest();
      return transform.apply([left + x * width, top + y * height]);
    },
    dispose() {
      resized.disconnect();
      selection.on(".zoom", null).on(".end-of-range", null);
    },
  };
}

/** What a key on the page does to the zoom, as a factor. */
export const ZOOM_KEYS: Record<string, number> = { "+": STEP, "=": STEP, "-": 1 / STEP, "0": 0 };

/**
 * What a turn of the wheel zooms by, as d3 has it: a power of 2. Browsers tell of a pinch of a trackpad as a wheel whose turn is
 * -100 times the logarithm of the fingers' scale, in small steps.
 */
function wheelDelta({ deltaY, deltaMode }: WheelEvent): number {
  const turn = Math.log2(Math.E) * (-deltaY / 100) * WHEEL_PIXELS[deltaMode];
  return Math.min(Math.log2(NOTCH), Math.max(-Math.log2(NOTCH), turn));
}

function isZoom({ ctrlKey, metaKey }: WheelEvent): boolean {
  return ctrlKey || metaKey;
}

/** Plain wheel and one finger belong to the notebook unless the page is zoomed in. */
function mayZoom(event: Event, transform: ZoomTransform): boolean {
  if (event.type === "wheel") return isZoom(event as WheelEvent);
  if (event.type === "touchstart") return transform.k > 1 || (event as TouchEvent).touches.length > 1;
  const mouse = event as MouseEvent;
  return (
    transform.k > 1 && !mouse.shiftKey && mouse.button === 0 && !(mouse.target as Element).closest(".cl-zoom")
  );
}
