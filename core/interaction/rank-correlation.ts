/**
 * Spearman's rank correlation, ties by their mean rank: Pearson's correlation of the ranks.
 * @returns -1 to 1, or null where one side has no two different values
 * @throws RangeError for lists of different lengths
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  if (a.length !== b.length)
    throw new RangeError(`invalid lists: ${a.length} and ${b.length} numbers, expected as many of each`);
  return pearson(ranks(a), ranks(b));
}

/** Pearson's correlation of equally long lists: -1 to 1, or null where one has no two different values. */
export function pearson(a: Float64Array, b: Float64Array): number | null {
  const n = a.length;
  const [ma, mb] = [a, b].map((of) => of.reduce((sum, v) => sum + v, 0) / n);
  let [both, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i] - ma, b[i] - mb];
    both += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? both / Math.sqrt(aa * bb) : null;
}

/** From 1; equal values share the mean of their ranks. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) out[order[i]] = (from + 1 + to) / 2;
    from = to;
  }
  return out;
}
