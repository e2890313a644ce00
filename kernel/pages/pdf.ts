import { PDFiumLibrary } from "@hyzyla/pdfium";
import type { Page } from "../../core/index.js";
import { manifest } from "../package.js";
import { PageError } from "./error.js";
import { checkSize, makePage } from "./page.js";

export interface PdfOptions {
  dpi: number;
  password?: string;
  choose: (count: number) => number[];
}

const renderer = `pdfium (@hyzyla/pdfium ${manifest.dependencies["@hyzyla/pdfium"]})`;
let library: Promise<PDFiumLibrary> | undefined;

/** Renders pages of a PDF, annotations and filled form fields included, on white. */
export async function* pdfPages(name: string, bytes: Uint8Array, options: PdfOptions): AsyncGenerator<Page> {
  checkEnd(name, bytes);
  library ??= PDFiumLibrary.init();
  const document = await open(await library, name, bytes, options.password);
  try {
    const count = document.getPageCount();
    if (count < 1) throw new PageError(`invalid PDF ${name}: it has no pages, expected at least one`);
    for (const number of options.choose(count)) {
      const page = document.getPage(number - 1);
      const { originalWidth, originalHeight } = page.getOriginalSize();
      if (!(originalWidth > 0 && originalHeight > 0))
        throw new PageError(`invalid PDF ${name}: page ${number} is damaged, expected a readable page`);
      const width = Math.max(1, Math.round((originalWidth * options.dpi) / 72));
      const height = Math.max(1, Math.round((originalHeight * options.dpi) / 72));
      checkSize(`${name}#${number}`, width, height, `choose fewer dpi than ${options.dpi}`);
      const { data } = await page.render({
        scale: 1,
        width,
        height,
        render: "bitmap",
        renderFormFields: true,
      });
      const source = { file: name, number, of: count, dpi: options.dpi, renderer };
      yield makePage(dropAlpha(data), width, height, source);
    }
  } finally {
    document.destroy();
  }
}

async function open(pdfium: PDFiumLibrary, name: string, bytes: Uint8Array, password?: string) {
  try {
    return await pdfium.loadDocument(bytes, password);
  } catch (error) {
    const reason = (error as Error).message;
    if (reason.includes("assword"))
      throw new PageError(
        password
          ? `wrong password: ${name} is encrypted and does not open with the password given`
          : `password needed: ${name} is encrypted, give its password, for example openPages(${JSON.stringify(name)}, { password: "…" })`,
        { cause: error },
      );
    throw new PageError(`invalid PDF ${name}: damaged (${reason}), expected a complete PDF file`, {
      cause: error,
    });
  }
}

/** PDFium repairs what it can and drops the rest silently; a cut-off file would lose pages without a word. */
function checkEnd(name: string, bytes: Uint8Array): void {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 10 || bytes[end - 1] === 13)) end--;
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset + Math.max(0, end - 2048), Math.min(end, 2048));
  if (!tail.includes("%%EOF"))
    throw new PageError(
      `invalid PDF ${name}: cut off after ${bytes.length} bytes (no end mark), expected a complete file; copy it again`,
    );
}

function dropAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0, o = 0; i < rgba.length; i += 4) {
    rgb[o++] = rgba[i];
    rgb[o++] = rgba[i + 1];
    rgb[o++] = rgba[i + 2];
  }
  return rgb;
}
