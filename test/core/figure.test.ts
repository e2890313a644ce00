import {
  type FigureOptions,
  figure,
  figureCaption,
  figureLayout,
  figurePlan,
  figureSetting,
  type LensData,
  type LensState,
  type PageWord,
  type Rect,
  type SvgNode,
  serialise,
} from "../../core/index";
import { shorten, textWidth, wrap } from "../../core/scene/font-metrics";
import { baseline, explanation, lensData, lensState } from "./example";

const PAGE = "data:image/png;base64,AAAA";
const POINT = 96 / 72;
const MM = 96 / 25.4;

function all(of: SvgNode, tag: string): SvgNode[] {
  const here = of.tag === tag ? [of] : [];
  return [...here, ...of.children.flatMap((c) => (typeof c === "string" ? [] : all(c, tag)))];
}

const layoutOf = (state: LensState, options: FigureOptions = {}) =>
  figureLayout(figurePlan(state), figureSetting(options));

/** The figure of a state with the same picture for every panel. */
function drawn(state: LensState, options: FigureOptions = {}) {
  const layout = layoutOf(state, options);
  const pictures = layout.panels.map(({ cut }, i) => ({
    page: `${PAGE}${layout.plan.panels[i].scene.page.number}`,
    layers: cut.layers.map(() => `${PAGE}cells`),
  }));
  return { ...figure(layout, pictures), panels: layout.panels };
}

const texts = (of: SvgNode) => all(of, "text").map((t) => t.children.join(""));
const said = (of: SvgNode) => texts(of).join(" ");

test("a figure is the page, its words with their numbers, and a legend with ends, name and chance; then the caption", () => {
  const data = lensData(explanation({ baseline: baseline() }));
  const { root, panels } = drawn(lensState({}, data));
  expect(texts(root).slice(0, 9)).toEqual([
    "Query",
    "peak",
    "0.17",
    "loads",
    "0.32",
    "chance 0.10",
    "0.10",
    "cosine similarity",
    "0.50",
  ]);
  expect(said(root)).toContain("Where the query “peak loads” matches page 1 of 4 of report.pdf. Strongest");
  expect(said(root)).toContain("page sha256 cdcdcdcdcdcd");
  expect(panels[0].at.width / panels[0].at.height).toBeCloseTo(300 / 200, 6);
});

test("without a caption neither a sentence nor a hash is in the picture; both are in what is beside it", () => {
  const { root } = drawn(lensState(), { caption: false });
  expect(said(root)).not.toMatch(/Where|sha256|cdcd|report|colpali/);
  const [desc, metadata] = ["desc", "metadata"].map((tag) => all(root, tag)[0].children.join(""));
  expect(desc).toContain("Similarity map of maximum over all 2 words for the query “peak loads”");
  expect(JSON.parse(metadata).page.sha256).toBe("cd".repeat(32));
});

test.each([
  ["85mm", 85],
  ["175mm", 175],
  [120, 120],
] as const)("%p: the width is kept, and every text has 7 points, or what is asked for", (width, mm) => {
  for (const text of [7, 9]) {
    const { root, ...size } = drawn(lensState(), { width, text, crop: true });
    expect(size.width).toBeCloseTo(mm * MM, 6);
    for (const { attributes, children } of all(root, "text")) {
      expect(Number(attributes["font-size"])).toBeCloseTo(text * POINT, 6);
      const [x, y] = [Number(attributes.x), Number(attributes.y)];
      const wide = textWidth(String(children[0]), text * POINT, attributes["font-weight"] === "bold");
      const left = x - wide * ({ start: 0, middle: 0.5, end: 1 }[String(attributes["text-anchor"])] ?? 0);
      expect(left).toBeGreaterThanOrEqual(-0.01);
      // Of ASCII the widths are exact.
      if (/^[ -~]*$/.test(String(children[0]))) expect(left + wide).toBeLessThanOrEqual(size.width + 1);
      expect(y).toBeLessThanOrEqual(size.height);
    }
  }
});

test.each<[FigureOptions, string]>([
  [{ width: 720 }, 'invalid width: 720, expected "85mm", "175mm", or a number of millimetres from 40 to 400'],
  [{ width: "wide" as "85mm" }, 'invalid width: "wide", expected "85mm", "175mm"'],
  [{ text: 50 }, "invalid text: 50, expected a number from 5 to 14"],
  [{ caption: "no" as unknown as boolean }, 'invalid caption: "no", expected true or false'],
  [{ crop: "lines" as "hits" }, 'invalid crop: "lines", expected true, false, "hits", or a rectangle'],
  [{ crop: { x: 0, y: 0, width: 0, height: 5 } }, "invalid crop.width: 0, expected a number from 1"],
  [
    { crop: { x: 400, y: 0, width: 9, height: 9 } },
    "invalid crop: 9 x 9 pixels from (400, 0), expected a rectangle on the page, which has 300 x 200",
  ],
])("%p is refused: %s", (options, message) => {
  expect(() => layoutOf(lensState(), options)).toThrow(message);
});

