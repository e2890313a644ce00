import { SourceMap } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { packageRoot } from "../package.js";

/** JavaScript that was made of something a person wrote. */
export interface Script {
  /** What a stack calls it: `In[3]`, or the path of a file. */
  title: string;
  /** As it was written. */
  code: string;
  /** JSON text, from the JavaScript after its lead to the code; without one, they are the same. */
  sourceMap?: string;
  /** What the machinery put before the JavaScript: whole lines, then characters of a line. */
  lead: { lines: number; characters: number };
  /** Lines of the JavaScript with its lead; what comes after them is the machinery's. */
  lines: number;
  /** The object whose properties the names of a cell have become. */
  names?: string;
}

type Frame = NodeJS.CallSite;
type Prepare = (error: Error, frames: Frame[]) => unknown;

interface Place {
  title: string;
  line: number;
  column: number;
}

/** Node's limit is 10 frames. More are captured, so that 10 remain without those of the machinery. */
const SHOWN = 10;
const CAPTURED = 40;

/**
 * The scripts of a session, and stacks in terms of what was written. V8 asks here when it makes the text of a stack, so
 * all that read `error.stack` read the same.
 */
export class Stacks {
  readonly #scripts = new Map<string, Script>();
  readonly #maps = new Map<Script, SourceMap>();

  /** The name under which to run a cell: cells that share a number, such as silent ones, are scripts of their own. */
  nameFor(title: string): string {
    let name = title;
    for (let i = 2; this.#scripts.has(name); i++) name = `${title}#${i}`;
    return name;
  }

  /** @param name as V8 knows the script: a URL, a path, or what `nameFor` gave */
  add(name: string, script: Script): void {
    this.#scripts.set(name, script);
  }

  /** For a script that nobody wrote. */
  hide(name: string): void {
    this.add(name, { title: name, code: "", lead: { lines: 0, characters: 0 }, lines: 0 });
  }

  /**
   * Takes over `Error.prepareStackTrace`; what a person assigns to it is called with frames that are mapped as well.
   * @returns how to give it back
   */
  install(errors: ErrorConstructor = Error): () => void {
    const { stackTraceLimit } = errors;
    const native = Object.getOwnPropertyDescriptor(errors, "prepareStackTrace");
    const mapped = (prepare: Prepare): Prepare => {
      const mapping: Prepare = (error, frames) => {
        nameAsWritten(error, this.#scriptOf(frames[0]));
        return prepare.call(errors, error, this.#written(frames, errors.stackTraceLimit));
      };
      mappings.add(mapping);
      return mapping;
    };
    const mappings = new WeakSet<Prepare>();
    const ours = mapped((native?.value as Prepare | undefined) ?? asNode);
    let current = ours;
    Object.defineProperty(errors, "prepareStackTrace", {
      configurable: true,
      get: () => current,
      set(prepare: unknown) {
        if (typeof prepare !== "function") current = ours;
        else current = mappings.has(prepare as Prepare) ? (prepare as Prepare) : mapped(prepare as Prepare);
      },
    });
    errors.stackTraceLimit = CAPTURED;
    return () => {
      errors.stackTraceLimit = stackTraceLimit;
      if (native) Object.defineProperty(errors, "prepareStackTrace", native);
      else Reflect.deleteProperty(errors, "prepareStackTrace");
    };
  }

  #scriptOf(frame: Frame | undefined): Script | undefined {
    return frame && this.#scripts.get(nameOf(frame));
  }

  /** The frames of what people wrote. */
  #written(frames: Frame[], limit: number): Frame[] {
    const written = this.#without(frames, isOurs);
    // An error that no cell has caused is one of this package's, and its places are for those who mend it.
    const own = written.length > 0 ? written : this.#without(frames, isMachinery);
    return limit === CAPTURED ? own.slice(0, SHOWN) : own;
  }

  #without(frames: Frame[], isDropped: (name: string) => boolean): Frame[] {
    let called = false;
    return frames.flatMap((frame) => {
      const name = nameOf(frame);
      // What a built-in function calls of the kernel's, it calls for the kernel.
      const dropped = isDropped(name) || (name === "" && called && !frame.isEval());
      called = dropped;
      if (dropped || name.startsWith("node:")) return [];
      if (frame.isEval() && frame.getEvalOrigin()) return [withOrigin(frame, (text) => this.#inText(text))];
      const script = this.#scriptOf(frame);
      if (!script) return [frame];
      const [line, column] = [frame.getLineNumber() ?? 0, frame.getColumnNumber() ?? 0];
      const place = this.#place(script, line, column);
      return place ? [relocated(frame, `${name}:${line}:${column}`, place)] : [];
    });
  }

  /** Where a position of the JavaScript was written; none for what the machinery put around it. */
  #place(script: Script, line: number, column: number): Place | undefined {
    const { title, code, sourceMap, lead, lines } = script;
    const row = line - 1 - lead.lines;
    const offset = column - 1 - (row === 0 ? lead.characters : 0);
    if (row < 0 || line > lines) return undefined;
    if (!sourceMap) return { title, line: row + 1, column: offset + 1 };
    const map = this.#maps.get(script) ?? new SourceMap(JSON.parse(sourceMap));
    this.#maps.set(script, map);
    const entry = map.findEntry(row, offset);
    if (!("originalLine" in entry)) return undefined;
    const { originalLine, originalColumn } = entry;
    // Behind the code are declarations that no one wrote.
    if (originalLine >= code.split("\n").length) return undefined;
    return { title, line: originalLine + 1, column: originalColumn + 1 };
  }

  /** Places of scripts in text that V8 wrote, as in `eval at f (In[1]:5:3)`. */
  #inText(text: string): string {
    return text.replace(/\(([^()]+):(\d+):(\d+)\)/g, (all, name, line, column) => {
      const script = this.#scripts.get(name);
      const place = script && this.#place(script, Number(line), Number(column));
      return place ? `(${place.title}:${place.line}:${place.column})` : all;
    });
  }
}

