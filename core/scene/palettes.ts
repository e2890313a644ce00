import * as chromatic from "d3-scale-chromatic";
import { invalid } from "../data/check.js";
import {
  type COLOR_MAP_NAMES,
  type DivergingName,
  PALETTE_NAMES,
  type PaletteName,
  TINT_NAMES,
  type TintName,
} from "../data/palette-names.js";
import { MAKO } from "./mako.js";
import { luminance, oklch, toOklch } from "./oklch.js";
import { darkTint, lightTint } from "./tint.js";

/**
 * Palettes whose lightness rises or falls all the way, so that a stronger cell never looks weaker, also in
 * grey print and for colour-blind readers (the test checks each in CIELAB).
 */
const SEQUENTIAL: Record<(typeof COLOR_MAP_NAMES)[number], (t: number) => string> = {
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
const DIVERGING: Record<Exclude<DivergingName, "blue-amber">, (t: number) => string> = {
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
/** OKLCH chroma below which a colour is a grey, and what the strongest tint has instead. */
const GREY = 0.03;
const COLOURED = 0.1;

/**
 * @param paper what the colours lie on: nothing, where they cover it; `light` for tints that are multiplied with the page:
 *   nearly white paper at the weak end, then more and more colour, and nowhere so dark that print on it cannot be read;
 *   `dark` for the same colours as tints that are screened with a dark page
 */
export function colours(
  name: PaletteName | DivergingName,
  paper: "none" | "light" | "dark" = "none",
): Colours {
  const key = `${name} ${paper}`;
  const table = tables.get(key) ?? sampled(paper === "none" ? interpolator(name) : tints(name, paper));
  tables.set(key, table);
  return table;
}

type Interpolator = (t: number) => number[];

function interpolator(name: string): Interpolator {
  if (isTint(name)) return (t) => lightTint(name, t);
  if (name === "blue-amber")
    return (t) => (t < 0.5 ? lightTint("blue", 1 - 2 * t) : lightTint("amber", 2 * t - 1));
  const interpolate = { ...SEQUENTIAL, ...DIVERGING }[name as keyof typeof SEQUENTIAL];
  if (!interpolate) throw invalid("palette", name, `one of ${PALETTE_NAMES.join(", ")}`);
  return (t) => parse(interpolate(t));
}

function isTint(name: string): name is TintName {
  return (TINT_NAMES as readonly string[]).includes(name);
}

function sampled(colour: Interpolator): Colours {
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) table.set(colour(i / 255), i * 3);
  return table;
}

function tints(name: PaletteName | DivergingName, paper: "light" | "dark"): Interpolator {
  const light = lightTints(name);
  if (paper === "light") return light;
  const strength = isDiverging(name) ? (t: number) => Math.abs(2 * t - 1) : (t: number) => t;
  return (t) => darkTint(light(t) as [number, number, number], strength(t));
}

function lightTints(name: PaletteName | DivergingName): Interpolator {
  const colour = interpolator(name);
  // These are tints already.
  if (isTint(name) || name === "blue-amber") return colour;
  if (isDiverging(name)) {
    const [low, high] = [tint((t) => colour(0.5 - t / 2)), tint((t) => colour(0.5 + t / 2))];
    return (t) => (t < 0.5 ? low(1 - 2 * t) : high(2 * t - 1));
  }
  const darkFirst = luminance(colour(0)) < luminance(colour(1));
  return tint(darkFirst ? (t) => colour(1 - t) : colour);
}

function isDiverging(name: string): name is DivergingName {
  return name === "blue-amber" || name in DIVERGING;
}

/** @param colour from light to dark */
function tint(colour: Interpolator): Interpolator {
  let end = 255;
  while (luminance(colour(end / 255)) < READABLE) end--;
  const kept = coloured(colour, end / 255);
  return (t) => {
    const weight = FAINTEST + (1 - FAINTEST) * t;
    return kept((t * end) / 255).map((c) => Math.round(255 - (255 - c) * weight));
  };
}

/**
 * A palette whose colour fades to grey on the way to its end, as that of cividis, keeps its first hue: a grey place looks like
 * a shadow, not like a hit.
 */
function coloured(colour: Interpolator, end: number): Interpolator {
  const first = toOklch(colour(0));
  if (first.chroma < GREY || toOklch(colour(end)).chroma >= GREY) return colour;
  return (t) => {
    const { lightness, chroma } = toOklch(colour(t));
    return oklch(lightness, Math.max(chroma, COLOURED * Math.sqrt(t / end)), first.hue);
  };
}

/** d3 writes colours as `#rrggbb` or `rgb(r, g, b)`. */
function parse(colour: string): number[] {
  if (colour.startsWith("#")) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return (colour.match(/\d+/g) ?? []).slice(0, 3).map(Number);
}

/** `#rrggbb` of entry `i` (0 to 255). */
export function hex(table: Colours, i: number): string {
  return `#${[0, 1, 2].map((k) => table[i * 3 + k].toString(16).padStart(2, "0")).join("")}`;
}
