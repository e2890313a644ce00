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
  return `token-${padded(token.index, Math.max(10, tokens.length - 1))}-${slug(token.text)}`;
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
