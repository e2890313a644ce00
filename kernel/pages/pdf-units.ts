import type { Pdfium } from "./pdfium.js";

/** Size of a page's unit in points (1/72 inch); pages are counted from 0. */
export type UnitOf = (index: number) => number;

const REMOVE_SECURITY = 3;

/**
 * UserUnit of each page (ISO 32000-1, 14.11.2), which PDFium passes over. It can give the number of a page's object but not
 * the object, so that is read from a copy in which every object is written out plainly.
 */
export function userUnits(module: Pdfium, document: number, bytes: Uint8Array): UnitOf {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // In an object stream the word would be compressed.
  if (!file.includes("/UserUnit") && !file.includes("/ObjStm")) return () => 1;
  const copy = plainCopy(module, document);
  if (!copy.includes("/UserUnit")) return () => 1;
  return (index) => {
    const page = object(copy, module.EPDFDoc_GetPageObjectNumberByIndex(document, index));
    const found = /\/UserUnit\s+([\d.]+)(?:\s+\d+\s+(R))?/.exec(page);
    const value = found?.[2] ? object(copy, Number(found[1])).trim() : found?.[1];
    const unit = Number(value);
    return unit > 0 ? unit : 1;
  };
}

function plainCopy(module: Pdfium, document: number): Buffer {
  const writer = module.PDFiumExt_OpenFileWriter();
  try {
    if (!module.FPDF_SaveAsCopy(document, writer, REMOVE_SECURITY)) return Buffer.alloc(0);
    const size = module.PDFiumExt_GetFileWriterSize(writer);
    const address = module.pdfium.wasmExports.malloc(size);
    module.PDFiumExt_GetFileWriterData(writer, address, size);
    const copy = Buffer.from(module.pdfium.HEAPU8.slice(address, address + size));
    module.pdfium.wasmExports.free(address);
    return copy;
  } finally {
    module.PDFiumExt_CloseFileWriter(writer);
  }
}

function object(file: Buffer, number: number): string {
  const head = `\n${number} 0 obj`;
  const start = file.indexOf(head);
  if (start < 0) return "";
  return file.toString("latin1", start + head.length, file.indexOf("endobj", start));
}
