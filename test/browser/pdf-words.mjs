/** Where the words of a PDF stand, from the document's own text positions: an oracle that knows nothing of the model. */
import { readFileSync } from "node:fs";
import { PDFiumLibrary } from "@hyzyla/pdfium";

/**
 * @param {string} path a PDF without rotated pages
 * @returns {Promise<{width: number, height: number, words: {text: string, x: number, y: number, width: number, height: number}[]}[]>}
 *   for each page its size and words, in points from the top left corner
 */
export async function pdfWords(path) {
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(readFileSync(path));
  const pages = [...document.pages()].map((page) => {
    const { originalWidth: width, originalHeight: height } = page.getOriginalSize();
    return { width, height, words: group(characters(page), height) };
  });
  document.destroy();
  library.destroy();
  return pages;
}

/** Boxes of the characters that have ink, in PDF coordinates; null where a word ends. */
function characters({ module, pageIdx }) {
  const text = module._FPDFText_LoadPage(pageIdx);
  const box = module.wasmExports.malloc(32);
  const found = [];
  for (let i = 0; i < module._FPDFText_CountChars(text); i++) {
    const character = String.fromCodePoint(module._FPDFText_GetUnicode(text, i));
    if (/[\s\0]/.test(character)) {
      found.push(null);
      continue;
    }
    module._FPDFText_GetCharBox(text, i, box, box + 8, box + 16, box + 24);
    const [left, right, bottom, top] = module.HEAPF64.subarray(box / 8, box / 8 + 4);
    found.push({ character, left, right, bottom, top });
  }
  module.wasmExports.free(box);
  module._FPDFText_ClosePage(text);
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
