import {
  type Baseline,
  comparedHits,
  comparison,
  defineQuantity,
  finding,
  type LensExplanation,
  type LensPage,
  layersWith,
  nearestHit,
  type PageWord,
  PatchMap,
  rasters,
  scene,
  type ViewChange,
} from "../../core/index";
import { explanation, lensData, lensPage, lensState } from "./example";

// 8 columns x 6 rows on a page of 800 x 600 pixels: a patch is 100 x 100.
const [ROWS, COLUMNS] = [6, 8];
const PAGE = { width: 800, height: 600 };
const word = (text: string, x: number, y: number, width: number, line: number): PageWord => ({
  text,
  rect: { x, y, width, height: 60 },
  line,
  block: 0,
  source: "pdf",
});
/** The footer comes first in the file; the second line stands in two columns. */
const WORDS = [
  word("footer", 10, 520, 180, 0),
  word("(peak)", 10, 20, 180, 1),
  word("load,", 210, 20, 180, 1),
  word("wind", 10, 220, 180, 2),
  word("peak", 610, 225, 180, 3),
];

type Cells = Record<number, number>;

/** "peak loads" with the cells that are not .05; the second word's two tokens have the same map. */
function of(peak: Cells, loads: Cells, change: Partial<LensExplanation> = {}): LensExplanation {
  const small = explanation();
  const cells = ROWS * COLUMNS;
  const maps = [{}, peak, loads, loads, {}].map((own: Cells) =>
    Array.from({ length: cells }, (_, j) => own[j] ?? 0.05),
  );
  const tokens = maps.map((map, t) => {
    const patchBest = Math.fround(Math.max(...map));
    const at = map.indexOf(Math.max(...map));
    return {
      ...small.maxsim.tokens[t],
      best: patchBest,
      patchBest,
      row: Math.floor(at / COLUMNS),
      column: at % COLUMNS,
      offImage: false,
    };
  });
  const score = tokens.reduce((sum, { best }) => sum + best, 0);
  return explanation({
    grid: { rows: ROWS, columns: COLUMNS },
    maps: { ...small.maps, data: Float32Array.from(maps.flat()), rows: ROWS, columns: COLUMNS },
    maxsim: { kind: "maxsim", score, patchScore: score, residue: 0, tokens },
    baseline: CONTROLS,
    domain: [0.1, 0.5],
    ...change,
  });
}

/** 39 control words: one reaches .3, which is the level, and one .4. */
const maxima = Float32Array.from([...new Array(37).fill(0.1), 0.3, 0.4]);
const CONTROLS: Baseline = {
  kind: "baseline",
  list: "test@1",
  queries: 20,
  maxima: { words: maxima, word: maxima },
  mean: {},
};

function shown(explained: LensExplanation | LensExplanation[], view: ViewChange = {}, words?: PageWord[]) {
  const all = [explained].flat();
  const data = lensData(...all);
  for (const key of Object.keys({ ...data.pages, ...Object.fromEntries(all.map((e) => [e.page, 0])) }))
    data.pages[key] = lensPage({ ...PAGE, ...(words && { words }) }) as LensPage;
  return lensState(view, data);
}

const hitsOf = (...given: Parameters<typeof shown>) => scene(shown(...given)).hits;
const brief = (all: ReturnType<typeof hitsOf>) => all.map(({ inWords, words }) => [inWords, words]);

test("of all words together the places where most of them meet come first, then by cosine", () => {
  const explained = of({ 0: 0.5, 1: 0.45, 22: 0.7, 23: 0.6 }, { 2: 0.44, 3: 0.42 });
  const found = hitsOf(explained, {}, WORDS);
  expect(brief(found)).toEqual([
    ["“peak load”, line 1", [0, 1]],
    ["“peak”, line 2", [0]],
  ]);
  expect(found[0]).toMatchObject({ text: "peak load", line: 1, small: false, beyond: true });
  expect(found[0].value).toBeCloseTo(0.5);
  expect(found[1].patches.map(({ row, column }) => [row, column])).toEqual([
    [2, 6],
    [2, 7],
  ]);
});

test("a word that is not beyond chance has no part in it, however high its patches are elsewhere", () => {
  const found = hitsOf(of({ 0: 0.5 }, { 16: 0.29, 17: 0.29 }), {}, WORDS);
  expect(brief(found)).toEqual([["“peak”, line 1", [0]]]);
});

