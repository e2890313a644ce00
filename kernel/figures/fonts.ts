import { join } from "node:path";
import * as fontkit from "fontkit";
import { packageRoot } from "../package.js";

/** The fonts that figures are set in, as shipped: a machine without fonts makes the same picture. */
const FILES = {
  regular: "DejaVuSans.ttf",
  bold: "DejaVuSans-Bold.ttf",
  /** Chinese, Japanese and Korean; one weight. */
  fallback: "DroidSansFallback.ttf",
};

export type FontName = keyof typeof FILES;
export const FONT_NAMES = Object.keys(FILES) as FontName[];

const fonts = new Map<FontName, fontkit.Font>();

export function fontPath(name: FontName): string {
  return join(packageRoot, "style", "fonts", FILES[name]);
}

export function font(name: FontName): fontkit.Font {
  const open = fonts.get(name);
  if (open) return open;
  const font = fontkit.openSync(fontPath(name)) as fontkit.Font;
  fonts.set(name, font);
  return font;
}

/** The first font that has a character: the one asked for, else the fallback, else none. */
export function fontOf(char: string, wanted: "regular" | "bold"): FontName | null {
  const code = char.codePointAt(0) as number;
  if (font(wanted).hasGlyphForCodePoint(code)) return wanted;
  // ASCII never gets here, so the large fallback is opened only where it is needed.
  return font("fallback").hasGlyphForCodePoint(code) ? "fallback" : null;
}
