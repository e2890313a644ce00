import { randomUUID } from "node:crypto";

export type CommData = Record<string, unknown>;

export interface CommOptions {
  metadata?: Record<string, unknown>;
  buffers?: readonly (ArrayBuffer | ArrayBufferView)[];
}

export interface OpenOptions extends CommOptions {
  data?: CommData;
  /** Defaults to a new UUID. */
  id?: string;
}

/** A message that arrived on a comm. `buffers` are copies: yours to keep. */
export interface CommMessage {
  data: CommData;
  metadata: Record<string, unknown>;
  buffers: Uint8Array[];
}

export type CommHandler = (comm: Comm, message: CommMessage) => unknown;
export type CommPublish = (type: string, content: object, options: CommOptions) => void;

/** One end of a two-way channel between the kernel and a front end. */
export class Comm {
  /** Called for every message of the front end. */
  onMessage: (message: CommMessage) => unknown = () => undefined;
  /** Called once, when the front end closes. */
  onClose: (message: CommMessage) => unknown = () => undefined;

  constructor(
    readonly id: string,
    readonly target: string,
    private readonly publish: CommPublish,
    private readonly forget: (comm: Comm) => boolean,
  ) {}

  send(data: CommData, options: CommOptions = {}): void {
    this.publish("comm_msg", { comm_id: this.id, data }, options);
  }

  /** Does nothing when it is closed already. */
  close(data: CommData = {}, options: CommOptions = {}): void {
    if (!this.forget(this)) return;
    this.publish("comm_close", { comm_id: this.id, data }, options);
  }
}

/** All open comms of a kernel, and who takes new ones. */
export class Comms {
  private readonly open = new Map<string, Comm>();
  private readonly targets = new Map<string, CommHandler>();

  constructor(private readonly publish: CommPublish) {}

  openComm(target: string, { data = {}, id = randomUUID(), ...options }: OpenOptions = {}): Comm {
    const comm = this.add(id, target);
    this.publish("comm_open", { comm_id: id, target_name: target, data }, options);
    return comm;
  }

  /** `handler` takes every comm that a front end opens for `target`. Returns how to stop that. */
  registerTarget(target: string, handler: CommHandler): () => void {
    this.targets.set(target, handler);
    return () => {
      if (this.targets.get(target) === handler) this.targets.delete(target);
    };
  }

  /** Content of `comm_info_reply`. */
  info(target?: string): Record<string, { target_name: string }> {
    const comms = [...this.open.values()].filter((comm) => !target || comm.target === target);
    return Object.fromEntries(comms.map((comm) => [comm.id, { target_name: comm.target }]));
  }

  /** Handles a comm message; `content` is what the front end sent and may be anything. */
  async handle(type: string, content: CommData, message: Omit<CommMessage, "data">): Promise<void> {
    const id = content.comm_id;
    if (typeof id !== "string") throw new TypeError(`invalid comm_id in ${type}: ${id}, expected a string`);
    const received: CommMessage = { ...message, data: isObject(content.data) ? content.data : {} };
    if (type === "comm_open") return this.accept(id, String(content.target_name), received);
    const comm = this.open.get(id);
    // A page that was reloaded may still speak of a comm of the kernel before.
    if (!comm) return;
    if (type === "comm_msg") await comm.onMessage(received);
    else {
      this.open.delete(id);
      await comm.onClose(received);
    }
  }

  private async accept(id: string, target: string, message: CommMessage): Promise<void> {
    const handler = this.targets.get(target);
    if (!handler) return this.publish("comm_close", { comm_id: id, data: {} }, {});
    const comm = this.add(id, target);
    try {
      await handler(comm, message);
    } catch (error) {
      comm.close();
      throw error;
    }
  }

  private add(id: string, target: string): Comm {
    const comm = new Comm(id, target, this.publish, ({ id }) => this.open.delete(id));
    this.open.set(id, comm);
    return comm;
  }
}

function isObject(value: unknown): value is CommData {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
