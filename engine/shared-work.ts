import { untilStopped, wholeSignal } from "./stop-signal.js";

/** Work that several may wait for. It is told to stop when all who waited for it have left. */
export class SharedWork<T> {
  readonly #stop = new AbortController();
  readonly #done: Promise<T>;
  #waiting = 0;

  constructor(work: (stop: AbortSignal) => Promise<T>) {
    this.#done = (async () => work(wholeSignal(this.#stop.signal)))();
    this.#done.catch(() => {}); // Each of those who wait is told.
  }

  /** Whether it was told to stop. What cannot be stopped any more may still come to its end. */
  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** The result, or the signal's reason as soon as that is given. */
  async wait(signal?: AbortSignal): Promise<T> {
    this.#waiting++;
    try {
      return await untilStopped(this.#done, signal);
    } finally {
      if (--this.#waiting === 0 && signal?.aborted) this.#stop.abort(signal.reason);
    }
  }
}

/** Work by key: who asks for what is under way waits for it, too. */
export class SharedWorks<K, T> {
  readonly #running = new Map<K, SharedWork<T>>();

  /**
   * @param make does the work; it looks at the signal that it is given, which belongs to all who wait, and at no other
   * @throws the signal's reason, and what `make` throws
   */
  async get(key: K, make: (stop: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (;;) {
      signal?.throwIfAborted();
      const work = this.#running.get(key) ?? this.#start(key, make);
      try {
        return await work.wait(signal);
      } catch (error) {
        // Others had stopped it before this one came.
        if (work.stopped && !signal?.aborted) continue;
        throw error;
      }
    }
  }

  #start(key: K, make: (stop: AbortSignal) => Promise<T>): SharedWork<T> {
    const ended = () => {
      if (this.#running.get(key) === work) this.#running.delete(key);
    };
    const work = new SharedWork<T>((stop) => make(stop).finally(ended));
    this.#running.set(key, work);
    return work;
  }
}
