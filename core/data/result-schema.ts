import { readingSchema, readingTrouble } from "./attention-reading.js";
import { show } from "./check.js";
import { COSINE, LENS_LIMITS } from "./lens-limits.js";
import {
  type LensPage,
  type LensPicture,
  PAPER_SIDE,
  PICTURE_MIMES,
  type Result,
  type ResultModel,
} from "./lens-state.js";
import { pictureSize } from "./picture.js";
import { printable } from "./printable.js";
import { quantitySchema } from "./quantities.js";
import {
  bytes,
  checked,
  constant,
  cosines,
  finite,
  flag,
  floats,
  integer,
  list,
  object,
  once,
  oneOf,
  optional,
  orNull,
  range,
  record,
  type Schema,
  text,
  textAs,
  type Wrong,
} from "./schema.js";
import { sharedReference } from "./shared-name.js";
import {
  type Baseline,
  type Correction,
  type Layer,
  type LayerMap,
  type MatchedControls,
  type MaxSim,
  type ModelProvenance,
  type PageWord,
  type Query,
  type QueryToken,
  type QueryWord,
  type Rect,
  type SimilarityMaps,
  TOKEN_KINDS,
  type TokenKind,
  type TokenMaxSim,
} from "./vocabulary.js";

const { side, tokens: mostTokens, baseline: mostControls } = LENS_LIMITS;

const size = integer(1, 1_000_000);
const word = text(1_000);

export const modelSchema: Schema<ResultModel> = object<ResultModel>({
  provenance: object<ModelProvenance>({
    id: textAs(sharedReference, 1_000),
    revision: orNull(word),
    family: word,
    weights: record(text(300), 0, 100),
    dtype: word,
    dim: size,
    profile: word,
    provider: word,
    domain: optional(oneOf(["measured", "assumed"])),
  }),
  processor: object<ResultModel["processor"]>({ resample: word, backend: word }),
  domain: range(-1, 1),
});

export const querySchema: Schema<Query> = checked(
  object<Query>({
    kind: constant("query"),
    text: text(100_000),
    tokens: list(
      object<QueryToken>({
        index: integer(0, mostTokens),
        id: integer(0, 0x7fffffff),
        text: text(),
        kind: oneOf(TOKEN_KINDS),
        word: orNull(integer(0, mostTokens)),
      }),
      1,
      mostTokens,
    ),
    words: list(
      object<QueryWord>({
        index: integer(0, mostTokens),
        text: text(),
        tokens: list(integer(0, mostTokens - 1), 1, mostTokens),
      }),
      0,
      mostTokens,
    ),
    dropped: list(text(), 0, mostTokens),
  }),
  ({ tokens, words }) => {
    for (const [i, token] of tokens.entries()) {
      if (token.index !== i) return notAt(["tokens", i, "index"], token.index, i, i);
      if (token.word !== null && token.word >= words.length)
        return notAt(["tokens", i, "word"], token.word, 0, words.length - 1);
    }
    for (const [i, { index, tokens: own }] of words.entries()) {
      if (index !== i) return notAt(["words", i, "index"], index, i, i);
      const at = ["words", i, "tokens"];
      const foreign = own.find((t) => tokens[t]?.word !== i);
      if (foreign !== undefined) return { at, is: show(foreign), expected: `a token of word ${i}` };
      // Else a small state could ask for billions of sums.
      const again = own.find((t, j) => j > 0 && t <= own[j - 1]);
      if (again !== undefined) return { at, is: show(again), expected: "each token once, in order" };
    }
    return null;
  },
);

const place = finite(-1e6, 1e6);
const extent = finite(0, 1e6);

const printedWords: Schema<readonly PageWord[]> = once(
  list(
    object<PageWord>({
      text: text(LENS_LIMITS.wordLength),
      rect: object<Rect>({ x: place, y: place, width: extent, height: extent }),
      line: integer(0, LENS_LIMITS.words),
      block: integer(0, LENS_LIMITS.words),
      source: oneOf(["pdf", "ocr"]),
    }),
    0,
    LENS_LIMITS.words,
  ),
);

