import { createHash } from "node:crypto";
import { basename } from "node:path";
import { type PageSource, type Query, type QueryToken, sharedName } from "../../core/index.js";

/**
 * Names of what the command line writes. Readable, safe on every file system, in order when they are sorted, and made
 * unique by content: two documents with one stem, or two queries that read alike, never meet.
 */
export function pageFolder(source: PageSource, sha256: string): string {
  const stem = basename(sharedName(source.file)).replace(/\.[^.]+$/, "");
  const where = createHash("sha256").update(`${source.file}\n${sha256}`).digest("hex");
  return `${slug(stem)}-page-${padded(source.number, source.of)}-${where.slice(0, 8)}`;
}

export function queryFolder(query: string): string {
  return `${slug(query)}-${createHash("sha256").update(query).digest("hex").slice(0, 8)}`;
}

export function tokenFile({ tokens }: Query, token: QueryToken): string {
  const isBytes = tokens.some(({ text }) => text.includes(SPACE));
  const text = isBytes ? fromBytes(token.text) : token.text;
  return `token-${padded(token.index, Math.max(10, tokens.length - 1))}-${slug(text)}`;
}

/** The space of tokenizers that write every byte as one printable letter (GPT-2's and those after it). */
const SPACE = "\u0120";

/** Bytes that stand for themselves; the rest are U+0100 and on, in their order. */
const isPlain = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
const OTHERS = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isPlain(byte));

/** The text of such a token; special tokens are written plainly, and come out as they are. */
function fromBytes(token: string): string {
  const bytes = Array.from(token, (letter) => {
    const code = letter.codePointAt(0)!;
    return code < 0x100 ? code : OTHERS[code - 0x100];
  });
  return bytes.every((byte) => byte !== undefined) ? Buffer.from(bytes).toString("utf8") : token;
}

/** With as many digits as the last number has. */
function padded(number: number, last: number): string {
  return String(number).padStart(String(last).length, "0");
}

/** Letters and digits of any script, the rest as single hyphens; never empty, at most 40 characters. */
export function slug(text: string): string {
  const kept = Array.from(text.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-")).slice(0, 40);
  return kept.join("").replace(/^-+|-+$/g, "") || "x";
}
