/** Layers whose attention cannot be had. */
import { PatchAttention } from "../../engine/explain/attention.js";

const shares = (heads: number) => ({ data: new Float32Array(heads * 9).fill(1 / 9), heads });
const had = { row: shares(2), received: shares(2), isCausal: true };
const attention = new PatchAttention({ row: 1, column: 2 }, { rows: 2, columns: 3 }, [
  {
    stage: "language",
    layers: [had, { missing: "linear attention, which has no matrix of weights" }],
    rollout: shares(1),
    length: 9,
    position: 5,
    places: Int32Array.from({ length: 9 }, (_, i) => i),
  },
]);

test("they are listed with the reason, and left out by default", () => {
  expect(attention.layers).toEqual([
    { stage: "language", layer: 0, heads: 2, missing: null },
    { stage: "language", layer: 1, heads: 0, missing: "linear attention, which has no matrix of weights" },
  ]);
  expect(attention.map().source.layer).toBe(0);
});

test("asked for by number they say why, and what to do", () => {
  expect(() => attention.map({ layer: 1 })).toThrow(
    "no attention to be had of layer 1 of the language model: linear attention, which has no matrix of weights; choose another layer, or export the model without fused operators",
  );
  expect(() => attention.received({ layer: 1 })).toThrow("no attention to be had of layer 1");
  expect(() => attention.map({ rollout: true })).toThrow(
    "no rollout to be had of the language model: there is no attention of its layer 1; ask for one of the others",
  );
});
