import type { TintName } from "../data/palette-names.js";
import { oklch, type Rgb, toOklch } from "./oklch.js";

/** OKLCH lightness and chroma of the strongest tint, and hues from the faintest to the strongest. */
const RAMPS: Record<TintName, { lightness: number; chroma: number; hues: [number, number] }> = {
  amber: { lightness: 0.785, chroma: 0.172, hues: [103, 66] },
  blue: { lightness: 0.78, chroma: 0.115, hues: [235, 260] },
  violet: { lightness: 0.765, chroma: 0.145, hues: [300, 316] },
};

/**
 * A tint of light paper, to be multiplied with it: white at 0, and darker all the way, yet so light at 1 that print on it
 * can be read.
 * @param t 0 to 1
 */
export function lightTint(name: TintName, t: number): Rgb {
  const { lightness, chroma, hues } = RAMPS[name];
  return oklch(
    1 - (1 - lightness) * t,
    chroma * Math.min(1, 1.15 * t) ** 0.8,
    hues[0] + (hues[1] - hues[0]) * t,
  );
}

/**
 * The same on dark paper, to be screened with it: nearly black at 0, and lighter all the way, yet so dark at 1 that light
 * print on it can be read.
 * @param light the colour that it has on light paper
 * @param t 0 to 1
 */
export function darkTint(light: Rgb, t: number): Rgb {
  const { chroma, hue } = toOklch(light);
  // A dark yellow is an olive: there the hue turns on towards orange.
  const turned = hue > 50 && hue < 110 ? hue - 8 * t : hue;
  return oklch(0.14 + 0.3 * t, Math.min(chroma, 0.11 * Math.min(1, 1.2 * t)), turned);
}
