import * as chromatic from "d3-scale-chromatic";
import { invalid } from "../data/check.js";
import { type DivergingName, PALETTE_NAMES, type PaletteName } from "../data/palette-names.js";
import { MAKO } from "./mako.js";

/**
 * Palettes whose lightness rises or falls all the way, so that a stronger cell never looks weaker, also in
 * grey print and for colour-blind readers (the test checks each in CIELAB).
 */
const SEQUENTIAL: Record<PaletteName, (t: number) => string> = {
  viridis: chromatic.interpolateViridis,
  cividis: chromatic.interpolateCividis,
  mako: (t: number) => `#${MAKO.slice(6 * Math.round(t * 255), 6 * Math.round(t * 255) + 6)}`,
  magma: chromatic.interpolateMagma,
  inferno: chromatic.interpolateInferno,
  Blues: chromatic.interpolateBlues,
  Greens: chromatic.interpolateGreens,
  Greys: chromatic.interpolateGreys,
  Oranges: chromatic.interpolateOranges,
  Purples: chromatic.interpolatePurples,
  Reds: chromatic.interpolateReds,
  BuGn: chromatic.interpolateBuGn,
  BuPu: chromatic.interpolateBuPu,
  GnBu: chromatic.interpolateGnBu,
  OrRd: chromatic.interpolateOrRd,
  PuBu: chromatic.interpolatePuBu,
  PuBuGn: chromatic.interpolatePuBuGn,
  PuRd: chromatic.interpolatePuRd,
  RdPu: chromatic.interpolateRdPu,
  YlGn: chromatic.interpolateYlGn,
  YlGnBu: chromatic.interpolateYlGnBu,
  YlOrBr: chromatic.interpolateYlOrBr,
  YlOrRd: chromatic.interpolateYlOrRd,
};

/** For differences: lightness peaks in the middle, which is 0, and falls evenly to both sides. */
const DIVERGING: Record<DivergingName, (t: number) => string> = {
  PuOr: chromatic.interpolatePuOr,
  RdBu: chromatic.interpolateRdBu,
  BrBG: chromatic.interpolateBrBG,
};

/** 256 colours from the low to the high end, 3 bytes each. */
export type Colours = Uint8Array;

const tables = new Map<string, Colours>();

/** Relative luminance from which black print on a colour has a contrast of 4.5 to 1. */
const READABLE = 0.175;
/** How much of its colour the faintest tint keeps. */
const FAINTEST = 0.15;

/**
 * @param multiplied the palette as tints, for colours that are multiplied with a page: nearly white paper at the weak end,
 *   then more and more colour, and nowhere so dark that print on it cannot be read
 */
export function colours(name: PaletteName | DivergingName, multiplied = false): Colours {
  const key = `${name} ${multiplied}`;
  const table = tables.get(key) ?? sampled(multiplied ? tints(name) : interpolator(name));
  tables.set(key, table);
  return table;
}

type Interpolator = (t: number) => number[];

function interpolator(name: string): Interpolator {
  const interpolate = { ...SEQUENTIAL, ...DIVERGING }[name as PaletteName];
  if (!interpolate) throw invalid("palette", name, `one of ${PALETTE_NAMES.join(", ")}`);
  return (t) => parse(interpolate(t));
}

function sampled(colour: Interpolator): Colours {
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) table.set(colour(i / 255), i * 3);
  return table;
}

function tints(name: PaletteName | DivergingName): Interpolator {
  const colour = interpolator(name);
  if (name in DIVERGING) {
    const [low, high] = [tint((t) => colour(0.5 - t / 2)), tint((t) => colour(0.5 + t / 2))];
    return (t) => (t < 0.5 ? low(1 - 2 * t) : high(2 * t - 1));
  }
  const darkFirst = luminance(colour(0)) < luminance(colour(1));
  return tint(darkFirst ? (t) => colour(1 - t) : colour);
}

/** @param colour from light to dark */
function tint(colour: Interpolator): Interpolator {
  let end = 255;
  while (luminance(colour(end / 255)) < READABLE) end--;
  return (t) => {
    const weight = FAINTEST + (1 - FAINTEST) * t;
    return colour((t * end) / 255).map((c) => Math.round(255 - (255 - c) * weight));
  };
}

/** d3 writes colours as `#rrggbb` or `rgb(r, g, b)`. */
function parse(colour: string): number[] {
  if (colour.startsWith("#")) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return (colour.match(/\d+/g) ?? []).slice(0, 3).map(Number);
}

/** Relative luminance of an sRGB colour as WCAG defines it, 0 to 1. */
function luminance(colour: number[]): number {
  const [r, g, b] = colour.map((c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** `#rrggbb` of entry `i` (0 to 255). */
export function hex(table: Colours, i: number): string {
  return `#${[0, 1, 2].map((k) => table[i * 3 + k].toString(16).padStart(2, "0")).join("")}`;
}
