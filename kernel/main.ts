/** The kernel process: `node main.js CONNECTION_FILE`. */
import "./jupyter/setup/require-node.js";
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { inspect } from "node:util";
import { currentCause } from "./jupyter/context.js";
import { CellStdin, installDialogs } from "./jupyter/dialogs.js";
import { Execution } from "./jupyter/execution.js";
import { FrontEndSettings } from "./jupyter/front-end-settings.js";
import { History } from "./jupyter/history.js";
import { Input } from "./jupyter/input.js";
import { Interrupted } from "./jupyter/interrupts.js";
import { type DisplayOptions, type KernelApi, setCurrentKernel } from "./jupyter/kernel.js";
import { type Displayed, describe, encodeBinary, hasSteps, isBundle } from "./jupyter/mime.js";
import { answerRequests } from "./jupyter/requests.js";
import { Session } from "./jupyter/session.js";
import { publishShown, showSteps } from "./jupyter/show.js";
import { currentHandling } from "./jupyter/widget-protocol/handling.js";
import { listenToOutputs } from "./jupyter/widget-protocol/lifetimes.js";
import { prepareWidgets } from "./jupyter/widget-protocol/widget-registry.js";
import { readConnection } from "./jupyter/wire/connection.js";
import { Descriptors } from "./jupyter/wire/descriptors.js";
import { Transport } from "./jupyter/wire/transport.js";
import { PROTOCOL_VERSION } from "./jupyter/wire/wire.js";
import { manifest } from "./package.js";
import { endThreads } from "./runtime/threads.js";

const connection = readConnection(process.argv[2] ?? "");
const descriptors = Descriptors.take();
const log = descriptors?.log ?? 2;
const id = randomUUID();
const kernelInfo = {
  status: "ok",
  protocol_version: PROTOCOL_VERSION,
  implementation: manifest.name,
  implementation_version: manifest.version,
  banner: `TypeScript (ColPali Lens) ${manifest.version} on Node ${process.versions.node}`,
  help_links: [],
  language_info: {
    name: "typescript",
    version: manifest.dependencies.typescript.replace(/^[^\d]*/, ""),
    mimetype: "text/typescript",
    file_extension: ".ts",
    codemirror_mode: "typescript",
    pygments_lexer: "typescript",
    nbconvert_exporter: "script",
  },
};
const transport: Transport = new Transport(
  { connection, session: id, kernelInfo, log },
  {
    message: (channel, frames) => {
      try {
        const request = session.read(channel, frames);
        if (channel === "stdin") input.receive(request);
        else if (request.header.msg_type === "execute_request") execution.enqueue(request);
        else void session.answer(request);
      } catch (error) {
        session.streams.write("stderr", `dropped a message: ${(error as Error).message}\n`);
      }
    },
    interrupt(how) {
      execution.interrupt(how);
      // `vm` takes the handlers away while a cell runs; terminated, it does not bring them back.
      if (how === "hard") process.off("SIGINT", onSigint).on("SIGINT", onSigint);
    },
    // A message that is not signed with this kernel's key is nobody's business to hear about.
    dropped: () => undefined,
    exit: () => void leave(0),
    died: () => exit(1),
  },
);
const session = new Session(id, transport);
const input = new Input(session);
const settings = new FrontEndSettings(session.comms);
const api: KernelApi = {
  version: 1,
  get parent() {
    return currentCause().parent;
  },
  get signal() {
    return currentCause().signal;
  },
  get settings() {
    return settings.current;
  },
  openComm: session.comms.openComm.bind(session.comms),
  registerTarget: session.comms.registerTarget.bind(session.comms),
  until(work) {
    const handling = currentHandling();
    if (handling) handling.until(work);
    else execution.until(work);
  },
  async display(value: unknown, options: DisplayOptions = {}) {
    // A bundle leaves at once, so that what is printed after it comes after it.
    if (isBundle(value)) return publishShown(session, { data: encodeBinary(value), metadata: {} }, options);
    const described = describe(value);
    if (hasSteps<Displayed>(described)) await showSteps(session, described, options);
    else publishShown(session, await described, options);
  },
  clearOutput: (wait = false) => session.publish("clear_output", { wait }),
  input: input.ask.bind(input),
};
setCurrentKernel(api);
// A page asks for widgets when it opens a notebook, whether or not there are any.
prepareWidgets(api);
listenToOutputs(api);
installDialogs(input);
let stdin: CellStdin | null = null;
Object.defineProperty(process, "stdin", { get: () => (stdin ??= new CellStdin(input)), configurable: true });
const exit = process.exit.bind(process);
process.exit = (code) => {
  // A cell that ends the process keeps what it has printed.
  session.streams.flush();
  transport.drain();
  return exit(code);
};

// Loading TypeScript takes most of the start: the sockets answer meanwhile, and the next start finds it compiled.
// Imported here: an older Node, which lacks it, is to come as far as the check above.
const { enableCompileCache } = await import("node:module");
enableCompileCache();
const { TypeScriptCells } = await import("./tslab/typescript-cells.js");
const language = new TypeScriptCells(process.cwd(), api);
const history = new History();
const execution: Execution = new Execution(session, language, history, {
  begins(cell) {
    input.attach(cell);
    process.off("SIGTERM", stop);
  },
  ends() {
    input.detach();
    stdin?.finish();
    stdin = null;
    process.off("SIGTERM", stop).on("SIGTERM", stop);
  },
});
answerRequests(session, language, history, execution);
session.on("kernel_info_request", () => kernelInfo);
session.on("shutdown_request", ({ content }) => {
  setImmediate(stop);
  return { status: "ok", restart: Boolean(content.restart) };
});
session.streams.capture(descriptors);
process.on("SIGINT", onSigint);
// While a cell runs nothing could answer the signal: then it ends the process at once.
process.on("SIGTERM", stop);
for (const event of ["uncaughtException", "unhandledRejection"] as const)
  process.on(event, (error: unknown) => {
    // What an interrupt has stopped has been told already.
    if (error instanceof Interrupted) return;
    session.streams.write("stderr", `Uncaught ${inspect(error)}\n`);
  });
transport.deliver();
await transport.bound.catch((error: Error) => {
  writeSync(log, `colpali-lens kernel: ${error.message}\n`);
  exit(1);
});
await new Promise((resolve) => setTimeout(resolve, 20));
// Reads the types of Node and of the language before the first cell needs them, unless that is here already.
if (!execution.busy) language.warm();
transport.ready();

function onSigint(): void {
  execution.interrupt("soft");
}

function stop(): void {
  session.streams.flush();
  transport.shutdown();
}

async function leave(code: number): Promise<void> {
  await Promise.all([endThreads(), transport.closed()]);
  exit(code);
}
