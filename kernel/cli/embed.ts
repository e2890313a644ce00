import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { userPath } from "../user-path.js";
import { pageFolder, queryFolder } from "./names.js";
import { openDocuments, openModel } from "./open.js";
import {
  type Command,
  DOCUMENT_OPTIONS,
  MODEL_OPTIONS,
  MODEL_USAGE,
  number,
  readArguments,
  stderrProgress,
} from "./options.js";
import { safetensors } from "./safetensors.js";

export const embed: Command = {
  summary: "embeddings of pages and queries, as safetensors files",
  usage: `colpali-lens embed --documents FILE… [--queries TEXT…] [options]

One file a page with the tensors "embeddings" [vectors, dim] (the whole sequence) and "patches" [rows, columns]
(position of each patch's vector in it); one file a query with "embeddings" and "ids".

  --documents FILE  PDF or image; report.pdf#3 chooses pages; repeatable
  --queries TEXT    repeatable
${MODEL_USAGE}
  --out DIR         default embeddings
  --dpi N           resolution of PDF pages, default 150
  --password TEXT   for encrypted PDFs`,
  async run(argv) {
    const { values } = readArguments(argv, {
      ...MODEL_OPTIONS,
      ...DOCUMENT_OPTIONS,
      out: { type: "string", default: "embeddings" },
    });
    const dpi = number("dpi", values.dpi, 10, 1200);
    const pages = (await openDocuments(values.documents, { dpi, password: values.password })).flat();
    const model = await openModel(values);
    const out = userPath(values.out);
    await mkdir(out, { recursive: true });
    const about = { model: model.id, profile: model.profile, weights: JSON.stringify(model.info.weights) };
    const save = async (name: string, bytes: Uint8Array) => {
      const file = join(out, `${name}.safetensors`);
      await writeFile(file, bytes);
      process.stdout.write(`${file}\n`);
    };
    const progress = stderrProgress("embedding");
    for (const [done, page] of pages.entries()) {
      progress(done, pages.length);
      const { grid, vectors } = await model.embedPage(page);
      const tensors = {
        embeddings: { data: vectors.data, shape: [vectors.count, vectors.dim] },
        patches: { data: grid.index, shape: [grid.rows, grid.columns] },
      };
      const { file, number } = page.source;
      await save(
        pageFolder(page),
        safetensors(tensors, { ...about, file, page: String(number), page_sha256: page.sha256 }),
      );
    }
    progress(pages.length, pages.length);
    for (const text of values.queries) {
      const { query, vectors } = await model.embedQuery(text);
      const tensors = {
        embeddings: { data: vectors.data, shape: [vectors.count, vectors.dim] },
        ids: { data: Int32Array.from(query.tokens, (t) => t.id), shape: [vectors.count] },
      };
      await save(`query-${queryFolder(text)}`, safetensors(tensors, { ...about, query: text }));
    }
    await model.dispose();
    return 0;
  },
};
