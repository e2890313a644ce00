import { type ParseArgsConfig, parseArgs } from "node:util";
import { didYouMean } from "../../core/data/did-you-mean.js";
import { ownName } from "../../core/view/view-names.js";
import { PROVIDERS } from "../runtime/providers.js";

export interface Command {
  /** One line for the overview. */
  summary: string;
  /** All of it, with every option. */
  usage: string;
  /** @param signal aborted when the person stops the command */
  run(argv: readonly string[], signal: AbortSignal): Promise<0 | 1>;
}

/** The command was asked the wrong way: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads a command's arguments. An option that may be given several times takes all words up to the next option:
 * `--documents a b` is `--documents a --documents b`. Behind `--` nothing is an option. Settings of colours may be named as
 * people know them, as in the view (`--normalize` is `--scale`).
 * @param operands names of the words that belong to no option; one that ends in "…" stands for any number
 * @throws UsageError for an unknown option, a missing value, a word too many
 */
export function readArguments<T extends Options>(
  argv: readonly string[],
  options: T,
  operands: readonly string[] = [],
) {
  const { values, words } = assign(argv, options);
  const isEndless = operands.at(-1)?.endsWith("…");
  if (!isEndless && words.length > operands.length)
    throw new UsageError(`unexpected argument: ${words[operands.length]}`);
  const missing = operands.find((name, i) => !name.endsWith("…") && words[i] === undefined);
  if (missing) throw new UsageError(`missing ${missing}`);
  const args = [...values, "--", ...words];
  return parseArgs({ args, options, allowPositionals: true, strict: true });
}

/** Gives every word to its option, as `--name=word`, or to none. */
function assign(argv: readonly string[], options: Options): { values: string[]; words: string[] } {
  const [values, words]: [string[], string[]] = [[], []];
  const seen = new Set<string>();
  let open: string | null = null;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    if (word === "--") return { values, words: [...words, ...argv.slice(i + 1)] };
    if (!isOption(word)) {
      if (open === null) words.push(word);
      else values.push(`--${open}=${word}`);
      continue;
    }
    const [, spelled, given] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const name = spelled && ownName("view.color", spelled);
    if (!name || !Object.hasOwn(options, name)) throw unknownOption(word, options);
    const { type, multiple = false } = options[name];
    if (seen.has(name) && !multiple) throw new UsageError(`--${name} is given twice, expected once`);
    seen.add(name);
    open = multiple ? name : null;
    if (type === "boolean") {
      if (given !== undefined) throw new UsageError(`invalid --${name}: ${given}, expected no value`);
      values.push(word);
    } else if (given !== undefined) values.push(`--${name}=${given}`);
    else {
      const next = argv[++i];
      if (next === undefined || isOption(next)) throw new UsageError(`missing value of --${name}`);
      values.push(`--${name}=${next}`);
    }
  }
  return { values, words };
}

/** `-5` is a number, and `-` a word. */
function isOption(word: string): boolean {
  return /^(--|-\p{L})/u.test(word);
}

function unknownOption(word: string, options: Options): UsageError {
  const names = Object.keys(options).map((name) => `--${name}`);
  const asked = word.replace(/=.*/s, "");
  const value = asked.startsWith("--") ? "" : ` (as a value: --NAME=${asked})`;
  return new UsageError(
    `unknown option: ${asked}${value}, expected one of ${names.join(", ")}${didYouMean(asked, names)}`,
  );
}

/** @throws UsageError when `value` is not one of `allowed` */
export function keyword<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  if (!(allowed as readonly string[]).includes(value))
    throw new UsageError(
      `invalid --${name}: ${value}, expected one of ${allowed.join(", ")}${didYouMean(value, allowed)}`,
    );
  return value as T;
}

/** A number option. @throws UsageError outside the range */
export function number(name: string, value: string, low: number, high: number): number {
  const n = Number(value);
  if (value.trim() === "" || !(n >= low && n <= high))
    throw new UsageError(`invalid --${name}: ${value}, expected a number from ${low} to ${high}`);
  return n;
}

/** Words of an option that also takes several in one, with commas between them. */
export function commaList(values: readonly string[]): string[] {
  return [...new Set(values.flatMap((value) => value.split(",").map((part) => part.trim())))];
}

const HELP = { width: 116, indent: 20 };

/** What an option says in the help, in lines that stand below each other. */
export function folded(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= HELP.width - HELP.indent) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join(`\n${" ".repeat(HELP.indent)}`);
}

/** Options that choose and run a model, shared by the commands that do. */
export const MODEL_OPTIONS = {
  model: { type: "string", default: "mini" },
  profile: { type: "string" },
  provider: { type: "string", default: "auto" },
  revision: { type: "string" },
  graph: { type: "string" },
} as const;

export const PROVIDER_NAMES = ["auto", ...PROVIDERS] as const;

/** Options that name documents and queries, shared by the commands that take them. */
export const DOCUMENT_OPTIONS = {
  documents: { type: "string", multiple: true, default: [] as string[] },
  queries: { type: "string", multiple: true, default: [] as string[] },
  dpi: { type: "string", default: "150" },
  password: { type: "string" },
  quiet: { type: "boolean", default: false },
} as const;

export const MODEL_USAGE = `  --model REF       "mini" (default), "mini-context", a folder, or "owner/name" on a model hub
  --revision REV    branch, tag or commit of a hub model
  --graph NAME      a variant of the graph that the model has, for example quantized
  --profile NAME    prompt profile, for example engine-0.3.13; the checkpoint's default when left out
  --provider NAME   ${PROVIDER_NAMES.join(", ")}; default auto`;

export const DOCUMENT_USAGE = `  --documents FILE… PDFs, images (PNG, JPEG, WebP, TIFF), folders of them, URLs, and patterns such as
                    "reports/**/*.pdf"; report.pdf#3 or report.pdf#1-4,7 chooses pages
  --queries TEXT…   one or more; "--queries=-x" for text that looks like an option`;

export const PAGE_USAGE = `  --dpi N           resolution of PDF pages, 10 to 1200, default 150
  --password TEXT   for encrypted PDFs
  --quiet           no progress and no summary`;
