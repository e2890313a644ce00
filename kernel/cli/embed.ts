import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Page, sharedName } from "../../core/index.js";
import type { Model } from "../hub/load-model.js";
import { writeSafetensors } from "../store/safetensors.js";
import { findDocuments } from "./documents.js";
import { openDocuments, openModel, outputFolder } from "./inputs.js";
import {
  type Command,
  DOCUMENT_OPTIONS,
  DOCUMENT_USAGE,
  MODEL_OPTIONS,
  MODEL_USAGE,
  number,
  PAGE_USAGE,
  readArguments,
} from "./options.js";
import { pageFolder, queryFolder } from "./output-names.js";
import { print, progress } from "./terminal.js";
import { worked } from "./work.js";

export const embed: Command = {
  summary: "embeddings of pages and queries, as safetensors files",
  usage: `colpali-lens embed --documents FILE… [--queries TEXT…] [options]

One file a page with the tensors "embeddings" [vectors, dim] (the whole sequence) and "patches" [rows, columns]
(position of each patch's vector in it); one file a query with "embeddings" and "ids". Prints the names of the files.
Words that belong to no option are documents, too.

${DOCUMENT_USAGE}
${MODEL_USAGE}
  --out DIR         default embeddings
${PAGE_USAGE}`,
  async run(argv, signal) {
    const { values, positionals } = readArguments(argv, OPTIONS, ["FILE…"]);
    const dpi = number("dpi", values.dpi, 10, 1200);
    const found = await findDocuments([...values.documents, ...positionals]);
    const out = await outputFolder(values.out);
    const opening = { quiet: values.quiet, signal };
    const options = { ...opening, dpi, password: values.password };
    const pages = (await openDocuments([...new Set(found)], options)).flat();
    const model = await openModel(values, opening);
    const about = { model: model.id, profile: model.profile, weights: JSON.stringify(model.info.weights) };
    const save = async ({ name, tensors, source }: Embedded) => {
      const file = join(out, `${name}.safetensors`);
      await writeFile(file, writeSafetensors(tensors, { ...about, ...source }));
      print(`${file}\n`);
    };
    const queries = values.queries.map((text) => () => embeddedQuery(model, text));
    const items = [...pages.map((page) => () => embeddedPage(model, page, signal)), ...queries];
    const unit = queries.length === 0 ? "pages" : "pages and queries";
    try {
      await worked({
        items,
        report: progress("embedding", unit, values.quiet),
        signal,
        kept: (done) => `, ${done} of ${items.length} files are in ${out}`,
        each: async (embedded) => save(await embedded()),
      });
    } finally {
      await model.dispose();
    }
    return 0;
  },
};

const OPTIONS = {
  ...MODEL_OPTIONS,
  ...DOCUMENT_OPTIONS,
  out: { type: "string", default: "embeddings" },
} as const;

/** What one file holds. */
interface Embedded {
  name: string;
  tensors: Parameters<typeof writeSafetensors>[0];
  source: Record<string, string>;
}

async function embeddedPage(model: Model, page: Page, signal: AbortSignal): Promise<Embedded> {
  const { grid, vectors } = await model.embedPage(page, { signal });
  const { file, number } = page.source;
  const sha256 = await page.digest({ signal });
  return {
    name: pageFolder(page.source, sha256),
    tensors: {
      embeddings: { data: vectors.data, shape: [vectors.count, vectors.dim] },
      patches: { data: grid.index, shape: [grid.rows, grid.columns] },
    },
    source: { file: sharedName(file), page: String(number), page_sha256: sha256 },
  };
}

async function embeddedQuery(model: Model, text: string): Promise<Embedded> {
  const { query, vectors } = await model.embedQuery(text);
  return {
    name: `query-${queryFolder(text)}`,
    tensors: {
      embeddings: { data: vectors.data, shape: [vectors.count, vectors.dim] },
      ids: { data: Int32Array.from(query.tokens, (t) => t.id), shape: [vectors.count] },
    },
    source: { query: text },
  };
}
