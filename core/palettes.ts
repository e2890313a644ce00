import * as chromatic from "d3-scale-chromatic";
import { invalid } from "./check.js";
import { MAKO } from "./mako.js";

/**
 * Palettes whose lightness rises or falls all the way, so that a stronger cell never looks weaker, also in
 * grey print and for colour-blind readers (the test checks each in CIELAB). Names as their authors give them.
 */
const SEQUENTIAL = {
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
const DIVERGING = {
  PuOr: chromatic.interpolatePuOr,
  RdBu: chromatic.interpolateRdBu,
  BrBG: chromatic.interpolateBrBG,
};

export type PaletteName = keyof typeof SEQUENTIAL;
export type DivergingName = keyof typeof DIVERGING;

export const PALETTE_NAMES = Object.keys(SEQUENTIAL) as PaletteName[];
export const DIVERGING_NAMES = Object.keys(DIVERGING) as DivergingName[];

/** 256 colours from the low to the high end, 3 bytes each. */
export type Colours = Uint8Array;

const made = new Map<string, Colours>();

/**
 * @param lightLow turn the palette round where needed, so that its low end is the light one: for colours that
 *   are multiplied with a white page
 */
export function colours(name: PaletteName | DivergingName, lightLow = false): Colours {
  const key = `${name} ${lightLow}`;
  let table = made.get(key);
  if (!table) {
    table = sample(name);
    if (lightLow && luminance(table, 0) < luminance(table, 255)) table = reversed(table);
    made.set(key, table);
  }
  return table;
}

function sample(name: string): Colours {
  const interpolate = { ...SEQUENTIAL, ...DIVERGING }[name as PaletteName];
  if (!interpolate) throw invalid("palette", name, `one of ${PALETTE_NAMES.join(", ")}`);
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) table.set(parse(interpolate(i / 255)), i * 3);
  return table;
}

/** d3 writes colours as `#rrggbb` or `rgb(r, g, b)`. */
function parse(colour: string): number[] {
  if (colour.startsWith("#")) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return (colour.match(/\d+/g) ?? []).slice(0, 3).map(Number);
}

function luminance(table: Colours, i: number): number {
  return 0.2126 * table[i * 3] + 0.7152 * table[i * 3 + 1] + 0.0722 * table[i * 3 + 2];
}

function reversed(table: Colours): Colours {
  const out = new Uint8Array(table.length);
  for (let i = 0; i < 256; i++) out.set(table.subarray(i * 3, i * 3 + 3), (255 - i) * 3);
  return out;
}

/** `#rrggbb` of entry `i` (0 to 255). */
export function hex(table: Colours, i: number): string {
  return `#${[0, 1, 2].map((k) => table[i * 3 + k].toString(16).padStart(2, "0")).join("")}`;
}
