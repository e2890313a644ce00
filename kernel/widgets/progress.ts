import { AsyncLocalStorage } from "node:async_hooks";
import { currentKernel, type KernelApi } from "../jupyter/kernel.js";
import { NOTHING } from "../jupyter/mime.js";
import { FloatProgress, HBox, Label } from "./index.js";

/**
 * What a slow step reports: how many of how many are done, and of which part of it where it has parts that are counted on their
 * own.
 */
export type Report = (done: number, total: number, part?: string) => void;

/** A step faster than this shows nothing. */
const PATIENCE_MS = 300;
const INTERVAL_MS = 100;
/** Between two looks at the clock while nothing is reported: one page of a large model takes half a minute. */
const TICK_MS = 1000;

/**
 * Runs a slow step and shows how far it is: a bar in the cell under a notebook kernel, nothing in plain Node
 * (pass your own `onProgress` there). The bar goes when the step is done, as what is left in a saved notebook is for what the
 * step gave; when it fails or is interrupted, one line says how far it came. An interrupted step is not waited for.
 */
export async function withProgress<T>(
  label: string,
  unit: string,
  run: (report: Report) => Promise<T>,
): Promise<T> {
  const kernel = currentKernel();
  if (!kernel) return run(() => {});
  const { signal } = kernel;
  signal.throwIfAborted();
  const start = Date.now();
  const seconds = () => (Date.now() - start) / 1000;
  let bar = null as Bar | null;
  let last = 0;
  let pace: Pace = new Pace(unit, start);
  const stopped = () => bar?.end(`${label}: stopped at ${pace.reached} after ${seconds().toFixed(1)} s`);
  const show = () => {
    const time = Date.now();
    if (signal.aborted || time - start < PATIENCE_MS || time - last < INTERVAL_MS) return;
    last = time;
    bar ??= new Bar(kernel, label);
    bar.show(pace.share(time), pace.text(time));
  };
  const clock = setInterval(show, TICK_MS);
  clock.unref();
  let interrupt = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    // In the context of the step, to whose output the line belongs.
    interrupt = AsyncLocalStorage.bind(() => {
      stopped();
      reject(signal.reason);
    });
  });
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    const work = run((done, total, part = "") => {
      if (signal.aborted) return;
      if (part !== pace.part) pace = new Pace(unit, Date.now(), part);
      pace.report(done, total, Date.now());
      show();
    });
    const result = await Promise.race([work, interrupted]);
    bar?.end();
    return result;
  } catch (error) {
    if (!signal.aborted) stopped();
    throw error;
  } finally {
    clearInterval(clock);
    signal.removeEventListener("abort", interrupt);
  }
}

/**
 * What is done, and the time left at the mean rate so far.
 * @param seconds until the last one was done
 * @param waited seconds since then
 */
export function count(unit: string, done: number, total: number, seconds: number, waited = 0): string {
  const counted = `${done}/${amount(total, unit)}`;
  if (done === 0) return waited >= 1 ? `${counted} · ${Math.round(waited)} s so far` : counted;
  const left = Math.ceil((seconds / done) * (total - done) - waited);
  return `${counted} · ${done < total ? Math.max(1, left) : 0} s left`;
}

/** `4 pages`, `1 page` */
export function amount(n: number, unit: string): string {
  return `${n} ${n === 1 ? unit.replace(/s$/, "") : unit}`;
}

/** How far one part of a step is, and how far it may be by now: between two reports time goes on, too. */
export class Pace {
  #done = 0;
  #total = 0;
  #at: number;

  constructor(
    readonly unit: string,
    readonly start: number,
    readonly part = "",
  ) {
    this.#at = start;
  }

  report(done: number, total: number, time: number): void {
    [this.#done, this.#total, this.#at] = [done, total, time];
  }

  /** `3 of 4 pages` */
  get reached(): string {
    return `${this.#done} of ${amount(this.#total, this.unit)}`;
  }

  /** `4 pages` */
  get whole(): string {
    return amount(this.#total, this.unit);
  }

  /** Of the whole; at the mean pace so far, and never beyond what comes next. */
  share(time: number): number {
    if (this.#total <= 0) return 0;
    return Math.min(1, (this.#done + this.#begun(time)) / this.#total);
  }

  text(time: number): string {
    const [until, since] = [this.#at - this.start, time - this.#at];
    // Nothing is done yet: the time that went by says that something goes on.
    const waited = (this.#done === 0 ? until + since : since) / 1000;
    const counted = count(this.unit, this.#done, this.#total, until / 1000, waited);
    return this.part ? `${this.part} ${counted}` : counted;
  }

  /** What of the next one may be done: 0 to .95. */
  #begun(time: number): number {
    if (this.#done <= 0 || this.#done >= this.#total) return 0;
    const each = (this.#at - this.start) / this.#done;
    return each > 0 ? Math.min(0.95, (time - this.#at) / each) : 0;
  }
}

/** A progress bar below the cell; text where there are no widgets. */
class Bar {
  private readonly displayId = `colpali-lens-progress-${crypto.randomUUID()}`;
  private readonly progress = new FloatProgress({ max: 1 });
  private readonly counted = new Label();
  private readonly box: HBox;
  private isShown = false;

  constructor(
    private readonly kernel: KernelApi,
    private readonly label: string,
  ) {
    this.box = new HBox([new Label(label), this.progress, this.counted]);
  }

  show(share: number, counted: string): void {
    this.progress.value = share;
    this.counted.value = counted;
    if (this.isShown) return;
    this.isShown = true;
    const text = { "text/plain": `${this.label}: ${counted}` };
    void this.kernel.display({ ...this.box.viewBundle(), ...text }, { displayId: this.displayId });
  }

  /** @param line what takes the bar's place, also in a saved notebook; nothing without it */
  end(line?: string): void {
    const left = line === undefined ? NOTHING : { "text/plain": line };
    void this.kernel.display(left, { displayId: this.displayId, update: true });
    for (const widget of [...this.box.children, this.box] as Label[]) {
      widget.layout.close();
      widget.style?.close();
      widget.close();
    }
  }
}
