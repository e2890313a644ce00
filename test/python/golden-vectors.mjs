// Embeds a page and a query of the golden data with each family's graphs, in TypeScript, and writes the vectors into a folder:
// `node golden-vectors.mjs OUT_DIR PLACE` for the page and the query at a place of the golden data.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModel, openPages } from "../../lib/kernel/index.js";

const golden = join(dirname(fileURLToPath(import.meta.url)), "../fixtures/golden");
const [out, place] = process.argv.slice(2);
for (const family of readdirSync(golden).filter((name) => name !== "images")) {
  const { images, queries } = JSON.parse(readFileSync(join(golden, family, "golden.json"), "utf8"));
  const model = await loadModel(join(golden, family), { provider: "cpu", cacheDir: null });
  const [page] = await openPages(join(golden, images[place].file), { transparency: "strip" });
  const { grid, vectors } = await model.embedPage(page);
  const { query, vectors: asked } = await model.embedQuery(queries[place].text);
  writeFileSync(join(out, `${family}.page`), vectors.data);
  writeFileSync(join(out, `${family}.query`), asked.data);
  const { rows, columns, index } = grid;
  const tokens = query.tokens.map(({ text, kind }) => ({ text, kind }));
  const words = query.words.map(({ text }) => text);
  const about = { dim: vectors.dim, rows, columns, index: [...index], tokens, words };
  writeFileSync(join(out, `${family}.json`), JSON.stringify(about));
  await model.dispose();
}
