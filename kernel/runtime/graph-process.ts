/** Runs one large graph in a process of its own: see process-graph.ts. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { ProviderError } from "../../engine/model-error.js";
import type { Graph } from "../../engine/runtime.js";
import { openGraph } from "./node-graph.js";
import type { ProcessReply, ProcessRequest } from "./process-graph.js";
import { tappedFile } from "./tapped-file.js";

const reply = (message: ProcessReply) => process.send!(message);
let graph: Graph;

// Who started it ends it, or has ended; Ctrl+C in a terminal reaches both, and is the other's to answer.
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => {});
// A run of minutes keeps this thread from hearing of it.
new Worker(
  `const { workerData: parent } = require("node:worker_threads");
  setInterval(() => process.ppid !== parent && process.kill(process.pid, "SIGKILL"), 500);`,
  { eval: true, workerData: process.ppid },
).unref();

/** The bytes of a graph that was edited are as many as its weights, and the first page needs the room. */
function collect(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

process.on("message", async (request: ProcessRequest) => {
  try {
    if (request.kind === "open") {
      const tapped = request.tapped ? await tappedFile(request.path) : null;
      if (tapped && !tapped.graph) {
        reply({ kind: "open", inputs: [], outputs: [], layers: tapped.layers });
        return;
      }
      graph = await openGraph(
        tapped?.graph ?? request.path,
        request.provider,
        undefined,
        request.keepsFloat16,
      );
      if (tapped) {
        tapped.graph = null;
        collect();
      }
      reply({ kind: "open", inputs: graph.inputs, outputs: graph.outputs, layers: tapped?.layers ?? null });
    } else reply({ kind: "outputs", outputs: await graph.run(request.feeds, request.outputs) });
  } catch (error) {
    reply({
      kind: "failed",
      message: (error as Error).message,
      running: error instanceof ProviderError,
    });
  }
});
