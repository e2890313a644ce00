import { Comms } from "../../../kernel/jupyter/comms.js";
import { causedBy, currentCause, currentParent, type Parent } from "../../../kernel/jupyter/context.js";
import { type KernelApi, setCurrentKernel } from "../../../kernel/jupyter/kernel.js";
import {
  beginRun,
  listenToOutputs,
  restUnneeded,
} from "../../../kernel/jupyter/widget-protocol/lifetimes.js";
import { newHeader } from "../../../kernel/jupyter/wire/wire.js";

/** A message as it would leave the kernel. */
export interface Sent {
  type: string;
  comm: string;
  data: Record<string, unknown>;
  buffers: number[][];
  metadata: Record<string, unknown>;
  /** Name of the message that caused it, as given to `cell` or `receive`. */
  parent: string | undefined;
}

/** Real comms whose other end is this test. `cell` and `page` are sessions: a reloaded page has another one. */
export class FrontEnd {
  readonly sent: Sent[] = [];
  readonly shown: { parent: string | undefined; data: unknown }[] = [];
  page = "page";
  /** Stands for an interrupt of the running cell. */
  readonly interrupted = new AbortController();
  /** What puts off the end of the running cell. */
  readonly pending: Promise<unknown>[] = [];
  private readonly comms = new Comms((type, content, { metadata = {}, buffers = [] }) => {
    const { comm_id, data } = JSON.parse(JSON.stringify(content));
    const bytes = buffers.map((b) => [
      ...(ArrayBuffer.isView(b) ? new Uint8Array(b.buffer, b.byteOffset, b.byteLength) : new Uint8Array(b)),
    ]);
    this.sent.push({ type, comm: comm_id, data, buffers: bytes, metadata, parent: currentParent().msg_id });
  });

  constructor() {
    const { interrupted } = this;
    const kernel = {
      version: 1,
      parent: {},
      get signal() {
        return AbortSignal.any([interrupted.signal, currentCause().signal]);
      },
      until: (work: Promise<unknown>) => void this.pending.push(work),
      openComm: this.comms.openComm.bind(this.comms),
      registerTarget: this.comms.registerTarget.bind(this.comms),
      display: async (data: unknown) => void this.shown.push({ parent: currentParent().msg_id, data }),
      clearOutput: () => void this.shown.push({ parent: currentParent().msg_id, data: "clear" }),
    } as unknown as KernelApi;
    setCurrentKernel(kernel);
    listenToOutputs(kernel);
  }

  /** Runs code as a cell does. */
  cell<T>(name: string, work: () => T): T {
    return causedBy({ parent: this.header(name, "execute_request") }, work);
  }

  /** Runs code as a notebook's cell does that says which one it is. */
  run<T>(id: string, work: () => T, deletedCells: string[] = []): T {
    try {
      return causedBy({ parent: this.header(id, "execute_request"), run: beginRun(id) }, work);
    } finally {
      restUnneeded(deletedCells);
    }
  }

  /** Sends a comm message to the kernel and waits until it has been handled. */
  async receive(
    comm: string,
    data: unknown,
    { buffers = [] as Uint8Array[], name = "message", type = "comm_msg", metadata = {}, target = "" } = {},
  ): Promise<void> {
    await causedBy({ parent: this.header(name, type) }, () =>
      this.comms.handle(type, { comm_id: comm, data, target_name: target }, { metadata, buffers }),
    );
  }

  /** What was sent since the last call. */
  take(): Sent[] {
    return this.sent.splice(0);
  }

  private header(name: string, type: string): Parent {
    return { ...newHeader(type, this.page), msg_id: name };
  }
}
