import { inspect } from "node:util";
import { type Cause, causedBy, currentCause, type Parent } from "../context.js";
import { currentHandling } from "./handling.js";

/** Takes any listener; what it is called with, the event's name decides. */
export type Listener = (...args: never[]) => unknown;

/** Name of an event and what its listeners are called with. */
export type Event = [name: string, ...args: unknown[]];

interface Entry {
  listener: Listener;
  /** What `remove` knows it by, when it is wrapped. */
  known: unknown;
  /** The properties that it is limited to. */
  names: Set<string> | null;
  once: boolean;
  /** The cell that registered it. */
  cause: Cause;
}

/** Who listens to what of one widget. */
export class Listeners {
  private readonly entries = new Map<string, Set<Entry>>();

  /** @returns how to stop */
  add(
    event: string,
    listener: Listener,
    { once = false, known = listener as unknown, names = null as Set<string> | null } = {},
  ): () => void {
    const entries = this.entries.get(event) ?? new Set();
    this.entries.set(event, entries);
    const entry = { listener, known, names, once, cause: currentCause() };
    entries.add(entry);
    return () => void entries.delete(entry);
  }

  /** Without a listener all of the event, without an event all. */
  remove(event?: string, listener?: unknown): void {
    for (const [name, entries] of this.entries) {
      if (event !== undefined && name !== event) continue;
      for (const entry of entries) if (!listener || entry.known === listener) entries.delete(entry);
    }
  }

  /** Takes properties from those that a listener is limited to; without any left it is removed. */
  narrow(event: string, listener: unknown, without: readonly string[]): void {
    const entries = this.entries.get(event) ?? new Set();
    for (const entry of entries) {
      if (entry.known !== listener || !entry.names) continue;
      for (const name of without) entry.names.delete(name);
      if (entry.names.size === 0) entries.delete(entry);
    }
  }

  /**
   * Calls everyone, in the order of registration, whatever one of them throws. An error reaches who caused the events:
   * the cell that made the change, or, for a front end, the output of the cell that registered the listener.
   */
  emit(...events: Event[]): void {
    const errors: unknown[] = [];
    for (const [event, ...args] of events) {
      for (const entry of [...(this.entries.get(event) ?? [])]) {
        if (entry.once) this.entries.get(event)?.delete(entry);
        const call = () => (entry.listener as (...args: unknown[]) => unknown)(...args);
        const handling = currentHandling();
        if (handling) causedBy(causeFor(entry, handling.header), () => callSafely(event, call));
        else {
          try {
            call();
          } catch (error) {
            errors.push(error);
          }
        }
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}

/**
 * Output belongs below the cell that registered the listener. A page that was reloaded no longer takes output for cells
 * it ran before; there it goes with the message, and JupyterLab shows it in its log. Widgets belong to that cell anyway;
 * an interrupt is meant for the work that the message caused.
 */
function causeFor({ cause: { parent, run } }: Entry, message: Parent): Partial<Cause> {
  return { parent: parent.session === message.session ? parent : message, run };
}

/** @throws TypeError that says how to make the call, for a listener that is no function */
export function checkListener(listener: unknown, call: string, example: string): void {
  if (typeof listener === "function") return;
  const shown = inspect(listener, { depth: 0 });
  throw new TypeError(`invalid listener of ${call}: ${shown}, expected a function, as in ${example}`);
}

/** What is printed of something thrown: all that it carries. */
export function stackOf(error: unknown): string {
  return typeof error === "string" ? error : inspect(error);
}

function callSafely(event: string, call: () => unknown): void {
  const report = (error: unknown) => {
    process.stderr.write(`error in a listener to ${event}: ${stackOf(error)}\n`);
  };
  try {
    const result = call();
    if (result instanceof Promise) result.catch(report);
  } catch (error) {
    report(error);
  }
}
