import { amount, count } from "../widgets/progress.js";

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
  const began = Date.now();
  let tenths = 0;
  return (done, total) => {
    const seconds = (Date.now() - began) / 1000;
    const line =
      done < total
        ? `${label}: ${count(unit, done, total, seconds)}`
        : `${label}: ${amount(total, unit)} in ${seconds.toFixed(1)} s`;
    if (process.stderr.isTTY) rewrite(line, done >= total);
    else if (Math.floor((10 * done) / total) > tenths) {
      tenths = Math.floor((10 * done) / total);
      process.stderr.write(`${line}\n`);
    }
  };
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
