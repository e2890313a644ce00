import { aggregate, type MultiVector, type PatchMap, randomOrder, similarityMaps } from "../../core/index.js";
import type { Model, PageEmbedding } from "./model.js";

/**
 * Maps of the model with its last projection permuted (Adebayo et al., arXiv 1810.03292), which is the dimensions of the query's
 * vectors in another order than the page's: they mean nothing, and still tell print from paper as every map of the page does.
 * @param tokens whose maximum each map is
 * @param count of maps, by seeds from 1 on
 */
export async function permutedMaps(
  { maxsim }: Model,
  asked: MultiVector,
  { vectors, grid }: PageEmbedding,
  tokens: readonly number[],
  count: number,
): Promise<PatchMap[]> {
  const maps: PatchMap[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const cosines = await maxsim.cosines(permutedDimensions(asked, seed), vectors);
    maps.push(aggregate(similarityMaps(cosines, vectors.count, grid), "max", tokens));
  }
  return maps;
}

function permutedDimensions({ data, count, dim, kind }: MultiVector, seed: number): MultiVector {
  const order = randomOrder(dim, seed);
  const out = Float32Array.from(data, (_, i) => data[Math.floor(i / dim) * dim + order[i % dim]]);
  return { kind, data: out, count, dim };
}