/** Ten lines of print on a page of 3000 x 4000 pixels, 100 high each, every 300, under the cells of a grid of 40 x 30. */
function printed(hot: number): LensData {
  const [rows, columns] = [40, 30];
  const base = explanation();
  const line = (i: number): PageWord => ({
    text: i === hot ? "peak" : `line${i}`,
    rect: { x: 500, y: 400 + 300 * i, width: 1500, height: 100 },
    line: i,
    block: 0,
    source: "pdf",
  });
  const cell = (4 + 3 * hot) * columns + 8;
  const map = Array.from({ length: rows * columns }, (_, j) => (j === cell ? 0.45 : 0.05));
  const maps = { ...base.maps, rows, columns, data: Float32Array.from(base.query.tokens.flatMap(() => map)) };
  const tokens = base.maxsim.tokens.map((t) => ({
    ...t,
    best: maps.data[cell],
    patchBest: maps.data[cell],
    offImage: false,
  }));
  const score = tokens.reduce((sum, { best }) => sum + best, 0);
  const data = lensData(
    explanation({
      grid: { rows, columns },
      maps,
      maxsim: { kind: "maxsim", score, patchScore: score, residue: 0, tokens },
    }),
  );
  Object.assign(data.pages.p0, {
    width: 3000,
    height: 4000,
    words: Array.from({ length: 10 }, (_, i) => line(i)),
  });
  return data;
}

const cropOf = (data: LensData, options: FigureOptions): Rect =>
  layoutOf(lensState({}, data), options).panels[0].crop;

test.each([0, 3, 7, 9])(
  "a crop holds the best match of line %i, is as wide as the print, and cuts no line",
  (hot) => {
    const data = printed(hot);
    for (const width of ["85mm", "175mm"] as const) {
      const crop = cropOf(data, { crop: true, width });
      const best = 400 + 300 * hot;
      expect(crop.y).toBeLessThan(best);
      expect(crop.y + crop.height).toBeGreaterThan(best + 100);
      expect(crop.height / crop.width).toBeLessThan(width === "85mm" ? 0.75 : 0.5);
      expect([crop.x, crop.x + crop.width].map(Math.round)).toEqual([500 - 84, 2000 + 84]);
      for (const { rect } of data.pages.p0.words ?? [])
        for (const edge of [crop.y, crop.y + crop.height])
          expect(edge > rect.y && edge < rect.y + rect.height).toBe(false);
    }
  },
);

test("a crop to the hits holds all of them and little else; a rectangle is taken as it is, as far as the page goes", () => {
  const hits = cropOf(printed(4), { crop: "hits" });
  expect([hits.y < 1600, hits.y + hits.height > 1700, hits.height < 400]).toEqual([true, true, true]);
  expect(cropOf(printed(4), { crop: { x: 100, y: 200, width: 5000, height: 300 } })).toEqual({
    x: 100,
    y: 200,
    width: 2900,
    height: 300,
  });
  expect(cropOf(printed(4), {})).toEqual({ x: 0, y: 0, width: 3000, height: 4000 });
});

test("of a cropped page only the shown part gets into the file, cells included", () => {
  const state = lensState({ color: { threshold: 0.4 } }, printed(4));
  const [{ cut, crop }] = layoutOf(state, { crop: { x: 750, y: 1450, width: 300, height: 350 } }).panels;
  // The picture has 2 x 2 pixels: those that the crop touches.
  expect(cut.picture).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  const [{ raster, place }] = cut.layers;
  expect(place).toEqual({ x: 700, y: 1400, width: 400, height: 400 });
  expect([raster.width, raster.height]).toEqual([1024, 1024]);
  const alphaAt = (row: number, column: number) =>
    raster.data[4 * ((row * 256 + 128) * 1024 + column * 256 + 128) + 3];
  // The hot cell, (16, 8), is at (2, 1) of what is left.
  expect([alphaAt(2, 1) > 0, alphaAt(2, 0), alphaAt(1, 1)]).toEqual([true, 0, 0]);
  expect(crop.width).toBe(300);
});

