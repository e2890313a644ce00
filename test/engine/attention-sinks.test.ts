/** Which patches receive so much attention that they are called sinks. */
import { PatchAttention } from "../../engine/explain/attention.js";

const CELLS = 20;
const REST = 3;

/** One layer with one head, in which cells receive what is said and all others share the rest evenly. */
function read(shares: Record<number, number>, isCausal: boolean): number[] {
  const given = Object.values(shares).reduce((a, b) => a + b, 0);
  const count = CELLS + REST - Object.keys(shares).length;
  const data = Float32Array.from({ length: CELLS + REST }, (_, i) => shares[i] ?? (1 - given) / count);
  const [{ layers }] = new PatchAttention({ row: 0, column: 0 }, { rows: 4, columns: 5 }, [
    {
      stage: "language",
      layers: [{ row: { data, heads: 1 }, received: { data, heads: 1 }, isCausal }],
      rollout: { data, heads: 1 },
      length: CELLS + REST,
      position: 0,
      places: Int32Array.from({ length: CELLS + REST }, (_, i) => i),
    },
  ]).readings;
  return layers[0].sinks;
}

test("a patch that receives ten times an even share is one; one that receives nine times as much is none", () => {
  expect(read({ 7: 0.51 }, false)).toEqual([7]);
  expect(read({ 7: 0.45 }, false)).toEqual([]);
  expect(read({}, false)).toEqual([]);
});

test("of causal attention the first patches receive much whatever they hold: they are measured against that", () => {
  expect(read({ 0: 0.6 }, false)).toEqual([0]);
  expect(read({ 0: 0.6 }, true)).toEqual([]);
  expect(read({ 9: 0.6 }, true)).toEqual([9]);
});
