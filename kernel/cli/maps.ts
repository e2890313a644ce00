import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  AGGREGATES,
  ATTENTION,
  BLENDS,
  CELLS,
  COVER_KINDS,
  changeView,
  defaultView,
  type Explanation,
  explanationOf,
  type FigureOptions,
  LENS_STATE_VERSION,
  type LensPage,
  type LensState,
  lensDataOf,
  lensJson,
  PALETTE_CHOICES,
  type Page,
  type Query,
  SCALE_NAMES,
  SCORE_DROP,
} from "../../core/index.js";
import { explainPage } from "../../engine/explain/index.js";
import { lensPage } from "../api/lens-page.js";
import { FORMATS, saveLens } from "../api/save.js";
import { several } from "../several.js";
import { withAttention } from "./attention-maps.js";
import { bestPages, type Scored } from "./best-pages.js";
import { findDocuments } from "./documents.js";
import { openDocuments, openModel, outputFolder } from "./inputs.js";
import { jsonPrinter } from "./json-printer.js";
import {
  type Command,
  commaList,
  DOCUMENT_OPTIONS,
  DOCUMENT_USAGE,
  folded,
  keyword,
  MODEL_OPTIONS,
  MODEL_USAGE,
  number,
  PAGE_USAGE,
  readArguments,
  UsageError,
} from "./options.js";
import { pageFolder, queryFolder, tokenFile } from "./output-names.js";
import { coverFill, withDrops } from "./score-drops.js";
import { print, progress, say } from "./terminal.js";
import { worked } from "./work.js";

const QUANTITIES = ["cosine", SCORE_DROP.name, ATTENTION.name];

export const maps: Command = {
  summary: "similarity maps of queries on documents, as pictures and numbers",
  usage: `colpali-lens maps --documents FILE… --queries TEXT… [options]

Every query on every page of every document. Words that belong to no option are documents, too. At the end the pages
that matched each query best are named, with their scores.

${DOCUMENT_USAGE}
  --pairs           first document with first query, second with second, …
${MODEL_USAGE}
  --tokens WHICH    tokens that get a map of their own: words (default), all, none, or indices: 0,2,5
  --quantity NAME   what the maps show: ${QUANTITIES.join(", ")}; default cosine. score-drop covers a part of the page at
                    a time and embeds it anew: as many embeddings as the page has words; attention is where the
                    best patch of each word attends to: last layer, mean over heads
  --cover PART      what score-drop covers at a time: ${COVER_KINDS.join(", ")}; default word
  --fill FILL       what it puts in its place: paper (default), blur, mean, or a colour such as "#808080"
  --aggregate HOW   the map of all words together: ${AGGREGATES.join(", ")}; default max
  --format LIST     ${Object.keys(FORMATS).join(", ")}; several with commas or spaces; default png
  --palette NAME    ${folded(`or --cmap: ${PALETTE_CHOICES.join(", ")}; default auto`)}
  --blend HOW       how colours lie on the page: ${BLENDS.join(", ")}; default tint
  --scale NAME      ${folded(`what the colour scale spans, or --normalize: ${SCALE_NAMES.join(", ")}; default absolute`)}
  --cells HOW       how cells are drawn: ${CELLS.join(", ")}; default nearest; smooth is for display only
  --no-controls     chance is not measured: no control queries are asked, and no word is said to be beyond chance
  --crop            pictures of the lines where most words match best, instead of whole pages
  --figure-only     pictures without caption; where they come from is in their metadata
  --width MM        width of pictures: 85mm, 175mm (default), or 40 to 400
  --arrays          JSON with maps as nested arrays [token][row][column]
  --out DIR         default similarity-maps
  --json            print explanation@2, what --format json writes, on stdout (an object for one page and query,
                    else an array), no files unless --out is given
${PAGE_USAGE}`,
  async run(argv, signal) {
    const { values, positionals } = readArguments(argv, OPTIONS, ["FILE…"]);
    const { quiet, json } = values;
    const queries = values.pairs ? values.queries : [...new Set(values.queries)];
    if (queries.length === 0) throw new UsageError("missing --queries: give at least one query");
    if (queries.some((query) => query.trim() === ""))
      throw new UsageError('invalid --queries: "", expected at least one word');
    const how = keyword("aggregate", values.aggregate, AGGREGATES);
    const drawing = {
      aggregate: how,
      color: {
        palette: keyword("palette", values.palette, PALETTE_CHOICES),
        blend: keyword("blend", values.blend, BLENDS),
        scale: keyword("scale", values.scale, SCALE_NAMES),
      },
      cells: keyword("cells", values.cells, CELLS),
    };
    const quantity = keyword("quantity", values.quantity, QUANTITIES);
    const covering = { by: keyword("cover", values.cover, COVER_KINDS), fill: values.fill };
    coverFill(values.fill);
    const figure = {
      crop: values.crop,
      caption: !values["figure-only"],
      width: figureWidth(values.width),
    };
    const formats = commaList(values.format).map((f) => keyword("format", f, Object.keys(FORMATS)));
    const dpi = number("dpi", values.dpi, 10, 1200);
    const chosen = tokenChoice(commaList(values.tokens));
    const found = await findDocuments([...values.documents, ...positionals]);
    if (values.pairs && queries.length !== found.length)
      throw new UsageError(
        `invalid --pairs: ${found.length} documents and ${queries.length} queries, expected as many of each`,
      );
    const given = values.out ?? (json ? null : "similarity-maps");
    const out = given === null ? null : await outputFolder(given);

    const opening = { quiet, signal };
    const documents = await openDocuments(values.pairs ? found : [...new Set(found)], {
      ...opening,
      dpi,
      password: values.password,
    });
    const work = documents.flatMap((pages, d) =>
      pages.flatMap((page) =>
        queries.flatMap((query, q) => (values.pairs && q !== d ? [] : [{ page, query }])),
      ),
    );
    const model = await openModel(values, opening);
    const pageOf = lensPages(signal);
    const scored: Scored[] = [];
    const printer = json ? jsonPrinter(work.length === 1, print) : null;
    try {
      // What a query or a token cannot be is said before the long work.
      for (const query of queries) chosen(model.tokenize(query));
      await worked({
        items: work,
        report: progress("mapping", "maps", quiet),
        signal,
        kept: (done) => `, ${done} of ${work.length} maps are ${out === null ? "printed" : `in ${out}`}`,
        async each({ page, query }) {
          const cosines = await explainPage(model, page, query, {
            signal,
            ...(values["no-controls"] && { baseline: null }),
          });
          const explanation =
            quantity === "cosine"
              ? cosines
              : quantity === ATTENTION.name
                ? await withAttention(model, page, cosines, signal)
                : await withDrops(model, page, cosines, { ...covering, signal });
          const state = stateOf(explanation, await pageOf(page));
          state.view = changeView(state.data, state.view, { ...drawing, quantity });
          if (out !== null) {
            const named = pageFolder(page.source, await page.digest({ signal }));
            const folder = join(out, named, queryFolder(query));
            await write(state, folder, {
              formats,
              figure,
              how,
              arrays: values.arrays,
              tokens: chosen(explanation.query),
            });
          }
          printer?.add(lensJson(state, { arrays: values.arrays }));
          scored.push({ query, page, score: explanation.maxsim.score });
        },
      });
    } finally {
      printer?.end();
      await model.dispose();
    }
    const lines = [...bestPages(scored), ...(out === null ? [] : [`written to ${out}`])];
    if (!quiet) for (const line of lines) json ? say(line) : print(`${line}\n`);
    return 0;
  },
};

