/** The kernel process: `node main.js CONNECTION_FILE`. */
import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { readConnection } from "./jupyter/connection.js";
import { currentParent } from "./jupyter/context.js";
import { Execution } from "./jupyter/execution.js";
import { History } from "./jupyter/history.js";
import { Input } from "./jupyter/input.js";
import { type DisplayOptions, type KernelApi, setCurrentKernel } from "./jupyter/kernel.js";
import { describe, encodeBinary, isBundle } from "./jupyter/mime.js";
import { answerRequests } from "./jupyter/requests.js";
import { Session } from "./jupyter/session.js";
import { Transport } from "./jupyter/transport.js";
import { PROTOCOL_VERSION } from "./jupyter/wire.js";
import { manifest } from "./package.js";

const connection = readConnection(process.argv[2] ?? "");
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
  { connection, session: id, kernelInfo },
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
    interrupt: (how) => execution.interrupt(how),
    // A message that is not signed with this kernel's key is nobody's business to hear about.
    dropped: () => undefined,
    exit: () => process.exit(0),
  },
);
const session = new Session(id, transport);
const input = new Input(session);
const api: KernelApi = {
  version: 1,
  get parent() {
    return currentParent();
  },
  get signal() {
    return execution.signal;
  },
  openComm: session.comms.openComm.bind(session.comms),
  registerTarget: session.comms.registerTarget.bind(session.comms),
  async display(value: unknown, { displayId, update, metadata = {} }: DisplayOptions = {}) {
    // A bundle leaves at once, so that what is printed after it comes after it.
    const shown = isBundle(value) ? { data: encodeBinary(value), metadata: {} } : await describe(value);
    const transient = displayId === undefined ? {} : { display_id: displayId };
    session.publish(update ? "update_display_data" : "display_data", {
      ...shown,
      metadata: { ...shown.metadata, ...metadata },
      transient,
    });
  },
  clearOutput: (wait = false) => session.publish("clear_output", { wait }),
  input: input.ask.bind(input),
};
setCurrentKernel(api);

// Loading TypeScript takes most of the start: the sockets answer meanwhile.
const { TypeScriptCells } = await import("./tslab/language.js");
const language = new TypeScriptCells(process.cwd(), api);
const history = new History();
const execution: Execution = new Execution(session, language, history, (cell) => input.attach(cell));
answerRequests(session, language, history, execution);
session.on("kernel_info_request", () => kernelInfo);
session.streams.capture();
process.on("SIGINT", () => execution.interrupt("soft"));
for (const event of ["uncaughtException", "unhandledRejection"] as const)
  process.on(event, (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
    session.streams.write("stderr", `Uncaught ${text}\n`);
  });
await transport.bound;
transport.ready();
