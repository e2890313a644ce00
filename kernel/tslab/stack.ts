import { SourceMap } from "node:module";
import { inspect } from "node:util";
import type { CompiledCell } from "./converter.js";

/** Frames of the machinery that runs a cell say nothing to its author. */
const MACHINERY = /\(?node:|\/tslab\/dist\/|\/lib\/kernel\/(tslab|jupyter)\/|node_modules\/typescript\//;
const FRAME = /(In\[\d+\]):(\d+):(\d+)/;

/** An error's stack with the lines of the cells as they were typed, and without the frames of the kernel. */
export function readableStack(
  error: unknown,
  compiled: (title: string) => CompiledCell | undefined,
): string[] {
  const { name, message, stack } = (error ?? {}) as Partial<Error>;
  if (typeof stack !== "string") return [`Uncaught ${inspect(error)}`];
  const head = message ? `${name}: ${message}` : String(name ?? "Error");
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const own = frames.filter((frame) => !MACHINERY.test(frame)).flatMap((frame) => asTyped(frame, compiled));
  const { cause } = error as Error;
  const caused = cause === undefined ? [] : ["Caused by:", ...readableStack(cause, compiled)];
  return [...head.split("\n"), ...own, ...caused];
}

function asTyped(frame: string, compiled: (title: string) => CompiledCell | undefined): string[] {
  const [place, title, line, column] = FRAME.exec(frame) ?? [];
  const cell = title ? compiled(title) : undefined;
  if (!cell) return [frame];
  if (Number(line) >= cell.lines) return [];
  // The code begins on the second line of its script, and on the second line of its module.
  const entry = new SourceMap(JSON.parse(cell.sourceMap)).findEntry(Number(line) - 2, Number(column) - 1);
  if (!("originalLine" in entry)) return [frame];
  const { originalLine, originalColumn } = entry;
  const text = cell.code.split("\n")[originalLine - 1] ?? "";
  // `f()` runs as `(0, exports.f)()`, whose place is the parenthesis; the place of `f()` is that of its name.
  const name = /(?<![\w$.])[\p{ID_Continue}$]+$/u.exec(text.slice(0, originalColumn));
  const back = name && /[(`]/.test(text[originalColumn] ?? "") ? name[0].length : 0;
  return [frame.replace(place!, `${title}:${originalLine}:${originalColumn - back + 1}`)];
}
