import type { ChildProcess } from "node:child_process";
import type { Worker } from "node:worker_threads";

/** Threads and processes in which a model runs. */
const threads = new Set<Worker>();
const processes = new Set<ChildProcess>();

export function keepThread(thread: Worker): void {
  threads.add(thread);
  thread.once("exit", () => threads.delete(thread));
}

export function keepProcess(child: ChildProcess): void {
  if (processes.size === 0) process.once("exit", endProcesses);
  processes.add(child);
  child.once("exit", () => {
    processes.delete(child);
    if (processes.size === 0) process.off("exit", endProcesses);
  });
}

/**
 * Ends every model's thread and process. A process that exits while the runtime works in another thread prints an error of its
 * own. Resolves when all threads have ended; a graph that is running in one is waited for.
 */
export async function endThreads(): Promise<void> {
  endProcesses();
  await Promise.all([...threads].map((thread) => thread.terminate()));
}

/** One that works sees only afterwards that nobody is there any more. */
function endProcesses(): void {
  for (const child of processes) child.kill("SIGKILL");
}
