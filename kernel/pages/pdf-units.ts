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
  const read = objects(copy);
  const units = Array.from({ length: module.FPDF_GetPageCount(document) }, (_, index) => {
    const page = read(module.EPDFDoc_GetPageObjectNumberByIndex(document, index));
    const found = /\/UserUnit\s+([\d.]+)(?:\s+\d+\s+(R))?/.exec(page);
    const unit = Number(found?.[2] ? read(Number(found[1])).trim() : found?.[1]);
    return unit > 0 ? unit : 1;
  });
  return (index) => units[index];
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

/** Reads objects of a plain copy by their numbers. The places of all are found in one pass: a document may have thousands. */
function objects(file: Buffer): (number: number) => string {
  const HEAD = " 0 obj";
  const starts = new Map<number, number>();
  for (let at = file.indexOf(HEAD); at >= 0; at = file.indexOf(HEAD, at + 1)) {
    const line = file.lastIndexOf("\n", at) + 1;
    const number = Number(file.toString("latin1", line, at));
    if (Number.isInteger(number) && !starts.has(number)) starts.set(number, at + HEAD.length);
  }
  return (number) => {
    const start = starts.get(number);
    return start === undefined ? "" : file.toString("latin1", start, file.indexOf("endobj", start));
  };
}
