import type { Page } from "../../core/index.js";
import { makePage } from "./page.js";
import { openPdf } from "./pdf-document.js";
import { PDFIUM } from "./pdfium.js";

export interface PdfOptions {
  dpi: number;
  password?: string;
  choose: (count: number) => number[];
}

/** Renders pages of a PDF, annotations and filled form fields included, on white. */
export async function* pdfPages(name: string, bytes: Uint8Array, options: PdfOptions): AsyncGenerator<Page> {
  const document = await openPdf(name, bytes, options.password);
  try {
    for (const number of options.choose(document.count)) {
      const { pixels, width, height, warnings } = document.render(number, options.dpi);
      const source = { file: name, number, of: document.count, dpi: options.dpi, renderer: PDFIUM };
      yield makePage(pixels, width, height, source, warnings);
    }
  } finally {
    document.close();
  }
}
