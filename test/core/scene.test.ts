import {
  aggregate,
  altText,
  caption,
  chips,
  colours,
  difference,
  finding,
  type LensView,
  provenanceLine,
  type Raster,
  rasters,
  resample,
  type Scene,
  scene,
  shares,
  svg,
  text,
  tokensAt,
} from "../../core/index";
import { explanation, lensData, lensState } from "./example";

/** The only layer of colours that do not follow the page. */
const raster = (of: Scene) => rasters(of)[0].raster;
const at = (r: Raster, row: number, column: number) =>
  Array.from(r.data.slice((row * r.width + column) * 4, (row * r.width + column) * 4 + 4));

test("a raster has one pixel a patch, in its place, in the palette's colour with an alpha ramp", () => {
  // Token 2 is .20 .21 .22 / .25 .26 .27 on a domain of .10 to .50.
  const r = raster(scene(lensState({ token: 2, word: 1, color: { opacity: 1 } })));
  expect([r.width, r.height, r.data.length]).toEqual([3, 2, 24]);
  const alphas = [0, 1].map((row) => [0, 1, 2].map((column) => at(r, row, column)[3]));
  expect(alphas).toEqual([
    [64, 70, 76],
    [96, 102, 108],
  ]);
  const [red, green, blue] = at(r, 1, 2);
  const table = colours("viridis");
  const entry = Math.round((255 * (0.27 - 0.1)) / 0.4);
  // Colours are rounded so that they survive premultiplication, by at most half a step of the alpha.
  expect(Math.abs(red - table[entry * 3])).toBeLessThanOrEqual(2);
  expect(Math.abs(green - table[entry * 3 + 1])).toBeLessThanOrEqual(2);
  expect(Math.abs(blue - table[entry * 3 + 2])).toBeLessThanOrEqual(2);
});

test("cells below the threshold are not painted", () => {
  const r = raster(scene(lensState({ token: 2, word: 1, color: { threshold: 0.25 } })));
  expect([0, 1, 2].map((c) => at(r, 0, c)[3])).toEqual([0, 0, 0]);
  expect(at(r, 1, 1)[3]).toBeGreaterThan(0);
});

test("every painted colour survives a canvas, which keeps premultiplied bytes", () => {
  for (const opacity of [0.03, 0.2, 0.77, 0.8, 1]) {
    const { data } = raster(scene(lensState({ color: { opacity } })));
    for (let i = 0; i < data.length; i += 4)
      for (const c of [data[i], data[i + 1], data[i + 2]]) {
        const kept = Math.round((c * data[i + 3]) / 255);
        const back = (kept * 255) / data[i + 3];
        if (data[i + 3] === 0) continue;
        expect(Math.round(back)).toBe(c);
        expect(back % 1).not.toBe(0.5);
      }
  }
});

test("smooth cells keep the centres' colours and stay within the cells' range", () => {
  const view = { token: 2, word: 1, color: { opacity: 1 } } as const;
  const smooth = raster(scene(lensState({ ...view, cells: "smooth" })));
  expect([smooth.width, smooth.height]).toEqual([24, 16]);
  const alphas = Array.from({ length: 24 * 16 }, (_, i) => smooth.data[i * 4 + 3]);
  expect([Math.min(...alphas), Math.max(...alphas)]).toEqual([64, 108]);
});

const domains: [Partial<LensView>, [number, number]][] = [
  [{ token: 2, word: 1 }, [0.1, 0.5]],
  [{ token: 2, word: 1, color: { domain: [-0.5, 0.9] } }, [-0.5, 0.9]],
  [{ token: 2, word: 1, color: { scale: "token" } }, [0.2, 0.27]],
  [{ token: 2, word: 1, color: { scale: "query" } }, [0.1, 0.37]],
  [{ token: 2, word: 1, color: { scale: "query" }, scope: "all" }, [0, 0.47]],
  [{ token: 2, word: 1, color: { scale: "pages" } }, [0.1, 0.57]],
  [{ token: 2, word: 1, color: { scale: "percentile" } }, [0.201, 0.269]],
  // Median .235, absolute deviations .035 .025 .015 (twice each): MAD .025.
  [{ token: 2, word: 1, color: { scale: "robust" } }, [0.235 - 0.111195, 0.235 + 0.111195]],
  [{ aggregate: "winner" }, [0, 0.81]],
];

