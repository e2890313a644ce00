/**
 * `node tools/gallery/two-columns.mjs`: a paper of two columns with three figures of the gallery, `.cache/paper/paper.tex`, and
 * as `paper.pdf` where this machine has pdflatex. It shows that figures fit in a paper as they are saved.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { captionIn } from "../../lib/core/index.js";
import { renderPdf } from "../../lib/kernel/figures/index.js";
import { kinds } from "./figures.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "..", ".cache", "paper");
const FILLER = "Late interaction compares every word of a query with every patch of a page. ".repeat(14);

const FIGURES = [
  { kind: "A query", width: "85mm", environment: "figure" },
  { kind: "A difference", width: "85mm", environment: "figure" },
  { kind: "Small multiples", width: "175mm", environment: "figure*" },
];

mkdirSync(folder, { recursive: true });
const all = await kinds();
const floats = [];
for (const [i, { kind, width, environment }] of FIGURES.entries()) {
  const { state } = all.find(({ name }) => name === kind);
  writeFileSync(
    join(folder, `figure-${i}.pdf`),
    await renderPdf(state, { caption: false, crop: true, width }),
  );
  // As it is: the text in it has its 7 points only where LaTeX does not scale it.
  floats.push(
    `\\begin{${environment}}[t]\\centering\\includegraphics{figure-${i}.pdf}\\caption{${captionIn(state, "latex")}}\\end{${environment}}`,
  );
}
writeFileSync(
  join(folder, "paper.tex"),
  `\\documentclass[10pt,twocolumn,a4paper]{article}
\\usepackage[utf8]{inputenc}
\\usepackage[T1]{fontenc}
\\usepackage{graphicx}
\\setlength{\\textwidth}{175mm}\\setlength{\\columnsep}{5mm}\\setlength{\\oddsidemargin}{-8mm}
\\setlength{\\textheight}{245mm}\\setlength{\\topmargin}{-18mm}
\\begin{document}
${floats.join("\n")}
\\section{Where words match}
${FILLER}

${FILLER}

${FILLER}

${FILLER}
\\end{document}
`,
);
const made = spawnSync("pdflatex", ["-interaction=nonstopmode", "-halt-on-error", "paper.tex"], {
  cwd: folder,
  encoding: "utf8",
});
if (made.error)
  console.log(`${join(folder, "paper.tex")}; no pdflatex on this machine: compile it elsewhere`);
else console.log(made.status === 0 ? join(folder, "paper.pdf") : made.stdout.slice(-2000));
process.exit(made.status ?? 0);
