import { type FontName, font } from "./fonts.js";

/** A run of text in one font: its outline as an SVG path and its width, both in the font's units. */
export interface GlyphRun {
  path: string;
  advanceWidth: number;
}

/** Most words of a figure are in the next one too: 20 maps of a page repeat all but a few. */
const KEPT = 2000;
const runs = new Map<string, GlyphRun>();

/** Lays text out; what was laid out lately is not laid out again. */
export function glyphRun(name: FontName, text: string): GlyphRun {
  const key = `${name}\n${text}`;
  const run = runs.get(key) ?? layOut(name, text);
  runs.delete(key);
  runs.set(key, run);
  if (runs.size > KEPT) runs.delete(runs.keys().next().value as string);
  return run;
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
