/** A mean with the interval that other pages could have given. */
export interface Interval {
  /** How many values. */
  n: number;
  value: number;
  /** 2.5th and 97.5th percentile of the mean over pages drawn again, with replacement (Efron 1979). */
  low: number;
  high: number;
}

const DRAWS = 1000;

/**
 * Bootstrap over pages: what is on one page is drawn together, for its words are alike.
 * @param pages of each page its values; pages without values are left out
 * @param random numbers from 0 to 1
 * @returns null without values
 */
export function bootstrap(pages: readonly (readonly number[])[], random: () => number): Interval | null {
  const sums = pages
    .filter((values) => values.length > 0)
    .map((values) => ({ sum: values.reduce((a, b) => a + b, 0), n: values.length }));
  if (sums.length === 0) return null;
  const total = sums.reduce((a, b) => ({ sum: a.sum + b.sum, n: a.n + b.n }));
  const means = Array.from({ length: DRAWS }, () => {
    let [sum, n] = [0, 0];
    for (let i = 0; i < sums.length; i++) {
      const drawn = sums[Math.floor(random() * sums.length)];
      sum += drawn.sum;
      n += drawn.n;
    }
    return sum / n;
  }).sort((a, b) => a - b);
  const at = (share: number) => means[Math.floor(share * (DRAWS - 1))];
  return { n: total.n, value: total.sum / total.n, low: at(0.025), high: at(0.975) };
}
