import { type CaptionFormat, captionIn, latexSnippet, markdownSnippet, typstSnippet } from "../../core/index";
import { explanation, lensData, lensState } from "./example";

const data = lensData();
data.pages.p0.name = "a folder/50%_of{x}$&#~^.pdf";
data.queries.q0.words[0].text = "*pe_ak* [x](http:\\y)";
const of = lensState({ token: 1, word: 0 }, data);

test("LaTeX: every special character of the caption is escaped", () => {
  const tex = latexSnippet(of, "figure_1.pdf");
  expect(tex).toContain("\\includegraphics[width=\\linewidth]{figure_1.pdf}");
  expect(tex).toContain(" 50\\%\\_of\\{x\\}\\$\\&\\#\\textasciitilde{}\\textasciicircum{}.pdf");
  expect(tex).toContain("http:\\textbackslash{}y");
  expect(tex).toContain("2 $\\times$ 3 patches");
  expect(tex.replace("figure_1", "").replace(/\\[{}$&#%_]|\$\\(times|cdot)\$/g, "")).not.toMatch(/[$&#%_^~]/);
});

test("Markdown: markup in names stays text", () => {
  const md = markdownSnippet(of, "a b.png");
  expect(md).toContain("](<a b.png>)");
  expect(md).toContain("\\*pe\\_ak\\* \\[x\\](http:\\\\y)");
});

test("a caption stands apart, in the markup of the document that it is for", () => {
  expect(captionIn(of)).toContain("Where “*pe_ak* [x](http:\\y)” of the query “peak loads” matches page 1");
  expect(captionIn(of, "latex")).toContain("Where ``*pe\\_ak*");
  expect(captionIn(of, "typst")).toContain(
    "Where “\\*pe\\_ak\\* \\[x\\](http:\\/\\/\\\\y)”".replace("\\/\\/", ""),
  );
  expect(captionIn(of, "typst")).not.toMatch(/[^\\][*_`$#@[\]]/);
  for (const format of ["text", "latex", "markdown", "typst"] as const)
    expect(captionIn(of, format)).not.toContain("sha256");
  expect(() => captionIn(of, "html" as CaptionFormat)).toThrow(
    'invalid format: "html", expected one of text, latex, markdown, typst',
  );
});

test("of small multiples and comparisons the snippets say what the figure's own caption says", () => {
  const many = lensState({ layout: "multiples" });
  expect(latexSnippet(many, "f.pdf")).toContain("One map for each of 2 words");
  expect(markdownSnippet(many, "f.png")).toMatch(/^!\[Similarity maps of the query and each of its 2 words/);
  const both = lensData(explanation(), explanation());
  expect(latexSnippet(lensState({ compare: "r1" }, both), "f.pdf")).toMatch(
    /caption\{A: ``peak loads''.*; B: ``peak loads''.* They differ most .* Page score A 1\.60, B 1\.60\./,
  );
});

test("a Typst figure names the file as a string and has the caption in its content", () => {
  const lines = typstSnippet(lensState({ token: 1, word: 0 }), 'a"b\\c.svg').split("\n");
  expect(lines.slice(0, 2)).toEqual(["#figure(", '  image("a\\"b\\\\c.svg", width: 100%),']);
  expect(lines[2]).toBe(`  caption: [${captionIn(lensState({ token: 1, word: 0 }), "typst")}],`);
  expect(lines).toHaveLength(4);
});
