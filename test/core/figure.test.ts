import { figure, figurePlaces, figurePlan, type LensState, type SvgNode, serialise } from "../../core/index";
import { shorten, textWidth, wrap } from "../../core/scene/font-metrics";
import { explanation, lensData, lensState } from "./example";

const PAGE = "data:image/png;base64,AAAA";

function all(of: SvgNode, tag: string): SvgNode[] {
  const here = of.tag === tag ? [of] : [];
  return [...here, ...of.children.flatMap((c) => (typeof c === "string" ? [] : all(c, tag)))];
}

/** The figure of a state with the same picture for every panel. */
function drawn(state: LensState) {
  const plan = figurePlan(state);
  const pictures = plan.panels.map(({ scene }) => ({ page: `${PAGE}${scene.page.number}` }));
  return { ...figure(plan, pictures), places: figurePlaces(plan) };
}

const texts = (of: SvgNode) => all(of, "text").map((t) => t.children.join(""));

test("a figure shows query, score, page, scale, words, best patches and caption", () => {
  const {
    root,
    places: [page],
    width,
    height,
  } = drawn(lensState({ token: 1, word: 0 }));
  const shown = texts(root);
  expect(shown).toEqual(
    expect.arrayContaining([
      "“peak loads”",
      "Scale, cosine",
      "Best patches",
      "1  row 1, column 2",
      "0.170",
      "peak",
      "loads",
    ]),
  );
  expect(shown[1]).toBe("“peak” · page 1 of 4 of report.pdf · score 1.60 = patches 1.35 + off-image 0.25");
  expect(shown.join(" ")).toContain("Word “peak” matches best at row 1, column 2");
  expect(page.width / page.height).toBeCloseTo(300 / 200, 6);
  for (const t of all(root, "text")) {
    expect(Number(t.attributes.x)).toBeLessThanOrEqual(width);
    if (t.attributes.fill !== "#1b1d21") continue;
    expect(Number(t.attributes.y)).toBeLessThanOrEqual(height);
  }
});

test("a portrait page has its panel beside it, a landscape one below", () => {
  const data = lensData();
  Object.assign(data.pages.p0, { width: 200, height: 300 });
  const portrait = drawn(lensState({}, data));
  const landscape = drawn(lensState());
  const heading = (f: typeof portrait) => all(f.root, "text").find((t) => t.children[0] === "Scale, cosine");
  expect(Number(heading(portrait)?.attributes.x)).toBeGreaterThan(
    portrait.places[0].x + portrait.places[0].width,
  );
  expect(Number(heading(landscape)?.attributes.y)).toBeGreaterThan(
    landscape.places[0].y + landscape.places[0].height,
  );
});

