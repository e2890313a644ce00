import { readFileSync } from "node:fs";
import { type FontName, font, fontOf, fontPath } from "../figures/fonts.js";
import { type LostGlyph, type LostText, lostText } from "./pdf-text.js";
import { copyIn, memory, type Pdfium, withMemory } from "./pdfium.js";

const TRUETYPE = 2;
const FORM = 5;
/** Tangent of 12 degrees, the slant that PDFium gives fonts without an italic. */
const SLANT = Math.tan((12 * Math.PI) / 180);
/** How many characters a warning lists. */
const LISTED = 20;

/**
 * Draws the glyphs that PDFium's own fonts lack, where a PDF does not embed its fonts, with the fonts of this package: the
 * same on every machine. Everything else on the page stays as PDFium draws it.
 */
export class GlyphMender {
  readonly #fonts = new Map<FontName, { handle: number; data: number }>();

  constructor(
    readonly module: Pdfium,
    readonly document: number,
  ) {}

  /** Adds the missing glyphs to an open page. @returns whether any was added, and a line for each font concerned */
  mend(page: number): { mended: boolean; warnings: string[] } {
    const lost = lostText(this.module, page);
    const places = lost.glyphs.length > 0 ? topLevel(this.module, page) : new Map<number, number>();
    const found = lost.glyphs.map((glyph) => ({
      glyph,
      name: fontOf(glyph.char, glyph.font.isBold ? "bold" : "regular") ?? fontOf(glyph.char, "regular"),
      place: places.get(glyph.object) ?? places.size,
    }));
    // From the last object to the first: what is put in moves only what is done with.
    for (const { glyph, name, place } of [...found].sort((a, b) => b.place - a.place))
      if (name) this.module.FPDFPage_InsertObjectAtIndex(page, this.#textObject(glyph, name), place + 1);
    return { mended: found.some(({ name }) => name), warnings: warnings(lost, found) };
  }

  close(): void {
    for (const { handle, data } of this.#fonts.values()) {
      this.module.FPDFFont_Close(handle);
      this.module.pdfium.wasmExports.free(data);
    }
  }

  #textObject(glyph: LostGlyph, name: FontName): number {
    const { module } = this;
    const { id, advanceWidth } = font(name).glyphForCodePoint(glyph.char.codePointAt(0) as number);
    const own = advanceWidth / font(name).unitsPerEm;
    // As PDFium fits a font of its own: too wide is made narrower, too narrow is centred.
    const narrow = glyph.width > 0 && own > glyph.width ? glyph.width / own : 1;
    const shift = glyph.width > own ? ((glyph.width - own) / 2) * glyph.size : 0;
    const [a, b, c, d] = glyph.matrix;
    const slant = glyph.font.isItalic ? SLANT : 0;
    const [x, y] = glyph.origin;
    const matrix = [a * narrow, b * narrow, c + slant * a, d + slant * b, x + shift * a, y + shift * b];
    const object = module.FPDFPageObj_CreateTextObj(this.document, this.#font(name), glyph.size);
    withMemory(module, 24, (at) => {
      memory(module, at, 4).setUint32(0, id, true);
      module.FPDFText_SetCharcodes(object, at, 1);
      const view = memory(module, at, 24);
      for (const [i, value] of matrix.entries()) view.setFloat32(i * 4, value, true);
      module.FPDFPageObj_SetMatrix(object, at);
    });
    module.FPDFPageObj_SetFillColor(object, ...glyph.color);
    return object;
  }

  #font(name: FontName): number {
    const open = this.#fonts.get(name);
    if (open) return open.handle;
    const file = readFileSync(fontPath(name));
    const data = copyIn(this.module, file);
    const handle = this.module.FPDFText_LoadFont(this.document, data, file.length, TRUETYPE, true);
    this.#fonts.set(name, { handle, data });
    return handle;
  }
}

/** For each object of the page, those inside of forms too, the place on the page that it is painted at. */
function topLevel(module: Pdfium, page: number): Map<number, number> {
  const places = new Map<number, number>();
  const add = (object: number, place: number) => {
    places.set(object, place);
    if (module.FPDFPageObj_GetType(object) !== FORM) return;
    for (let i = 0; i < module.FPDFFormObj_CountObjects(object); i++)
      add(module.FPDFFormObj_GetObject(object, i), place);
  };
  for (let i = 0; i < module.FPDFPage_CountObjects(page); i++) add(module.FPDFPage_GetObject(page, i), i);
  return places;
}

function warnings(lost: LostText, found: { glyph: LostGlyph; name: FontName | null }[]): string[] {
  const lines = new Map<string, Set<string>>();
  for (const { glyph, name } of found) {
    const what = name
      ? `drawn in ${font(name).fullName} instead`
      : "left blank, since no font of this package has them";
    const line = `${notEmbedded(glyph.font.name)}; ${what}: `;
    lines.set(line, (lines.get(line) ?? new Set()).add(glyph.char));
  }
  return [
    ...Array.from(lines, ([line, chars]) => line + list([...chars].sort())),
    ...Array.from(lost.pictures, (name) => `${notEmbedded(name)}; letters stand in place of its pictures`),
    ...Array.from(
      lost.unknown,
      ([name, count]) =>
        `${notEmbedded(name)}, nor what ${count === 1 ? "1 of its characters means" : `${count} of its characters mean`}: they may be missing or wrong`,
    ),
  ];
}

const notEmbedded = (name: string): string => `the font ${name} is not embedded in the PDF`;

function list(chars: string[]): string {
  const shown = chars.slice(0, LISTED).map((char) => {
    const code = (char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
    return /[\p{M}\p{Co}\p{Cs}\p{Cn}]/u.test(char) ? `U+${code}` : char;
  });
  return shown.join(" ") + (chars.length > LISTED ? ` and ${chars.length - LISTED} more` : "");
}
