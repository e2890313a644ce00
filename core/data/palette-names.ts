/** Names of palettes, as their authors give them. */
export const PALETTE_NAMES = [
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
/** Palettes of differences. */
export const DIVERGING_NAMES = ["PuOr", "RdBu", "BrBG"] as const;

export type PaletteName = (typeof PALETTE_NAMES)[number];
export type DivergingName = (typeof DIVERGING_NAMES)[number];
