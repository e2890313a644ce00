import {
  type AttentionReading,
  colours,
  type HeadMap,
  headMaps,
  isRollout,
  layerIndex,
  readingFor,
  readingIn,
  stageShown,
} from "../../../core/index.js";
import { h, setText } from "../dom.js";
import type { Actions, Frame, Part } from "../frame.js";

/** Every head of every layer as a small map, layers upwards from the input; each on its own scale, from nothing to its largest share. */
export function createHeadGrid(actions: Actions): Part {
  const rows = h("div", { class: "cl-heads", role: "group", "aria-label": "Layers and heads" });
  const said = h("p", { class: "cl-note cl-heads-said" });
  const element = h(
    "div",
    { class: "cl-heads-place" },
    h("p", { class: "cl-heads-axis" }, h("span", {}, "Layers ↑"), h("span", {}, "Heads →")),
    rows,
    said,
  );
  let built: AttentionReading | null = null;
  let cells: { map: HeadMap; button: HTMLButtonElement }[] = [];
  let chosen: HeadMap | null = null;

  const say = (map: HeadMap | null) =>
    setText(said, map ? describe(map) : "Point at a map; click to show it on the page.");

  rows.addEventListener("keydown", (event) => {
    const at = cells.findIndex(({ button }) => button === document.activeElement);
    if (at < 0) return;
    const { layer, head } = cells[at].map;
    const [up, right] = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[
      event.key
    ] ?? [0, 0];
    if (up === 0 && right === 0) return;
    const to = cells.find(({ map }) => map.layer === layer + up && map.head === head + right);
    to?.button.focus();
    event.preventDefault();
    event.stopPropagation();
  });

  function build(reading: AttentionReading, { scene: { explanation, page } }: Frame): void {
    const maps = headMaps(reading, explanation.grid);
    const most = Math.max(...reading.layers.map(({ heads }) => heads));
    rows.style.gridTemplateColumns = `auto repeat(${most}, minmax(0, 3.5rem))`;
    rows.style.setProperty("--cl-aspect", String(page.width / page.height));
    cells = maps.map((map) => {
      const label = describe(map);
      const bar = h("span", { class: "cl-head-off" });
      bar.style.width = `${100 * map.offPage}%`;
      const button = h(
        "button",
        { class: "cl-head-map", "aria-label": label, title: label, tabindex: "-1" },
        painted(map),
        bar,
      );
      button.addEventListener("click", () =>
        actions.set({ layer: map.layer, head: map.head, ...plain(current) }),
      );
      for (const type of ["pointerenter", "focus"]) button.addEventListener(type, () => say(map));
      for (const type of ["pointerleave", "blur"]) button.addEventListener(type, () => say(chosen));
      return { map, button };
    });
    const lines = reading.layers.flatMap(({ missing, heads }, layer) => [
      h("span", { class: "cl-head-layer" }, String(layer)),
      ...(missing
        ? [span(h("span", { class: "cl-head-missing", title: missing }, "not to be had"), most)]
        : cells.filter(({ map }) => map.layer === layer).map(({ button }) => button)),
      ...(missing || heads === most ? [] : [span(h("span"), most - heads)]),
    ]);
    rows.replaceChildren(...byLayer(lines, reading, most));
  }

  let current: Frame | null = null;
  return {
    element,
    update(frame) {
      current = frame;
      const { explanation } = frame.scene;
      const reading =
        readingFor(explanation, frame.locked) ??
        readingIn(explanation, stageShown(explanation, frame.locked));
      if (!reading) return;
      if (reading !== built) build(reading, frame);
      built = reading;
      const layer = layerIndex(reading, frame.locked);
      const all = isRollout(frame.locked.quantity);
      chosen = null;
      for (const { map, button } of cells) {
        const isChosen = !all && map.layer === layer && map.head === frame.locked.head;
        const isOfLayer = !all && map.layer === layer && frame.locked.head === null;
        if (isChosen) chosen = map;
        button.setAttribute("aria-pressed", String(isChosen));
        button.classList.toggle("cl-of-mean", isOfLayer);
      }
      const reached = cells.find(({ map }) => map === chosen) ?? cells.find(({ map }) => map.layer === layer);
      for (const { button } of cells) button.tabIndex = button === reached?.button ? 0 : -1;
      if (!rows.matches(":hover, :focus-within")) say(chosen);
    },
  };
}

/** A head is of one layer: what is rolled out has none. */
function plain(frame: Frame | null): { quantity?: string } {
  return frame && isRollout(frame.locked.quantity) ? { quantity: "attention" } : {};
}

function describe({ layer, head, most, offPage }: HeadMap): string {
  return `Layer ${layer}, head ${head}: 0 to ${percent(most)}, ${percent(offPage)} off the page`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function span(element: HTMLElement, columns: number): HTMLElement {
  element.style.gridColumn = `span ${columns}`;
  return element;
}

/** The last layer on top, as models are drawn. */
function byLayer(lines: HTMLElement[], { layers }: AttentionReading, most: number): HTMLElement[] {
  const groups: HTMLElement[][] = [];
  for (const line of lines) {
    if (line.classList.contains("cl-head-layer")) groups.push([]);
    groups.at(-1)!.push(line);
  }
  const numbers = h("span");
  const heads = Array.from({ length: most }, (_, i) => h("span", { class: "cl-head-number" }, String(i)));
  return [...groups.slice(0, layers.length).reverse().flat(), numbers, ...heads];
}

/** One pixel a patch, as a tint of white paper. */
function painted({ map, most }: HeadMap): HTMLCanvasElement {
  const canvas = h("canvas", { class: "cl-head-canvas" });
  [canvas.width, canvas.height] = [map.columns, map.rows];
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const image = context.createImageData(map.columns, map.rows);
  const table = colours("violet", "light");
  map.data.forEach((share, i) => {
    const at = 3 * (most > 0 ? Math.round((255 * share) / most) : 0);
    image.data.set([table[at], table[at + 1], table[at + 2], 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}
