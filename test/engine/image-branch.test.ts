/**
 * Graphs whose image tower lies in a branch, with attention written out and fused: the reference's numbers with an image and without
 * one, for each family, and no tower for a query.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tapAttention } from "../../engine/graphs/attention-taps.js";
import { batchesOfOneLength } from "../../engine/graphs/batches.js";
import { IMAGE_BRANCH, withoutImageBranch } from "../../engine/graphs/image-branch.js";
import { splitOnnx } from "../../engine/graphs/onnx-parts.js";
import { loadModel, type Model } from "../../kernel/hub/load-model.js";
import { goldenPage, goldenRoot, readGolden } from "../kernel/support/golden.js";
import { goldenFolder, weightlessFamilies } from "../kernel/support/weightless.js";

const KINDS = ["image-branch", "fused-attention"] as const;
const root = mkdtempSync(join(tmpdir(), "branch-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each(KINDS)("there is one for each family: %s", (kind) => {
  expect(weightlessFamilies(kind)).toEqual(
    readdirSync(goldenRoot)
      .filter((name) => name !== "images")
      .sort(),
  );
});

const ALL = KINDS.flatMap((kind) => weightlessFamilies(kind).map((family) => [family, kind] as const));

describe.each(ALL)("%s, %s", (family, kind) => {
  const golden = readGolden(family);
  let folder: string;
  let model: Model;
  beforeAll(async () => {
    folder = goldenFolder(family, kind, root);
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
    const operator = kind === "fused-attention" ? "MultiHeadAttention" : "Softmax";
    expect(found(join(folder, "model.onnx"))).toEqual(
      plain.map(([stage, , canBeHad]) => [stage, operator, canBeHad]),
    );
  });

  test("all heavy work of the tower lies in the branch, and comes out again for who reads its attention", async () => {
    const { model: graph } = splitOnnx(readFileSync(join(folder, "model.onnx")));
    const branch = graph.graph!.node.find(({ name }) => name === IMAGE_BRANCH)!;
    const tower = branch.attribute.find(({ name }) => name === "then_branch")!.g!;
    const heavy = (nodes: { opType: string; input: string[] }[]) =>
      nodes.filter(({ opType }) =>
        ["Conv", "MatMul", "Gemm", "MultiHeadAttention", "Softmax"].includes(opType),
      ).length;
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
