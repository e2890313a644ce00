import bidiFactory, { type Bidi } from "bidi-js";
import { textWidth } from "../../core/index.js";
import { type FontName, font, fontOf } from "./fonts.js";
import { glyphRun } from "./glyphs.js";

/** Text of one font and one direction, in the order of reading; lengths in units of the text's font size. */
export interface Piece {
  text: string;
  font: FontName;
  /** From the start of the text, and downwards from its baseline. */
  x: number;
  y: number;
  size: number;
}

/** Stands for a character that no font has: a box, with its code in hexadecimal as pieces. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A line of text with its parts from left to right. */
export interface Typeset {
  width: number;
  pieces: Piece[];
  boxes: Box[];
}

// Node gives the CommonJS export itself, which its types call `default`.
const bidi = (bidiFactory as unknown as () => Bidi)();

/** Sets a line: characters from the first font that has them, right-to-left scripts by the Unicode rules. */
export function typeset(text: string, size: number, bold: boolean): Typeset {
  const out: Typeset = { width: 0, pieces: [], boxes: [] };
  for (const run of visualRuns(text, bold ? "bold" : "regular")) {
    if (run.font === null) for (const char of run.text) addBox(out, char, size);
    else {
      const { advanceWidth } = glyphRun(run.font, run.text);
      out.pieces.push({ text: run.text, font: run.font, x: out.width, y: 0, size });
      out.width += (advanceWidth * size) / font(run.font).unitsPerEm;
    }
  }
  return out;
}

/** The characters of a text that no font has. */
export function missing(text: string): string[] {
  return Array.from(text).filter((char) => !IGNORABLE.test(char) && fontOf(char, "regular") === null);
}

/** Invisible by nature: joiners, variation selectors. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;
const MARK = /\p{M}|\p{Default_Ignorable_Code_Point}/u;

interface Run {
  text: string;
  font: FontName | null;
}

function visualRuns(text: string, wanted: "regular" | "bold"): Run[] {
  const fonts = fontsOf(text, wanted);
  const levels = bidi.getEmbeddingLevels(text, "ltr");
  const mirrored = bidi.getMirroredCharactersMap(text, levels.levels);
  const units = text.split("").map((unit, i) => mirrored.get(i) ?? unit);
  const runs: Run[] = [];
  let part: number[] = [];
  const end = () => {
    if (part.length === 0) return;
    const [first, last] = [part[0], part[part.length - 1]];
    const run = units.slice(Math.min(first, last), Math.max(first, last) + 1).join("");
    const name = fonts[first];
    if (name !== undefined) runs.push({ text: run, font: name });
    part = [];
  };
  for (const i of bidi.getReorderedIndices(text, levels)) {
    const before = part.at(-1);
    const step = levels.levels[i] % 2 === 1 ? -1 : 1;
    const goes =
      before !== undefined &&
      i === before + step &&
      levels.levels[i] === levels.levels[before] &&
      fonts[i] === fonts[before];
    if (!goes) end();
    part.push(i);
  }
  end();
  return runs;
}

/** For each UTF-16 unit its font, null where none has the character, undefined where nothing is drawn. */
function fontsOf(text: string, wanted: "regular" | "bold"): (FontName | null | undefined)[] {
  const out: (FontName | null | undefined)[] = [];
  for (const char of text) {
    const before = out.at(-1);
    let name: FontName | null | undefined = fontOf(char, wanted);
    // A mark belongs to the letter before it.
    if (before && MARK.test(char) && font(before).hasGlyphForCodePoint(char.codePointAt(0) as number))
      name = before;
    if (name === null && IGNORABLE.test(char)) name = undefined;
    for (let k = 0; k < char.length; k++) out.push(name);
  }
  return out;
}

function addBox(out: Typeset, char: string, size: number): void {
  const width = textWidth(char, size);
  const code = (char.codePointAt(0) as number).toString(16).toUpperCase();
  const digits = code.padStart(code.length > 4 ? 6 : 4, "0");
  const across = digits.length / 2;
  const box = {
    x: out.width + 0.04 * size,
    y: -0.78 * size,
    width: width - 0.08 * size,
    height: 0.92 * size,
  };
  const small = Math.min(0.42 * size, (0.86 * box.width) / textWidth("0".repeat(across), 1));
  const left = box.x + (box.width - textWidth("0".repeat(across), small)) / 2;
  out.boxes.push(box);
  [0, 1].forEach((row) => {
    const text = digits.slice(row * across, (row + 1) * across);
    const y = box.y + box.height * (row + 1) * 0.5 - (box.height / 2 - 0.73 * small) / 2;
    out.pieces.push({ text, font: "regular", x: left, y, size: small });
  });
  out.width += width;
}
