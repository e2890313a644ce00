/**
 * How far our numbers are from the Python reference's on every golden case, as the table in docs/parity.md:
 * `npm run build:lib && node tools/parity.mjs [GOLDEN] [PROVIDER] [family …]`. GOLDEN is test/fixtures/golden or another
 * set of test/fixtures/generators; what the columns compare with is told there.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { explainPage, score } from "../lib/engine/explain/index.js";
import { loadModel } from "../lib/kernel/hub/load-model.js";

const [root = join(import.meta.dirname, "../test/fixtures/golden"), provider = "cpu", ...wanted] =
  process.argv.slice(2);
const families = readdirSync(root).filter(
  (name) => existsSync(join(root, name, "golden.json")) && (wanted.length === 0 || wanted.includes(name)),
);

console.log(
  "| family | pixel values | ids | mask, grid | embeddings | maps | scores | same best patch | engine in float32: embeddings, maps, scores |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
for (const family of families) console.log(await row(family));

async function row(family) {
  const golden = JSON.parse(readFileSync(join(root, family, "golden.json"), "utf8"));
  const theirs = readMaps(join(root, family, "golden.safetensors"));
  const model = await loadModel(join(root, family), { provider, cacheDir: null });
  const pages = await Promise.all(golden.images.map((image) => decode(join(root, image.file))));
  const off = { embeddings: 0, maps: 0, scores: 0 };
  const note = (what, difference) => {
    off[what] = Math.max(off[what], Math.abs(difference));
  };
  let [pixels, ids, grids, best, tokens] = [0, 0, 0, 0, 0];

  for (const [i, image] of golden.images.entries()) {
    const prepared = await model.preparePage(pages[i]);
    pixels += Number(sha256(prepared.feeds.pixel_values.data) === image.pixel_values.sha256_f32);
    ids += Number(same(prepared.ids, spread(image.input_ids_rle)));
    const mask = image.local_image_mask.flatMap(([from, n]) => Array.from({ length: n }, (_, k) => from + k));
    const { rows, columns, index } = prepared.grid;
    grids += Number(
      same(
        [...index].sort((a, b) => a - b),
        mask,
      ) && same([columns, rows], image.n_patches),
    );
    const { vectors } = await model.embedPage(pages[i]);
    for (const [k, at] of image.embedding_rows.entries())
      for (const [d, v] of image.embedding_values[k].entries())
        note("embeddings", v - vectors.data[at * model.dim + d]);
  }
  for (const [q, query] of golden.queries.entries()) {
    const asked = await model.embedQuery(query.text);
    ids += Number(
      same(
        asked.query.tokens.map((t) => t.id),
        query.input_ids,
      ),
    );
    const { data } = asked.vectors;
    for (const [k, at] of [0, data.length - model.dim].entries())
      for (const [d, v] of query.embedding_values[k].entries()) note("embeddings", v - data[at + d]);
    for (const [i, s] of (await score(model, pages, asked)).entries())
      note("scores", s - golden.scores[q][i]);
    for (const { image, token_best_xy } of golden.pairs.filter((pair) => pair.query === q)) {
      const { maps, maxsim } = await explainPage(model, pages[image], asked, { baseline: null });
      for (const [t, { row, column }] of maxsim.tokens.entries()) {
        tokens++;
        best += Number(token_best_xy[t].some(([x, y]) => x === column && y === row));
      }
      const reference = image === q ? theirs[`maps.${image}`] : [];
      for (const [at, v] of reference.entries()) {
        const [row, rest] = [at % maps.rows, Math.floor(at / maps.rows)];
        const [column, token] = [rest % maps.columns, Math.floor(rest / maps.columns)];
        note("maps", v - maps.data[(token * maps.rows + row) * maps.columns + column]);
      }
    }
  }
  await model.dispose();
  const of = (n, all) => `${n} of ${all}`;
  const { embeddings, maps, scores } = golden.float32;
  return [
    "",
    model.provider === provider ? family : `${family} (on ${model.provider})`,
    of(pixels, pages.length),
    of(ids, pages.length + golden.queries.length),
    of(grids, pages.length),
    ...["embeddings", "maps", "scores"].map((what) => off[what].toExponential(1)),
    `${((100 * best) / tokens).toFixed(1)} %`,
    [embeddings, maps, scores].map((v) => v.toExponential(1)).join(", "),
    "",
  ]
    .join(" | ")
    .trim();
}

function same(a, b) {
  return a.length === b.length && a.every((v, i) => v === b[i]);
}

function spread(runs) {
  return runs.flatMap(([id, count]) => Array(count).fill(id));
}

function sha256({ buffer, byteOffset, byteLength }) {
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}

/** As the reference decodes, which drops alpha instead of laying it on white. */
async function decode(file) {
  const image = sharp(file).removeAlpha().toColourspace("srgb").toFormat("raw");
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const pixels =
    info.channels === 3
      ? new Uint8Array(data)
      : Uint8Array.from({ length: data.length * 3 }, (_, i) => data[Math.floor(i / 3)]);
  const { width, height } = info;
  const source = { file, number: 1, of: 1, dpi: null, renderer: "sharp" };
  const sha = sha256(pixels);
  const rendered = { sha256: sha, warnings: [], pixels: async () => pixels, digest: async () => sha };
  return { kind: "page", width, height, source, ...rendered };
}

function readMaps(file) {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, start));
  return Object.fromEntries(
    Object.entries(header)
      .filter(([name]) => name !== "__metadata__")
      .map(
        ([
          name,
          {
            data_offsets: [from, to],
          },
        ]) => [name, new Float32Array(new Uint8Array(bytes.subarray(start + from, start + to)).buffer)],
      ),
  );
}
