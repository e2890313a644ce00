import {
  alpha,
  type Baseline,
  type Chance,
  COSINE_ABOVE_BASELINE,
  COSINE_SUM,
  caption,
  chanceAt,
  chanceLevel,
  chanceOf,
  changeView,
  chips,
  corrected,
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

describe("where fewer than 10 of 100 or more controls reach a value, their tail says how rare it is", () => {
  /** The quantiles of an exponential distribution of mean 0.02 above -0.1: its own tail. */
  const quantiles = (count: number) =>
    Array.from({ length: count }, (_, i) => -0.1 - 0.02 * Math.log(1 - (i + 0.5) / count));
  const judged = (count: number) => {
    const one = explanation({
      baseline: baseline({ maxima: { words: Float32Array.from(quantiles(count)) } }),
    });
    return chanceOf(one, shown(one, view({ word: 0 }))) as Chance;
  };

  test("p is near the distribution's own, which no count of controls can show", () => {
    const own = Math.exp(-(0.17 + 0.1) / 0.02);
    expect(own).toBeLessThan(2e-6);
    const { p } = judged(300);
    // The mean of 60 excesses of quantiles is a little under the distribution's.
    expect(Math.log(p) / Math.log(own)).toBeGreaterThan(0.97);
    expect(Math.log(p) / Math.log(own)).toBeLessThan(1.06);
    expect(describeChance(judged(300))).toBe(
      "more than chance (p < 0.001: 0 of 300 controls on this page reach it)",
    );
  });

  test("with fewer than 100 controls it is their count", () => {
    expect(judged(99).p).toBe(1 / 100);
  });

  test("controls that are all the same have no tail", () => {
    const one = explanation({ baseline: reaching(300) });
    expect(chanceOf(one, shown(one, view({ word: 0 })))?.p).toBe(1 / 301);
  });

  test.each([0.05, 0.03, 0.01, 1e-3, 1e-5])("the level of %p is where p is that", (threshold) => {
    const correction = { tests: 1, threshold, adjusted: [1, 1] };
    const words = Float32Array.from(quantiles(300));
    const one = explanation({ baseline: { ...baseline({ maxima: { words } }), correction } });
    const about = shown(one, view({ word: 0 }));
    const { level } = chanceOf(one, about) as Chance;
    expect(chanceAt(one, about, (level as number) + 1e-4)).toBeLessThanOrEqual(threshold);
    expect(chanceAt(one, about, (level as number) - 1e-4)).toBeGreaterThan(threshold * 0.999);
  });

  test("p falls from each value to the next", () => {
    const one = explanation({ baseline: baseline({ maxima: { words: Float32Array.from(quantiles(300)) } }) });
    const about = shown(one, view({ word: 0 }));
    const all = Array.from({ length: 400 }, (_, i) => chanceAt(one, about, -0.12 + i / 1000) as number);
    for (let i = 1; i < all.length; i++) expect(all[i]).toBeLessThanOrEqual(all[i - 1]);
    expect(all[0]).toBe(1);
  });

  test("one word on one page of twenty is found", () => {
    const words = Float32Array.from(quantiles(300));
    const here = explanation({ baseline: baseline({ maxima: { words } }) });
    const elsewhere = Array.from({ length: 19 }, () => {
      const reach = words.map((v) => v + 0.4);
      return explanation({ baseline: baseline({ maxima: { words: reach } }) });
    });
    const [first, second] = corrected([here, ...elsewhere]);
    expect(first?.correction?.tests).toBe(40);
    expect(first?.correction?.adjusted[0]).toBeLessThan(0.05);
    expect(second?.correction?.adjusted[0]).toBe(1);
  });
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
    "“peak” is strongest at the middle of the page (0.17). No other place is beyond chance.",
  );
  expect(caption(scene({ data, view: view({ word: 0 }) }))).toContain("“peak”: more than chance (p = 0.050");
  expect(said({})).toMatch(/^Strongest at the .* of the page: the best match for both words\.$/);
  expect(text(scene({ data, view: view() }))).toMatch(/peak +word +0\.170 .* 0\.050$/m);
  const without = lensData();
  const silent = finding(scene({ data: without, view: defaultView(without) }));
  expect(silent).not.toMatch(/chance/);
});

