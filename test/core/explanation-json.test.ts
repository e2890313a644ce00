import { type Explanation, explanationJson } from "../../core/index";

const explanation = {
  kind: "explanation",
  query: { kind: "query", text: "a b", tokens: [], words: [] },
  grid: { rows: 2, columns: 3 },
  maps: {
    kind: "maps",
    tokens: 2,
    rows: 2,
    columns: 3,
    data: Float32Array.from({ length: 12 }, (_, i) => i / 8),
  },
  maxsim: { kind: "maxsim", score: 1, patchScore: 0.75, residue: 0.25, tokens: [] },
  domain: [0.25, 0.75],
  provenance: { model: { id: "m" }, page: { file: "<b>.pdf" } },
} as unknown as Explanation;

test("maps are little-endian float32 [token][row][column], or the same nested", () => {
  const packed = Buffer.from(explanationJson(explanation).maps as string, "base64");
  expect(packed.length).toBe(48);
  expect(packed.readFloatLE(4 * 7)).toBe(7 / 8);
  expect(explanationJson(explanation, { arrays: true }).maps).toEqual([
    [
      [0, 0.125, 0.25],
      [0.375, 0.5, 0.625],
    ],
    [
      [0.75, 0.875, 1],
      [1.125, 1.25, 1.375],
    ],
  ]);
});

test("the score parts, the model and the page are at the top", () => {
  const json = explanationJson(explanation);
  expect(json.schema).toBe("colpali-lens/explanation@1");
  expect(json.maxsim).toEqual({ score: 1, patchScore: 0.75, residue: 0.25, tokens: [] });
  expect(json.page.file).toBe("<b>.pdf");
  expect(json).not.toHaveProperty("kind");
});
