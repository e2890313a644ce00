/**
 * A paper of two columns with three figures of the gallery, in `.cache/paper`. It shows that figures fit in a paper as they
 * are saved. `node tools/gallery/two-columns.mjs` makes it by itself.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
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

/**
 * @param all the figures of the gallery
 * @returns {Promise<{source: string, pdf: Uint8Array | null}>} the LaTeX file's path; null where this machine has no pdflatex
 * @throws Error with the end of LaTeX's log where the paper cannot be compiled
 */
export async function paper(all) {
  mkdirSync(folder, { recursive: true });
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
  const source = join(folder, "paper.tex");
  writeFileSync(source, latex(floats));
  rmSync(join(folder, "paper.pdf"), { force: true });
  const made = spawnSync("pdflatex", ["-interaction=nonstopmode", "-halt-on-error", "paper.tex"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (made.error?.code === "ENOENT") return { source, pdf: null };
  if (made.status !== 0)
    throw new Error(`pdflatex refuses ${source}: ${made.error ?? made.stdout.slice(-2000)}`);
  return { source, pdf: readFileSync(join(folder, "paper.pdf")) };
}

const latex = (floats) => `\\documentclass[10pt,twocolumn,a4paper]{article}
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
`;

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { source, pdf } = await paper(await kinds());
  console.log(
    pdf ? source.replace(/tex$/, "pdf") : `${source}; no pdflatex on this machine: compile it elsewhere`,
  );
  process.exit(0);
}
