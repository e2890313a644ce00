import { altText, caption } from "./caption.js";
import type { Scene } from "./scene.js";

/** A LaTeX figure that includes a saved file, with the scene's caption. Needs the package graphicx. */
export function latexSnippet(scene: Scene, file: string): string {
  return [
    "\\begin{figure}",
    "  \\centering",
    `  \\includegraphics[width=\\linewidth]{${latex(file)}}`,
    `  \\caption{${latex(caption(scene))}}`,
    "\\end{figure}",
  ].join("\n");
}

/** A Markdown picture with alternative text and the scene's caption. */
export function markdownSnippet(scene: Scene, file: string): string {
  return `![${markdown(altText(scene))}](<${file.replace(/[<>\n]/g, encodeURIComponent)}>)\n\n*${markdown(caption(scene))}*`;
}

const LATEX: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  _: "\\_",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "“": "``",
  "”": "''",
  "×": "$\\times$",
  "±": "$\\pm$",
  "·": "$\\cdot$",
  "…": "\\ldots{}",
  "\u2212": "$-$",
};

function latex(text: string): string {
  return text.replace(/[\\{}$&#%_^~“”×±·…\u2212]/g, (c) => LATEX[c]);
}

function markdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!]/g, "\\$&");
}
