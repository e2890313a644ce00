import { shorten, textWidth, wrap } from "../../core/font-metrics";
import { comparison, figure, type SvgNode, scene, serialise } from "../../core/index";
import { explanation, lensData, lensState } from "./example";

const PAGE = "data:image/png;base64,AAAA";

function all(of: SvgNode, tag: string): SvgNode[] {
  const here = of.tag === tag ? [of] : [];
  return [...here, ...of.children.flatMap((c) => (typeof c === "string" ? [] : all(c, tag)))];
}

const texts = (of: SvgNode) => all(of, "text").map((t) => t.children.join(""));

test("a figure shows query, score, page, scale, words, best patches and caption", () => {
  const { root, page, width, height } = figure(scene(lensState({ token: 1, word: 0 })), { page: PAGE });
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
  Object.assign(data.pages[0], { width: 200, height: 300 });
  const portrait = figure(scene(lensState({}, data)), { page: PAGE });
  const landscape = figure(scene(lensState()), { page: PAGE });
  const heading = (f: typeof portrait) => all(f.root, "text").find((t) => t.children[0] === "Scale, cosine");
  expect(Number(heading(portrait)?.attributes.x)).toBeGreaterThan(portrait.page.x + portrait.page.width);
  expect(Number(heading(landscape)?.attributes.y)).toBeGreaterThan(landscape.page.y + landscape.page.height);
});

test("cells are drawn as one path a colour, in their places", () => {
  const { root } = figure(scene(lensState({ token: 2, word: 1, threshold: 0.265, opacity: 1 })), {
    page: PAGE,
  });
  const cells = all(root, "g").find((g) => g.attributes["shape-rendering"] === "crispEdges");
  expect(cells?.attributes.transform).toBe("scale(100 100)");
  expect(cells?.children.map((c) => (c as SvgNode).attributes.d)).toEqual(["M2,1h1v1h-1z"]);
});

test("hostile text stays text", () => {
  const data = lensData();
  data.explanations[0].query.text = '"><script>alert(1)</script>';
  data.explanations[0].query.words[0].text = "<img src=x onerror=alert(1)>";
  data.pages[0].name = "</svg><script>";
  const written = serialise(figure(scene(lensState({}, data)), { page: PAGE }).root);
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
  data.pages.push({ ...data.pages[0], number: 2, width: 200, height: 300 });
  data.explanations[1].page = 1;
  const state = lensState({ token: 1, word: 0, compare: 1 }, data);
  const a = scene(state);
  const b = comparison(state, a);
  if (!b) throw new Error("no comparison");
  const { root, page, width } = figure(a, { page: PAGE, other: { scene: b, page: PAGE } });
  const images = all(root, "image").map((i) => i.attributes);
  expect(images.map((i) => [i.width, i.height])).toEqual([
    [300, 200],
    [200, 300],
  ]);
  expect(page.width).toBeLessThan(width / 2);
  const shown = texts(root);
  expect(shown.filter((t) => /^[AB]: “peak loads” · page [12]/.test(t))).toHaveLength(2);
  expect(shown.join(" ")).toContain(
    "A: Word “peak” matches best at row 1, column 2 (cosine 0.17). B, “peak loads” · page 2",
  );
});

test("models are compared each on its own scale, and the figure says so", () => {
  const other = explanation({ domain: [0, 0.9] });
  other.provenance.model.id = "another";
  const state = lensState({ compare: 1 }, lensData(explanation(), other));
  const a = scene(state);
  const b = comparison(state, a);
  expect(a.scale.domain).toEqual([0.1, 0.5]);
  expect(b?.scale.domain).toEqual([0, 0.9]);
  expect(b && texts(figure(a, { page: PAGE, other: { scene: b, page: PAGE } }).root).join(" ")).toContain(
    "B has its own scale: cosine 0.00 to 0.90",
  );
});
