import { AsyncLocalStorage } from "node:async_hooks";
import type { Header } from "./wire/wire.js";

/** Header of the message that caused the running code; empty when nothing did. */
export type Parent = Header | Record<string, never>;

/** One run of a notebook's cell. */
export interface Run {
  /** Id of the cell in the notebook; it stays when the cell runs again. */
  readonly cell: string;
  /** Ids of the widgets that the run has shown. */
  readonly shown: Set<string>;
}

/** Where the running code comes from. */
export interface Cause {
  readonly parent: Parent;
  /** The run that it belongs to; null when a front end did not say which cell runs. */
  readonly run: Run | null;
  /** Aborted by an interrupt that is meant for this code. */
  readonly signal: AbortSignal;
}

/** Follows promises, timers and events, so that late output still belongs to the cell that started it. */
const causes = new AsyncLocalStorage<Cause>();
/** Code outside any message counts to the cell that ran last. */
let lastCell: Cause = { parent: {}, run: null, signal: new AbortController().signal };

export function currentCause(): Cause {
  return causes.getStore() ?? lastCell;
}

export function currentParent(): Parent {
  return currentCause().parent;
}

/** Runs `work`; what it prints, displays and makes, now or later, comes from `cause`. What that leaves out stays as it is. */
export function causedBy<T>(cause: Partial<Cause>, work: () => T): T {
  return causes.run({ ...currentCause(), ...cause }, work);
}

/** From now on code outside any message counts to what runs now. */
export function setLastCell(): void {
  lastCell = currentCause();
}
