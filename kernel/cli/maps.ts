import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  AGGREGATES,
  CELLS,
  defaultView,
  type Explanation,
  explanationJson,
  LENS_STATE_VERSION,
  type LensState,
  NORMALISATIONS,
  PALETTE_NAMES,
  type Page,
} from "../../core/index.js";
import { explainPage } from "../inference/index.js";
import { lensPage } from "../lens-page.js";
import { FORMATS, saveLens } from "../save.js";
import { userPath } from "../user-path.js";
import { pageFolder, queryFolder, tokenFile } from "./names.js";
import { openDocuments, openModel } from "./open.js";
import {
  type Command,
  DOCUMENT_OPTIONS,
  keyword,
  MODEL_OPTIONS,
  MODEL_USAGE,
  number,
  readArguments,
  stderrProgress,
  UsageError,
} from "./options.js";

export const maps: Command = {
  summary: "similarity maps of queries on documents, as pictures and numbers",
  usage: `colpali-lens maps --documents FILE… --queries TEXT… [options]

Every query on every page of every document; both options repeat.

  --documents FILE  PDF or image; report.pdf#3 or report.pdf#1-4,7 chooses pages; repeatable
  --queries TEXT    repeatable
  --pairs           first document with first query, second with second, …
${MODEL_USAGE}
  --tokens WHICH    words (default), all, none, or indices: 0,2,5
  --aggregate HOW   max (default), mean or winner
  --format LIST     ${Object.keys(FORMATS).join(", ")}; comma-separated; default png
  --palette NAME    ${PALETTE_NAMES.join(", ")}; default viridis
  --normalisation N what the colours span: ${NORMALISATIONS.join(", ")}; default absolute
  --cells HOW       nearest (default) or smooth, which is for display only
  --arrays          JSON with maps as nested arrays [token][row][column]
  --out DIR         default similarity-maps
  --json            print explanation@1 on stdout (an object for one page and query, else an array), no files
                    unless --out is given
  --dpi N           resolution of PDF pages, default 150
  --password TEXT   for encrypted PDFs`,
  async run(argv) {
    const { values } = readArguments(argv, {
      ...MODEL_OPTIONS,
      ...DOCUMENT_OPTIONS,
      pairs: { type: "boolean", default: false },
      tokens: { type: "string", default: "words" },
      aggregate: { type: "string", default: "max" },
      format: { type: "string", default: "png" },
      palette: { type: "string", default: "viridis" },
      normalisation: { type: "string", default: "absolute" },
      cells: { type: "string", default: "nearest" },
      arrays: { type: "boolean", default: false },
      out: { type: "string" },
      json: { type: "boolean", default: false },
    });
    if (values.queries.length === 0) throw new UsageError("missing --queries: give at least one query");
    if (values.pairs && values.queries.length !== values.documents.length)
      throw new UsageError(
        `invalid --pairs: ${values.documents.length} documents and ${values.queries.length} queries, expected as many of each`,
      );
    const how = keyword("aggregate", values.aggregate, AGGREGATES);
    const drawing = {
      aggregate: how,
      palette: keyword("palette", values.palette, PALETTE_NAMES),
      normalisation: keyword("normalisation", values.normalisation, NORMALISATIONS),
      cells: keyword("cells", values.cells, CELLS),
    };
    const formats = values.format.split(",").map((f) => keyword("format", f.trim(), Object.keys(FORMATS)));
    const dpi = number("dpi", values.dpi, 10, 1200);
    const chosen = tokenChoice(values.tokens);

    const documents = await openDocuments(values.documents, { dpi, password: values.password });
    const model = await openModel(values);
    const work = documents.flatMap((pages, d) =>
      pages.flatMap((page) =>
        values.queries.flatMap((query, q) => (values.pairs && q !== d ? [] : [{ page, query }])),
      ),
    );
    const progress = stderrProgress("mapping");
    const objects: unknown[] = [];
    const given = values.out ?? (values.json ? null : "similarity-maps");
    const out = given === null ? null : userPath(given);
    for (const [done, { page, query }] of work.entries()) {
      progress(done, work.length);
      const explanation = await explainPage(model, page, query);
      const tokens = chosen(explanation);
      if (out !== null) {
        const folder = join(out, pageFolder(page), queryFolder(query));
        await mkdir(folder, { recursive: true });
        const state = await stateOf(explanation, page);
        Object.assign(state.view, drawing);
        for (const format of formats) {
          await several(format === "json" ? [] : tokens, (index) => {
            const token = explanation.query.tokens[index];
            const view = { ...state.view, token: index, word: token.word };
            return saveLens({ ...state, view }, join(folder, `${tokenFile(token)}.${format}`));
          });
          const name = format === "json" ? "explanation" : how;
          await saveLens(state, join(folder, `${name}.${format}`), { arrays: values.arrays });
        }
        process.stderr.write(`${folder}: score ${explanation.maxsim.score.toFixed(3)}\n`);
      }
      if (values.json) objects.push(explanationJson(explanation, { arrays: values.arrays }));
    }
    progress(work.length, work.length);
    await model.dispose();
    if (values.json) process.stdout.write(`${JSON.stringify(objects.length === 1 ? objects[0] : objects)}\n`);
    return 0;
  },
};

/** Pictures drawn at the same time: drawing and compressing happen outside of this thread. */
const AT_ONCE = 4;

async function several(tokens: readonly number[], draw: (token: number) => Promise<unknown>): Promise<void> {
  const left = [...tokens];
  const hand = async () => {
    for (let token = left.shift(); token !== undefined; token = left.shift()) await draw(token);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hand));
}

async function stateOf(explanation: Explanation, page: Page): Promise<LensState> {
  const data = { pages: [await lensPage(page)], explanations: [{ ...explanation, page: 0 }] };
  return { version: LENS_STATE_VERSION, data, view: defaultView(data) };
}

/** @throws UsageError for anything but a keyword or indices; RangeError later for an index the query does not have */
function tokenChoice(which: string): (explanation: Explanation) => number[] {
  if (which === "none") return () => [];
  if (which === "all") return ({ query }) => query.tokens.map((t) => t.index);
  if (which === "words")
    return ({ query }) => query.tokens.filter((t) => t.kind === "word").map((t) => t.index);
  const indices = which.split(",").map((part) => number("tokens", part, 0, 100_000));
  return ({ query }) => {
    const wrong = indices.find((i) => !query.tokens[i]);
    if (wrong !== undefined)
      throw new RangeError(
        `invalid --tokens: ${wrong}, expected an index from 0 to ${query.tokens.length - 1} for the query ${JSON.stringify(query.text)}`,
      );
    return indices;
  };
}
