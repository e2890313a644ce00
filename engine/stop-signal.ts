/** Signals that need no addition. */
const whole = new WeakSet<AbortSignal>();

let ambient: () => AbortSignal | undefined = () => undefined;

/** Names what stops work beside its caller's own signal, asked each time that work begins. */
export function stopAlsoOn(signal: () => AbortSignal | undefined): void {
  ambient = signal;
}

/**
 * What stops a piece of work: the caller's own signal, and that of {@link stopAlsoOn}.
 * @returns undefined where there is neither
 */
export function stopSignal(own?: AbortSignal): AbortSignal | undefined {
  const other = ambient();
  if (!other || (own && whole.has(own))) return own;
  return wholeSignal(own ? AbortSignal.any([own, other]) : other);
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
