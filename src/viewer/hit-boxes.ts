import {
  type ComparedHit,
  type PaperTone,
  paperTone,
  type Rect,
  type Scene,
  type SceneHit,
} from "../../core/index.js";
import { fromSvg, h } from "./dom.js";
import { isSameHit } from "./listed-hits.js";

/** Around the hits of a scene, as a pencil marks a page: nothing of it covers a letter. */
export interface HitBoxes {
  element: HTMLElement;
  /** @param unit length of one screen pixel in page pixels */
  draw(scene: Scene, unit: number): void;
  /** Which hit is the current one, and which is pointed at, told by their places. */
  mark(current: SceneHit | null, pointed: SceneHit | null): void;
}

const NONE: Scene["hits"] = [];

const TONES = ["light", "dark", "between"] as const satisfies readonly PaperTone[];

/** Between the print and its box, in pixels of the screen. */
const PADDING = { x: 3, y: 1.5 };

export function createHitBoxes(): HitBoxes {
  // What meets paper in the same way is one layer: one for each box would make a page slow to scroll.
  const layers = TONES.map((tone) => ({ tone, element: h("div", { class: `cl-hits cl-on-${tone}` }) }));
  const element = h("div", { "aria-hidden": "true" }, ...layers.map((layer) => layer.element));
  let hits: Scene["hits"] | null = null;
  let drawnUnit = 0;
  let boxes: HTMLElement[] = [];
  return {
    element,
    draw(scene, unit) {
      const drawn = scene.view.marks.hits ? scene.hits : NONE;
      if (drawn === hits && unit === drawnUnit) return;
      [hits, drawnUnit] = [drawn, unit];
      boxes = drawn.map((hit) => box(scene, hit, unit));
      const tones = drawn.map((hit) => toneUnder(scene, hit));
      for (const layer of layers) {
        const own = boxes.filter((_, i) => tones[i] === layer.tone);
        layer.element.hidden = own.length === 0;
        layer.element.replaceChildren(...own);
      }
    },
    mark(current, pointed) {
      boxes.forEach((each, i) => {
        const hit = hits?.[i] ?? null;
        each.classList.toggle("cl-current", isSameHit(hit, current));
        each.classList.toggle("cl-pointed-at", isSameHit(hit, pointed));
      });
    },
  };
}

function toneUnder({ page }: Scene, { rect }: SceneHit): PaperTone {
  const { x, y, width, height } = rect;
  return paperTone(page, (x + width / 2) / page.width, (y + height / 2) / page.height);
}

function box({ page, explanation }: Scene, hit: SceneHit, unit: number): HTMLElement {
  const { rect, text, patches } = hit;
  const percent = (value: number, of: number) => `${(100 * value) / of}%`;
  const around: Rect =
    text === ""
      ? rect
      : {
          x: rect.x - PADDING.x * unit,
          y: rect.y - PADDING.y * unit,
          width: rect.width + 2 * PADDING.x * unit,
          height: rect.height + 2 * PADDING.y * unit,
        };
  const ofB = (hit as Partial<ComparedHit>).side === "b";
  const classes = ["cl-hit-box", text === "" ? "cl-no-print" : "", ofB ? "cl-of-b" : ""];
  const element = h("div", { class: classes.filter(Boolean).join(" ") });
  Object.assign(element.style, {
    left: percent(around.x, page.width),
    top: percent(around.y, page.height),
    width: percent(around.width, page.width),
    height: percent(around.height, page.height),
  });
  if (text === "")
    element.append(
      fromSvg({
        tag: "svg",
        attributes: { viewBox: `${rect.x} ${rect.y} ${rect.width} ${rect.height}` },
        children: [
          {
            tag: "path",
            attributes: { d: outline(patches, explanation.grid, page), "stroke-width": unit },
            children: [],
          },
        ],
      }),
    );
  return element;
}

/** The border of patches along their edges. */
function outline(
  patches: SceneHit["patches"],
  grid: { rows: number; columns: number },
  page: { width: number; height: number },
): string {
  const inside = new Set(patches.map(({ row, column }) => row * grid.columns + column));
  const has = (row: number, column: number) =>
    column >= 0 && column < grid.columns && inside.has(row * grid.columns + column);
  const [w, h] = [page.width / grid.columns, page.height / grid.rows];
  return patches
    .map(({ row, column }) => {
      const [x, y] = [column * w, row * h];
      const side = (open: boolean, d: string) => (open ? d : "");
      return [
        side(!has(row - 1, column), `M${x},${y}h${w}`),
        side(!has(row + 1, column), `M${x},${y + h}h${w}`),
        side(!has(row, column - 1), `M${x},${y}v${h}`),
        side(!has(row, column + 1), `M${x + w},${y}v${h}`),
      ].join("");
    })
    .join("");
}
