import type { CommOptions } from "./comms.js";
import { Comms } from "./comms.js";
import { causedBy, currentParent, type Parent } from "./context.js";
import { messageSignal } from "./interrupts.js";
import { noteShown } from "./widget-protocol/lifetimes.js";
import { bytesOf } from "./wire/buffers.js";
import type { Channel } from "./wire/connection.js";
import { Streams } from "./wire/streams.js";
import type { Transport } from "./wire/transport.js";
import { type Frames, type Header, newHeader, readHeader, toJson } from "./wire/wire.js";

/** A request as its handler sees it. */
export interface Request {
  channel: Channel;
  identities: Uint8Array[];
  header: Header;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
  buffers: Uint8Array[];
  /** What has been sent of its answer. */
  replied?: boolean;
  idle?: boolean;
}

const DISPLAYS = ["display_data", "update_display_data", "execute_result"];

/** Answers one request: the content of its reply, or null when there is none. */
export type Handler = (request: Request) => object | null | Promise<object | null>;

/**
 * The conversation with the front ends. One session id for the whole life of the kernel: JupyterLab drops queued messages when it
 * changes.
 */
export class Session {
  readonly comms = new Comms((type, content, options) => this.publish(type, content, options));
  readonly streams = new Streams((name, text, parent) => this.publishFor(parent, "stream", { name, text }));
  private readonly handlers = new Map<string, Handler>();

  constructor(
    readonly id: string,
    private readonly transport: Pick<Transport, "send" | "ask">,
  ) {
    for (const type of ["comm_open", "comm_msg", "comm_close"]) {
      this.on(type, async ({ content, metadata, buffers }) => {
        await this.comms.handle(type, content, { metadata, buffers });
        return null;
      });
    }
    this.on("comm_info_request", ({ content }) => {
      const target = content.target_name;
      return { status: "ok", comms: this.comms.info(typeof target === "string" ? target : undefined) };
    });
  }

  /** `handler` answers every request of this type. */
  on(type: string, handler: Handler): void {
    this.handlers.set(type, handler);
  }

  /** Sends to every front end, with the running message as parent. Throws when the content is no JSON. */
  publish(type: string, content: object, options: CommOptions = {}): void {
    this.streams.flush();
    if ("data" in content && DISPLAYS.includes(type)) noteShown(content.data);
    this.publishFor(currentParent(), type, content, options);
  }

  publishStatus(state: "busy" | "idle"): void {
    this.publish("status", { execution_state: state });
  }

  /** Reads what came over a socket; throws when it is not a Jupyter message. */
  read(channel: Channel, { identities, parts, buffers }: Frames): Request {
    const header = readHeader(parts[0]);
    const [metadata, content] = parts.slice(2).map((part) => JSON.parse(part));
    return { channel, identities, header, metadata: metadata ?? {}, content: content ?? {}, buffers };
  }

  /** Busy, answer, idle: for every message, whatever happens. */
  async answer(request: Request): Promise<void> {
    const cause = { parent: request.header, run: null, signal: messageSignal() };
    await causedBy(cause, async () => {
      this.publishStatus("busy");
      try {
        const content = await this.handlers.get(request.header.msg_type)?.(request);
        if (content) this.reply(request, content);
      } catch (error) {
        this.fail(request, error as Error);
      } finally {
        this.publishStatus("idle");
        request.idle = true;
      }
    });
  }

  /** Sends what is missing of the answer to a request whose handler was cut off. */
  finish(request: Request, error: object, reply: object): void {
    causedBy({ parent: request.header }, () => {
      if (!request.replied) {
        this.publish("error", error);
        this.reply(request, { status: "error", ...error, ...reply });
      }
      if (!request.idle) this.publishStatus("idle");
    });
  }

  /** Sends the reply of a request; the type follows from the request's. */
  reply(request: Request, content: object): void {
    this.streams.flush();
    const type = request.header.msg_type.replace(/_request$/, "_reply");
    this.sendTo(request, request.channel, type, content);
    request.replied = true;
  }

  /** Sends anything to the client that made `request`. */
  sendTo({ identities, header }: Request, channel: Channel, type: string, content: object): void {
    this.transport.send(channel, { identities, parts: this.parts(type, content, {}, header), buffers: [] });
  }

  /** Asks the client that made `request` and blocks until it answers. @returns null when it was interrupted */
  askNow({ identities, header }: Request, type: string, content: object): Request | null {
    const frames = { identities, parts: this.parts(type, content, {}, header), buffers: [] };
    const answer = this.transport.ask(frames);
    return answer && this.read("stdin", answer);
  }

  private publishFor(parent: Parent, type: string, content: object, options: CommOptions = {}): void {
    const { metadata = {}, buffers = [] } = options;
    this.transport.send("iopub", {
      identities: [Buffer.from(type)],
      parts: this.parts(type, content, metadata, parent),
      buffers: buffers.map(bytesOf),
    });
  }

  /** A request that cannot be answered still gets its reply; a comm handler's error is shown as text. */
  private fail(request: Request, error: Error): void {
    const type = request.header.msg_type;
    if (type.endsWith("_request")) {
      const traceback = String(error?.stack ?? error).split("\n");
      const ename = error?.name ?? "Error";
      this.reply(request, { status: "error", ename, evalue: error?.message ?? String(error), traceback });
    } else {
      this.streams.write("stderr", `${type}: ${error?.stack ?? error}\n`);
    }
  }

  private parts(type: string, content: object, metadata: object, parent: Parent): string[] {
    return [newHeader(type, this.id), parent, metadata, content].map(toJson);
  }
}
