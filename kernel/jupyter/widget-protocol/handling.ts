import { AsyncLocalStorage } from "node:async_hooks";
import { currentParent, type Parent } from "../context.js";

/** Does `work`, then `end`: when it returns, throws, or when its promise settles. @returns what `work` returns */
export function throughout<T>(work: () => T, end: () => void): T {
  let result: T | undefined;
  try {
    result = work();
  } finally {
    if (!(result instanceof Promise)) end();
  }
  return result instanceof Promise ? (result.finally(end) as T) : result;
}

/** A front end's message while it is being handled. */
export interface Handling {
  /** Header of the message. */
  readonly header: Parent;
  /** Puts off the end of the handling, and with it the front end's "idle", until `work` has settled. */
  until(work: Promise<unknown>): void;
}

const current = new AsyncLocalStorage<{ handling: Handling | null }>();

/** The message that caused the running code, or null when a cell did or when its handling is over. */
export function currentHandling(): Handling | null {
  return current.getStore()?.handling ?? null;
}

/** Runs `work` as the handling of the message at hand. Front ends keep a message's outputs together until this ends. */
export async function handleMessage(work: () => void): Promise<void> {
  const pending: Promise<unknown>[] = [];
  const store: { handling: Handling | null } = {
    handling: { header: currentParent(), until: (promise) => void pending.push(promise) },
  };
  try {
    current.run(store, work);
    // What is waited for may add more to wait for.
    for (const promise of pending) await promise.catch(() => undefined);
  } finally {
    store.handling = null;
  }
}
