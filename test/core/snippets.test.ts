import { latexSnippet, markdownSnippet, scene } from "../../core/index";
import { lensData, lensState } from "./example";

const data = lensData();
data.pages[0].name = "50%_of{x}$&#~^\\.pdf";
data.explanations[0].query.words[0].text = "*pe_ak* [x](http://y)";
const of = scene(lensState({ token: 1, word: 0 }, data));

test("LaTeX: every special character of the caption is escaped", () => {
  const tex = latexSnippet(of, "figure_1.pdf");
  expect(tex).toContain("\\includegraphics[width=\\linewidth]{figure\\_1.pdf}");
  expect(tex).toContain(
    "50\\%\\_of\\{x\\}\\$\\&\\#\\textasciitilde{}\\textasciicircum{}\\textbackslash{}.pdf",
  );
  expect(tex).toContain("2 $\\times$ 3 patches");
  expect(tex.replace(/\\[{}$&#%_]|\$\\(times|cdot)\$/g, "")).not.toMatch(/[$&#%_^~]/);
});

test("Markdown: markup in names stays text", () => {
  const md = markdownSnippet(of, "a b.png");
  expect(md).toContain("](<a b.png>)");
  expect(md).toContain("\\*pe\\_ak\\* \\[x\\](http://y)");
});
