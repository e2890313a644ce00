import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { type GraphProto, GraphProtoSchema, ModelProtoSchema } from "onnx-buf";
import { joinOnnx, splitOnnx } from "../../../engine/graphs/onnx-parts.js";
import { goldenRoot } from "./golden.js";

/** Graphs of the golden families in a fixture's folder, without their weights, which are the golden set's. */
export type Weightless = "image-branch" | "fused-attention";

const fixtures = (kind: Weightless): string => join(__dirname, "../../fixtures", kind);

export function weightlessFamilies(kind: Weightless): string[] {
  return readdirSync(fixtures(kind))
    .map((file) => file.replace(/\.onnx$/, ""))
    .sort();
}

/**
 * Makes the family's golden folder with such a graph as its only one.
 * @returns the folder
 */
export function goldenFolder(family: string, kind: Weightless, root: string): string {
  const folder = join(root, kind, family);
  cpSync(join(goldenRoot, family), folder, { recursive: true });
  rmSync(join(folder, "text_model.onnx"), { force: true });
  const model = fromBinary(ModelProtoSchema, readFileSync(join(fixtures(kind), `${family}.onnx`)));
  const { weights } = splitOnnx(readFileSync(join(folder, "model.onnx")));
  const taken = namesTaken(model.graph!);
  // Names that no parameter has, the exporter has given as it came to them.
  const used = weights.filter((encoded) => taken.has(nameOf(encoded)));
  writeFileSync(join(folder, "model.onnx"), joinOnnx({ model, weights: used }));
  return folder;
}

/** What nodes take that is no initialiser or result of the graph itself. */
function namesTaken({ node, initializer }: GraphProto): Set<string> {
  const branches = node.flatMap(({ attribute }) => attribute.flatMap(({ g }) => g?.node ?? []));
  const all = [...node, ...branches];
  const own = new Set([...initializer.map(({ name }) => name), ...all.flatMap(({ output }) => output)]);
  return new Set(all.flatMap(({ input }) => input).filter((name) => !own.has(name)));
}

const nameOf = (encoded: Uint8Array): string => {
  const [{ name }] = fromBinary(GraphProtoSchema, encoded).initializer;
  return name;
};
