import { AsyncLocalStorage } from "node:async_hooks";
import type { Header } from "./wire.js";

/** Header of the message that caused the running code; empty when nothing did. */
export type Parent = Header | Record<string, never>;

/** Follows promises, timers and events, so that late output still belongs to the cell that started it. */
const causes = new AsyncLocalStorage<Parent>();
let lastCell: Parent = {};

/** Runs `work`; what it prints or displays, now or later, has `parent` as its parent message. */
export function causedBy<T>(parent: Parent, work: () => T): T {
  return causes.run(parent, work);
}

/** The parent of code that runs now; code outside any message counts to the cell that ran last. */
export function currentParent(): Parent {
  return causes.getStore() ?? lastCell;
}

export function setLastCell(parent: Parent): void {
  lastCell = parent;
}
