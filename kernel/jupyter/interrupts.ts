/** What everything that an interrupt has stopped fails with. */
export class Interrupted extends Error {
  override readonly name = "AbortError";

  constructor() {
    super("interrupted");
  }
}

/** Reached by every interrupt: work for messages of front ends, such as a widget's. */
let messages = new AbortController();
/** Reached by an interrupt while no cell runs: what cells that have ended left running. */
let leftovers = new AbortController();
let cell: AbortController | null = null;

/** The signal of a message that is being handled. */
export function messageSignal(): AbortSignal {
  return messages.signal;
}

/** A new signal, of the cell that begins. */
export function beginSignal(): AbortSignal {
  cell = new AbortController();
  return AbortSignal.any([cell.signal, leftovers.signal]);
}

/** The cell has ended: what it left running is no longer in the way of an interrupt of the next one. */
export function endSignal(): void {
  cell = null;
}

/** Aborts the running cell, or without one what earlier cells left running; and all work for messages. */
export function abortSignals(): void {
  const reason = new Interrupted();
  messages.abort(reason);
  messages = new AbortController();
  if (cell) cell.abort(reason);
  else {
    leftovers.abort(reason);
    leftovers = new AbortController();
  }
}
