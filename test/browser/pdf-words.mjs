/** Where the words of a PDF stand, from the document's own text positions: an oracle that knows nothing of the model. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { init } from "@embedpdf/pdfium";

/**
 * @param {string} path a PDF without rotated pages
 * @returns {Promise<{width: number, height: number, words: {text: string, x: number, y: number, width: number, height: number}[]}[]>}
 *   for each page its size and words, in points from the top left corner
 */
export async function pdfWords(path) {
  const wasm = readFileSync(createRequire(import.meta.url).resolve("@embedpdf/pdfium/pdfium.wasm"));
  const module = await init({ wasmBinary: new Uint8Array(wasm).buffer });
  module.PDFiumExt_Init();
  const bytes = readFileSync(path);
  const data = module.pdfium.wasmExports.malloc(bytes.length);
  module.pdfium.HEAPU8.set(bytes, data);
  const document = module.FPDF_LoadMemDocument(data, bytes.length, "");
  return Array.from({ length: module.FPDF_GetPageCount(document) }, (_, i) => {
    const page = module.FPDF_LoadPage(document, i);
    const height = module.FPDF_GetPageHeightF(page);
    return {
      width: module.FPDF_GetPageWidthF(page),
      height,
      words: group(characters(module, page), height),
    };
  });
}

/** Boxes of the characters that have ink, in PDF coordinates; null where a word ends. */
function characters(module, page) {
  const text = module.FPDFText_LoadPage(page);
  const box = module.pdfium.wasmExports.malloc(32);
  const found = [];
  for (let i = 0; i < module.FPDFText_CountChars(text); i++) {
    const character = String.fromCodePoint(module.FPDFText_GetUnicode(text, i));
    if (/[\s\0]/.test(character)) {
      found.push(null);
      continue;
    }
    module.FPDFText_GetCharBox(text, i, box, box + 8, box + 16, box + 24);
    const [left, right, bottom, top] = new Float64Array(module.pdfium.HEAPU8.buffer, box, 4);
    found.push({ character, left, right, bottom, top });
  }
  module.FPDFText_ClosePage(text);
  return found;
}

function group(all, pageHeight) {
  const words = [];
  let word = [];
  for (const one of [...all, null]) {
    if (one) {
      word.push(one);
    } else if (word.length) {
      const left = Math.min(...word.map((c) => c.left));
      const top = Math.max(...word.map((c) => c.top));
      words.push({
        text: word.map((c) => c.character).join(""),
        x: left,
        y: pageHeight - top,
        width: Math.max(...word.map((c) => c.right)) - left,
        height: top - Math.min(...word.map((c) => c.bottom)),
      });
      word = [];
    }
  }
  return words;
}
