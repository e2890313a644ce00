import { type PagePoint, patchAt, patchCentre, type Region, regionOf } from "../../core/index.js";
import type { Actions, Frame } from "./frame.js";
import { type Pointer, pointIn } from "./paper.js";

type Patch = { row: number; column: number };

/** Patches of a page, chosen with the pointer or by keys. */
export interface PatchChoice {
  /** What the keys are at, else the locked patch: what is read out while no pointer is on the page. */
  at(): PagePoint | null;
  /** Another page: what was being drawn on the one before is dropped. */
  drop(): void;
}

/**
 * A click locks a patch, or lets it go; Shift and drag selects a block; arrow keys walk from patch to patch, Enter locks,
 * Shift and arrows make the block larger or smaller.
 * @param stage what the page is seen through
 * @param on `walked` to a place by keys, and what is to be said then
 */
export function createPatchChoice(
  paper: HTMLElement,
  stage: HTMLElement,
  side: "a" | "b",
  actions: Actions,
  frame: () => Frame | null,
  on: { walked(to: PagePoint): void; words(): string },
): PatchChoice {
  /** Where the keyboard is on the page, and whether it was the last to be used. */
  let cursor: PagePoint | null = null;
  let byKeys = false;
  let dragged: { from: Patch; to: Patch } | null = null;

  stage.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    dragged.to = under(event) ?? dragged.to;
    actions.preview({ region: drawn() });
  });
  stage.addEventListener("pointerdown", (event) => {
    byKeys = false;
    const from = under(event);
    if (!event.shiftKey || !from) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    dragged = { from, to: from };
  });
  stage.addEventListener("pointerup", () => {
    if (!dragged) return;
    const region = drawn();
    dragged = null;
    actions.preview(null);
    actions.set({ region });
  });
  stage.addEventListener("pointercancel", () => {
    dragged = null;
    actions.preview(null);
  });
  paper.addEventListener("click", (event) => {
    if (event.shiftKey) return;
    cursor = pointIn(paper, event);
    lock(cursor);
  });
  paper.addEventListener("keydown", (event) => {
    const now = frame();
    if (!now || !key(event, now)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  paper.addEventListener("focus", () => {
    const now = frame();
    if (!now || !paper.matches(":focus-visible")) return;
    walkTo(cursor ?? locked() ?? patchCentre(now.scene.shown.map, now.scene.best[0]));
  });
  paper.addEventListener("blur", () => {
    byKeys = false;
    actions.point(null);
  });

  /** The patch of the page's own grid at a place; a difference of two grids may be shown on a finer one. */
  function patchOf(at: PagePoint | null): Patch | null {
    const now = frame();
    return now && at && patchAt(now.scene.explanation.grid, at);
  }

  function under(event: Pointer): Patch | null {
    return patchOf(pointIn(paper, event));
  }

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
      const again = region && isPatch(region) && region.row === patch.row && region.column === patch.column;
      return { region: again ? null : onThis({ ...patch, rows: 1, columns: 1 }) };
    });
  }

  function locked(): PagePoint | null {
    const now = frame();
    const region = now && regionOf(now.locked, side);
    return now && region && isPatch(region) ? patchCentre(now.scene.explanation.grid, region) : null;
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
    const grid = frame()?.scene.explanation.grid;
    if (!grid) return;
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
    const scene = frame()?.scene;
    if (!scene) return;
    const { map } = scene.shown;
    const from = (cursor && patchAt(map, cursor)) ?? scene.best[0];
    const to = {
      row: Math.min(map.rows - 1, Math.max(0, from.row + down)),
      column: Math.min(map.columns - 1, Math.max(0, from.column + right)),
    };
    walkTo(patchCentre(map, to));
    actions.say(on.words());
  }

  function walkTo(at: PagePoint): void {
    cursor = at;
    byKeys = true;
    on.walked(at);
    actions.point(at);
  }

  return {
    at: () => (byKeys ? cursor : null) ?? locked(),
    drop() {
      dragged = null;
    },
  };
}

function block(a: Patch, b: Patch): Region {
  const [row, column] = [Math.min(a.row, b.row), Math.min(a.column, b.column)];
  return { row, column, rows: Math.abs(a.row - b.row) + 1, columns: Math.abs(a.column - b.column) + 1 };
}

function isPatch({ rows, columns }: Region): boolean {
  return rows * columns === 1;
}
