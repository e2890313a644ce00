/** Worker thread that owns the five sockets of a kernel. */
import { writeSync } from "node:fs";
import inspector from "node:inspector";
import { parentPort, workerData } from "node:worker_threads";
import * as zmq from "zeromq";
import { address, type Channel } from "./connection.js";
import { ANSWERED, ASKED, CLOSED, GIVEN_UP, QUESTION } from "./critical.js";
import type { FromSockets, SocketsData, ToSockets } from "./transport.js";
import { Codec, type Frames, type Header, newHeader, readHeader, toJson, WireError } from "./wire.js";

const { connection, session, kernelInfo, log, critical, answers } = workerData as SocketsData;
const codec = new Codec(connection.key, connection.signature_scheme);
const main = parentPort!;

// High water mark 0: a slow reader must never cost a message.
const unlimited = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 };
const shell = new zmq.Router(unlimited);
const control = new zmq.Router(unlimited);
const stdin = new zmq.Router(unlimited);
const iopub = new zmq.Publisher({ sendHighWaterMark: 0, linger: 1000 });
const heartbeat = new zmq.Reply();
const outlets = {
  shell: outlet(shell),
  control: outlet(control),
  stdin: outlet(stdin),
  iopub: outlet(iopub),
};

/** Milliseconds that an interrupt waits for the compiler; then even that is stopped. */
const COMPILING_AT_MOST = 5000;

let mainIsReady = false;
let pings = 0;
/** Who waits for the main thread to answer a ping, by its number: a late answer to another one proves nothing. */
const waiting = new Map<number, () => void>();

main.on("message", (message: ToSockets) => {
  if (message.kind === "send") outlets[message.channel].send(message.frames);
  else if (message.kind === "pong") waiting.get(message.id)?.();
  else if (message.kind === "ready") mainIsReady = true;
  else if (message.kind === "shutdown") shutdown();
});

// A kernel that nobody can reach must end, so that Jupyter starts another one; a cell may keep the main thread from that.
process.on("uncaughtException", (error: Error) => {
  writeSync(log, `colpali-lens kernel: the thread of the sockets failed: ${error?.stack ?? error}\n`);
  tell({ kind: "died" });
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 1000);
});

bindAll().then(
  () => tell({ kind: "bound" }),
  (error) => tell({ kind: "failed", message: `cannot listen on ${connection.ip}: ${error.message}` }),
);

async function bindAll(): Promise<void> {
  await Promise.all([
    shell.bind(address(connection, connection.shell_port)),
    control.bind(address(connection, connection.control_port)),
    stdin.bind(address(connection, connection.stdin_port)),
    iopub.bind(address(connection, connection.iopub_port)),
    heartbeat.bind(address(connection, connection.hb_port)),
  ]);
  publish("status", { execution_state: "starting" }, {});
  echoHeartbeats();
  receive("control", control, onControl);
  receive("stdin", stdin, (frames) => {
    if (Atomics.load(critical, QUESTION) !== ASKED) return forward("stdin")(frames);
    answers.postMessage({ identities: [], parts: frames.parts, buffers: [] } satisfies Frames);
    settleQuestion(ANSWERED);
  });
  receive("shell", shell, (frames, header) => {
    if (!mainIsReady && header.msg_type === "kernel_info_request") answerKernelInfo("shell", frames, header);
    else forward("shell")(frames);
  });
  watchParent();
}