test("cells are drawn as one path a colour, in their places", () => {
  const { root } = drawn(lensState({ token: 2, word: 1, color: { threshold: 0.265, opacity: 1 } }));
  const cells = all(root, "g").find((g) => g.attributes["shape-rendering"] === "crispEdges");
  expect(cells?.attributes.transform).toBe("scale(100 100)");
  expect(cells?.children.map((c) => (c as SvgNode).attributes.d)).toEqual(["M2,1h1v1h-1z"]);
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

test("a comparison is drawn as two panels, each named, with both findings in the caption", () => {
  const data = lensData(explanation(), explanation());
  data.pages.p1 = { ...data.pages.p0, number: 2, width: 200, height: 300 };
  data.results.r1.page = "p1";
  const state = lensState({ token: 1, word: 0, compare: "r1" }, data);
  const {
    root,
    places: [page],
    width,
  } = drawn(state);
  const images = all(root, "image").map((i) => i.attributes);
  expect(images.map((i) => [i.width, i.height])).toEqual([
    [300, 200],
    [200, 300],
  ]);
  expect(page.width).toBeLessThan(width / 2);
  const shown = texts(root);
  // Only what differs is named: the query and the model are the same.
  expect(shown.filter((t) => /^[AB]: page [12] of 4 of report.pdf$/.test(t))).toHaveLength(2);
  expect(shown.join(" ")).toContain(
    "A, page 1 of 4 of report.pdf: Word “peak” matches best at row 1, column 2 (cosine 0.17). B, page 2",
  );
});

test("models are compared each on its own scale, and the figure says so", () => {
  const other = explanation({ domain: [0, 0.9] });
  other.provenance.model.id = "another";
  const state = lensState({ compare: "r1" }, lensData(explanation(), other));
  expect(figurePlan(state).panels.map(({ scene }) => scene.scale.domain)).toEqual([
    [0.1, 0.5],
    [0, 0.9],
  ]);
  expect(texts(drawn(state).root).join(" ")).toContain("B has its own scale: cosine 0.00 to 0.90");
});

test("small multiples are drawn as one named map a word, in rows, with one scale and one picture of the page", () => {
  const { root, places, width } = drawn(lensState({ layout: "multiples", marks: { best: 1 } }));
  expect(places).toHaveLength(3);
  expect(new Set(places.map((p) => p.y)).size).toBe(1);
  expect(places[1].x).toBeCloseTo(places[0].x + places[0].width + 16, 6);
  expect(places[2].x + places[2].width).toBeCloseTo(width - 16, 6);
  expect(all(root, "image")).toHaveLength(1);
  expect(all(root, "use").map((u) => u.attributes.href)).toEqual(Array(3).fill(`#cl-page-${"cd".repeat(8)}`));
  const shown = texts(root);
  expect(shown).toEqual(
    expect.arrayContaining(["all", "peak", "loads", "Scale, cosine", "Best patches, whole query"]),
  );
  expect(shown.join(" ")).toContain(
    "Best patches: “peak” row 1, column 2 (0.17); “loads” row 1, column 2 (0.32). All maps have the same scale.",
  );
  // Each map is its own: the cell of the word with the higher cosines is more opaque.
  const opacity = all(root, "g")
    .filter(
      (g) =>
        g.attributes["shape-rendering"] === "crispEdges" &&
        /^scale\(100 100\)/.test(String(g.attributes.transform)),
    )
    .map((g) => Math.max(...all(g, "path").map((p) => Number(p.attributes["fill-opacity"]))));
  expect(opacity[1]).toBeLessThan(opacity[2]);
});

test("small multiples whose scales differ say each its own; a very long query is cut and says so", () => {
  const { root } = drawn(lensState({ layout: "multiples", color: { scale: "token" } }));
  expect(texts(root)).toEqual(
    expect.arrayContaining(["Scale of “peak”, cosine", "cosine 0.25 to 0.32", "cosine 0.30 to 0.37"]),
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
  expect(long.places).toHaveLength(60);
  expect(texts(long.root).join(" ")).toContain("The first 59 are shown, 41 are not.");
});

test("a long path is cut to its file, a long name is cut, the score never is", () => {
  const data = lensData();
  data.pages.p0.name = `/home/someone/private/${"very-long-".repeat(12)}name.pdf`;
  const [, line] = texts(drawn(lensState({}, data)).root);
  expect(line).toContain(" · page 1 of 4 of very-long-");
  expect(line).toMatch(/… · score 1\.60 = patches 1\.35 \+ off-image 0\.25$/);
  expect(textWidth(line, 11)).toBeLessThanOrEqual(720 - 32);
});

test("a difference is titled by what differs and lists the strongest patches of both", () => {
  const other = explanation();
  other.query = { ...other.query, text: "other" };
  other.maps.data = other.maps.data.map((v, i) => v + [0.4, 0, 0, 0, 0, -0.4][i % 6]);
  const shown = texts(
    drawn(lensState({ compare: "r1", difference: true, token: 1, word: 0 }, lensData(explanation(), other)))
      .root,
  );
  expect(shown[0]).toBe("“peak loads” minus “other”");
  const after = (head: string) => shown.slice(shown.indexOf(head) + 1, shown.indexOf(head) + 3);
  expect(after("In favour of the first")).toEqual(["1  row 1, column 2", "0.400"]);
  expect(after("In favour of the second")).toEqual(["1  row 0, column 0", "\u22120.400"]);
});
