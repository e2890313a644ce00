import { oneOf } from "../data/check.js";
import type { LensState } from "../data/lens-state.js";
import { figureAlt, figureCaption, figurePlan } from "./figure-plan.js";

type Shown = Pick<LensState, "data" | "view">;

export const CAPTION_FORMATS = ["text", "latex", "markdown", "typst"] as const;
/** What a caption is written in. */
export type CaptionFormat = (typeof CAPTION_FORMATS)[number];

const WRITTEN: Record<CaptionFormat, (text: string) => string> = {
  text: (text) => text,
  latex,
  markdown,
  typst,
};

/**
 * The caption of what is in view, for a document that has the figure without it. Its special characters are escaped.
 * @throws RangeError for another format
 */
export function captionIn(state: Shown, format: CaptionFormat = "text"): string {
  oneOf(format, "format", CAPTION_FORMATS);
  return WRITTEN[format](figureCaption(figurePlan(state)));
}

/** A LaTeX figure that includes a saved file (`lens.save`), with the caption of what is in view. Needs the package graphicx. */
export function latexSnippet(state: Shown, file: string): string {
  return [
    "\\begin{figure}",
    "  \\centering",
    `  \\includegraphics[width=\\linewidth]{${path(file)}}`,
    `  \\caption{${captionIn(state, "latex")}}`,
    "\\end{figure}",
  ].join("\n");
}

/** A Markdown picture with alternative text and the figure's caption. */
export function markdownSnippet(state: Shown, file: string): string {
  return `![${markdown(figureAlt(figurePlan(state)))}](<${file.replace(/[<>\n]/g, encodeURIComponent)}>)\n\n*${captionIn(state, "markdown")}*`;
}

/** A Typst figure that includes a saved file, with the caption of what is in view. */
export function typstSnippet(state: Shown, file: string): string {
  return [
    "#figure(",
    `  image("${file.replace(/[\\"]/g, "\\$&")}", width: 100%),`,
    `  caption: [${captionIn(state, "typst")}],`,
    ")",
  ].join("\n");
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
  "’": "'",
  "×": "$\\times$",
  "±": "$\\pm$",
  "·": "$\\cdot$",
  "…": "\\ldots{}",
  "\u2212": "$-$",
};

/** `\\includegraphics` takes an underscore as it is and would look for a file with the backslash. */
function path(file: string): string {
  return file.split("_").map(latex).join("_");
}

function latex(text: string): string {
  return text.replace(/[\\{}$&#%_^~“”’×±·…\u2212]/g, (c) => LATEX[c]);
}

function markdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!]/g, "\\$&");
}

function typst(text: string): string {
  return text.replace(/[\\*_`$#@<>[\]~"'/-]/g, "\\$&");
}
