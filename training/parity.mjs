// Runs a model folder in onnxruntime-node on inputs that mini/parity.py wrote, and writes the outputs beside them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { env, InferenceSession, Tensor } from "onnxruntime-node";

const [folder, work] = process.argv.slice(2);
const buffer = (name) => new Uint8Array(readFileSync(join(work, name))).buffer;
const threads = { intraOpNumThreads: 2, interOpNumThreads: 1, executionProviders: ["cpu"] };

const vision = await InferenceSession.create(join(folder, "vision.onnx"), threads);
const pixels = new Tensor("float32", new Float32Array(buffer("pixels.f32")), [1, 3, 896, 896]);
const times = [];
let image;
for (let i = 0; i < 6; i++) {
  const began = performance.now();
  image = (await vision.run({ pixel_values: pixels })).image_embeddings;
  times.push(performance.now() - began);
}
writeFileSync(
  join(work, "image.f32"),
  Buffer.from(image.data.buffer, image.data.byteOffset, image.data.byteLength),
);

const text = await InferenceSession.create(join(folder, "text.onnx"), threads);
const ids = new BigInt64Array(buffer("ids.i64"));
const shape = [2, ids.length / 2];
const mask = ids.map((id) => (id > 0n ? 1n : 0n));
const query = (
  await text.run({
    input_ids: new Tensor("int64", ids, shape),
    attention_mask: new Tensor("int64", mask, shape),
  })
).query_embeddings;
writeFileSync(
  join(work, "query.f32"),
  Buffer.from(query.data.buffer, query.data.byteOffset, query.data.byteLength),
);
console.log(
  JSON.stringify({
    seconds_a_page: Math.min(...times) / 1000,
    image: image.dims,
    query: query.dims,
    version: env.versions.node,
  }),
);