function nameOf(frame: Frame): string {
  return frame.getScriptNameOrSourceURL() ?? frame.getFileName() ?? "";
}

/** V8 says `(0 , exports.f) is not a function` of what was written as `f()`. */
function nameAsWritten(error: unknown, script: Script | undefined): void {
  if (!script?.names || !types.isNativeError(error) || error.name !== "TypeError") return;
  const { names, code } = script;
  if (typeof error.message !== "string" || code.includes(`${names}.`)) return;
  const property = new RegExp(
    `\\(0 , ${names}\\.([\\p{ID_Continue}$]+)\\)|(?<![\\p{ID_Continue}$.])${names}\\.`,
    "gu",
  );
  const message = error.message.replace(property, "$1");
  if (message !== error.message) Reflect.set(error, "message", message);
}

/** Frames of this package say nothing to the author of a cell; those of other packages stay. */
function isOurs(name: string): boolean {
  return name.startsWith(`${LIBRARY}/`) || isMachinery(name);
}

function isMachinery(name: string): boolean {
  return MACHINERY.some((each) => name.startsWith(each)) || /[\\/]node_modules[\\/]tslab[\\/]/.test(name);
}

const LIBRARY = pathToFileURL(join(packageRoot, "lib")).href;
const MACHINERY = ["tslab/", "jupyter/", "main.js"].map((part) => `${LIBRARY}/kernel/${part}`);

function asNode(error: Error, frames: Frame[]): string {
  return [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
}

function relocated(frame: Frame, from: string, { title, line, column }: Place): Frame {
  const at = String(frame).lastIndexOf(from);
  const text = `${String(frame).slice(0, at)}${title}:${line}:${column}${String(frame).slice(at + from.length)}`;
  return answering(frame, {
    getFileName: title,
    getScriptNameOrSourceURL: title,
    getLineNumber: line,
    getColumnNumber: column,
    toString: at < 0 ? String(frame) : text,
  });
}

function withOrigin(frame: Frame, written: (text: string) => string): Frame {
  return answering(frame, {
    getEvalOrigin: written(frame.getEvalOrigin()!),
    toString: written(String(frame)),
  });
}

/** A frame with other answers. V8's methods insist on V8's object. */
function answering(frame: Frame, answers: Record<string, string | number>): Frame {
  return new Proxy(frame, {
    get(_, method) {
      if (typeof method === "string" && Object.hasOwn(answers, method)) return () => answers[method];
      const value: unknown = Reflect.get(frame, method);
      return typeof value === "function" ? value.bind(frame) : value;
    },
  });
}