const OPTIONS = {
  ...MODEL_OPTIONS,
  ...DOCUMENT_OPTIONS,
  pairs: { type: "boolean", default: false },
  tokens: { type: "string", multiple: true, default: ["words"] as string[] },
  quantity: { type: "string", default: "cosine" },
  cover: { type: "string", default: "word" },
  fill: { type: "string", default: "paper" },
  aggregate: { type: "string", default: "max" },
  format: { type: "string", multiple: true, default: ["png"] as string[] },
  palette: { type: "string", default: "auto" },
  blend: { type: "string", default: "tint" },
  scale: { type: "string", default: "absolute" },
  cells: { type: "string", default: "nearest" },
  "no-controls": { type: "boolean", default: false },
  crop: { type: "boolean", default: false },
  "figure-only": { type: "boolean", default: false },
  width: { type: "string", default: "175mm" },
  arrays: { type: "boolean", default: false },
  out: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

interface Writing {
  formats: readonly string[];
  figure: FigureOptions;
  /** Name of the picture of the whole query. */
  how: string;
  arrays: boolean;
  /** Indices of those that get a picture of their own. */
  tokens: readonly number[];
}

async function write(
  state: LensState,
  folder: string,
  { formats, figure, how, arrays, tokens }: Writing,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { query } = explanationOf(state.data, state.view.result);
  for (const format of formats) {
    await several(format === "json" ? [] : tokens, (index) => {
      const token = query.tokens[index];
      const view = { ...state.view, token: index, word: token.word };
      return saveLens({ ...state, view }, join(folder, `${tokenFile(query, token)}.${format}`), figure);
    });
    const name = format === "json" ? "explanation" : how;
    await saveLens(state, join(folder, `${name}.${format}`), { ...figure, arrays });
  }
}

/** Pages as the lens has them: read once for the queries on a page, which come one after the other. */
function lensPages(signal?: AbortSignal): (page: Page) => Promise<LensPage> {
  let last: { page: Page; read: Promise<LensPage> } | null = null;
  return (page) => {
    if (last?.page !== page) last = { page, read: lensPage(page, { signal }) };
    return last.read;
  };
}

function stateOf(explanation: Explanation, page: LensPage): LensState {
  const data = lensDataOf([{ explanation, page }]);
  return { version: LENS_STATE_VERSION, data, view: defaultView(data) };
}

/** @throws UsageError for a width that no figure has */
function figureWidth(given: string): number {
  return number("width", given.replace(/ ?mm$/, ""), 40, 400);
}

const WHICH = ["words", "all", "none"] as const;

/** @throws UsageError for anything but one keyword or indices; the choice throws for an index the query does not have */
function tokenChoice(which: readonly string[]): (query: Query) => number[] {
  if (which.length === 1 && !/\d/.test(which[0])) {
    const kind = keyword("tokens", which[0], WHICH);
    return ({ tokens }) =>
      tokens.filter((t) => kind === "all" || (kind === "words" && t.kind === "word")).map((t) => t.index);
  }
  const indices = which.map((part) => number("tokens", part, 0, 100_000));
  return ({ tokens, text }) => {
    const wrong = indices.find((i) => !tokens[i]);
    if (wrong !== undefined)
      throw new UsageError(
        `invalid --tokens: ${wrong}, expected an index from 0 to ${tokens.length - 1} for the query ${JSON.stringify(text)}`,
      );
    return indices;
  };
}
