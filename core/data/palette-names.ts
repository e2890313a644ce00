/** Tints: of white paper to a strong colour, made for lying under print. */
export const TINT_NAMES = ["amber", "blue", "violet"] as const;
/** Colour maps, as their authors name them. */
export const COLOR_MAP_NAMES = [
  "viridis",
  "cividis",
  "mako",
  "magma",
  "inferno",
  "Blues",
  "Greens",
  "Greys",
  "Oranges",
  "Purples",
  "Reds",
  "BuGn",
  "BuPu",
  "GnBu",
  "OrRd",
  "PuBu",
  "PuBuGn",
  "PuRd",
  "RdPu",
  "YlGn",
  "YlGnBu",
  "YlOrBr",
  "YlOrRd",
] as const;
export const PALETTE_NAMES = [...TINT_NAMES, ...COLOR_MAP_NAMES] as const;
/** `auto` is the tint that goes with what is shown: amber for cosines, blue for B, violet for other quantities. */
export const PALETTE_CHOICES = ["auto", ...PALETTE_NAMES] as const;
/** Palettes of differences, from the low to the high end. */
export const DIVERGING_NAMES = ["blue-amber", "PuOr", "RdBu", "BrBG"] as const;

export type TintName = (typeof TINT_NAMES)[number];
export type PaletteName = (typeof PALETTE_NAMES)[number];
export type PaletteChoice = (typeof PALETTE_CHOICES)[number];
export type DivergingName = (typeof DIVERGING_NAMES)[number];
