import type { PageWord } from "../../core/index.js";
import { PageError } from "./error.js";
import { checkSize } from "./page.js";
import { hasEnd } from "./pdf-end.js";
import { GlyphMender } from "./pdf-glyphs.js";
import { type UnitOf, userUnits } from "./pdf-units.js";
import { pdfWords } from "./pdf-words.js";
import { allocate, copyIn, floats, type Pdfium, pdfium } from "./pdfium.js";

/** In pixels. */
export interface PageSize {
  width: number;
  height: number;
}

/** PDFium's codes of errors, fpdfview.h. */
const [PASSWORD, SECURITY] = [4, 5];
/** A dynamic XFA form: its pages are made by a program that is not here. */
const XFA_FULL = 2;
const [ANNOTATIONS, LCD_TEXT, RGBA] = [1, 2, 16];

/** @throws PageError when it is cut off, damaged, encrypted with another password or holds no page */
export async function openPdf(name: string, bytes: Uint8Array, password = ""): Promise<PdfDocument> {
  if (!hasEnd(bytes))
    throw new PageError(
      `invalid PDF ${name}: cut off after ${bytes.length} bytes (no end mark), expected a complete file; copy it again`,
    );
  const module = await pdfium();
  const data = copyIn(module, bytes);
  // A document that opens without a password takes any, so one can be given for a whole folder.
  const document =
    module.FPDF_LoadMemDocument(data, bytes.length, "") ||
    module.FPDF_LoadMemDocument(data, bytes.length, password);
  if (document) {
    const pdf = new PdfDocument(module, name, { address: data, size: bytes.length }, document);
    if (pdf.count > 0) return pdf;
    pdf.close();
    throw new PageError(`invalid PDF ${name}: it has no pages, expected at least one`);
  }
  const code = module.FPDF_GetLastError();
  module.pdfium.wasmExports.free(data);
  throw refusal(name, code, password);
}

function refusal(name: string, code: number, password: string): PageError {
  if (code === PASSWORD)
    return new PageError(
      password
        ? `wrong password: ${name} is encrypted and does not open with the password given`
        : `password needed: ${name} is encrypted, give its password, for example openPages(${JSON.stringify(name)}, { password: "…" })`,
    );
  if (code === SECURITY)
    return new PageError(
      `invalid PDF ${name}: encrypted in a way that cannot be read here (with a certificate, for example), save it without encryption`,
    );
  return new PageError(`invalid PDF ${name}: damaged (PDFium error ${code}), expected a complete PDF file`);
}

/** An open PDF. Pages are counted from 1. */
export class PdfDocument {
  readonly count: number;
  readonly #form: number;
  readonly #formInfo: number;
  readonly #mender: GlyphMender;
  #unitOf: UnitOf | null = null;

  constructor(
    readonly module: Pdfium,
    readonly name: string,
    readonly data: { address: number; size: number },
    readonly document: number,
  ) {
    this.count = module.FPDF_GetPageCount(document);
    this.#formInfo = module.PDFiumExt_OpenFormFillInfo();
    this.#form = module.PDFiumExt_InitFormFillEnvironment(document, this.#formInfo);
    this.#mender = new GlyphMender(module, document);
  }

  /**
   * Size of a page as it is rendered: turned and cropped as the PDF says.
   * @throws PageError for a page that cannot be read or is too large
   */
  size(number: number, dpi: number): PageSize {
    const { module, name } = this;
    const [wide, high] = floats(module, 2, (at) =>
      module.FPDF_GetPageSizeByIndexF(this.document, number - 1, at),
    );
    if (!(wide > 0 && high > 0)) throw this.#damaged(number);
    const scale = (this.#unit(number) * dpi) / 72;
    const width = Math.max(1, Math.round(wide * scale));
    const height = Math.max(1, Math.round(high * scale));
    checkSize(`${name}#${number}`, width, height, `choose fewer dpi than ${dpi}`);
    return { width, height };
  }

  /**
   * Renders a page on white, annotations and filled form fields included.
   * @returns RGB bytes, row-major, and what a reader of the picture should know
   */
  render(number: number, { width, height }: PageSize): { pixels: Uint8Array; warnings: string[] } {
    const { module } = this;
    const page = module.FPDF_LoadPage(this.document, number - 1);
    if (!page) throw this.#damaged(number);
    module.FORM_OnAfterLoadPage(page, this.#form);
    try {
      let pixels = this.#paint(page, width, height);
      const { mended, warnings } = this.#mender.mend(page);
      if (mended) pixels = this.#paint(page, width, height);
      return { pixels, warnings: [...this.#warnings(), ...warnings] };
    } finally {
      module.FORM_OnBeforeClosePage(page, this.#form);
      module.FPDF_ClosePage(page);
    }
  }

  /** The words of a page of this size: see {@link pdfWords}. */
  words(number: number, { width, height }: PageSize): PageWord[] {
    const { module } = this;
    const page = module.FPDF_LoadPage(this.document, number - 1);
    if (!page) throw this.#damaged(number);
    try {
      return pdfWords(module, page, width, height);
    } finally {
      module.FPDF_ClosePage(page);
    }
  }

  close(): void {
    this.#mender.close();
    this.module.PDFiumExt_ExitFormFillEnvironment(this.#form);
    this.module.PDFiumExt_CloseFormFillInfo(this.#formInfo);
    this.module.FPDF_CloseDocument(this.document);
    this.module.pdfium.wasmExports.free(this.data.address);
  }

  #unit(number: number): number {
    const { module, data } = this;
    const bytes = module.pdfium.HEAPU8.subarray(data.address, data.address + data.size);
    this.#unitOf ??= userUnits(module, this.document, bytes);
    return this.#unitOf(number - 1);
  }

  #damaged(number: number): PageError {
    return new PageError(`invalid PDF ${this.name}: page ${number} is damaged, expected a readable page`);
  }

  #paint(page: number, width: number, height: number): Uint8Array {
    const { module } = this;
    const bytes = width * height * 4;
    const address = allocate(module, bytes);
    const bitmap = module.FPDFBitmap_CreateEx(width, height, 4, address, width * 4);
    try {
      module.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff);
      module.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, ANNOTATIONS | LCD_TEXT | RGBA);
      module.FPDF_FFLDraw(this.#form, bitmap, page, 0, 0, width, height, 0, LCD_TEXT | RGBA);
      return dropAlpha(module.pdfium.HEAPU8.subarray(address, address + bytes));
    } finally {
      module.FPDFBitmap_Destroy(bitmap);
      module.pdfium.wasmExports.free(address);
    }
  }

  #warnings(): string[] {
    return this.module.FPDF_GetFormType(this.document) === XFA_FULL
      ? [
          "a dynamic XFA form, whose pages only a form viewer makes: what is shown is the notice in their place; save it there as an ordinary PDF",
        ]
      : [];
  }
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