export const pageSchema: Schema<LensPage> = checked(
  object<LensPage>({
    name: textAs(sharedReference),
    number: integer(1, 1_000_000),
    of: integer(1, 1_000_000),
    width: integer(1, 100_000),
    height: integer(1, 100_000),
    sha256: text(64),
    dpi: orNull(finite(1, 100_000)),
    renderer: word,
    picture: object<LensPicture>({
      mime: oneOf(PICTURE_MIMES),
      data: checked(bytes(), pictureTrouble),
      paper: optional(
        checked(bytes(), ({ length }) =>
          length === PAPER_SIDE ** 2 ? null : { is: `${length} bytes`, expected: `${PAPER_SIDE ** 2}` },
        ),
      ),
    }),
    words: optional(printedWords),
  }),
  ({ number, of }) => (number <= of ? null : notAt(["number"], number, 1, of)),
);

const cosine = finite(-COSINE, COSINE);

const mapsSchema = checked(
  object<SimilarityMaps>({
    kind: constant("maps"),
    data: cosines(COSINE),
    tokens: integer(1, mostTokens),
    rows: integer(1, side),
    columns: integer(1, side),
  }),
  ({ data, tokens, rows, columns }) =>
    data.length === tokens * rows * columns
      ? null
      : {
          at: ["data"],
          is: `${data.length} cosines`,
          expected: `${tokens * rows * columns}: ${tokens} tokens x ${rows} rows x ${columns} columns`,
        },
);

const maxsimSchema = object<MaxSim>({
  kind: constant("maxsim"),
  score: finite(-1e6, 1e6),
  patchScore: finite(-1e6, 1e6),
  residue: finite(-1e6, 1e6),
  tokens: list(
    object<TokenMaxSim>({
      best: cosine,
      bestIndex: integer(0, 10_000_000),
      patchBest: cosine,
      row: integer(0, side - 1),
      column: integer(0, side - 1),
      offImage: flag(),
    }),
    0,
    mostTokens,
  ),
});

const ascending = checked(cosines(COSINE), (data) => {
  if (data.length < 1 || data.length > mostControls)
    return { is: `${data.length} cosines`, expected: `1 to ${mostControls}` };
  const fall = data.findIndex((value, i) => i > 0 && value < data[i - 1]);
  return fall < 0
    ? null
    : { at: [fall], is: show(data[fall]), expected: `at least ${data[fall - 1]}, the one before it` };
});

const share = finite(0, 1);

export const baselineSchema: Schema<Baseline> = checked(
  object<Baseline>({
    kind: constant("baseline"),
    list: text(300),
    seed: optional(integer(0, 0xffffffff)),
    queries: integer(1, mostControls),
    maxima: object<Baseline["maxima"]>({ words: optional(ascending), ...eachKind(ascending) }),
    mean: object<Baseline["mean"]>(eachKind(cosines(COSINE))),
    controls: optional(
      list(object<MatchedControls>({ about: text(300), words: ascending, tokens: ascending }), 1, mostTokens),
    ),
    controlsOf: optional(list(integer(0, mostTokens), 0, mostTokens)),
    correction: optional(
      object<Correction>({
        tests: integer(1, 1e9),
        threshold: share,
        adjusted: list(share, 0, mostTokens),
      }),
    ),
  }),
  ({ controls, controlsOf }) => {
    const most = (controls?.length ?? 0) - 1;
    const at = controlsOf?.findIndex((of) => of > most) ?? -1;
    return at < 0 ? null : notAt(["controlsOf", at], controlsOf![at], 0, most);
  },
);

