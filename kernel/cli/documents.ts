import { isAbsolute } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { isDocumentName } from "../../core/data/document-names.js";
import { listDocuments } from "../pages/source.js";
import { userPath } from "../user-path.js";
import { UsageError } from "./options.js";

/**
 * The documents that a person names, patterns replaced by the files that they match. Nothing is opened yet: what is
 * missing is said at once and all of it.
 * @throws UsageError without a document, Error naming every one that is not there
 */
export async function findDocuments(given: readonly string[]): Promise<string[]> {
  if (given.length === 0) throw new UsageError("missing --documents: give at least one PDF or image");
  const found = await Promise.allSettled(given.map(expand));
  const missing = found.flatMap((each) =>
    each.status === "rejected" ? [(each.reason as Error).message] : [],
  );
  if (missing.length > 0) throw new Error([...new Set(missing)].join("\n"));
  return found.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
}

async function expand(given: string): Promise<string[]> {
  try {
    await listDocuments(given);
    return [given];
  } catch (error) {
    // A file may have brackets in its name; only what names no file is a pattern.
    const [, pattern, pages = ""] = /^(.*?)(#[\d\s,-]+)?$/s.exec(given) ?? [];
    if (!isDynamicPattern(pattern) || /^\w+:\/\//.test(given)) throw error;
    return (await matching(pattern)).map((file) => `${file}${pages}`);
  }
}

async function matching(pattern: string): Promise<string[]> {
  const path = userPath(pattern);
  const slashed = process.platform === "win32" ? path.replaceAll("\\", "/") : path;
  const files = await glob(slashed, { absolute: isAbsolute(path), expandDirectories: false });
  const documents = files.filter(isDocumentName);
  if (documents.length === 0)
    throw new Error(
      files.length === 0
        ? `no file matches ${pattern}, looked from ${process.cwd()}`
        : `no document matches ${pattern}, only ${files[0]}${files.length > 1 ? ` and ${files.length - 1} more` : ""}; expected PDF, PNG, JPEG, WebP or TIFF files`,
    );
  return documents.sort(new Intl.Collator("en", { numeric: true }).compare);
}
