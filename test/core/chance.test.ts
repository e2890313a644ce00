import {
  alpha,
  type Baseline,
  COSINE_ABOVE_BASELINE,
  COSINE_SUM,
  chanceLevel,
  chanceOf,
  changeView,
  chips,
  decodeLensData,
  defaultView,
  describeChance,
  encodeLensData,
  explanationJson,
  finding,
  type LensView,
  scene,
  shown,
  text,
} from "../../core/index";
import { baseline, explanation, lensData } from "./example";

const measured = explanation({ baseline: baseline() });
const data = lensData(measured);
const view = (change: Partial<LensView> = {}) => changeView(data, defaultView(data), change);
const of = (change: Partial<LensView>) => shown(measured, view(change));

/** `count` controls with the given highest cosines, the others at 0. */
function reaching(count: number, ...values: number[]): Baseline {
  const words = new Float32Array(count);
  words.set(values, count - values.length);
  return baseline({ maxima: { words } });
}

test("p counts the controls that reach the map's highest cosine, and itself", () => {
  // "peak" has .17 at best: of 39 controls one reaches it, so p = 2 / 40.
  const chance = chanceOf(measured, of({ word: 0 }));
  expect(chance).toMatchObject({ among: 39, p: 0.05, beyond: true, percentile: 38 / 39 });
  expect(chance?.value).toBe(Math.fround(0.17));
  expect(chance?.level).toBe(Math.fround(0.1));
  const spread = Math.sqrt((38 * (0.1 - 4.25 / 39) ** 2 + (0.45 - 4.25 / 39) ** 2) / 38);
  expect(chance?.z).toBeCloseTo((0.17 - 4.25 / 39) / spread, 5);
  expect(describeChance(chance as NonNullable<typeof chance>)).toBe(
    "more than chance (p = 0.050: 1 of 39 controls on this page reach it)",
  );
});

test.each([
  [19, [], 0.05, 0],
  [18, [], 1 / 19, null],
  [39, [0.16, 0.3], 0.05, 0.16],
  // A control that reaches exactly the same counts against the word.
  [39, [0.3, Math.fround(0.17)].sort(), 3 / 40, Math.fround(0.17)],
])("with %i baseline, the best at %p: p = %p, level %p", (count, values, p, level) => {
  const one = explanation({ baseline: reaching(count, ...values) });
  const chance = chanceOf(one, shown(one, view({ word: 0 })));
  expect(chance?.p).toBeCloseTo(p, 9);
  expect(chance?.beyond).toBe(p <= 0.05);
  if (level === null) expect(chance?.level).toBeNull();
  else expect(chance?.level).toBeCloseTo(level, 6);
});

test("a word of several tokens is compared with words, a token with tokens of its kind", () => {
  const kinds = {
    words: new Float32Array(39).fill(0.9),
    word: new Float32Array(39),
    augmentation: new Float32Array(39).fill(0.8),
  };
  const one = explanation({ baseline: baseline({ maxima: kinds }) });
  const p = (change: Partial<LensView>) => chanceOf(one, shown(one, view(change)))?.p ?? null;
  expect(p({ word: 1 })).toBe(1);
  expect(p({ token: 3 })).toBe(1 / 40);
  expect(p({ token: 4 })).toBe(1);
  expect(p({ token: 0 })).toBeNull();
  expect(p({})).toBeNull();
});

test("the chance level is on the scale for words and maxima, not for means, sums and differences", () => {
  expect(chanceLevel(measured, of({ word: 1 }))).toBe(Math.fround(0.1));
  expect(chanceLevel(measured, of({ aggregate: "max" }))).toBe(Math.fround(0.1));
  expect(chanceLevel(measured, of({ aggregate: "mean" }))).toBeNull();
  expect(chanceLevel(measured, of({ aggregate: "winner" }))).toBeNull();
  expect(scene({ data, view: view({ compare: "r0", difference: true }) }).scale.chance).toBeNull();
});

test("hidden: what chance explains is not painted, what is a hair above it is", () => {
  const at = 0.13;
  const level = new Float32Array(39).fill(at);
  const one = explanation({ baseline: baseline({ maxima: { words: level } }), domain: [0, 0.5] });
  const two = lensData(one);
  const { scale } = scene({
    data: two,
    view: changeView(two, defaultView(two), { word: 0, chance: "hidden" }),
  });
  expect(alpha(scale, Math.fround(at))).toBe(0);
  expect(alpha(scale, Math.fround(at + 1e-6))).toBeGreaterThanOrEqual(0);
  expect(scale.threshold).toBeGreaterThan(Math.fround(at));
  expect(scale.threshold - at).toBeLessThan(1e-6);
});

test("subtracted: each cell less the mean of the controls there; the chips keep their cosines", () => {
  const less = of({ word: 0, chance: "subtracted" });
  expect(less.map.description).toBe(COSINE_ABOVE_BASELINE);
  const raw = of({ word: 0 }).map.data;
  less.map.data.forEach((v, j) => {
    expect(v).toBeCloseTo(raw[j] - (0.05 + Math.floor(j / 3) / 100 + (j % 3) / 1000), 6);
  });
  expect(chips(measured, view({ chance: "subtracted" }))[1].value).toBe(Math.fround(0.17));
  const winner = of({ aggregate: "winner", chance: "subtracted" });
  expect(winner.map.description).toBe(COSINE_SUM);
  const { scale } = scene({ data, view: view({ chance: "subtracted" }) });
  expect(scale.domain[0]).toBeCloseTo(0.1 - 0.056, 6);
  expect(scale.domain[1]).toBeCloseTo(0.5 - 0.056, 6);
});

test("words, caption and table say it; without controls nothing is claimed", () => {
  const said = (change: Partial<LensView>) => finding(scene({ data, view: view(change) }));
  expect(said({ word: 0 })).toBe(
    "Word “peak” matches best at row 1, column 2 (cosine 0.17): more than chance (p = 0.050: 1 of 39 controls on this page reach it).",
  );
  expect(said({})).toMatch(/\(cosine 0.37\); 2 of 2 words more than chance\.$/);
  expect(text(scene({ data, view: view() }))).toMatch(/peak +word +0\.170 .* 0\.050$/m);
  const without = lensData();
  const silent = finding(scene({ data: without, view: defaultView(without) }));
  expect(silent).not.toMatch(/chance/);
});

test("controls are saved and read; broken ones are refused by name", () => {
  expect(decodeLensData(encodeLensData(data))).toEqual(data);
  const json = explanationJson(measured, { arrays: true });
  expect(json.chance[1]).toMatchObject({ p: 0.05, among: 39 });
  expect(json.baseline?.mean.word).toHaveLength(2);
  const broken = (change: Partial<Baseline>) => () =>
    decodeLensData(lensData(explanation({ baseline: baseline(change) })));
  expect(broken({ maxima: { words: Float32Array.of(0.2, 0.1) } })).toThrow(
    "invalid results.r0.baseline.maxima.words[1]: 0.1",
  );
  expect(broken({ mean: { word: new Float32Array(5) } })).toThrow(
    "invalid results.r0.baseline.mean.word: 5 cosines, expected 6",
  );
  expect(broken({ mean: { word: new Float32Array(6).fill(Number.NaN) } })).toThrow(
    "baseline.mean.word[0]: NaN",
  );
  expect(broken({ queries: 0 })).toThrow("baseline.queries: 0");
});