const layerSchema = object<Layer>({
  quantity: quantitySchema,
  maps: list(
    object<LayerMap>({
      of: oneOf(["query", "word", "token"]),
      index: integer(0, mostTokens),
      data: floats(),
      note: optional(textAs((words) => printable(words, 300), 300)),
    }),
    1,
    2 * mostTokens + 1,
  ),
});

export const resultSchema: Schema<Result> = checked(
  object<Result>({
    kind: constant("result"),
    model: text(300),
    query: text(300),
    page: text(300),
    resized: object<Result["resized"]>({ width: size, height: size }),
    maps: mapsSchema,
    maxsim: maxsimSchema,
    baseline: orNull(baselineSchema),
    layers: optional(list(layerSchema, 0, LENS_LIMITS.layers)),
    attention: optional(list(readingSchema, 0, LENS_LIMITS.readings)),
    versions: record(text(300), 0, 100),
    date: text(40),
  }),
  ({ maps, maxsim, baseline, attention = [] }) => {
    const wrong = maxsimTrouble(maxsim, maps);
    if (wrong) return { ...wrong, at: ["maxsim", ...(wrong.at ?? [])] };
    for (const [i, reading] of attention.entries()) {
      const trouble = readingTrouble(reading, maps);
      if (trouble) return { ...trouble, at: ["attention", i, ...(trouble.at ?? [])] };
    }
    const cells = maps.rows * maps.columns;
    for (const [kind, { length }] of Object.entries(baseline?.mean ?? {}))
      if (length !== cells)
        return { at: ["baseline", "mean", kind], is: `${length} cosines`, expected: `${cells}` };
    return null;
  },
);

/** What a score says against its maps, or against itself: it is the sum over its tokens. */
function maxsimTrouble(maxsim: MaxSim, { tokens: count, rows, columns }: SimilarityMaps): Wrong | null {
  const { tokens } = maxsim;
  if (tokens.length !== count)
    return { at: ["tokens"], is: show(tokens), expected: `a list of ${count} to ${count}` };
  for (const [i, { row, column }] of tokens.entries()) {
    if (row >= rows) return notAt(["tokens", i, "row"], row, 0, rows - 1);
    if (column >= columns) return notAt(["tokens", i, "column"], column, 0, columns - 1);
  }
  const total = (key: "best" | "patchBest") => tokens.reduce((sum, t) => sum + t[key], 0);
  const [best, patches] = [total("best"), total("patchBest")];
  const sums = { score: best, patchScore: patches, residue: best - patches };
  for (const [key, sum] of Object.entries(sums)) {
    const stated = maxsim[key as keyof typeof sums];
    // What float32 adds up to over many tokens.
    if (!(Math.abs(stated - sum) <= 1e-3))
      return { at: [key], is: show(stated), expected: `${sum.toFixed(4)}, the sum over its tokens` };
  }
  return null;
}

/** A schema for each kind of token; none has to be there. */
function eachKind<T>(of: Schema<T>): Record<TokenKind, Schema<T | undefined>> {
  return { word: optional(of), prefix: optional(of), special: optional(of), augmentation: optional(of) };
}

function notAt(at: Wrong["at"], value: number, least: number, most: number): Wrong {
  return { at, is: show(value), expected: `an integer from ${least} to ${most}` };
}

/** Small files that would unpack into a huge bitmap are refused before a browser tries. */
function pictureTrouble(data: Uint8Array): Wrong | null {
  if (data.length === 0 || data.length > LENS_LIMITS.pictureBytes)
    return { is: show(data), expected: `1 to ${LENS_LIMITS.pictureBytes} bytes` };
  const found = pictureSize(data);
  if (!found) return { is: show(data), expected: "a PNG, JPEG or WebP picture" };
  const { width, height } = found;
  if (width * height > 0 && width * height <= LENS_LIMITS.picturePixels) return null;
  return { is: `${width} x ${height} pixels`, expected: `at most ${LENS_LIMITS.picturePixels} pixels` };
}