test("of one word the places come by cosine, each with its own chance; the level itself is chance", () => {
  const found = hitsOf(of({ 0: 0.35, 16: 0.3, 22: 0.45 }, { 0: 0.9 }), { token: 1, word: 0 }, WORDS);
  expect(found.map(({ name, chance, beyond }) => [name, chance, beyond])).toEqual([
    ["“peak”", 1 / 40, true],
    ["“peak”", 2 / 40, true],
  ]);
  expect(found.map(({ line }) => line)).toEqual([2, 1]);
});

test("nothing beyond chance is no hit; the nearest place is still there to be named", () => {
  const state = shown(of({ 0: 0.25 }, { 47: 0.28 }), {}, WORDS);
  const so = scene(state);
  expect(so.hits).toEqual([]);
  const nearest = nearestHit(so);
  expect([nearest.inWords, nearest.words, nearest.beyond]).toEqual([
    "a spot without print at the bottom right",
    [1],
    false,
  ]);
  expect(nearest.chance).toBeCloseTo(3 / 40);
  expect(nearestHit(scene(shown(of({ 0: 0.25 }, {}), {}, WORDS))).inWords).toBe("“peak”, line 1");
});

test("where chance was not measured, the middle of the model's range decides, or the threshold, and nothing is judged", () => {
  const explained = of({ 0: 0.5, 22: 0.29 }, {}, { baseline: null });
  const found = hitsOf(explained, {}, WORDS);
  expect(brief(found)).toEqual([["“peak”, line 1", [0]]]);
  expect(found[0]).toMatchObject({ chance: null, beyond: false });
  expect(hitsOf(explained, { color: { threshold: 0.28 } }, WORDS)).toHaveLength(2);
  // Too few controls for any word to be beyond chance.
  const few = { ...CONTROLS, maxima: { words: Float32Array.from([0.1, 0.2]) } };
  expect(hitsOf(of({ 0: 0.5 }, {}, { baseline: few }), {}, WORDS)).toHaveLength(1);
});

test("what is subtracted from the map plays no part", () => {
  const mean = { word: new Float32Array(48).fill(0.4) };
  const explained = of({ 0: 0.5 }, {}, { baseline: { ...CONTROLS, mean } });
  const [plain, less] = (["marked", "subtracted"] as const).map((chance) =>
    hitsOf(explained, { chance, word: 0, token: 1 }, WORDS),
  );
  expect(less).toEqual(plain);
  expect(less[0].value).toBeCloseTo(0.5);
});

test("places without print are named by the words in them, else by where they are; spots are counted only", () => {
  const picture = Object.fromEntries([24, 25, 26, 32, 33, 34, 40, 41, 42].map((j) => [j, 0.5]));
  const heading = word("heading", 410, 20, 180, 8);
  const named = (words: PageWord[]) =>
    hitsOf(of({ ...picture, 15: 0.8 }, {}), {}, words).map((hit) => [hit.name, hit.inWords, hit.small]);
  const spot = ["No print, top right", "a spot without print at the top right", true];
  expect(named([heading])).toEqual([["Picture, bottom left", "a picture at the bottom left", false], spot]);
  // Labels beside what is hot, as those of a chart; numbers name nothing.
  const labels = ["Solar", "12", "Wind"].map((text, i) => word(text, 310, 320 + 100 * i, 90, 5 + i));
  expect(named([heading, ...labels])).toEqual([
    ["Picture with “Solar, Wind”", "the picture with “Solar, Wind”", false],
    spot,
  ]);
});

test("where there are spots only, they are listed; without a text layer all places are", () => {
  const spots = of({ 7: 0.5, 40: 0.6 }, {});
  const far = [word("heading", 310, 220, 80, 8)];
  expect(hitsOf(spots, {}, far).map(({ name, small }) => [name, small])).toEqual([
    ["No print, bottom left", false],
    ["No print, top right", false],
  ]);
  for (const words of [undefined, []])
    expect(hitsOf(spots, {}, words).map(({ inWords, small }) => [inWords, small])).toEqual([
      ["the bottom left of the page", false],
      ["the top right of the page", false],
    ]);
});

