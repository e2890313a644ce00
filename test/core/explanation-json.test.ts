import { type Explanation, explanationJson, lensJson, type ViewChange } from "../../core/index";
import { lensData, explanation as lensExplanation, lensState } from "./example";

const explanation = {
  kind: "explanation",
  query: { kind: "query", text: "a b", tokens: [], words: [], dropped: [] },
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

test("what is in view is in the file: another selection, page, comparison or difference is another file", () => {
  const other = lensExplanation({ page: "p1", query: { ...lensExplanation().query, text: "other" } });
  other.maps = { ...other.maps, data: other.maps.data.map((v) => v / 2) };
  const data = lensData(lensExplanation(), other);
  data.pages.p1 = { ...data.pages.p0, number: 2, sha256: "ef".repeat(32) };
  const views: ViewChange[] = [
    {},
    { token: 1, word: 0 },
    { word: 1 },
    { scope: "all" },
    { aggregate: "winner" },
    { result: "r1" },
    { compare: "r1" },
    { compare: "r1", difference: true },
    { layout: "multiples" },
    { color: { palette: "mako" } },
    { region: { row: 0, column: 1, rows: 1, columns: 2 } },
  ];
  const files = views.map((view) => JSON.stringify(lensJson(lensState(view, data))));
  expect(new Set(files).size).toBe(views.length);
});

test("a file has the maps of the picture, with what they are", () => {
  const other = lensExplanation();
  other.maps = { ...other.maps, data: other.maps.data.map((v) => v / 2) };
  const data = lensData(lensExplanation(), other);
  const json = (view: ViewChange) => lensJson(lensState(view, data), { arrays: true });
  const { maps } = lensExplanation();
  const rows = (of: Float32Array) => [Array.from(of.subarray(0, 3)), Array.from(of.subarray(3, 6))];
  const one = json({ token: 1, word: 0 });
  expect(one.schema).toBe("colpali-lens/explanation@1");
  expect(one.compared).toBeNull();
  expect(one.view).not.toHaveProperty("result");
  expect(one.shown).toMatchObject([
    {
      name: "",
      kind: "word",
      label: "“peak”",
      quantity: "cosine",
      unit: "",
      tokens: [1],
      rows: 2,
      columns: 3,
      query: "peak loads",
    },
  ]);
  expect(one.shown[0].map).toEqual(rows(maps.data.subarray(6, 12)));
  expect(one.shown[0].best[0]).toEqual({ row: 1, column: 2, value: maps.data[11] });
  const pair = json({ token: 1, word: 0, compare: "r1" });
  expect(pair.shown.map((s) => s.name[0])).toEqual(["A", "B"]);
  expect(pair.shown[1].map).toEqual(rows(other.maps.data.subarray(6, 12)));
  expect(pair.compared?.maps).toEqual(explanationJson(other, { arrays: true }).maps);
  const [less] = json({ token: 1, word: 0, compare: "r1", difference: true }).shown;
  expect([less.kind, less.quantity, less.unit]).toEqual(["difference", "cosine-difference", ""]);
  (less.map as number[][]).flat().forEach((v, j) => {
    expect(v).toBeCloseTo(maps.data[6 + j] - other.maps.data[6 + j], 6);
  });
  const words = json({ layout: "multiples", compare: "r1" });
  expect(words.shown.map((s) => s.name)).toEqual(["all", "peak", "loads"]);
  expect(words.compared).toBeNull();
  const packed = lensJson(lensState({ token: 1, word: 0 }, data)).shown[0].map as string;
  expect(Buffer.from(packed, "base64").readFloatLE(4 * 5)).toBe(maps.data[11]);
});
