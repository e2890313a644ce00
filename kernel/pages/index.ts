import { basename } from "node:path";
import type { Page } from "../../core/index.js";
import { stopSignal } from "../interrupt.js";
import { PageError } from "./error.js";
import { imagePages } from "./image.js";
import { pdfPages } from "./pdf.js";
import { parsePages } from "./selection.js";
import { type Document, documentKind, listDocuments, readDocument } from "./source.js";

export { PageError } from "./error.js";

export type PageInput = string | Uint8Array;

export interface OpenPagesOptions {
  /** Which pages of each document: `"1-3,7"` or `[1, 2, 3, 7]`, from 1. All when left out. */
  pages?: string | number[];
  /** Resolution at which PDF pages are rendered, in pixels per inch. Default 150. Images keep their own pixels. */
  dpi?: number;
  /** Password of an encrypted PDF. */
  password?: string;
  /** Called after each page. `total` grows while documents are still being opened. */
  onProgress?: (progress: { done: number; total: number; name: string }) => void;
  /** Stops it, as an interrupt of the cell does in any case. */
  signal?: AbortSignal;
}

/**
 * Opens documents as pages of RGB pixels.
 * @param source a PDF, PNG, JPEG, WebP or TIFF file: its path, `"report.pdf#3"`, `"report.pdf#1-3,7"`, an http(s) URL, its
 *   bytes, a folder of such files, or a list of these
 * @throws PageError naming the document, what is wrong with it and what to do
 */
export async function openPages(
  source: PageInput | readonly PageInput[],
  options: OpenPagesOptions = {},
): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of streamPages(source, options)) pages.push(page);
  return pages;
}

/** As {@link openPages}, one page at a time, so that a long document need not fit into memory. */
export async function* streamPages(
  source: PageInput | readonly PageInput[],
  options: OpenPagesOptions = {},
): AsyncGenerator<Page> {
  const signal = stopSignal(options.signal);
  const dpi = options.dpi ?? 150;
  if (!(dpi >= 10 && dpi <= 1200))
    throw new PageError(`invalid dpi: ${dpi}, expected a number from 10 to 1200`);
  const documents: Document[] = [];
  for (const one of Array.isArray(source) ? source : [source]) documents.push(...(await listDocuments(one)));
  if (documents.length === 0)
    throw new PageError("invalid source: an empty list, expected at least one document");
  let done = 0;
  let waiting = documents.length;
  for (const document of documents) {
    signal?.throwIfAborted();
    const bytes = await readDocument(document, signal);
    const kind = documentKind(document.name, bytes);
    const choose = (count: number): number[] => {
      const wanted = document.pages ?? options.pages;
      const chosen = parsePages(wanted, count, document.name);
      waiting += chosen.length - 1;
      return chosen;
    };
    const stream =
      kind === "pdf"
        ? pdfPages(document.name, bytes, { dpi, password: options.password, choose })
        : imagePages(document.name, bytes, choose);
    for await (const page of stream) {
      signal?.throwIfAborted();
      done++;
      waiting--;
      options.onProgress?.({ done, total: done + waiting, name: basename(document.name) });
      yield page;
    }
  }
}
