/**
 * Shared with the socket thread. First: above 0 while the main thread does what must not be cut short. Second: number of cells begun.
 * Third: 1 when the sockets are closed. Fourth: how a question stands that the main thread waits for.
 */
export const critical = new Int32Array(new SharedArrayBuffer(16));
export const CLOSED = 2;
export const QUESTION = 3;
/** Values of the fourth. */
export const [NONE, ASKED, ANSWERED, GIVEN_UP] = [0, 1, 2, 3];

/** From here on, a main thread that does not answer is busy with a new cell. */
export function cellBegins(): void {
  Atomics.add(critical, 1, 1);
}

/** Runs synchronous `work` that an interrupt lets finish, such as the compiler, which would be left half-built. */
export function uninterrupted<T>(work: () => T): T {
  Atomics.add(critical, 0, 1);
  try {
    return work();
  } finally {
    Atomics.sub(critical, 0, 1);
  }
}

/** After the stack was terminated: what ran did not come to its end. */
export function nothingUninterrupted(): void {
  Atomics.store(critical, 0, 0);
}
