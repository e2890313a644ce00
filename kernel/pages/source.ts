import { type Stats, statSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDocumentName } from "../../core/data/document-names.js";
import { userPath } from "../user-path.js";
import { PageError } from "./error.js";
import { splitFragment } from "./fragment.js";

/** A document: a path, a `file:` or http(s) URL, or its bytes in any form. */
export type PageInput = string | URL | Uint8Array | ArrayBufferView | ArrayBufferLike | Blob;

/** A document that is known by name and not yet read. */
export interface Document {
  /** As the person gave it, without the page selection. */
  name: string;
  from: { path: string } | { url: string } | { bytes: Uint8Array } | { blob: Blob };
  /** Page selection written behind `#`. */
  pages?: string;
}

export const EXPECTED = "expected a PDF, PNG, JPEG, WebP or TIFF file";

/** Expands one input of a person into documents: a folder gives one for each file in it. */
export async function listDocuments(source: PageInput): Promise<Document[]> {
  const bytes = bytesOf(source);
  if (bytes) return [{ name: "bytes", from: { bytes } }];
  if (source instanceof Blob)
    return [{ name: (source as { name?: string }).name || "bytes", from: { blob: source } }];
  if (!(typeof source === "string" || source instanceof URL) || String(source).trim() === "")
    throw new PageError(
      `invalid source: ${source === "" ? '""' : String(source)}, expected a path, a URL or the bytes of a document`,
    );
  const text = String(source);
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1].toLowerCase();
  if (scheme === "http" || scheme === "https") {
    const { name, pages } = splitFragment(text);
    return [{ name, from: { url: name }, pages }];
  }
  if (scheme === "file") {
    const { name, pages } = splitFragment(text);
    return atPath(fileURLToPath(name), pages);
  }
  const path = userPath(text);
  if (scheme && text.slice(scheme.length).startsWith("://") && !(await statOrNull(path)))
    throw new PageError(
      `invalid source: ${text}, expected a path, or a URL that starts with https:, http: or file:`,
    );
  // A file may have # in its name.
  if (await statOrNull(path)) return atPath(text, undefined);
  const exists = (name: string) => statSync(userPath(name), { throwIfNoEntry: false }) !== undefined;
  const { name, pages } = splitFragment(text, exists);
  return atPath(name, pages);
}

/** The bytes of a buffer or of a view of one; null for anything else. */
function bytesOf(source: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const tag = Object.prototype.toString.call(source);
  return tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]"
    ? new Uint8Array(source as ArrayBuffer)
    : null;
}

async function atPath(name: string, pages: string | undefined): Promise<Document[]> {
  const info = await statOrNull(userPath(name));
  if (!info) throw new PageError(`no such file: ${name}, looked from ${process.cwd()}`);
  if (!info.isDirectory()) return [{ name, from: { path: userPath(name) }, pages }];
  const files: string[] = [];
  for (const file of await readdir(userPath(name))) {
    if (isDocumentName(file) && (await statOrNull(join(userPath(name), file)))?.isFile()) files.push(file);
  }
  if (files.length === 0)
    throw new PageError(`invalid source: the folder ${name} has no document, ${EXPECTED}`);
  files.sort(new Intl.Collator("en", { numeric: true }).compare);
  return files.map((f) => ({ name: join(name, f), from: { path: join(userPath(name), f) }, pages }));
}

const statOrNull = (path: string): Promise<Stats | null> => stat(path).catch(() => null);
