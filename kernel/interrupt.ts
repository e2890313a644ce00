import { currentKernel } from "./jupyter/kernel.js";

/** Signals that need no addition. */
const whole = new WeakSet<AbortSignal>();

/**
 * What stops a piece of work: the caller's own signal, and an interrupt of the cell that asked for it.
 * @returns undefined in plain Node without a signal of the caller's
 */
export function stopSignal(own?: AbortSignal): AbortSignal | undefined {
  const cell = currentKernel()?.signal;
  if (!cell || (own && whole.has(own))) return own;
  return wholeSignal(own ? AbortSignal.any([own, cell]) : cell);
}

/** Makes {@link stopSignal} leave a signal as it is: that of work which may be for several cells. */
export function wholeSignal(signal: AbortSignal): AbortSignal {
  whole.add(signal);
  return signal;
}

/** The result, or the signal's reason as soon as that is given; the work itself is not stopped by it. */
export function untilStopped<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
