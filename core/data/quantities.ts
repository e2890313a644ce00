import { refusal, show } from "./check.js";
import { decimal, printable } from "./printable.js";
import {
  checked,
  flag,
  integer,
  object,
  oneOf,
  orNull,
  parse,
  range,
  type Schema,
  text,
  textAs,
} from "./schema.js";

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
  /** What its fixed colour scale spans, where that is not the range, as for shares that are all far below 1. */
  domain: [number, number] | null;
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
  // Each model has its own.
  domain: null,
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

/**
 * By how much the page score falls when what is printed there is covered; of a word or token, its part of the score. Below 0
 * where the score rises.
 */
export const SCORE_DROP: Quantity = {
  name: "score-drop",
  unit: "",
  noun: "fall of the score",
  plural: "falls of the score",
  range: null,
  domain: null,
  scale: "diverging",
  decimals: 2,
  similarity: false,
  chance: false,
};

/** What quantities are called where one of them is chosen, and what they are, in a few words; others go by their noun. */
export const QUANTITY_LABELS: Readonly<Record<string, { label: string; title: string } | undefined>> = {
  cosine: { label: "Similarity", title: "How alike the word and each patch are (cosine)" },
  attention: { label: "Attention", title: "Where a patch took its content from, layer by layer" },
  "score-drop": { label: "Cause", title: "How much the score falls when a printed word is covered" },
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
    domain: null,
    scale: "diverging",
    chance: false,
  };
}

/** Share of a patch's attention that goes to each patch, in one layer. */
export const ATTENTION = shareOf("attention", "attention");
/** The same through all layers of a stage (Abnar and Zuidema 2020). */
export const ATTENTION_ROLLOUT = shareOf("attention-rollout", "attention rolled out");
/** Share of all positions' attention that each patch receives, in one layer. */
export const ATTENTION_RECEIVED = shareOf("attention-received", "attention received");

function shareOf(name: string, noun: string): Quantity {
  return {
    name,
    unit: "",
    noun,
    plural: `shares of ${noun}`,
    range: [0, 1],
    domain: null,
    scale: "from-zero",
    decimals: 3,
    similarity: false,
    chance: false,
  };
}

/** Attention divided by what causal attention that spreads evenly over all that comes before would give. */
export function overUniform(of: Quantity): Quantity {
  const noun = `${of.noun} over uniform causal attention`;
  return { ...of, name: `${of.name}-over-uniform`, unit: "×", noun, plural: noun, range: null, decimals: 1 };
}

const OWN = [COSINE_QUANTITY, COSINE_ABOVE_BASELINE, COSINE_SUM].flatMap((q) => [q, differenceOf(q)]);
/** Quantities of layers that the package measures: nobody else's may have their names. */
const MEASURED = [
  SCORE_DROP,
  ...[ATTENTION, ATTENTION_ROLLOUT, ATTENTION_RECEIVED].flatMap((q) => [q, overUniform(q)]),
];
const NAME = /^[a-z][a-z0-9-]*$/;

const phrase = textAs((words) => printable(words, 80), 80);

/** A quantity that the package does not measure itself. Its texts are data, never markup. */
export const quantitySchema: Schema<Quantity> = checked(
  object<Quantity>({
    name: text(40),
    unit: phrase,
    noun: phrase,
    plural: phrase,
    range: orNull(range(-Number.MAX_VALUE, Number.MAX_VALUE)),
    domain: orNull(range(-Number.MAX_VALUE, Number.MAX_VALUE)),
    scale: oneOf(QUANTITY_SCALES),
    decimals: integer(0, 6),
    similarity: flag(),
    chance: flag(),
  }),
  ({ name, similarity, chance }) => {
    if (!NAME.test(name))
      return { at: ["name"], is: show(name), expected: "lower-case letters, digits and hyphens" };
    if (OWN.some((q) => q.name === name))
      return {
        at: ["name"],
        is: show(name),
        expected: "another name: this one is measured by the package",
      };
    if (!similarity && !chance) return null;
    return { at: [similarity ? "similarity" : "chance"], is: "true", expected: "false: it is no cosine" };
  },
);

/**
 * A quantity of one's own: what is not said follows from its name and range.
 * @param said for example `{ name: "altitude", unit: "m", range: [0, 900] }`
 * @throws RangeError naming what is wrong, also for the name of a quantity that the package itself measures
 */
export function defineQuantity(said: QuantityDescription): Quantity {
  const noun = said.noun ?? String(said.name).replaceAll("-", " ");
  const whole: Quantity = {
    unit: "",
    noun,
    plural: `${noun}s`,
    range: null,
    domain: null,
    scale: "sequential",
    decimals: placesFor(said.range),
    ...said,
    similarity: false,
    chance: false,
  };
  if (MEASURED.some(({ name }) => name === said.name))
    throw refusal("quantity.name", show(said.name), "another name: this one is measured by the package");
  return parse(quantitySchema, whole, "quantity");
}

/** A hundredth of a range can be told apart. */
function placesFor(range: Quantity["range"] | undefined): number {
  const places = Array.isArray(range) ? Math.ceil(2 - Math.log10(range[1] - range[0])) : 2;
  return places > 0 ? Math.min(6, places) : 0;
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
