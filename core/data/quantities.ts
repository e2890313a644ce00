import { integer, invalid, oneOf, record } from "./check.js";
import { decimal, printable } from "./printable.js";
import { parse, range, text } from "./schema.js";

/**
 * How numbers become colours: `sequential` from low to high, as normalisation and threshold say; `from-zero` from 0 to the
 * largest; `diverging` to both sides of 0. Normalisation and threshold have no say in the last two.
 */
export const QUANTITY_SCALES = ["sequential", "from-zero", "diverging"] as const;

/**
 * What the numbers of a map are: all that is written beside them, and how they are drawn, is decided by this. A map carries
 * it along into every file, so that a saved lens also opens where nobody has heard of the quantity.
 */
export interface Quantity {
  /** Its name in code and files: lower case, with hyphens. */
  name: string;
  /** What is written behind a number, for example `m`; empty for pure numbers. */
  unit: string;
  /** Of one number, and of several: `cosine`, `cosines`. */
  noun: string;
  plural: string;
  /** The least and the greatest number there can be, or null where that is not known. */
  range: [number, number] | null;
  scale: (typeof QUANTITY_SCALES)[number];
  /** Places behind the decimal point in sentences; tables and read-outs have one more. */
  decimals: number;
  /** Whether it is made of the cosines that the score adds up: only then words match, by chance or not, and off the image. */
  similarity: boolean;
  /** Whether the level that chance reaches is one of its numbers, so that it has a place on the axis. */
  chance: boolean;
}

/** What someone says of a quantity of their own. */
export type QuantityDescription = Pick<Quantity, "name"> & Partial<Omit<Quantity, "similarity" | "chance">>;

/** Cosine of a token's vector with a patch's; of a word, the mean over its tokens. */
export const COSINE_QUANTITY: Quantity = {
  name: "cosine",
  unit: "",
  noun: "cosine",
  plural: "cosines",
  range: [-1, 1],
  scale: "sequential",
  decimals: 2,
  similarity: true,
  chance: true,
};

/** Cosine less its mean over the control queries, patch by patch. */
export const COSINE_ABOVE_BASELINE: Quantity = {
  ...COSINE_QUANTITY,
  name: "cosine-above-baseline",
  noun: "cosine above baseline",
  plural: "cosines above baseline",
  range: [-2, 2],
  chance: false,
};

/** Cosines of the tokens that a patch is best for, added up. */
export const COSINE_SUM: Quantity = {
  ...COSINE_QUANTITY,
  name: "cosine-sum",
  noun: "sum of cosines",
  plural: "sums of cosines",
  range: null,
  scale: "from-zero",
  chance: false,
};

/** A - B of the same quantity. */
export const COSINE_DIFFERENCE = differenceOf(COSINE_QUANTITY);

export function differenceOf(of: Quantity): Quantity {
  return {
    ...of,
    name: `${of.name}-difference`,
    noun: `difference of ${of.plural}`,
    plural: `differences of ${of.plural}`,
    range: of.range && [of.range[0] - of.range[1], of.range[1] - of.range[0]],
    scale: "diverging",
    chance: false,
  };
}

const OWN = [COSINE_QUANTITY, COSINE_ABOVE_BASELINE, COSINE_SUM].flatMap((q) => [q, differenceOf(q)]);
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * A quantity of one's own: what is not said follows from its name and range. Texts are data, never markup.
 * @param raw for example `{ name: "altitude", unit: "m", range: [0, 900] }`
 * @throws RangeError naming what is wrong, also for the name of a quantity that the package itself measures
 */
export function defineQuantity(raw: QuantityDescription, name?: string): Quantity;
export function defineQuantity(raw: unknown, name?: string): Quantity;
export function defineQuantity(raw: unknown, name = "quantity"): Quantity {
  const given = record(raw, name);
  const own = parse(text(40), given.name, `${name}.name`);
  if (!NAME.test(own)) throw invalid(`${name}.name`, own, "lower-case letters, digits and hyphens");
  if (OWN.some((q) => q.name === own))
    throw invalid(`${name}.name`, own, "another name: this one is measured by the package");
  const phrase = (key: "unit" | "noun" | "plural", otherwise: string) =>
    printable(parse(text(80), given[key] ?? otherwise, `${name}.${key}`), 80);
  const noun = phrase("noun", own.replaceAll("-", " "));
  const ends = (given.range ?? null) === null ? null : numberRange(given.range, `${name}.range`);
  return {
    name: own,
    unit: phrase("unit", ""),
    noun,
    plural: phrase("plural", `${noun}s`),
    range: ends,
    scale: oneOf(given.scale ?? "sequential", `${name}.scale`, QUANTITY_SCALES),
    decimals: integer(given.decimals ?? placesFor(ends), `${name}.decimals`, 0, 6),
    similarity: false,
    chance: false,
  };
}

/** Two finite numbers, the lower first, both from `least` to `most`. */
export function numberRange(
  value: unknown,
  name: string,
  [least, most]: readonly [number, number] = [-Number.MAX_VALUE, Number.MAX_VALUE],
): [number, number] {
  return parse(range(least, most), value, name);
}

/** A hundredth of a range can be told apart. */
function placesFor(range: [number, number] | null): number {
  const places = range === null ? 2 : Math.ceil(2 - Math.log10(range[1] - range[0]));
  return Math.min(6, Math.max(0, places));
}

/** A number without its unit: as in sentences, or as in tables and read-outs, which are finer by a place. */
export function numeral(value: number, { decimals }: Quantity, finer = false): string {
  return decimal(value, decimals + (finer ? 1 : 0));
}

/** A number with its unit: `0.83`, `640 m`. */
export function reading(value: number, of: Quantity, finer = false): string {
  return `${numeral(value, of, finer)}${of.unit && ` ${of.unit}`}`;
}

/** `0.25 to 0.75`, `0 to 900 m` */
export function readings([low, high]: readonly [number, number], of: Quantity): string {
  return `${numeral(low, of)} to ${reading(high, of)}`;
}

/** The smallest step that sentences tell apart. */
export function stepOf({ decimals }: Quantity): number {
  return 10 ** -decimals;
}

/** Over an axis: `cosine`, `altitude in m`. */
export function axisTitle({ noun, unit }: Quantity): string {
  return unit ? `${noun} in ${unit}` : noun;
}

/** What a map of it is called: `similarity map`, `altitude map`. */
export function mapTitle({ similarity, noun }: Quantity): string {
  return similarity ? "similarity map" : `${noun} map`;
}

/** What its highest patches are: of matches, the best. */
export function superlative({ similarity }: Quantity): "best" | "highest" {
  return similarity ? "best" : "highest";
}
