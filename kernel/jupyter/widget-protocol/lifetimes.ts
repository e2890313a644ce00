/**
 * Which widgets live. A widget is open in the front ends while the latest run of the cell that made it is the one that
 * made it, and while a cell shows it or a widget that holds it. Otherwise it is at rest: front ends do not have it, and
 * code that still holds it finds it as it was. Shown again, it is open again. What front ends without cell ids make
 * stays open.
 */

import { currentCause, type Run } from "../context.js";
import type { KernelApi } from "../kernel.js";
import { isPlainObject } from "../wire/buffers.js";
import { referencedIn } from "./widget-messages.js";
import { openWidgets } from "./widget-registry.js";
import type { AnyWidget } from "./widget-types.js";

/** A front end tells by a comm of this target which widgets stand in its outputs: `{notebook, cells: {id: [model ids]}}`. */
export const SHOWN_TARGET = "colpali-lens.shown";

/** How a widget leaves the front ends, and comes back to them. */
interface Doors {
  open(): void;
  rest(): void;
}

interface Life extends Doors {
  readonly run: Run | null;
  /** What it held when it went to rest. */
  parts: AnyWidget[];
  /** What went to rest with it because it connects it to others. */
  links: Set<AnyWidget>;
}

const lives = new WeakMap<AnyWidget, Life>();
const resting = new Map<string, WeakRef<AnyWidget>>();
const latest = new Map<string, Run>();
/** Shown by code that belongs to no cell. */
const shownForEver = new Set<string>();
/** What stands in outputs, by notebook and cell, whoever put it there: a copied cell was never run. */
const standing = new Map<string, Map<string, string[]>>();

/** A new widget belongs to the run that makes it. */
export function begin(widget: AnyWidget, doors: Doors): void {
  lives.set(widget, { ...doors, run: currentCause().run, parts: [], links: new Set() });
}

/** Opens a widget that is at rest, what it holds, and the links whose ends are then all open. */
export function wake(widget: AnyWidget): void {
  const life = lives.get(widget);
  if (!life || widget.closed || openWidgets.has(widget.id)) return;
  resting.delete(widget.id);
  const { parts, links } = life;
  [life.parts, life.links] = [[], new Set()];
  const references = referencedIn(widget.fullState());
  for (const part of parts) if (references.includes(part.id)) wake(part);
  life.open();
  for (const link of links) {
    if (lives.get(link)?.parts.every(({ id }) => openWidgets.has(id))) wake(link);
    else life.links.add(link);
  }
}

/** Notes the widgets that an output shows. */
export function noteShown(data: unknown): void {
  const shown = currentCause().run?.shown ?? shownForEver;
  for (const id of referencedIn(data)) shown.add(id);
}

/** @returns the new run of a cell; what its last run made and showed is no longer needed for its sake */
export function beginRun(cell: string): Run {
  const run: Run = { cell, shown: new Set() };
  latest.set(cell, run);
  for (const cells of standing.values()) cells.delete(cell);
  return run;
}

/** After a run, or when cells were deleted: puts to rest what nothing needs any more. */
export function restUnneeded(deletedCells: readonly string[] = []): void {
  const stillThere = new Set([...standing.values()].flatMap((cells) => [...cells.keys()]));
  for (const cell of deletedCells) if (!stillThere.has(cell)) latest.delete(cell);
  const needed = neededWidgets();
  const unneeded = [...openWidgets].filter(([id]) => !needed.has(id));
  for (const [id, widget] of unneeded) {
    const life = lives.get(widget)!;
    life.parts = partsOf(widget);
    if (connects(widget)) for (const end of life.parts) lives.get(end)?.links.add(widget);
    resting.set(id, new WeakRef(widget));
  }
  for (const [, widget] of unneeded) lives.get(widget)?.rest();
  for (const [id, widget] of resting) if (!widget.deref()) resting.delete(id);
}

/** Lets front ends tell what stands in their outputs. */
export function listenToOutputs(kernel: KernelApi): void {
  kernel.registerTarget(SHOWN_TARGET, (comm) => {
    comm.onMessage = ({ data: { notebook, cells } }) => {
      if (!isPlainObject(cells) || !Object.values(cells).every(isListOfIds))
        throw new TypeError(
          `invalid cells of a message about outputs: ${JSON.stringify(cells)}, expected lists of model ids`,
        );
      const now = new Map(Object.entries(cells as Record<string, string[]>));
      standing.set(String(notebook), now);
      for (const id of [...now.values()].flat()) {
        const widget = resting.get(id)?.deref();
        if (widget) wake(widget);
      }
    };
  });
}

function neededWidgets(): Set<string> {
  const needed = new Set<string>();
  const need = (id: string) => {
    const widget = openWidgets.get(id);
    if (!widget || needed.has(id)) return;
    needed.add(id);
    for (const part of partsOf(widget)) need(part.id);
  };
  for (const [id, widget] of openWidgets) {
    const run = lives.get(widget)?.run;
    if (!run || latest.get(run.cell) === run) need(id);
  }
  for (const ids of [shownForEver, ...[...latest.values()].map((run) => run.shown)])
    for (const id of ids) need(id);
  for (const cells of standing.values()) for (const ids of cells.values()) for (const id of ids) need(id);
  for (const [id, widget] of openWidgets)
    if (connects(widget) && partsOf(widget).every((end) => needed.has(end.id))) need(id);
  return needed;
}

function isListOfIds(value: unknown): boolean {
  return Array.isArray(value) && value.every((id) => typeof id === "string");
}

function partsOf(widget: AnyWidget): AnyWidget[] {
  return referencedIn(widget.fullState()).flatMap((id) => openWidgets.get(id) ?? []);
}

/** Whether it is never shown itself but lives with what it holds, as a link does. */
function connects(widget: AnyWidget): boolean {
  return widget.fullState()._view_name === null && partsOf(widget).length > 0;
}