async function echoHeartbeats(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

async function receive(
  channel: Channel,
  socket: zmq.Router,
  take: (frames: Frames, header: Header) => void,
): Promise<void> {
  for await (const raw of socket) {
    try {
      const frames = codec.unpack(raw);
      take(frames, readHeader(frames.parts[0]));
    } catch (error) {
      const reason =
        error instanceof WireError ? error.message : `invalid message: ${(error as Error).message}`;
      tell({ kind: "dropped", reason: `${channel}: ${reason}` });
    }
  }
}

function forward(channel: Channel): (frames: Frames) => void {
  return ({ identities, parts, buffers }) => {
    const copies = buffers.map((buffer) => new Uint8Array(buffer));
    const owned = identities.map((identity) => new Uint8Array(identity));
    main.postMessage(
      {
        kind: "message",
        channel,
        frames: { identities: owned, parts, buffers: copies },
      } satisfies FromSockets,
      copies.map((copy) => copy.buffer),
    );
  };
}

/** Control requests are answered here, however busy the main thread is. */
async function onControl(frames: Frames, header: Header): Promise<void> {
  switch (header.msg_type) {
    case "kernel_info_request":
      return answerKernelInfo("control", frames, header);
    case "interrupt_request":
      publish("status", { execution_state: "busy" }, header);
      await interrupt();
      reply("control", frames, header, "interrupt_reply", { status: "ok" });
      return publish("status", { execution_state: "idle" }, header);
    case "shutdown_request": {
      const content = { status: "ok", restart: Boolean(JSON.parse(frames.parts[3]).restart) };
      publish("status", { execution_state: "busy" }, header);
      reply("control", frames, header, "shutdown_reply", content);
      publish("shutdown_reply", content, header);
      publish("status", { execution_state: "idle" }, header);
      return shutdown();
    }
    default:
      return forward("control")(frames);
  }
}

/**
 * A main thread that answers a ping only has to be told: its cell is awaiting something. Otherwise terminating execution stops whatever
 * runs. SIGINT will not do: while `vm` swaps the handlers of a cell that starts or ends, it would end the process.
 */
async function interrupt(): Promise<void> {
  const cell = Atomics.load(critical, 1);
  settleQuestion(GIVEN_UP);
  for (let attempt = 0; attempt < 5; attempt++) {
    const until = Date.now() + COMPILING_AT_MOST;
    do {
      if ((await mainAnswers(100)) && (await mainStops())) {
        stopLeftovers(cell);
        return;
      }
    } while (Atomics.load(critical, 0) > 0 && Date.now() < until);
    await terminate();
    if (await mainAnswers(150)) return;
  }
}

function settleQuestion(how: number): void {
  Atomics.compareExchange(critical, QUESTION, ASKED, how);
  Atomics.notify(critical, QUESTION);
}

/** A thread that answered may have begun a loop before it read that it should stop: only its next answer proves that it did. */
function mainStops(): Promise<boolean> {
  tell({ kind: "interrupt", how: "soft" });
  return mainAnswers(150);
}

/** What the interrupted cell awaited still comes, and the code behind it runs: unless a new cell began, it must not block the thread. */
async function stopLeftovers(cell: number): Promise<void> {
  for (let watched = 0; watched < 50; watched++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (Atomics.load(critical, 1) > cell) return;
    if ((await mainAnswers(150)) || Atomics.load(critical, 0) > 0) continue;
    if (Atomics.load(critical, 1) === cell) await terminate();
  }
}

async function terminate(): Promise<void> {
  const debuggee = new inspector.Session();
  debuggee.connectToMainThread();
  await new Promise((resolve) => debuggee.post("Runtime.terminateExecution", resolve));
  debuggee.disconnect();
  tell({ kind: "interrupt", how: "hard" });
}

function mainAnswers(milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const id = ++pings;
    const finish = (answer: boolean) => {
      clearTimeout(timer);
      waiting.delete(id);
      resolve(answer);
    };
    const timer = setTimeout(() => finish(false), milliseconds);
    waiting.set(id, () => finish(true));
    tell({ kind: "ping", id });
  });
}

function answerKernelInfo(channel: Channel, frames: Frames, header: Header): void {
  publish("status", { execution_state: "busy" }, header);
  reply(channel, frames, header, "kernel_info_reply", kernelInfo);
  publish("status", { execution_state: "idle" }, header);
}

function reply(channel: Channel, to: Frames, parent: Header, type: string, content: object): void {
  outlets[channel].send({ identities: to.identities, parts: jsonParts(type, content, parent), buffers: [] });
}

function publish(type: string, content: object, parent: Header | object): void {
  outlets.iopub.send({
    identities: [Buffer.from(type)],
    parts: jsonParts(type, content, parent),
    buffers: [],
  });
}

function jsonParts(type: string, content: object, parent: Header | object): string[] {
  return [newHeader(type, session), parent, {}, content].map(toJson);
}

/** A ZeroMQ socket allows one send at a time: each waits for the one before. */
function outlet(socket: zmq.Router | zmq.Publisher) {
  let last: Promise<void> = Promise.resolve();
  return {
    send(frames: Frames): void {
      last = last.then(() => socket.send(codec.pack(frames))).catch(() => undefined);
    },
    drained: () => last,
  };
}

let stopping = false;

async function shutdown(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.all(Object.values(outlets).map((one) => one.drained()));
  for (const socket of [shell, control, stdin, iopub, heartbeat]) socket.close();
  Atomics.store(critical, CLOSED, 1);
  Atomics.notify(critical, CLOSED);
  tell({ kind: "exit" });
  // The main thread leaves by itself, unless a cell blocks it.
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 1000);
}

/** A kernel whose server has died has nobody left to serve. */
function watchParent(): void {
  const parent = Number(process.env.JPY_PARENT_PID);
  if (!parent || process.ppid !== parent) return;
  setInterval(() => {
    if (process.ppid !== parent) shutdown();
  }, 2000).unref();
}

function tell(message: FromSockets): void {
  main.postMessage(message);
}
