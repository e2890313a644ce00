import { AsyncLocalStorage } from "node:async_hooks";
import { currentKernel, type KernelApi } from "../jupyter/kernel.js";
import { NOTHING } from "../jupyter/mime.js";
import { FloatProgress, HBox, Label } from "./index.js";

/** What a slow step reports: how many of how many are done. */
export type Report = (done: number, total: number) => void;

/** A step faster than this shows nothing. */
const PATIENCE_MS = 300;
const INTERVAL_MS = 100;

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
  let [done, total] = [0, 0];
  const stopped = () =>
    bar?.end(`${label}: stopped at ${done} of ${amount(total, unit)} after ${seconds().toFixed(1)} s`);
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
    const work = run((...now) => {
      if (signal.aborted) return;
      [done, total] = now;
      const time = Date.now();
      if (time - start < PATIENCE_MS || time - last < INTERVAL_MS) return;
      last = time;
      bar ??= new Bar(kernel, label);
      bar.show(share(done, total), count(unit, done, total, seconds()));
    });
    const result = await Promise.race([work, interrupted]);
    bar?.end();
    return result;
  } catch (error) {
    if (!signal.aborted) stopped();
    throw error;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

/** What is done, and the time left at the mean rate so far. */
export function count(unit: string, done: number, total: number, seconds: number): string {
  const left = done > 0 ? ` · ${Math.ceil((seconds / done) * (total - done))} s left` : "";
  return `${done}/${amount(total, unit)}${left}`;
}

/** `4 pages`, `1 page` */
export function amount(n: number, unit: string): string {
  return `${n} ${n === 1 ? unit.replace(/s$/, "") : unit}`;
}

function share(done: number, total: number): number {
  return total > 0 ? Math.min(1, done / total) : 0;
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
