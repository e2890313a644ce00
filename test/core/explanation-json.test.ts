import {
  defineQuantity,
  explanationJson,
  explanationOf,
  type LensExplanation,
  layersWith,
  lensJson,
  type PageWord,
  PatchMap,
  printedRegions,
  type Scene,
  scene,
  type ViewChange,
} from "../../core/index";
import {
  baseline,
  lensData,
  explanation as lensExplanation,
  lensPage,
  lensState,
  pageWords,
} from "./example";

const explanation = {
  kind: "explanation",
  key: "r0",
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
} as unknown as LensExplanation;
const inView = {
  explanation,
  page: lensPage(),
  shown: { label: "“a”", map: new PatchMap(new Float32Array(6), 2, 3) },
  hits: [],
} as unknown as Scene;

test("maps are little-endian float32 [token][row][column], or the same nested", () => {
  const packed = Buffer.from(explanationJson(inView).maps as string, "base64");
  expect(packed.length).toBe(48);
  expect(packed.readFloatLE(4 * 7)).toBe(7 / 8);
  expect(explanationJson(inView, { arrays: true }).maps).toEqual([
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
  const json = explanationJson(inView);
  expect(json.schema).toBe("colpali-lens/explanation@2");
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
  expect(one.schema).toBe("colpali-lens/explanation@2");
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
  expect(pair.compared?.maps).toEqual(
    explanationJson(scene(lensState({ result: "r1" }, data)), { arrays: true }).maps,
  );
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

/** "peak loads" on a page with both words, and half as high on the same page. */
function printed(words: PageWord[] | undefined = pageWords()) {
  const [first, second] = [{ baseline: baseline() }, { baseline: baseline() }].map(lensExplanation);
  second.query = { ...second.query, text: "loads peak" };
  second.maps = { ...second.maps, data: second.maps.data.map((v) => v / 2) };
  const data = lensData(first, second);
  data.pages.p0 = lensPage(words && { words });
  return (view: ViewChange) => lensJson(lensState(view, data), { arrays: true });
}

test("a result has its hits, named, in pixels and in parts of the page, with their patches", () => {
  const { hits, shown } = printed()({ word: 1 });
  // All patches are above the level, so that the whole line is one hit.
  expect(hits).toHaveLength(1);
  expect(hits[0]).toMatchObject({
    text: "peak loads",
    name: "“peak loads”",
    line: 1,
    words: [1],
    chance: 0.05,
    beyond: true,
    rect: { x: 10, y: 130, width: 280, height: 40 },
    part: { x: 10 / 300, y: 0.65, width: 280 / 300, height: 0.2 },
  });
  expect(hits[0].patches[0]).toMatchObject({ row: 1, column: 2, value: hits[0].value });
  expect(hits[0].value).toBeCloseTo(0.32, 6);
  expect(hits[0]).not.toHaveProperty("side");
  expect(shown[0].hits).toEqual(hits);
});

test("a result has every printed word, line and block with what the map in view says of it", () => {
  const { regions } = printed()({ word: 0, token: 1 });
  expect(regions).toMatchObject({
    label: "“peak”",
    quantity: "cosine",
    words: 2,
    left: { word: 0, line: 0, block: 0 },
  });
  expect(regions.word.map(({ text }) => text)).toEqual(["loads", "peak"]);
  // Each word lies on one patch: row 1, column 2 and column 0.
  expect(regions.word[0].relevance).toBeCloseTo(0.17, 6);
  expect(regions.word[1].relevance).toBeCloseTo(0.15, 6);
  expect(regions.word[1]).toMatchObject({
    rect: { x: 10, y: 130, width: 80, height: 40 },
    part: { x: 10 / 300, y: 0.65, width: 80 / 300, height: 0.2 },
  });
  for (const by of ["line", "block"] as const) {
    expect(regions[by]).toMatchObject([{ text: "peak loads", rect: { x: 10, width: 280 } }]);
    // All three patches of the row alike, as the line is as wide as the page but for its margins.
    expect(regions[by][0].relevance).toBeCloseTo(0.16, 2);
  }
});

test("of many words the 200 most relevant are in the file, which says how many are not", () => {
  const many = Array.from({ length: 450 }, (_, i): PageWord => {
    const [x, y] = [(i % 30) * 10, Math.floor(i / 30) * 13];
    return { text: `w${i}`, rect: { x, y, width: 9, height: 9 }, line: i, block: 0, source: "pdf" };
  });
  const { regions } = printed(many)({ word: 0 });
  expect(regions.left).toEqual({ word: 250, line: 250, block: 0 });
  expect([regions.words, regions.word.length, regions.line.length, regions.block.length]).toEqual([
    450, 200, 200, 1,
  ]);
  const { page, shown } = scene(lensState({ word: 0 }, lensData()));
  const all = printedRegions(shown.map, page, many, "word");
  expect(regions.word.map(({ relevance }) => relevance)).toEqual(
    all.slice(0, 200).map(({ relevance }) => relevance),
  );
});

test.each([undefined, []])(
  "without print hits are named by their place, and regions say that there are no words",
  (words) => {
    const data = lensData();
    data.pages.p0 = lensPage(words && { words });
    const { hits, regions } = lensJson(lensState({ word: 1 }, data));
    expect(hits.map(({ name, text, line }) => [name, text, line])).toEqual([["Bottom", "", null]]);
    const none = { words: null, word: [], line: [], block: [], left: { word: 0, line: 0, block: 0 } };
    expect(regions).toMatchObject(none);
  },
);

test("what is in view is named by the result, the side and the selection", () => {
  const json = printed();
  const named = (view: ViewChange) => {
    const { key, compared, shown } = json(view);
    const subjects = shown.map(({ result, side, word, token, aggregate, minus }) => ({
      of: [result, side, word, token, aggregate],
      minus: minus && [minus.result, minus.word, minus.token, minus.aggregate],
    }));
    return [key, compared?.key ?? null, subjects];
  };
  const alone = (...of: unknown[]) => ["r0", null, [{ of, minus: null }]];
  expect(named({})).toEqual(alone("r0", null, null, null, "max"));
  expect(named({ word: 1 })).toEqual(alone("r0", null, 1, null, null));
  expect(named({ word: 1, token: 3 })).toEqual(alone("r0", null, 1, 3, null));
  expect(named({ token: 4, scope: "all" })).toEqual(alone("r0", null, null, 4, null));
  const pair = [
    { of: ["r0", "a", 1, null, null], minus: null },
    { of: ["r1", "b", 1, null, null], minus: null },
  ];
  expect(named({ word: 1, compare: "r1" })).toEqual(["r0", "r1", pair]);
  const less = { of: ["r0", null, 1, null, null], minus: ["r1", 1, null, null] };
  expect(named({ word: 1, compare: "r1", difference: true })).toEqual(["r0", "r1", [less]]);
  const each = json({ layout: "multiples", compare: "r1" }).shown;
  expect(each.map(({ result, side, word }) => [result, side, word])).toEqual([
    ["r0", null, null],
    ["r0", null, 0],
    ["r0", null, 1],
  ]);
});

test("a difference has its numbers: range, hits with those of both sides, regions; each side has its own beside them", () => {
  const { shown, compared, hits, regions } = printed()({ word: 1, compare: "r1", difference: true });
  const [{ range, hits: places, regions: lessB }] = shown;
  // Half of what A has.
  expect(range[0]).toBeCloseTo(0.125, 6);
  expect(range[1]).toBeCloseTo(0.16, 6);
  expect(places[0]).toMatchObject({ side: "a", text: "peak loads" });
  expect(places[0].a).toBeCloseTo(0.32, 6);
  expect(places[0].b).toBeCloseTo(0.16, 6);
  expect(places[0].value).toBeCloseTo(0.16, 6);
  expect(lessB).toMatchObject({ label: "“loads” minus “loads”", quantity: "cosine-difference", words: 2 });
  const word = (of = regions) => of.word.find(({ text }) => text === "loads")?.relevance as number;
  expect(word(lessB)).toBeCloseTo(word() - word(compared?.regions), 6);
  expect(regions.quantity).toBe("cosine");
  expect(hits[0].value).toBeCloseTo(0.32, 6);
  expect(compared?.hits).not.toEqual(hits);
  expect(printed()({ word: 1, compare: "r1" }).shown[0]).not.toHaveProperty("regions");
});

test("hits and regions are of the quantity in view", () => {
  const one = lensExplanation();
  const height = new PatchMap(Float32Array.from([0, 9, 0, 0, 0, 0]), 2, 3).as(
    defineQuantity({ name: "height", unit: "m", range: [0, 9] }),
  );
  const data = lensData({ ...one, layers: layersWith(one, height, {}) });
  data.pages.p0 = lensPage({ words: pageWords() });
  const { hits, regions, shown } = lensJson(lensState({ quantity: "height" }, data));
  expect(hits.map(({ value, chance }) => [value, chance])).toEqual([[9, null]]);
  expect([regions.quantity, regions.label]).toEqual(["height", "the whole query"]);
  expect(regions.word[0].relevance).toBe(0);
  expect(shown[0]).toMatchObject({ range: [0, 9], aggregate: null, word: null, token: null });
  expect(explanationOf(data, shown[0].result).key).toBe("r0");
});
