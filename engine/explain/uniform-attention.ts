/**
 * What causal attention gives that spreads evenly: position i attends to each position up to itself with 1 / (i + 1). The first
 * positions receive the most of it whatever they hold, and through many layers nearly all of it.
 */

/** A row, by position. */
export function uniformRow(length: number, position: number): Float64Array {
  return new Float64Array(length).fill(1 / (position + 1), 0, position + 1);
}

/** The mean over all rows, by position. */
export function uniformReceived(length: number): Float64Array {
  const all = new Float64Array(length).fill(1 / length);
  return spread(all);
}

/** A row through layers, each `A / 2 + I / 2`, by position. */
export function uniformRollout(length: number, position: number, layers: number): Float64Array {
  let row = new Float64Array(length);
  row[position] = 1;
  for (let i = 0; i < layers; i++) {
    const next = spread(row);
    row = row.map((v, j) => v / 2 + next[j] / 2);
  }
  return row;
}

/** `row A`: what each position is attended to, where the positions that attend have these weights. */
function spread(row: Float64Array): Float64Array {
  const out = new Float64Array(row.length);
  let sum = 0;
  for (let i = row.length - 1; i >= 0; i--) {
    sum += row[i] / (i + 1);
    out[i] = sum;
  }
  return out;
}
