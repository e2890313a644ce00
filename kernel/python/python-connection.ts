import { AsyncLocalStorage } from "node:async_hooks";
import type { Readable, Writable } from "node:stream";
import { frame, frames } from "./frames.js";

/** What Python sends. */
type Incoming =
  | { request: number; method: string; params: Record<string, unknown> }
  | { stop: number }
  | { answer: number; result?: unknown; error?: string };

export interface Requested {
  /** Given when nobody waits for the answer any more. */
  signal: AbortSignal;
}

export type Methods = Record<
  string,
  (params: Record<string, unknown>, requested: Requested) => Promise<unknown> | unknown
>;

/**
 * The other end is Python: it requests, and while it waits it is called for what only it has: vectors and pixels. Each call, and
 * all that is told of progress, belongs to the request that it serves, whose thread answers it.
 */
export class Connection {
  readonly #out: Writable;
  readonly #current = new AsyncLocalStorage<number>();
  readonly #stops = new Map<number, AbortController>();
  readonly #calls = new Map<
    number,
    { request: number | undefined; done(result: unknown): void; failed(error: Error): void }
  >();
  #lastCall = 0;

  constructor(out: Writable) {
    this.#out = out;
  }

  /** Answers requests until the stream ends. */
  async serve(input: Readable, methods: Methods): Promise<void> {
    for await (const incoming of frames(input)) {
      const message = incoming as Incoming;
      if ("request" in message) void this.#answer(message, methods);
      else if ("stop" in message) this.#end(message.stop);
      else this.#take(message);
    }
  }

  /**
   * Has Python do something for the request that is being answered.
   * @throws Error with what it says went wrong
   */
  call(method: string, params: Record<string, unknown>): Promise<unknown> {
    const call = ++this.#lastCall;
    const request = this.#current.getStore();
    return new Promise((done, failed) => {
      this.#calls.set(call, { request, done, failed });
      this.#send({ request, call, method, params });
    });
  }

  /** Tells whoever waits how far it is. */
  report(done: number, total: number, part: string): void {
    this.#send({ request: this.#current.getStore(), progress: { done, total, part } });
  }

  warn(words: string): void {
    this.#send({ warning: words });
  }

  #take({ answer, result, error }: { answer: number; result?: unknown; error?: string }): void {
    const call = this.#calls.get(answer);
    this.#calls.delete(answer);
    if (error === undefined) call?.done(result);
    else call?.failed(new Error(error));
  }

  async #answer(
    { request, method, params }: Extract<Incoming, { request: number }>,
    methods: Methods,
  ): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(request, stop);
    try {
      if (!Object.hasOwn(methods, method))
        throw new RangeError(
          `invalid request: ${method}, expected one of ${Object.keys(methods).join(", ")}`,
        );
      const act = async () => methods[method](params, { signal: stop.signal });
      const result = await this.#current.run(request, act);
      this.#send({ request, result: result ?? null });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      this.#send({ request, error: { name, message } });
    } finally {
      this.#end(request);
      this.#stops.delete(request);
    }
  }

  /** Nobody waits for a request any more, nor answers what it calls for. */
  #end(request: number): void {
    const why = new StoppedError();
    this.#stops.get(request)?.abort(why);
    for (const [key, call] of this.#calls)
      if (call.request === request) {
        this.#calls.delete(key);
        call.failed(why);
      }
  }

  #send(message: object): void {
    for (const part of frame(message)) this.#out.write(part);
  }
}

class StoppedError extends Error {
  override name = "StoppedError";
  override message = "stopped";
}
