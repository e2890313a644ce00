import { readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { extname, join } from "node:path";
import { PageError } from "./error.js";

/** A document that is known by name and not yet read. */
export interface Document {
  /** As the person gave it, without the page selection. */
  name: string;
  from: { path: string } | { url: string } | { bytes: Uint8Array };
  /** Page selection written behind `#`. */
  pages?: string;
}

const EXTENSIONS = new Set([".pdf", ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"]);
const EXPECTED = "expected a PDF, PNG, JPEG, WebP or TIFF file";
const MAX_DOWNLOAD = 512 * 2 ** 20;

/** Expands one input of a person into documents: a folder gives one for each file in it. */
export async function listDocuments(source: string | Uint8Array): Promise<Document[]> {
  if (source instanceof Uint8Array || ArrayBuffer.isView(source))
    return [{ name: "bytes", from: { bytes: source as Uint8Array } }];
  if (typeof source !== "string" || source.trim() === "")
    throw new PageError(
      `invalid source: ${source === "" ? '""' : String(source)}, expected a path, a URL or the bytes of a document`,
    );
  if (/^https?:\/\//i.test(source)) {
    const { name, pages } = splitSelection(source);
    return [{ name, from: { url: name }, pages }];
  }
  const whole = await statOrNull(expand(source));
  const { name, pages } = whole ? { name: source, pages: undefined } : splitSelection(source);
  const info = whole ?? (await statOrNull(expand(name)));
  if (!info) throw new PageError(`no such file: ${name}, looked from ${process.cwd()}`);
  if (!info.isDirectory()) return [{ name, from: { path: expand(name) }, pages }];
  const files = (await readdir(expand(name))).filter(isDocumentName);
  if (files.length === 0)
    throw new PageError(`invalid source: the folder ${name} has no document, ${EXPECTED}`);
  files.sort(new Intl.Collator("en", { numeric: true }).compare);
  return files.map((f) => ({ name: join(name, f), from: { path: join(expand(name), f) }, pages }));
}

export async function readDocument(document: Document, signal?: AbortSignal): Promise<Uint8Array> {
  const { from, name } = document;
  if ("bytes" in from) return from.bytes;
  if ("url" in from) return download(from.url, signal);
  try {
    return await readFile(from.path, { signal });
  } catch (error) {
    throw new PageError(`cannot read ${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** Whether a file is taken for a document where nobody named it: in a folder, or by a pattern. */
export function isDocumentName(name: string): boolean {
  return EXTENSIONS.has(extname(name).toLowerCase());
}

/** What a document is, by its first bytes; names lie. */
export function documentKind(name: string, bytes: Uint8Array): "pdf" | "image" {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString("latin1");
  if (head.includes("%PDF-")) return "pdf";
  if (
    head.startsWith("\x89PNG\r\n\x1a\n") ||
    head.startsWith("\xff\xd8\xff") ||
    (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") ||
    /^(II[*+]\0|MM\0[*+])/.test(head)
  )
    return "image";
  if (bytes.length === 0) throw new PageError(`invalid document ${name}: the file is empty, ${EXPECTED}`);
  const start = JSON.stringify(Buffer.from(bytes.subarray(0, 24)).toString("utf8"));
  const what = extname(name).toLowerCase() === ".pdf" ? "not a PDF" : "of a kind that cannot be read";
  throw new PageError(`invalid document ${name}: ${what} (it starts with ${start}), ${EXPECTED}`);
}

function splitSelection(source: string): { name: string; pages?: string } {
  const match = /^(.+)#([\d\s,-]+)$/.exec(source);
  return match ? { name: match[1], pages: match[2] } : { name: source };
}

const expand = (path: string): string => (/^~(?=\/|$)/.test(path) ? join(homedir(), path.slice(1)) : path);

const statOrNull = (path: string) => stat(path).catch(() => null);

async function download(url: string, signal?: AbortSignal): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(120_000);
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  } catch (error) {
    signal?.throwIfAborted();
    const cause = (error as { cause?: Error }).cause ?? (error as Error);
    throw new PageError(`cannot download ${url}: ${cause.message}, check the address and the network`, {
      cause: error,
    });
  }
  if (!response.ok)
    throw new PageError(
      `cannot download ${url}: the server answered ${response.status} ${response.statusText}`,
    );
  if (Number(response.headers.get("content-length") ?? 0) > MAX_DOWNLOAD)
    throw new PageError(`invalid document ${url}: larger than 512 MB, download it and open the file`);
  return new Uint8Array(await response.arrayBuffer());
}
