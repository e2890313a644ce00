import { type ParseArgsConfig, parseArgs } from "node:util";

export interface Command {
  /** One line for the overview. */
  summary: string;
  /** All of it, with every option. */
  usage: string;
  run(argv: readonly string[]): Promise<0 | 1>;
}

/** The command was asked the wrong way: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Reads a command's arguments.
 * @throws UsageError for an unknown option or a value that is missing
 */
export function readArguments<T extends NonNullable<ParseArgsConfig["options"]>>(
  argv: readonly string[],
  options: T,
  positionals: readonly string[] = [],
) {
  const read = (() => {
    try {
      return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  })();
  if (read.positionals.length > positionals.length)
    throw new UsageError(`unexpected argument: ${read.positionals[positionals.length]}`);
  const missing = positionals[read.positionals.length];
  if (missing) throw new UsageError(`missing ${missing}`);
  return read;
}

/** @throws UsageError when `value` is not one of `allowed` */
export function keyword<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  if (!(allowed as readonly string[]).includes(value))
    throw new UsageError(`invalid --${name}: ${value}, expected one of ${allowed.join(", ")}`);
  return value as T;
}

/** A number option. @throws UsageError outside the range */
export function number(name: string, value: string, low: number, high: number): number {
  const n = Number(value);
  if (value.trim() === "" || !(n >= low && n <= high))
    throw new UsageError(`invalid --${name}: ${value}, expected a number from ${low} to ${high}`);
  return n;
}

/** Options that choose and run a model, shared by the commands that do. */
export const MODEL_OPTIONS = {
  model: { type: "string", default: "mini" },
  profile: { type: "string" },
  provider: { type: "string" },
  revision: { type: "string" },
} as const;

/** Options that name documents and queries, shared by the commands that take them. */
export const DOCUMENT_OPTIONS = {
  documents: { type: "string", multiple: true, default: [] as string[] },
  queries: { type: "string", multiple: true, default: [] as string[] },
  dpi: { type: "string", default: "150" },
  password: { type: "string" },
} as const;

export const MODEL_USAGE = `  --model REF       "mini" (default), a folder, or "owner/name" on a model hub
  --revision REV    branch, tag or commit of a hub model
  --profile NAME    prompt profile, for example engine-0.3.13; the checkpoint's default when left out
  --provider NAME   auto (default), cuda, webgpu, dml, coreml or cpu`;

/** Progress on stderr: one line that is rewritten on a terminal, nothing elsewhere. */
export function stderrProgress(label: string): (done: number, total: number) => void {
  if (!process.stderr.isTTY) return () => {};
  return (done, total) =>
    process.stderr.write(`\r\x1b[K${label} ${done}/${total}${done >= total ? "\n" : ""}`);
}
