import { StringDecoder } from "node:string_decoder";
import { currentParent, type Parent } from "../context.js";
import type { Descriptors, StreamName } from "./descriptors.js";

export type WriteStream = (name: StreamName, text: string, parent: Parent) => void;

interface Pending {
  name: StreamName;
  parent: Parent;
  texts: string[];
  length: number;
  since: number;
}

const FLUSH_LENGTH = 65536;
const FLUSH_MILLISECONDS = 100;
const NAMES = ["stdout", "stderr"] as const;

/** Joins what is written to stdout and stderr into few messages, in order and without loss. */
export class Streams {
  private pending: Pending | null = null;

  private descriptors: Descriptors | null = null;

  constructor(private readonly send: WriteStream) {}

  /** Replaces the write method of the process's streams, and follows what reaches the descriptors without them. */
  capture(descriptors: Descriptors | null): void {
    this.descriptors = descriptors;
    // A child process writes while nothing happens here.
    if (descriptors) setInterval(() => this.flush(), FLUSH_MILLISECONDS).unref();
    for (const name of NAMES) {
      const decoder = new StringDecoder("utf8");
      process[name].write = ((chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => {
        const text =
          typeof chunk === "string" ? decodeText(chunk, encoding) : decoder.write(Buffer.from(chunk));
        this.write(name, text);
        const callback = typeof encoding === "function" ? encoding : done;
        if (typeof callback === "function") process.nextTick(callback);
        return true;
      }) as typeof process.stdout.write;
    }
  }

  write(name: StreamName, text: string): void {
    this.follow();
    this.append(name, text);
  }

  private follow(): void {
    if (this.descriptors) for (const name of NAMES) this.append(name, this.descriptors.read(name));
  }

  private append(name: StreamName, text: string): void {
    if (text === "") return;
    const parent = currentParent();
    if (this.pending && (this.pending.name !== name || this.pending.parent !== parent)) this.leave();
    if (!this.pending) {
      this.pending = { name, parent, texts: [], length: 0, since: Date.now() };
      setImmediate(() => this.flush());
    }
    this.pending.texts.push(text);
    this.pending.length += text.length;
    // A cell that never yields still shows its progress.
    if (this.pending.length > FLUSH_LENGTH || Date.now() - this.pending.since > FLUSH_MILLISECONDS) {
      this.leave();
    }
  }

  /** Must come before any other message, so that output keeps its place. */
  flush(): void {
    this.follow();
    this.leave();
  }

  private leave(): void {
    if (!this.pending) return;
    const { name, parent, texts } = this.pending;
    this.pending = null;
    this.send(name, texts.join(""), parent);
  }
}

function decodeText(chunk: string, encoding: unknown): string {
  if (encoding !== "hex" && encoding !== "base64" && encoding !== "base64url") return chunk;
  return Buffer.from(chunk, encoding).toString("utf8");
}