test.each(domains)("%p spans %p, in cosine", (view, [low, high]) => {
  const second = explanation();
  second.maps.data = second.maps.data.map((v) => v + 0.2);
  const other = explanation({ query: { ...second.query, text: "other" } });
  other.maps.data = other.maps.data.map((v) => v - 0.9);
  const data = lensData(explanation(), second, other);
  const { scale } = scene(lensState(view, data));
  expect(scale.domain[0]).toBeCloseTo(low, 5);
  expect(scale.domain[1]).toBeCloseTo(high, 5);
});

test("a word's map is the mean of its sub-tokens; the aggregates take the tokens in scope", () => {
  expect(scene(lensState({ token: null, word: 1 })).shown.map.data[5]).toBeCloseTo(0.32, 6);
  expect(scene(lensState()).shown).toMatchObject({ tokens: [1, 2, 3], label: "maximum over all 2 words" });
  expect(scene(lensState({ scope: "all", aggregate: "mean" })).shown).toMatchObject({
    tokens: [0, 1, 2, 3, 4],
    label: "mean over all 5 tokens",
  });
  const all = scene(lensState({ scope: "all", aggregate: "winner" })).shown;
  const { patchScore } = explanation().maxsim;
  expect(all.map.data.reduce((a, b) => a + b)).toBeCloseTo(patchScore, 6);
});

test("chips: all, then words in order; other tokens on request; shares add up to the score", () => {
  const e = explanation();
  const view = lensState().view;
  const words = chips(e, view);
  expect(words.map((c) => [c.kind, c.label, c.parts.map((p) => p.label)])).toEqual([
    ["all", "all", []],
    ["word", "peak", []],
    ["word", "loads", ["load", "##s"]],
  ]);
  expect(words[1].select).toEqual({ token: 1, word: 0 });
  expect(words[2].select).toEqual({ token: null, word: 1 });
  const all = chips(e, { ...view, scope: "all" });
  expect(all.map((c) => c.label)).toEqual(["all", "Q", "peak", "loads", "[MASK]"]);
  expect(all.map((c) => c.offImage)).toEqual([true, false, false, false, true]);
  expect(Object.values(shares(e)).reduce((a, b) => a + b)).toBeCloseTo(e.maxsim.score, 6);
});

test("reverse look-up ranks the tokens at a patch and says which it serves", () => {
  const found = tokensAt(explanation(), 1, 2, [0, 1, 2]);
  expect(found.map((f) => [f.token.text, f.serves])).toEqual([
    ["load", true],
    ["peak", true],
    ["Q", true],
  ]);
  expect(tokensAt(explanation(), 0, 0, [3])[0]).toMatchObject({ serves: false, cosine: Math.fround(0.3) });
});

test("a difference is A minus B, also when the grids differ", () => {
  const a = explanation();
  const b = explanation();
  b.maps.data = b.maps.data.map((v, i) => v - i / 1000);
  const view = { ...lensState().view, token: 1, word: 0 };
  expect(difference(a, b, view).map.data[5]).toBeCloseTo(0.011, 5);
  const coarse = resample(
    { kind: "map", data: Float32Array.of(1, 2, 3, 4, 5, 6), rows: 2, columns: 3 },
    1,
    2,
  );
  // Left half: cells 1, 4 and half of 2, 5.
  expect(Array.from(coarse.data)).toEqual(
    [(1 + 4 + (2 + 5) / 2) / 3, (3 + 6 + (2 + 5) / 2) / 3].map(Math.fround),
  );
  const shown = scene(lensState({ token: 1, word: 0, compare: "r1", difference: true }, lensData(a, b)));
  expect(shown.scale).toMatchObject({
    kind: "diverging",
    quantity: { name: "cosine-difference", noun: "difference of cosines", unit: "" },
  });
  expect(shown.scale.domain[0]).toBe(-shown.scale.domain[1]);
});

test("multiplied colours are on every cell from the threshold up, the lowest included", () => {
  const view = { token: 2, word: 1, color: { scale: "token", blend: "multiply" } } as const;
  const alphas = (r: Raster) => Array.from(r.data).filter((_, i) => i % 4 === 3);
  expect(alphas(raster(scene(lensState(view))))).toEqual(Array(6).fill(204));
  // Token 2 is .20 .21 .22 / .25 .26 .27.
  expect(alphas(raster(scene(lensState({ ...view, color: { ...view.color, threshold: 0.215 } }))))).toEqual([
    0, 0, 204, 204, 204, 204,
  ]);
});

