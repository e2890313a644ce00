/**
 * Attention of a loaded model: what it says where there is none, what it holds and lets go of.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import type { Page } from "../../core/index.js";
import { loadModel, type Model, ModelError } from "../../kernel/hub/load-model.js";
import { goldenPage, goldenRoot } from "./support/golden.js";

const PATCH = [{ row: 1, column: 2 }];
let page: Page;
let model: Model;

beforeAll(async () => {
  page = await goldenPage("images/landscape.png");
  model = await loadModel(join(goldenRoot, "colqwen2"), { cacheDir: null, provider: "cpu" });
});
afterAll(() => model.dispose());

test("a model without attention says so, and what to do", async () => {
  await using mini = await loadModel("mini", { cacheDir: null, provider: "cpu" });
  const asked = mini.attention(page, PATCH);
  await expect(asked).rejects.toThrow(ModelError);
  await expect(asked).rejects.toThrow(
    "no attention to be had of mini: its page graph does not attend (mini's page graph is of convolutions); use a model of the ColPali family, or ask what a page's parts do to the score: await lens.occlusion()",
  );
});

test("what is not there is refused by name", async () => {
  const [attention] = await model.attention(page, PATCH);
  expect(() => attention.map({ layer: 2 })).toThrow(
    "invalid layer: 2, expected an integer from 0 to 1 in the language model",
  );
  expect(() => attention.map({ stage: "tower", head: 2 })).toThrow(
    "invalid head: 2, expected an integer from 0 to 1 in the vision tower",
  );
  expect(() => attention.map({ stage: "decoder" as "tower" })).toThrow(
    "invalid stage: decoder, expected one of tower, language",
  );
  expect(() => attention.map({ rollout: true, layer: 0 })).toThrow(
    "invalid layer: 0, expected none: a rollout is through all of them",
  );
  expect(() => attention.map({ stage: "tower", overUniform: true })).toThrow(
    "invalid overUniform: true, expected false: attention in the vision tower is not causal",
  );
  await expect(model.attention(page, [{ row: 17, column: 0 }])).rejects.toThrow(
    "invalid row: 17, expected an integer from 0 to 16",
  );
});

test("whole matrices are refused with the bytes that they would need", async () => {
  const all = Array.from({ length: 65 }, (_, i) => ({ row: Math.floor(i / 30), column: i % 30 }));
  // 2 layers of 2 heads over 2,040 patches, and 2 of 2 over 521 positions, 4 bytes each.
  const bytes = (4 * 2 * 2 * (2040 ** 2 + 521 ** 2)).toLocaleString("en");
  await expect(model.attention(page, all)).rejects.toThrow(
    `invalid patches: 65, expected at most 64 at once: the matrices of all layers and heads would be ${bytes} bytes`,
  );
});

test("of causal attention what spreads evenly can be divided out", async () => {
  const [attention] = await model.attention(page, PATCH);
  const plain = attention.map();
  const over = attention.map({ overUniform: true });
  const { ids, grid } = await model.preparePage(page);
  const position = grid.index[1 * grid.columns + 2];
  expect(over.quantity).toBe("attention-over-uniform");
  expect(over.description.noun).toBe("attention over uniform causal attention");
  // The patches before it and itself had 1 / (position + 1) each; those after it nothing.
  for (const [j, at] of grid.index.entries())
    expect(over.data[j]).toBeCloseTo(at <= position ? plain.data[j] * (position + 1) : 0, 4);
  // Of a causal layer the last position alone attends to itself: 1 / n of 1 / n.
  const received = attention.received();
  const last = grid.index.length - 1;
  let expected = 0;
  for (let i = grid.index[last]; i < ids!.length; i++) expected += 1 / (i + 1) / ids!.length;
  const ratio = received.data[last] / expected;
  expect(attention.received({ overUniform: true }).data[last]).toBeCloseTo(ratio, 3);
  const rolled = attention.map({ rollout: true, overUniform: true });
  expect(rolled.quantity).toBe("attention-rollout-over-uniform");
  // Two layers of half a step each: (1/2 + 1/2p)² stays at the patch itself.
  const stays = (0.5 + 0.5 / (position + 1)) ** 2;
  const own = 1 * grid.columns + 2;
  expect(rolled.data[own]).toBeCloseTo(attention.map({ rollout: true }).data[own] / stays, 3);
});

test("graphs that were let go of are opened again, and a model that was disposed of stays so", async () => {
  const own = await loadModel(join(goldenRoot, "colqwen2"), { cacheDir: null, provider: "cpu" });
  const [first] = await own.attention(page, PATCH);
  expect((await own.attention(page, PATCH))[0]).toBe(first);
  await own.releaseAttention();
  const [again] = await own.attention(page, PATCH);
  expect(again).not.toBe(first);
  expect(again.map().data).toEqual(first.map().data);
  await own.dispose();
  await expect(own.attention(page, PATCH)).rejects.toThrow("the model was disposed of");
});

test("it stops when it is told to", async () => {
  await model.releaseAttention();
  const stop = new AbortController();
  const asked = model.attention(page, PATCH, { signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
  await expect(model.attention(page, PATCH)).resolves.toHaveLength(1);
});

test("weights in files of their own are read from there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "colpali-lens-attention-"));
  cpSync(join(goldenRoot, "colqwen2"), folder, { recursive: true });
  const file = join(folder, "model.onnx");
  const proto = fromBinary(ModelProtoSchema, readFileSync(file));
  const data: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of proto.graph!.initializer) {
    const { rawData } = tensor;
    if (rawData.length < 1000) continue;
    const entry = (key: string, value: unknown) =>
      create(StringStringEntryProtoSchema, { key, value: String(value) });
    tensor.externalData = [
      entry("location", "model.onnx.data"),
      entry("offset", offset),
      entry("length", rawData.length),
    ];
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    tensor.rawData = new Uint8Array();
    data.push(rawData);
    offset += rawData.length;
  }
  expect(data.length).toBeGreaterThan(10);
  writeFileSync(`${file}.data`, Buffer.concat(data));
  writeFileSync(file, toBinary(ModelProtoSchema, proto));
  await using apart = await loadModel(folder, { cacheDir: null, provider: "cpu" });
  const [[theirs], [ours]] = [await model.attention(page, PATCH), await apart.attention(page, PATCH)];
  expect(ours.map().data).toEqual(theirs.map().data);
  rmSync(folder, { recursive: true });
});
