/** What a lens accepts; beyond it a browser tab would suffer. */
export const LENS_LIMITS = {
  pages: 500,
  results: 500,
  tokens: 2_048,
  /** Rows and columns of a grid. */
  side: 512,
  /** Cosines, and numbers of further maps, of all results together: 128 MB. */
  cosines: 32_000_000,
  /** Quantities beside cosines, of one result. */
  layers: 50,
  /** Patches whose attention a result has, times stages of the model; shares of all of them in a lens that grows: 12 MB. */
  readings: 500,
  shares: 3_000_000,
  /** Printed words of a page, and characters of one. */
  words: 50_000,
  wordLength: 1_000,
  /** Control queries, and control tokens of one kind. */
  baseline: 100_000,
  /** Bytes of one encoded picture, and pixels of it once decoded. */
  pictureBytes: 64_000_000,
  picturePixels: 100_000_000,
} as const;

/** Half-precision models overshoot the unit length a little. */
export const COSINE = 1.01;