test("a mark is drawn around its patch, which stays in sight", () => {
  const drawn = svg(scene(lensState({ token: 1, word: 0, marks: { best: 1 } })), 2);
  // The patch is 100 wide from (200, 100); half the line of 2.5 is 1.25, at 2 page pixels each.
  expect(drawn).toContain('<rect x="197.5" y="97.5" width="105" height="105" stroke="#c2185b"');
});

test("marks lie on their patches in page pixels", () => {
  const { marks } = scene(
    lensState({
      token: 1,
      word: 0,
      marks: { best: 1 },
      region: { row: 0, column: 1, rows: 2, columns: 2 },
    }),
  );
  expect(marks).toEqual([
    { kind: "rect", role: "best", x: 200, y: 100, width: 100, height: 100 },
    { kind: "rect", role: "region", x: 100, y: 0, width: 200, height: 200 },
  ]);
  const many = scene(lensState({ marks: { best: 3, contours: 2 }, color: { blend: "outline" } })).marks;
  expect(many.filter((m) => m.kind === "label").map((m) => m.kind === "label" && m.text)).toEqual([
    "1",
    "2",
    "3",
  ]);
  expect(many.filter((m) => m.kind === "path").map((m) => m.role)).toEqual(["outline", "contour", "contour"]);
});

test("the outline follows cell edges around the painted area", () => {
  const [outline] = scene(
    lensState({ token: 2, word: 1, color: { blend: "outline", threshold: 0.27 }, marks: { best: 0 } }),
  ).marks;
  const edges = outline.kind === "path" ? outline.d.split("M").slice(1).sort() : [];
  expect(edges).toEqual(["200,100h100", "200,100v100", "200,200h100", "300,100v100"]);
});

test("words: caption, alternative text and table say what the picture shows", () => {
  const s = scene(lensState({ token: 4, scope: "all" }));
  expect(caption(s)).toBe(
    "Where the token “[MASK]” of the query “peak loads” matches page 1 of 4 of report.pdf. Token “[MASK]” is strongest at the middle of the page (0.47). Its strongest match (cosine 0.72) is outside the image, where no map can show it. Colours: cosine 0.10 to 0.50 (fixed range). Boxes: the highest places; chance was not measured. Page score 1.60, 0.25 of it from outside the image. Model mini, 2 × 3 patches.",
  );
  expect(provenanceLine(s)).toBe(
    "colpali-lens 0.1.0 · prompt profile mini · cpu · page sha256 cdcdcdcdcdcd · 150 dpi",
  );
  expect(altText(s)).toContain(
    "Similarity map of “[MASK]” for the query “peak loads” on page 1 of 4 of report.pdf. Token “[MASK]” is strongest at",
  );
  // Patches are in the table.
  expect(caption(s) + altText(s)).not.toMatch(/\brow \d|\bcolumn \d/);
  const [answer, ...lines] = text(s).split("\n");
  expect(answer).toBe(finding(s));
  expect(lines.join("\n")).toMatchInlineSnapshot(`
"Lens “peak loads” on page 1 of 4 of report.pdf: score 1.60 = patches 1.35 + off-image 0.25

token   kind                               best  on a patch  row  column  chance p
Q       prefix                            0.070       0.070    1       2         –
peak    word                              0.170       0.170    1       2         –
load    word                              0.270       0.270    1       2         –
##s     word                              0.370       0.370    1       2         –
[MASK]  augmentation (best is off-image)  0.720       0.470    1       2         –"
`);
});

test("text from outside cannot become markup or break the line", () => {
  const data = lensData();
  const [query] = Object.values(data.queries);
  query.text = '"><b>\u0000\u202e\nnext';
  query.tokens[1].text = "<img onerror=x>";
  const s = scene(lensState({ token: 1, word: 0, marks: { best: 2 } }, data));
  expect(svg(s)).not.toContain("<img");
  const [answer, headline] = text(s).split("\n");
  expect(answer).toMatch(/^[^\p{Cc}\u202e]+\.$/u);
  expect(headline).toContain('“"><b>\ufffd\ufffd next” on page');
  expect(headline.length).toBeLessThanOrEqual(110);
});

test("aggregate of the scope equals the plain one", () => {
  const e = explanation();
  expect(scene(lensState({ aggregate: "max" })).shown.map.data).toEqual(
    aggregate(e.maps, "max", [1, 2, 3]).data,
  );
});
