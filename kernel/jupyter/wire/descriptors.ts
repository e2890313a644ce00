import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

export type StreamName = "stdout" | "stderr";

const NUMBER = { stdout: 1, stderr: 2 };
/** A file that has been read so far is emptied, or a chatty process would fill the disk. */
const LARGEST = 256 * 1024 * 1024;

/**
 * Receives what reaches the process's file descriptors 1 and 2 without JavaScript's streams: from child processes with
 * `stdio: "inherit"`, from `fs.writeSync(1, …)`, from native code. They become files, since a pipe that nobody reads while
 * a cell blocks would block whoever writes to it.
 */
export class Descriptors {
  readonly #files: Record<StreamName, { file: number; at: number; decoder: StringDecoder }>;
  readonly #chunk = Buffer.allocUnsafe(65536);
  /** Descriptor of where stderr went, the log of the server; null where that cannot be opened again. */
  readonly log: number | null;

  private constructor(folder: string) {
    this.log = attempt(() => openSync("/dev/fd/2", "a"));
    const follow = (name: StreamName) => {
      const path = join(folder, name);
      replace(NUMBER[name], path);
      return { file: openSync(path, "r+"), at: 0, decoder: new StringDecoder("utf8") };
    };
    this.#files = { stdout: follow("stdout"), stderr: follow("stderr") };
  }

  /**
   * To be called before there are other threads, which might open a file in the very moment.
   * @returns null where descriptors cannot be replaced (Windows, no place for temporary files)
   */
  static take(): Descriptors | null {
    if (process.platform === "win32") return null;
    const folder = attempt(() => mkdtempSync(join(tmpdir(), "colpali-lens-output-")));
    if (folder === null) return null;
    try {
      return attempt(() => new Descriptors(folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** What has come since the last call. */
  read(name: StreamName): string {
    const one = this.#files[name];
    let text = "";
    for (;;) {
      const length = readSync(one.file, this.#chunk, 0, this.#chunk.length, one.at);
      if (length === 0) break;
      one.at += length;
      text += one.decoder.write(this.#chunk.subarray(0, length));
    }
    if (one.at > LARGEST && fstatSync(one.file).size === one.at) {
      ftruncateSync(one.file);
      one.at = 0;
    }
    return text;
  }
}

/** Opens a file as this descriptor: the system gives the lowest number that is free. */
function replace(number: number, path: string): void {
  closeSync(number);
  const got = openSync(path, "a+", 0o600);
  if (got !== number) throw new Error(`descriptor ${got} instead of ${number}`);
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
