import { currentKernel } from "./jupyter/kernel.js";

/** What a slow step reports: how many of how many are done. */
export type Report = (done: number, total: number) => void;

/** A step faster than this shows nothing. */
const PATIENCE_MS = 300;
const BAR = 24;

/**
 * Runs a slow step and shows how far it is: a bar in the cell under a notebook kernel, nothing in plain Node
 * (pass your own `onProgress` there). The bar ends as one line that says what was done and how long it took.
 */
export async function withProgress<T>(
  label: string,
  unit: string,
  run: (report: Report) => Promise<T>,
): Promise<T> {
  const kernel = currentKernel();
  if (!kernel) return run(() => {});
  const displayId = `colpali-lens-progress-${crypto.randomUUID()}`;
  const start = Date.now();
  let shown = false;
  let last = 0;
  const show = (line: string) => {
    kernel.display({ "text/plain": line }, { displayId, update: shown });
    shown = true;
  };
  let of = 0;
  const result = await run((done, total) => {
    const now = Date.now();
    of = total;
    if (now - start < PATIENCE_MS || now - last < 100) return;
    last = now;
    show(progressLine(label, unit, done, total, (now - start) / 1000));
  });
  if (shown) show(`${label}: ${of} ${unit} in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** One line of text: label, bar, count and the time left at the mean rate so far. */
export function progressLine(
  label: string,
  unit: string,
  done: number,
  total: number,
  seconds: number,
): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const full = Math.round(share * BAR);
  const left = done > 0 ? ` · ${Math.ceil((seconds / done) * (total - done))} s left` : "";
  return `${label} ${"█".repeat(full)}${"░".repeat(BAR - full)} ${done}/${total} ${unit}${left}`;
}
