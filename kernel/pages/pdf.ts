import { setImmediate } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { SharedWorks } from "../../engine/shared-work.js";
import type { Renderable } from "./page.js";
import { openPdf, type PdfDocument } from "./pdf-document.js";
import { PDFIUM } from "./pdfium.js";
import type { DocumentBytes } from "./read-document.js";

export interface PdfOptions {
  dpi: number;
  password?: string;
  choose: (count: number) => number[];
}

/** How many PDFs are kept open, those of all sources together. */
const MOST_OPEN = 4;

const open = new LRUCache<DocumentBytes, PdfDocument>({ max: MOST_OPEN, dispose: (pdf) => pdf.close() });
const opening = new SharedWorks<DocumentBytes, void>();

/** Pages of a PDF, annotations and filled form fields included, on white. */
export async function* pdfPages(
  bytes: Uint8Array,
  document: DocumentBytes,
  { dpi, password, choose }: PdfOptions,
): AsyncGenerator<Renderable> {
  const pdf = await openPdf(document.name, bytes, password);
  open.set(document, pdf);
  const { count } = pdf;
  for (const number of choose(count)) {
    const size = await withPdf(document, password, (pdf) => pdf.size(number, dpi));
    yield {
      ...size,
      source: { file: document.name, number, of: count, dpi, renderer: PDFIUM },
      async render(signal) {
        await pause();
        signal.throwIfAborted();
        const rendered = await withPdf(document, password, (pdf) => pdf.render(number, size), signal);
        return { ...rendered, renderer: PDFIUM };
      },
      words: (signal) => withPdf(document, password, (pdf) => pdf.words(number, size), signal),
    };
  }
}

let lastPause: Promise<void> = Promise.resolve();

/** Rendering keeps the thread to itself: an interrupt is heard in the pause before each page, also when many are asked for. */
function pause(): Promise<void> {
  lastPause = lastPause.then(() => setImmediate());
  return lastPause;
}

/** Lends the open document, opened again where it was closed for others. */
async function withPdf<T>(
  document: DocumentBytes,
  password: string | undefined,
  use: (pdf: PdfDocument) => T,
  signal?: AbortSignal,
): Promise<T> {
  for (;;) {
    const pdf = open.get(document);
    // At once: after a pause it could be closed.
    if (pdf) return use(pdf);
    const reopen = async (stop: AbortSignal) =>
      void open.set(document, await openPdf(document.name, await document.read(stop), password));
    await opening.get(document, reopen, signal);
  }
}
