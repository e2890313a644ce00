import type { Worker } from "node:worker_threads";

/** Threads in which a model runs. */
const running = new Set<Worker>();

export function keepThread(thread: Worker): void {
  running.add(thread);
  thread.once("exit", () => running.delete(thread));
}

/**
 * Ends every model's thread. A process that exits while the runtime works in another thread prints an error of its
 * own. Resolves when all have ended; a graph that is running is waited for.
 */
export async function endThreads(): Promise<void> {
  await Promise.all([...running].map((thread) => thread.terminate()));
}
