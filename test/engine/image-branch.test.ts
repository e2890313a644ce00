/**
 * Graphs whose image tower lies in a branch: the reference's numbers with an image and without one, for each family, and no tower
 * for a query. The fixtures hold the edited graphs without their weights, which are the golden set's.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { tapAttention } from "../../engine/graphs/attention-taps.js";
import { batchesOfOneLength } from "../../engine/graphs/batches.js";
import { IMAGE_BRANCH, withoutImageBranch } from "../../engine/graphs/image-branch.js";
import { joinOnnx, splitOnnx } from "../../engine/graphs/onnx-parts.js";
import { loadModel, type Model } from "../../kernel/hub/load-model.js";
import { goldenPage, goldenRoot, readGolden } from "../kernel/support/golden.js";

const fixtures = join(__dirname, "../fixtures/image-branch");
const families = readdirSync(fixtures)
  .map((file) => file.replace(/\.onnx$/, ""))
  .sort();
const root = mkdtempSync(join(tmpdir(), "branch-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The family's golden folder with one graph, whose tower lies in a branch. */
function withBranch(family: string): string {
  const folder = join(root, family);
  cpSync(join(goldenRoot, family), folder, { recursive: true });
  rmSync(join(folder, "text_model.onnx"), { force: true });
  const model = fromBinary(ModelProtoSchema, readFileSync(join(fixtures, `${family}.onnx`)));
  const { weights } = splitOnnx(readFileSync(join(folder, "model.onnx")));
  writeFileSync(join(folder, "model.onnx"), joinOnnx({ model, weights }));
  return folder;
}

test("there is one for each family", () => {
  expect(families).toEqual(
    readdirSync(goldenRoot)
      .filter((name) => name !== "images")
      .sort(),
  );
});

describe.each(families)("%s", (family) => {
  const golden = readGolden(family);
  let folder: string;
  let model: Model;
  beforeAll(async () => {
    folder = withBranch(family);
    model = await loadModel(folder, { provider: "cpu", cacheDir: null });
  });
  afterAll(() => model.dispose());

  test("pages have the reference's vectors", async () => {
    const [image] = golden.images;
    const { vectors } = await model.embedPage(await goldenPage(image.file));
    for (const [k, at] of image.embedding_rows.entries())
      for (const [d, v] of image.embedding_values[k].entries())
        expect(Math.abs(vectors.data[at * model.dim + d] - v)).toBeLessThanOrEqual(2e-6);
  });

  test("queries have them, one by one and in batches of one length", async () => {
    // Two of one length go together; the third stands alone.
    const texts = [golden.queries[0].text, golden.queries[1].text, golden.queries[0].text];
    const together = await model.embedQueries(texts);
    for (const [i, { query, vectors }] of together.entries()) {
      const expected = golden.queries.find(({ text }) => text === texts[i])!;
      expect(query.tokens.map((t) => t.id)).toEqual(expected.input_ids);
      const alone = await model.embedQuery(texts[i]);
      for (const [k, at] of [0, vectors.data.length - model.dim].entries())
        for (const [d, v] of expected.embedding_values[k].entries()) {
          expect(Math.abs(vectors.data[at + d] - v)).toBeLessThanOrEqual(2e-6);
          expect(Math.abs(alone.vectors.data[at + d] - v)).toBeLessThanOrEqual(2e-6);
        }
    }
  });

  test("its attention is found as in the graph without a branch, tower and language, in their order", () => {
    const found = (file: string) => {
      const layers = tapAttention(splitOnnx(readFileSync(file)).model);
      return layers.map(({ stage, operator, weights }) => [stage, operator, weights !== null]);
    };
    const plain = found(join(goldenRoot, family, "model.onnx"));
    expect(plain.filter(([stage]) => stage === "tower").length).toBeGreaterThan(0);
    expect(found(join(folder, "model.onnx"))).toEqual(plain);
  });

  test("all heavy work of the tower lies in the branch, and comes out again for who reads its attention", async () => {
    const { model: graph } = splitOnnx(readFileSync(join(folder, "model.onnx")));
    const branch = graph.graph!.node.find(({ name }) => name === IMAGE_BRANCH)!;
    const tower = branch.attribute.find(({ name }) => name === "then_branch")!.g!;
    const heavy = (nodes: { opType: string; input: string[] }[]) =>
      nodes.filter(({ opType }) => ["Conv", "MatMul", "Softmax"].includes(opType)).length;
    const inside = heavy(tower.node);
    const outside = heavy(graph.graph!.node);
    expect(inside).toBeGreaterThan(6);
    withoutImageBranch(graph.graph!);
    expect(heavy(graph.graph!.node)).toBe(inside + outside);
    const names = graph.graph!.node.flatMap(({ output }) => output);
    expect(new Set(names).size).toBe(names.length);
    for (const name of branch.output) expect(names).toContain(name);
  });
});

test("queries of one length go together, in order, and no more than the limit", () => {
  const queries = [3, 4, 3, 3, 4, 3].map((n) => ({ tokens: new Array(n) }));
  expect(batchesOfOneLength(queries as never, 3)).toEqual([[0, 2, 3], [1, 4], [5]]);
  expect(batchesOfOneLength(queries as never, 1)).toHaveLength(6);
});
