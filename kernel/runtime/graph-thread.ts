/** Runs one graph in a thread of its own, so that a page that takes seconds does not stop messages and interrupts. */
import { parentPort, workerData } from "node:worker_threads";
import { ProviderError } from "../../engine/model-error.js";
import { openGraph } from "./node-graph.js";
import type { ThreadInput, ThreadReply, ThreadRequest } from "./threaded-graph.js";

const port = parentPort!;
const { source, provider } = workerData as ThreadInput;
const reply = (message: ThreadReply, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

try {
  const graph = await openGraph(source, provider);
  const answer = async (request: ThreadRequest) => {
    const { id } = request;
    try {
      if (request.kind === "dispose") {
        await graph.dispose();
        reply({ kind: "disposed", id });
        port.close();
        return;
      }
      if (request.stop && Atomics.load(request.stop, 0) === 1) return reply({ kind: "stopped", id });
      const outputs = await graph.run(request.feeds, request.outputs);
      // Copied out of the runtime's own memory, which cannot be handed over.
      for (const output of Object.values(outputs)) output.data = output.data.slice();
      reply(
        { kind: "outputs", id, outputs },
        Object.values(outputs).map((o) => o.data.buffer as ArrayBuffer),
      );
    } catch (error) {
      reply({
        kind: "failed",
        id,
        message: (error as Error).message,
        running: error instanceof ProviderError,
      });
    }
  };
  // One after the other, so that a run is asked whether it is still wanted when its turn comes.
  let last = Promise.resolve();
  port.on("message", (request: ThreadRequest) => {
    last = last.then(() => answer(request));
  });
  reply({ kind: "open", inputs: graph.inputs, outputs: graph.outputs });
} catch (error) {
  reply({ kind: "failed", id: 0, message: (error as Error).message, running: false });
  port.close();
}
