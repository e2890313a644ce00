import { printable } from "../../core/index.js";
import { doubles, floats, memory, type Pdfium, withMemory } from "./pdfium.js";

/** A character of a page that a font the PDF does not embed should draw, and that PDFium's own fonts cannot. */
export interface LostGlyph {
  char: string;
  font: PdfFont;
  /** The page object it belongs to. */
  object: number;
  /** Font size in text space, and the width that the PDF gives the character, in sizes; 0 when it gives none. */
  size: number;
  width: number;
  /** From text space to the page: a, b, c, d of the matrix. */
  matrix: number[];
  /** Where the glyph stands on the page, in points. */
  origin: number[];
  /** Red, green, blue, alpha, 0 to 255. */
  color: [number, number, number, number];
}

export interface LostText {
  glyphs: LostGlyph[];
  /** How many characters of a font, by its name, have no known meaning; PDFium draws some glyph or none. */
  unknown: Map<string, number>;
  /** Names of fonts of pictures, such as Wingdings; PDFium draws letters. */
  pictures: Set<string>;
}

export interface PdfFont {
  handle: number;
  /** Data, never markup. */
  name: string;
  isEmbedded: boolean;
  isBold: boolean;
  isItalic: boolean;
}

interface Character {
  index: number;
  object: number;
  font: PdfFont;
  origin: number[];
}

const [STROKE, INVISIBLE, STROKE_CLIP, CLIP] = [1, 3, 5, 7];
/** Spaces, controls, marks of formatting, fillers: nothing to draw. */
const BLANK = /[\p{Z}\p{Cc}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/u;
const PICTURES = /^(wingdings|webdings|marlett|mt-?extra|monotype-?sorts|bookshelf-?symbol)/i;

/** Finds what PDFium leaves blank on a page. Text in annotations and patterns is not looked at. */
export function lostText(module: Pdfium, page: number): LostText {
  const lost: LostText = { glyphs: [], unknown: new Map(), pictures: new Set() };
  const text = module.FPDFText_LoadPage(page);
  const outlines = new Map<string, boolean>();
  try {
    const all = characters(module, text);
    const isPlaceOf = (a: Character, b?: Character) =>
      a.object === b?.object && `${a.origin}` === `${b.origin}`;
    for (const [i, one] of all.entries()) {
      // The letters that a ligature stands for share its place, and its outline cannot be asked for by one of them.
      if (isPlaceOf(one, all[i - 1]) || isPlaceOf(one, all[i + 1])) continue;
      const { handle, name } = one.font;
      const code = module.FPDFText_GetUnicode(text, one.index);
      if (PICTURES.test(name)) {
        lost.pictures.add(name);
      } else if (code === 0 || code === 0xfffe || module.FPDFText_HasUnicodeMapError(text, one.index) === 1) {
        lost.unknown.set(name, (lost.unknown.get(name) ?? 0) + 1);
      } else if (!BLANK.test(String.fromCodePoint(code))) {
        const key = `${handle} ${code}`;
        if (!outlines.has(key)) outlines.set(key, hasOutline(module, handle, code));
        if (!outlines.get(key)) lost.glyphs.push(glyph(module, text, one, code));
      }
    }
  } finally {
    module.FPDFText_ClosePage(text);
  }
  return lost;
}

/** Those that show and whose font is not embedded. */
function characters(module: Pdfium, text: number): Character[] {
  const found: Character[] = [];
  const fonts = new Map<number, PdfFont>();
  for (let index = 0; index < module.FPDFText_CountChars(text); index++) {
    const object = module.FPDFText_GetTextObject(text, index);
    if (!object) continue; // a space or a line end that PDFium puts in
    const handle = module.FPDFTextObj_GetFont(object);
    const font = fonts.get(handle) ?? describe(module, handle);
    fonts.set(handle, font);
    if (font.isEmbedded || isInvisible(module, object)) continue;
    const origin = doubles(module, 2, (x, y) => module.FPDFText_GetCharOrigin(text, index, x, y));
    found.push({ index, object, font, origin });
  }
  return found;
}

function isInvisible(module: Pdfium, object: number): boolean {
  const mode = module.FPDFTextObj_GetTextRenderMode(object);
  return mode === INVISIBLE || mode === CLIP;
}

function hasOutline(module: Pdfium, font: number, code: number): boolean {
  const path = module.FPDFFont_GetGlyphPath(font, code, 12);
  return path !== 0 && module.FPDFGlyphPath_CountGlyphSegments(path) > 0;
}

function glyph(module: Pdfium, text: number, { index, object, font, origin }: Character, code: number) {
  return {
    char: String.fromCodePoint(code),
    font,
    object,
    size: module.FPDFText_GetFontSize(text, index),
    width: floats(module, 1, (at) => module.FPDFFont_GetGlyphWidth(font.handle, code, 1, at))[0],
    matrix: floats(module, 6, (at) => module.FPDFText_GetMatrix(text, index, at)).slice(0, 4),
    origin,
    color: color(module, text, index, module.FPDFTextObj_GetTextRenderMode(object)),
  };
}

function color(module: Pdfium, text: number, index: number, mode: number): LostGlyph["color"] {
  const isOutlined = mode === STROKE || mode === STROKE_CLIP;
  const get = isOutlined ? module.FPDFText_GetStrokeColor : module.FPDFText_GetFillColor;
  return withMemory(module, 16, (at) => {
    get(text, index, at, at + 4, at + 8, at + 12);
    const view = memory(module, at, 16);
    return [0, 4, 8, 12].map((offset) => view.getUint32(offset, true)) as LostGlyph["color"];
  });
}

function describe(module: Pdfium, handle: number): PdfFont {
  const length = module.FPDFFont_GetBaseFontName(handle, 0, 0);
  const raw = withMemory(module, length + 1, (at) => {
    module.FPDFFont_GetBaseFontName(handle, at, length);
    return module.pdfium.UTF8ToString(at, length);
  });
  // A subset's name has six letters and a plus before it.
  const name = printable(raw.replace(/^[A-Z]{6}\+/, ""), 100) || "without a name";
  return {
    handle,
    name,
    isEmbedded: module.FPDFFont_GetIsEmbedded(handle) === 1,
    isBold: /bold|black|heavy/i.test(name) || module.FPDFFont_GetWeight(handle) >= 600,
    isItalic: /italic|oblique/i.test(name),
  };
}
