/** Shares and means with their intervals, as text. */
import { bootstrap, randomNumbers } from "../lib/core/index.js";

const Z = 1.959964;

/** `57 of 58 = 98.3 % (90.9 to 99.7)`: a share with its 95 % interval (Wilson 1927). */
export function share(hits, of) {
  if (of === 0) return "none";
  const p = hits / of;
  const middle = (p + Z ** 2 / (2 * of)) / (1 + Z ** 2 / of);
  const half = (Z / (1 + Z ** 2 / of)) * Math.sqrt((p * (1 - p)) / of + Z ** 2 / (4 * of ** 2));
  const [low, high] = [middle - half, middle + half].map((v) =>
    (100 * Math.min(1, Math.max(0, v))).toFixed(1),
  );
  return `${hits} of ${of} = ${(100 * p).toFixed(1)} % (${low} to ${high})`;
}

/** `.325 (.292 to .357), n 29`: a mean with the interval of other pages. @param pages of each its values */
export function average(pages) {
  const found = bootstrap(pages, randomNumbers(1));
  if (!found) return "none";
  const [value, low, high] = [found.value, found.low, found.high].map((v) => v.toFixed(3));
  return `${value} (${low} to ${high}), n ${found.n}`;
}

/** So many of them, by a seed. */
export function drawn(items, count, random) {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ item }) => item);
}