test("a layer has its hits above the middle of its scale, or the threshold; those to both sides keep their sign", () => {
  const share = defineQuantity({ name: "share", range: [0, 1] });
  const change = defineQuantity({ name: "change", range: [-9, 9], scale: "diverging" });
  const numbers = (cells: Cells) =>
    new PatchMap(
      Float32Array.from({ length: 48 }, (_, j) => cells[j] ?? 0),
      ROWS,
      COLUMNS,
    );
  const plain = of({ 0: 0.5 }, {});
  const once = { ...plain, layers: layersWith(plain, numbers({ 22: 0.6, 16: 0.4 }).as(share), { word: 1 }) };
  const both = { ...once, layers: layersWith(once, numbers({ 22: -6, 16: 4 }).as(change), {}) };
  const shares = hitsOf(both, { quantity: "share", word: 1 }, WORDS);
  expect(brief(shares)).toEqual([["“peak”, line 2", [1]]]);
  expect(shares[0]).toMatchObject({ chance: null, beyond: false });
  expect(hitsOf(both, { quantity: "share", word: 1, color: { threshold: 0.3 } }, WORDS)).toHaveLength(2);
  const changes = hitsOf(both, { quantity: "change" }, WORDS);
  expect(changes.map(({ value, words }) => [value, words])).toEqual([
    [-6, []],
    [4, []],
  ]);
});

test("of a comparison the hits of both come by how much A and B differ there, each place once", () => {
  const a = of({ 0: 0.5, 22: 0.6 }, {});
  const b = of({ 0: 0.5, 16: 0.7, 22: 0.1 }, {}, { provenance: { ...a.provenance, date: "later" } });
  const other = { ...b, query: { ...b.query, text: "other loads" } };
  const state = shown([a, other], { compare: "r1" }, WORDS);
  const so = scene(state);
  const found = comparedHits(so, comparison(state, so) as NonNullable<ReturnType<typeof comparison>>);
  expect(found.map(({ inWords, side }) => [inWords, side])).toEqual([
    ["“wind”, line 2", "b"],
    ["“peak”, line 2", "a"],
    ["“peak”, line 1", "a"],
  ]);
  expect(found.map(({ value }) => Math.round(value * 100))).toEqual([-65, 50, 0]);
  expect(found.map((hit) => [hit.a, hit.b].map((v) => Math.round((v as number) * 100)))).toEqual([
    [5, 70],
    [60, 10],
    [50, 50],
  ]);
  const difference = scene({ ...state, view: { ...state.view, difference: true } });
  expect(difference.hits).toEqual(found);
});

test("of a difference what chance explains on both sides is not painted, unless chance was not measured", () => {
  const painted = (baseline: Baseline | null) => {
    const a = of({ 0: 0.5, 22: 0.6, 40: 0.2 }, {}, { baseline });
    const b = of({ 16: 0.7 }, {}, { baseline, provenance: { ...a.provenance, date: "later" } });
    const other = { ...b, query: { ...b.query, text: "other loads" } };
    const layers = rasters(scene(shown([a, other], { compare: "r1", difference: true }, WORDS)));
    const cells = Array.from({ length: ROWS * COLUMNS }, (_, cell) => cell);
    return cells.filter((cell) => layers.some(({ raster }) => raster.data[4 * cell + 3] > 0));
  };
  expect(painted(CONTROLS)).toEqual([0, 16, 22]);
  expect(painted(null)).toEqual([0, 16, 22, 40]);
});

test("two pages share no places: the highest hits come first, and nothing is taken from anything", () => {
  const a = of({ 0: 0.5 }, {});
  const b = of({ 0: 0.7 }, {}, { page: "p1" });
  const state = shown([a, b], { compare: "r1" }, WORDS);
  const so = scene(state);
  const found = comparedHits(so, comparison(state, so) as NonNullable<ReturnType<typeof comparison>>);
  expect(found.map(({ side, a: left, b: right }) => [side, left === null, right === null])).toEqual([
    ["b", true, false],
    ["a", false, true],
  ]);
  expect(found[0].value).toBeCloseTo(0.7);
  // Their difference is a map of A's page, with places of its own.
  const difference = scene({ ...state, view: { ...state.view, difference: true } });
  expect(difference.hits.every((hit) => !("side" in hit))).toBe(true);
  expect(finding(difference)).toMatch(/^A less B is largest on “peak”, line 1 \(/);
});

test("names are data: one line, nothing that rearranges what stands beside them", () => {
  const hostile = [word("pe\u202eak\n&lt;i", 10, 20, 180, 1)];
  expect(hitsOf(of({ 0: 0.5, 1: 0.5 }, {}), {}, hostile)[0].name).toBe("“pe\ufffdak &lt i”");
});
