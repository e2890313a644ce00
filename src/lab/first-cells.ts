import type { LensDefaults } from "./lens-settings.js";
import { MODULE_NAME } from "./version.js";

/** What a notebook of the kernel is called by Jupyter. */
const KERNEL = { name: MODULE_NAME, display_name: "TypeScript (ColPali Lens)", language: "typescript" };
/** What `openPages` renders at when it is not told. */
const USUAL_DPI = 150;
/** Characters that are invisible, or that rearrange the text around them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A notebook whose first cells load a model, open documents and explain a query on them.
 * @param files paths relative to the notebook's folder; data, whatever is in them. None: a name to be replaced
 */
export function firstNotebook(files: readonly string[], { model, dpi }: LensDefaults): object {
  const options = dpi === USUAL_DPI ? "" : `, { dpi: ${dpi} }`;
  const open =
    files.length === 0
      ? `// A PDF or a picture, by its path or its address; or a folder of them.\nconst pages = await openPages("report.pdf"${options});`
      : `const pages = await openPages(${sources(files)}${options});`;
  return notebook([
    "# Why did the model match this page?\n\nRun the cells one after the other (Shift+Enter). Then change the query, and run its cell again.",
    `import { explain, loadModel, openPages } from "${MODULE_NAME}";\n\nconst model = await loadModel(${literal(model)});\n${open}\npages`,
    `const lens = await explain(model, pages, "table");\nlens`,
  ]);
}

/** A path as `openPages` takes it for a path, wherever it may look like something else. */
export function asPath(file: string): string {
  return /^(~|[a-z][a-z0-9+.-]*:)/i.test(file) ? `./${file}` : file;
}

function sources(files: readonly string[]): string {
  const [first, ...others] = files.map((file) => literal(asPath(file)));
  return others.length === 0 ? first : `[\n${[first, ...others].map((file) => `  ${file},\n`).join("")}]`;
}

/** Text as code, with nothing invisible in it. */
function literal(text: string): string {
  return JSON.stringify(text).replace(INVISIBLE, (char) =>
    Array.from(
      { length: char.length },
      (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

function notebook([title, ...code]: string[]): object {
  const cell = (source: string, i: number) => ({ id: `first-${i}`, metadata: {}, source });
  return {
    cells: [
      { cell_type: "markdown", ...cell(title, 0) },
      ...code.map((source, i) => ({
        cell_type: "code",
        execution_count: null,
        outputs: [],
        ...cell(source, i + 1),
      })),
    ],
    metadata: { kernelspec: KERNEL, language_info: { name: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