test("controls are saved and read; broken ones are refused by name", () => {
  expect(decodeLensData(encodeLensData(data))).toEqual(data);
  const json = explanationJson(scene({ data, view: view() }), { arrays: true });
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

/** One word of a query on one page, its p as given by how many of 99 controls reach its .5. */
function testedAt(...reaching: number[]) {
  return reaching.map((count) => {
    const words = new Float32Array(99).fill(0, 0, 99 - count).fill(0.9, 99 - count);
    return explanation({ baseline: baseline({ maxima: { words } }) });
  });
}

test("chance is corrected for all words on all pages, as Benjamini and Hochberg do", () => {
  // Two words a page: p = .01, .01; .03, .03; .2, .2. R's p.adjust(c(.01,.01,.03,.03,.2,.2), "BH").
  const of = corrected(testedAt(0, 2, 19)).map((one) => one?.correction);
  const expected = [0.03, 0.03, 0.045, 0.045, 0.2, 0.2];
  for (const [i, p] of of.flatMap((one) => one?.adjusted ?? []).entries())
    expect(p).toBeCloseTo(expected[i], 9);
  expect(of.map((one) => one?.tests)).toEqual([6, 6, 6]);
  // Four of six are discovered: .05 x 4 / 6.
  expect(of[0]?.threshold).toBeCloseTo(0.2 / 6, 9);
});

test("where nothing is discovered, the best would have had to reach 0.05 / tests", () => {
  const [first] = corrected(testedAt(3, 9, 19));
  expect(first?.correction?.threshold).toBeCloseTo(0.05 / 6, 9);
  const one = explanation({ baseline: first });
  const chance = chanceOf(one, shown(one, view({ word: 0 })));
  expect(chance).toMatchObject({ p: 0.04, tests: 6, beyond: false });
  expect(chance?.adjusted).toBeCloseTo(0.12, 9);
  // No value could be beyond it with so few controls: the level is the highest of them.
  expect(chance?.level).toBe(Math.fround(0.9));
  expect(describeChance(chance as NonNullable<typeof chance>)).toBe(
    "no more than chance (p = 0.040: 3 of 99 controls on this page reach it; 0.120 corrected for 6 words and pages)",
  );
});

test("what was not measured is no test", () => {
  const [measuredOne, none] = corrected([testedAt(0)[0], explanation()]);
  expect([measuredOne?.correction?.tests, none]).toEqual([2, null]);
  expect(corrected([explanation()])).toEqual([null]);
});

test("matched controls: each word has those of its kind, several together have all", () => {
  const kind = (about: string, high: number) => ({
    about,
    words: new Float32Array(39).fill(high, 36),
    tokens: new Float32Array(39).fill(high / 2, 36),
  });
  const maxima = {};
  const controls = [kind("short", 0.3), kind("long", 0.1)];
  const one = explanation({ baseline: baseline({ maxima, controls, controlsOf: [1, 0], seed: 1 }) });
  const judged = (change: Partial<LensView>) => chanceOf(one, shown(one, view(change)));
  expect(judged({ word: 0 })).toMatchObject({ controls: "long", among: 39, p: 1 / 40 });
  expect(judged({ word: 1 })).toMatchObject({ controls: "short", among: 39 });
  // One list for all words has no name.
  expect(chanceOf(measured, of({ word: 0 }))?.controls).toBeNull();
  expect(chanceLevel(one, shown(one, view({ aggregate: "max" })))).toBe(Math.fround(0.15));
  const again = decodeLensData(encodeLensData(lensData(one))).results.r0.baseline;
  expect(again?.controls?.[1].about).toBe("long");
  expect([again?.controlsOf, again?.seed]).toEqual([[1, 0], 1]);
  const broken = lensData(explanation({ baseline: baseline({ controls, controlsOf: [2, 0] }) }));
  expect(() => decodeLensData(broken)).toThrow(
    "results.r0.baseline.controlsOf[0]: 2, expected an integer from 0 to 1",
  );
});
