import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { ModelError, ProviderError } from "../../engine/model-error.js";
import type { Feed, FloatTensor, Graph, Provider, ValueInfo } from "../../engine/runtime.js";
import { untilStopped } from "../../engine/stop-signal.js";
import { type EditedGraph, openGraph } from "./node-graph.js";
import { keepThread } from "./threads.js";

export interface ThreadInput {
  source: string | EditedGraph;
  provider: Provider;
}
export type ThreadRequest =
  | { kind: "run"; id: number; feeds: Record<string, Feed>; outputs?: string[]; stop?: Int32Array }
  | { kind: "dispose"; id: number };
export type ThreadReply =
  | { kind: "open"; inputs: ValueInfo[]; outputs: ValueInfo[] }
  | { kind: "outputs"; id: number; outputs: Record<string, FloatTensor> }
  | { kind: "stopped"; id: number }
  | { kind: "disposed"; id: number }
  /** `running`: the provider failed at the work, rather than that the work was wrong. */
  | { kind: "failed"; id: number; message: string; running: boolean };

const entry = new URL("./graph-thread.js", import.meta.url);

/**
 * A graph in a thread of its own: the caller's thread stays free. On the CPU `run` takes the feeds' memory over; on other
 * providers, which may fail, it leaves them for another try. Runs queue up in order; one whose signal is given before its turn
 * is left out. Where the package has not been built (unit tests on the sources) the graph runs in the caller's thread.
 */
export async function openThreadedGraph(
  source: string | EditedGraph,
  provider: Provider,
  signal?: AbortSignal,
): Promise<Graph> {
  if (!existsSync(fileURLToPath(entry))) return openGraph(source, provider);
  const name = typeof source === "string" ? basename(source) : source.name;
  const worker = new Worker(entry, {
    workerData: { source, provider } satisfies ThreadInput,
    // Bytes go over to the thread.
    transferList: typeof source === "string" ? [] : [source.bytes.buffer as ArrayBuffer],
    // Node's own options of the process, such as --eval, are not for the thread.
    execArgv: [],
  });
  keepThread(worker);
  const waiting = new Map<
    number,
    { resolve: (reply: ThreadReply) => void; reject: (error: Error) => void }
  >();
  let next = 0;

  const wait = (id: number): Promise<ThreadReply> => {
    worker.ref();
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  };
  const settle = (id: number) => {
    const one = waiting.get(id);
    waiting.delete(id);
    // A process may end while a model is loaded, but not while it is at work.
    if (waiting.size === 0) worker.unref();
    return one;
  };
  let gone = "";
  const failAll = (reason: string) => {
    gone ||= reason;
    for (const id of [...waiting.keys()])
      settle(id)?.reject(new ProviderError(`${name} failed (${provider}): ${reason}`));
  };
  worker.on("message", (reply: ThreadReply) => {
    const one = settle(reply.kind === "open" ? 0 : reply.id);
    if (reply.kind === "failed") one?.reject(new (reply.running ? ProviderError : ModelError)(reply.message));
    else one?.resolve(reply);
  });
  worker.on("error", (error) => failAll(error.message));
  worker.on("exit", (code) => failAll(`its thread ended (${code}), out of memory?`));

  const opened = (await untilStopped(wait(next++), signal).catch((error) => {
    void worker.terminate();
    throw error;
  })) as ThreadReply & { kind: "open" };
  return {
    name: name,
    provider,
    inputs: opened.inputs,
    outputs: opened.outputs,
    async run(feeds, outputs, signal) {
      signal?.throwIfAborted();
      if (gone) throw new ProviderError(`${name} failed (${provider}): ${gone}`);
      const id = next++;
      // Only what the graph reads: reading an unused feed might make it.
      const used = Object.fromEntries(
        opened.inputs.flatMap(({ name }) => (name in feeds ? [[name, feeds[name]]] : [])),
      );
      const stop = signal && stopFlag(signal);
      worker.postMessage(
        { kind: "run", id, feeds: used, outputs, stop: stop?.flag } satisfies ThreadRequest,
        provider === "cpu" ? Object.values(used).map((f) => f.data.buffer as ArrayBuffer) : [],
      );
      const reply = (await wait(id).finally(stop?.forget)) as ThreadReply & { kind: "outputs" | "stopped" };
      if (reply.kind === "stopped") throw signal?.reason;
      return reply.outputs;
    },
    async dispose() {
      if (gone) return;
      const id = next++;
      worker.postMessage({ kind: "dispose", id } satisfies ThreadRequest);
      await wait(id);
      await worker.terminate();
    },
  };
}

/** A signal as the thread sees it also while a run keeps it from reading messages: 1 once it is given. */
function stopFlag(signal: AbortSignal): { flag: Int32Array; forget: () => void } {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const raise = () => void Atomics.store(flag, 0, 1);
  signal.addEventListener("abort", raise, { once: true });
  return { flag, forget: () => signal.removeEventListener("abort", raise) };
}