test("what is printed is boxed in lines that cannot cover it; a chosen place without print is outlined", () => {
  const { root } = drawn(
    lensState({ color: { blend: "tint", palette: "auto", opacity: 1 } }, withPaper(printed(4))),
  );
  const [boxes] = all(root, "g").filter((g) => g.attributes.class === "cl-hit-marks");
  const [box] = all(boxes, "rect");
  expect(boxes.children).toHaveLength(1);
  expect((boxes.children[0] as SvgNode).attributes).toMatchObject({
    style: "mix-blend-mode:multiply",
    stroke: "#6b3300",
    "stroke-opacity": 0.6,
  });
  // 3 pixels around the word, which is at 500, of .75 each.
  const perPixel = 3000 / (175 * MM * 0.58);
  expect(Number(box.attributes.x)).toBeGreaterThan(500 - 3 * perPixel);
  expect(Number(box.attributes.x)).toBeLessThan(500);
  expect(Number(box.attributes.y)).toBeLessThan(1600);
  const none = drawn(lensState({ marks: { hits: false } }, printed(4)));
  expect(all(none.root, "g").filter((g) => g.attributes.class === "cl-hit-marks")[0].children).toEqual([]);
  const bare = printed(4);
  bare.pages.p0.words = [];
  const outlined = all(drawn(lensState({}, bare)).root, "g").filter(
    (g) => g.attributes.class === "cl-hit-marks",
  );
  expect(all(outlined[0], "rect")).toEqual([]);
  expect(all(outlined[0], "path").every((p) => /^M[^M]*Z$/.test(String(p.attributes.d)))).toBe(true);
});

function withPaper(data: LensData): LensData {
  data.pages.p0.picture = { ...data.pages.p0.picture, paper: new Uint8Array(64 * 64).fill(250) };
  return data;
}

test("nothing beyond chance: no box, no marked patch, and figure, caption and alternative text say so", () => {
  const high = baseline();
  for (const of of Object.values(high.maxima)) (of as Float32Array).fill(0.9);
  const state = lensState({ marks: { best: 3 } }, lensData(explanation({ baseline: high })));
  const { root } = drawn(state, { caption: false });
  expect(texts(root)).toEqual(expect.arrayContaining(["(chance)", "nothing beyond chance"]));
  expect(
    all(root, "g")
      .filter((g) => /cl-(hit-marks|best|next)/.test(String(g.attributes.class)))
      .flatMap((g) => g.children),
  ).toEqual([]);
  for (const words of [figureCaption(figurePlan(state)), all(root, "desc")[0].children.join("")])
    expect(words).toContain("No word of this query is beyond chance on this page. Nearest: ");
});

test("words that the model does not see are named in the figure, in its caption and its alternative text", () => {
  const data = lensData();
  data.queries.q0.dropped = ["電力"];
  const { root } = drawn(lensState({}, data));
  expect(texts(root)).toContain("not seen: 電力");
  expect(said(root)).toContain("The model does not see “電力” of the query.");
  expect(all(root, "desc")[0].children.join("")).toContain("The model does not see “電力”");
});

test("an upright page has its words beside it, where there is room; a wide one, a crop and a column have them below", () => {
  const data = lensData();
  Object.assign(data.pages.p0, { width: 200, height: 300 });
  const isBeside = (state: LensState, options: FigureOptions = {}) => {
    const { root, panels } = drawn(state, options);
    const query = all(root, "text").find((t) => t.children[0] === "Query");
    return Number(query?.attributes.x) > panels[0].at.x + panels[0].at.width;
  };
  expect(isBeside(lensState({}, data))).toBe(true);
  expect(isBeside(lensState({}, data), { width: "85mm" })).toBe(false);
  expect(isBeside(lensState({}, data), { crop: { x: 0, y: 0, width: 200, height: 100 } })).toBe(false);
  expect(isBeside(lensState())).toBe(false);
});

test("hostile text stays text", () => {
  const data = lensData();
  data.queries.q0.text = '"><script>alert(1)</script>';
  data.queries.q0.words[0].text = "<img src=x onerror=alert(1)>";
  data.pages.p0.name = "</svg><script>";
  const written = serialise(drawn(lensState({}, data)).root);
  expect(written).not.toMatch(/<script|<img/);
  expect(written).toContain("&lt;img src=x");
});

test("lines break where the font's widths say, and nothing is lost", () => {
  const text =
    "The maximum over all words is highest at row 1, column 2 averyveryverylongfilenamewithoutanyspace.pdf";
  const lines = wrap(text, 10, 150);
  for (const line of lines) expect(textWidth(line, 10)).toBeLessThanOrEqual(150);
  expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  expect(shorten("short", 10, 150)).toBe("short");
  expect(textWidth(shorten(text, 10, 150), 10)).toBeLessThanOrEqual(150);
});

