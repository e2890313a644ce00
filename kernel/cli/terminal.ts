import { Pace } from "../widgets/progress.js";

/** Called with how many of how many are done. */
export type Report = (done: number, total: number) => void;

const CLEAR = "\r\x1b[K";

/** Whether a line that will be rewritten stands on the terminal. */
let isLive = false;

/**
 * Progress of one step on stderr: a line that is rewritten on a terminal; elsewhere, as in a log, a line for each tenth.
 * @param unit what is counted, in the plural
 */
export function progress(label: string, unit: string, quiet: boolean): Report {
  if (quiet) return () => {};
  const pace = new Pace(unit, Date.now());
  let tenths = 0;
  return (done, total) => {
    pace.report(done, total, Date.now());
    const seconds = (Date.now() - pace.start) / 1000;
    const line = () =>
      done < total
        ? `${label}: ${pace.text(Date.now())}`
        : `${label}: ${pace.whole} in ${seconds.toFixed(1)} s`;
    if (process.stderr.isTTY) live(done < total ? line : null, line());
    else if (Math.floor((10 * done) / total) > tenths) {
      tenths = Math.floor((10 * done) / total);
      process.stderr.write(`${line()}\n`);
    }
  };
}

let clock: ReturnType<typeof setInterval> | undefined;

/** Shows a line, and again each second while it stands: one page of a large model takes half a minute. */
function live(again: (() => string) | null, line: string): void {
  clearInterval(clock);
  rewrite(line, again === null);
  if (!again) return;
  clock = setInterval(() => {
    if (isLive) rewrite(again(), false);
  }, 1000);
  clock.unref();
}

/** A line for people, on stderr. */
export function say(line: string): void {
  clear();
  process.stderr.write(`${line}\n`);
}

/** Text that was asked for, on stdout. */
export function print(text: string): void {
  clear();
  process.stdout.write(text);
}

function rewrite(line: string, isLast: boolean): void {
  // A line that wraps could not be rewritten.
  const shown = line.slice(0, (process.stderr.columns || 80) - 1);
  process.stderr.write(`${CLEAR}${shown}${isLast ? "\n" : ""}`);
  isLive = !isLast;
}

function clear(): void {
  if (isLive) process.stderr.write(CLEAR);
  isLive = false;
}
