import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Page, QueryToken } from "../../core/index.js";

/**
 * Names of what the command line writes. Readable, safe on every file system, and made unique by content:
 * two documents with one stem, or two queries that read alike, never meet.
 */
export function pageFolder({ source, sha256 }: Page): string {
  const stem = basename(source.file).replace(/\.[^.]+$/, "");
  const where = createHash("sha256").update(`${source.file}\n${sha256}`).digest("hex");
  return `${slug(stem)}-p${source.number}-${where.slice(0, 8)}`;
}

export function queryFolder(query: string): string {
  return `${slug(query)}-${createHash("sha256").update(query).digest("hex").slice(0, 8)}`;
}

export function tokenFile(token: QueryToken): string {
  return `token-${String(token.index).padStart(2, "0")}-${slug(token.text)}`;
}

/** Letters and digits of any script, the rest as single hyphens; never empty, at most 40 characters. */
export function slug(text: string): string {
  const kept = Array.from(text.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-")).slice(0, 40);
  return kept.join("").replace(/^-+|-+$/g, "") || "x";
}