test("a comparison is drawn as two panels, each named, with the words and a legend of each", () => {
  const data = lensData(explanation(), explanation());
  data.pages.p1 = { ...data.pages.p0, number: 2, width: 200, height: 300 };
  data.results.r1.page = "p1";
  const state = lensState({ token: 1, word: 0, compare: "r1" }, data);
  const { root, panels, width } = drawn(state);
  const windows = all(root, "svg").slice(1);
  expect(windows.map((w) => w.attributes.viewBox)).toEqual(["0 0 300 200", "0 0 200 300"]);
  expect(panels[1].at.x).toBeGreaterThan(width / 2);
  const shown = texts(root);
  // Only what differs is named: the query and the model are the same.
  expect(shown.filter((t) => /^[AB]: page [12] of 4 of report.pdf$/.test(t))).toHaveLength(2);
  expect(shown).toEqual(expect.arrayContaining(["A", "B", "A: cosine similarity", "B: cosine similarity"]));
  expect(said(root)).toContain("A: page 1 of 4 of report.pdf; B: page 2 of 4 of report.pdf.");
  // In a column they stand below each other.
  const column = drawn(state, { width: "85mm" }).panels;
  expect(column[1].at.y).toBeGreaterThan(column[0].at.y + column[0].at.height);
});

test("models are compared each on its own scale, and the figure says so", () => {
  const other = explanation({ domain: [0, 0.9] });
  other.provenance.model.id = "another";
  const state = lensState({ compare: "r1" }, lensData(explanation(), other));
  expect(figurePlan(state).panels.map(({ scene }) => scene.scale.domain)).toEqual([
    [0.1, 0.5],
    [0, 0.9],
  ]);
  expect(said(drawn(state).root)).toContain("B has its own scale: cosine 0.00 to 0.90");
});

test("small multiples are drawn as one named map a word, in rows, with one scale and one picture of the page", () => {
  const { root, panels, width } = drawn(lensState({ layout: "multiples" }));
  const places = panels.map(({ at }) => at);
  expect(places).toHaveLength(3);
  expect(new Set(places.map((p) => p.y)).size).toBe(1);
  expect(places[1].x).toBeGreaterThan(places[0].x + places[0].width);
  expect(places[2].x + places[2].width).toBeCloseTo(width - 0.5, 6);
  expect(all(root, "image").filter((i) => i.attributes.href === `${PAGE}1`)).toHaveLength(1);
  expect(all(root, "use").map((u) => u.attributes.href)).toEqual(Array(3).fill(`#cl-page-${"cd".repeat(8)}`));
  expect(texts(root)).toEqual(
    expect.arrayContaining(["all", "peak", "loads", "cosine similarity", "“peak loads”"]),
  );
  expect(said(root)).toContain("Strongest: “peak” at the");
  expect(said(root)).toContain("All maps have the same scale.");
  // Each map is its own: the cell of the word with the higher cosines is more opaque.
  const [, peak, loads] = panels.map(({ cut }) =>
    cut.layers[0].raster.data.reduce((most, v, i) => (i % 4 === 3 ? Math.max(most, v) : most), 0),
  );
  expect(peak).toBeLessThan(loads);
});

test("small multiples whose scales differ say each its own; a very long query is cut and says so", () => {
  const { root } = drawn(lensState({ layout: "multiples", color: { scale: "token" } }));
  expect(texts(root)).toEqual(
    expect.arrayContaining(["range of this map", "cosine 0.25 to 0.32", "cosine 0.30 to 0.37"]),
  );
  const one = explanation();
  const tokens = Array.from({ length: 100 }, (_, index) => ({ ...one.query.tokens[1], index, word: index }));
  one.query = {
    ...one.query,
    tokens,
    words: tokens.map(({ index }) => ({ index, text: `w${index}`, tokens: [index] })),
  };
  one.maps = { ...one.maps, tokens: 100, data: Float32Array.from({ length: 600 }, (_, i) => i / 1000) };
  one.maxsim.tokens = tokens.map(() => one.maxsim.tokens[1]);
  const long = drawn(lensState({ layout: "multiples" }, lensData(one)));
  expect(long.panels).toHaveLength(60);
  expect(said(long.root)).toContain("The first 59 are shown, 41 are not.");
  expect(said(drawn(lensState({}, lensData(one))).root)).toContain("and 76 more");
});

test("a long path is cut to its file", () => {
  const data = lensData();
  data.pages.p0.name = `/home/someone/private/${"very-long-".repeat(12)}name.pdf`;
  const words = said(drawn(lensState({}, data)).root);
  expect(words).toContain("page 1 of 4 of very-long-");
  expect(words).not.toContain("someone");
});

test("a difference has the words of both sides, and a legend from B to A", () => {
  const other = explanation();
  other.query = { ...other.query, text: "other" };
  other.maps.data = other.maps.data.map((v, i) => v + [0.4, 0, 0, 0, 0, -0.4][i % 6]);
  const state = lensState(
    { compare: "r1", difference: true, token: 1, word: 0 },
    lensData(explanation(), other),
  );
  const shown = texts(drawn(state).root);
  expect(shown).toEqual(expect.arrayContaining(["A", "B", "B +0.40", "A +0.40", "difference of cosines"]));
  expect(shown.join(" ")).toContain("A: “peak loads”; B: “other” on page 1 of 4 of report.pdf; A minus B.");
});
