import type { Report } from "./terminal.js";

interface Work<T> {
  items: readonly T[];
  each(item: T): Promise<void>;
  report: Report;
  signal: AbortSignal;
  /** What is kept when so many are done; the end of a sentence. */
  kept(done: number): string;
}

/**
 * Does one item after the other and reports how far it is.
 * @throws Error that says what is kept, when the person stops it or one item fails
 */
export async function worked<T>({ items, each, report, signal, kept }: Work<T>): Promise<void> {
  for (const [done, item] of items.entries()) {
    try {
      signal.throwIfAborted();
      report(done, items.length);
      await each(item);
    } catch (error) {
      const message = signal.aborted ? "stopped" : (error as Error).message;
      throw new Error(`${message}${kept(done)}`, { cause: error });
    }
  }
  report(items.length, items.length);
}
