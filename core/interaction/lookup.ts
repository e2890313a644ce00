import type { Explanation, QueryToken } from "../data/vocabulary.js";

/** What one token says about one patch. */
export interface PatchToken {
  token: QueryToken;
  cosine: number;
  /** True when this patch is the token's best: the patch serves the token in MaxSim. */
  serves: boolean;
}

/** Reverse look-up: what each token says about a patch, highest cosine first. */
export function tokensAt(
  explanation: Explanation,
  row: number,
  column: number,
  among: number[],
): PatchToken[] {
  const { rows, columns } = explanation.grid;
  const cell = row * columns + column;
  return among
    .map((t) => {
      const cosine = explanation.maps.data[t * rows * columns + cell];
      return {
        token: explanation.query.tokens[t],
        cosine,
        serves: cosine === explanation.maps.data[bestCell(explanation, t)],
      };
    })
    .sort((a, b) => b.cosine - a.cosine || a.token.index - b.token.index);
}

function bestCell({ maxsim, grid }: Explanation, t: number): number {
  return t * grid.rows * grid.columns + maxsim.tokens[t].row * grid.columns + maxsim.tokens[t].column;
}
