import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Channel, Connection } from "./connection.js";
import { ANSWERED, ASKED, CLOSED, critical, NONE, QUESTION } from "./critical.js";
import type { Frames } from "./wire.js";

/** What the socket thread tells the main thread. */
export type FromSockets =
  | { kind: "bound" }
  | { kind: "failed"; message: string }
  | { kind: "message"; channel: Channel; frames: Frames }
  | { kind: "dropped"; reason: string }
  | { kind: "ping"; id: number }
  | { kind: "interrupt"; how: "soft" | "hard" }
  | { kind: "exit" }
  /** The thread cannot go on. */
  | { kind: "died" };

/** What the main thread tells the socket thread. */
export type ToSockets =
  | { kind: "send"; channel: Channel; frames: Frames }
  | { kind: "pong"; id: number }
  | { kind: "ready" }
  | { kind: "shutdown" };

export interface SocketsData {
  connection: Connection;
  session: string;
  kernelInfo: object;
  /** Descriptor of the server's log. */
  log: number;
  critical: Int32Array;
  /** Takes the answer to a question that the main thread waits for. */
  answers: MessagePort;
}

export interface TransportEvents {
  message(channel: Channel, frames: Frames): void;
  interrupt(how: "soft" | "hard"): void;
  dropped(reason: string): void;
  exit(): void;
  /** Nothing can be received or sent any more. */
  died(): void;
}

/**
 * The main thread's end of the sockets. All sockets live in a worker thread, so that heartbeat, control messages, interrupts and
 * output go on while a cell blocks the main thread.
 */
export class Transport {
  private readonly worker: Worker;
  private readonly events: TransportEvents;
  private readonly answers: MessagePort;
  /** What comes before there is somebody to take it. */
  private early: FromSockets[] | null = [];
  /** Resolves when every socket is bound; rejects with the reason when one is not. */
  readonly bound: Promise<void>;

  constructor(data: Omit<SocketsData, "critical" | "answers">, events: TransportEvents) {
    this.events = events;
    const { port1, port2 } = new MessageChannel();
    this.answers = port1;
    this.worker = new Worker(new URL("./sockets.js", import.meta.url), {
      workerData: { ...data, critical, answers: port2 } satisfies SocketsData,
      transferList: [port2],
    });
    this.bound = new Promise((resolve, reject) => {
      this.worker.on("error", reject);
      this.worker.on("message", (message: FromSockets) => {
        if (message.kind === "bound") resolve();
        else if (message.kind === "failed") reject(new Error(message.message));
        else if (this.early && message.kind !== "ping" && message.kind !== "died") this.early.push(message);
        else this.receive(message);
      });
    });
    this.worker.on("exit", () => this.events.died());
  }

  /** From now on messages are handed to the events, those that came before first. */
  deliver(): void {
    const { early } = this;
    this.early = null;
    for (const message of early ?? []) this.receive(message);
  }

  /** Copies and queues a message; returns at once. Order is kept on each channel. */
  send(channel: Channel, { identities, parts, buffers }: Frames): void {
    const copies = buffers.map((buffer) => new Uint8Array(buffer));
    this.post(
      { kind: "send", channel, frames: { identities, parts, buffers: copies } },
      copies.map((copy) => copy.buffer),
    );
  }

  /** Sends a question on stdin and blocks until it is answered. @returns null when it is given up for an interrupt */
  ask(frames: Frames): Frames | null {
    while (receiveMessageOnPort(this.answers));
    Atomics.store(critical, QUESTION, ASKED);
    this.send("stdin", frames);
    Atomics.wait(critical, QUESTION, ASKED);
    if (Atomics.exchange(critical, QUESTION, NONE) !== ANSWERED) return null;
    return receiveMessageOnPort(this.answers)?.message as Frames;
  }

  /** From now on the main thread answers everything that arrives on the shell channel. */
  ready(): void {
    this.post({ kind: "ready" });
  }

  /** Lets queued messages leave, closes the sockets and then reports `exit`. */
  shutdown(): void {
    this.post({ kind: "shutdown" });
  }

  /** Blocks until queued messages have left and the sockets are closed, a second at most: the process is about to exit. */
  drain(): void {
    this.shutdown();
    Atomics.wait(critical, CLOSED, 0, 1000);
  }

  /** Ends the sockets' thread. */
  async closed(): Promise<void> {
    this.worker.removeAllListeners("exit");
    await this.worker.terminate();
  }

  private receive(message: FromSockets): void {
    switch (message.kind) {
      case "message":
        this.events.message(message.channel, message.frames);
        break;
      case "interrupt":
        this.events.interrupt(message.how);
        break;
      case "dropped":
        this.events.dropped(message.reason);
        break;
      case "ping":
        this.post({ kind: "pong", id: message.id });
        break;
      case "exit":
        this.events.exit();
        break;
      case "died":
        this.events.died();
    }
  }

  private post(message: ToSockets, transfer: ArrayBuffer[] = []): void {
    this.worker.postMessage(message, transfer);
  }
}
