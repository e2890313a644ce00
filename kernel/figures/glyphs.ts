import { type FontName, font } from "./fonts.js";

/** A run of text in one font: its outline as an SVG path and its width, both in the font's units. */
export interface GlyphRun {
  path: string;
  advanceWidth: number;
}

/** Most words of a figure are in the next one too: 20 maps of a page repeat all but a few. */
const KEPT = 2000;
const kept = new Map<string, GlyphRun>();

/** Lays text out; what was laid out lately is not laid out again. */
export function glyphRun(name: FontName, text: string): GlyphRun {
  const key = `${name}\n${text}`;
  const made = kept.get(key) ?? layOut(name, text);
  kept.delete(key);
  kept.set(key, made);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value as string);
  return made;
}

function layOut(name: FontName, text: string): GlyphRun {
  const run = font(name).layout(text);
  let pen = 0;
  let path = "";
  run.glyphs.forEach((glyph, i) => {
    const { xOffset, yOffset, xAdvance } = run.positions[i];
    path += glyph.path.translate(pen + xOffset, yOffset).toSVG();
    pen += xAdvance;
  });
  return { path, advanceWidth: run.advanceWidth };
}
