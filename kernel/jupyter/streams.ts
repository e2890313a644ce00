import { StringDecoder } from "node:string_decoder";
import { currentParent, type Parent } from "./context.js";

type StreamName = "stdout" | "stderr";
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

/** Joins what is written to stdout and stderr into few messages, in order and without loss. */
export class Streams {
  private pending: Pending | null = null;

  constructor(private readonly send: WriteStream) {}

  /** Replaces the write method of the process's streams. */
  capture(): void {
    for (const name of ["stdout", "stderr"] as const) {
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
    if (text === "") return;
    const parent = currentParent();
    if (this.pending && (this.pending.name !== name || this.pending.parent !== parent)) this.flush();
    if (!this.pending) {
      this.pending = { name, parent, texts: [], length: 0, since: Date.now() };
      setImmediate(() => this.flush());
    }
    this.pending.texts.push(text);
    this.pending.length += text.length;
    // A cell that never yields still shows its progress.
    if (this.pending.length > FLUSH_LENGTH || Date.now() - this.pending.since > FLUSH_MILLISECONDS) {
      this.flush();
    }
  }

  /** Must come before any other message, so that output keeps its place. */
  flush(): void {
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
