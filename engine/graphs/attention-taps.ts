import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import type { AttentionStage } from "../../core/index.js";
import { type AttentionLayer, attentionLayers } from "./attention-layers.js";
import { withoutImageBranch } from "./image-branch.js";

/**
 * Makes a graph give its attention instead of its embeddings. The matrices stay inside: what comes out are
 * - `rows.<layer>` `[rows, heads, keys]`: chosen queries, the mean over those that belong together;
 * - `received.<layer>` `[batch, heads, keys]`: the mean over all queries;
 * - `rollout.<layer>` `[rows, keys]`: the chosen queries through this layer and all before it in its stage, `R <- (A / 2 + I / 2) R`
 *   with A the mean over heads and R the identity before the first layer (Abnar and Zuidema 2020). A stage of one layer has none:
 *   its rollout is in its rows.
 *
 * Queries are chosen by inputs of their own, for each stage: `tile.<stage>` and `position.<stage>` `[rows, together, 1, 1]`, and
 * for the rollout `tiles.<stage>` `[tiles]`, those that occur, and `slot.<stage>` `[rows, together, 1]`, which one of these each
 * query lies in. Layers are numbered through the whole graph, as they are found.
 * @returns the layers; empty, and the graph left as it is, where there is none whose weights can be had
 */
export function tapAttention(model: ModelProto): AttentionLayer[] {
  withoutImageBranch(model.graph!);
  const layers = attentionLayers(model);
  if (layers.every(({ weights }) => weights === null)) return layers;
  const graph = model.graph!;
  const opset = model.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0n;
  const nodes = new TapNodes(Number(opset));
  graph.output = [];
  for (const stage of stagesOf(layers)) {
    for (const name of inputsOf(stage)) graph.input.push(integers(name));
    const own = [...layers.entries()].filter(([, layer]) => layer.stage === stage && layer.weights !== null);
    const isRolledOut = own.length > 1;
    if (isRolledOut) nodes.places(stage);
    let rollout: string | null = null;
    for (const [i, layer] of own) {
      // The runtime cannot infer the type of this output.
      if (layer.isBeforeSoftmax)
        graph.valueInfo.push(valueInfo(layer.weights!, { elemType: layer.elemType }));
      nodes.layer(layer, i);
      graph.output.push(floats(`rows.${i}`), floats(`received.${i}`));
      if (!isRolledOut) continue;
      rollout = nodes.rollout(stage, i, rollout);
      graph.output.push(floats(`rollout.${i}`));
    }
  }
  graph.initializer.push(...nodes.constants);
  // The runtime begins with the last node that nothing depends on. With the first layer there, and all that is made of its matrix
  // ending in such nodes, each matrix is let go of before the next is made.
  graph.node.push(...nodes.all.reverse());
  return layers;
}

/** Those with weights to be had, in the order in which they are computed. */
export function stagesOf(layers: readonly AttentionLayer[]): AttentionStage[] {
  return [...new Set(layers.flatMap(({ stage, weights }) => (weights === null ? [] : [stage])))];
}

function inputsOf(stage: AttentionStage): string[] {
  return ["tile", "position", "tiles", "slot"].map((name) => `${name}.${stage}`);
}

/** Writes the nodes behind each layer, in the order in which they can be computed. */
class TapNodes {
  readonly all: NodeProto[] = [];
  readonly constants = [
    scalar("tap.zero", 0),
    scalar("tap.one", 1),
    vector("tap.axis-0", [0]),
    vector("tap.axis-1", [1]),
    vector("tap.axis-2", [2]),
    vector("tap.axis-3", [3]),
    vector("tap.heads-shape", [1, 1, -1, 1]),
    create(TensorProtoSchema, {
      name: "tap.half",
      dataType: TensorProto_DataType.FLOAT,
      floatData: [0.5],
    }),
  ];

  /** @param opset of the graph: some operators took attributes where later ones take inputs */
  constructor(private readonly opset: number) {}

  /** The rows of a layer, and what is received in it. */
  layer({ stage, weights, isBeforeSoftmax }: AttentionLayer, i: number): void {
    const at = (name: string) => `tap.${i}.${name}`;
    const all = at("weights");
    this.#add("Cast", [weights!], isBeforeSoftmax ? at("float") : all, { to: TensorProto_DataType.FLOAT });
    if (isBeforeSoftmax) this.#add("Softmax", [at("float")], all, { axis: -1 });
    this.#mean(all, `received.${i}`, 2);

    // Places (tile, head, query) for every head.
    this.#add("Shape", [all], at("shape"));
    this.#add("Gather", [at("shape"), "tap.one"], at("heads"));
    this.#add("Range", ["tap.zero", at("heads"), "tap.one"], at("range"));
    this.#add("Reshape", [at("range"), "tap.heads-shape"], at("head"));
    this.#add("Mul", [at("head"), "tap.zero"], at("no-head"));
    this.#add("Mul", [`tile.${stage}`, "tap.zero"], at("no-row"));
    this.#add("Add", [`tile.${stage}`, at("no-head")], at("tiles"));
    this.#add("Add", [at("head"), at("no-row")], at("all-heads"));
    this.#add("Add", [`position.${stage}`, at("no-head")], at("positions"));
    this.#add("Concat", [at("tiles"), at("all-heads"), at("positions")], at("places"), { axis: -1 });
    this.#add("GatherND", [all, at("places")], at("chosen"));
    this.#mean(at("chosen"), `rows.${i}`, 1);
  }

  /**
   * @param rollout of the layers before it; null for the first one
   * @returns name of the rollout so far `[tiles, queries, keys]`
   */
  rollout(stage: AttentionStage, i: number, rollout: string | null): string {
    const at = (name: string) => `tap.${i}.${name}`;
    // The mean first: of all heads the tiles in question would be a large copy.
    this.#mean(at("weights"), at("all-means"), 1);
    this.#add("Gather", [at("all-means"), `tiles.${stage}`], at("mean"), { axis: 0 });
    let before = rollout;
    if (rollout === null) {
      before = at("identity");
      this.#add("Gather", [at("shape"), "tap.axis-3"], at("keys"));
      this.#add("Concat", [at("keys"), at("keys")], at("square"), { axis: 0 });
      this.#add("ConstantOfShape", [at("square")], at("empty"));
      this.#add("EyeLike", [at("empty")], before);
    } else this.#add("MatMul", [at("mean"), rollout], at("rolled"));
    this.#add("Add", [rollout === null ? at("mean") : at("rolled"), before!], at("sum"));
    this.#add("Mul", [at("sum"), "tap.half"], at("rollout"));
    this.#add("GatherND", [at("rollout"), `tap.${stage}.places`], at("rolled-out"));
    this.#mean(at("rolled-out"), `rollout.${i}`, 1);
    return at("rollout");
  }

  /** Where the chosen queries are in the tiles in question. */
  places(stage: AttentionStage): void {
    const position = `tap.${stage}.position`;
    this.#add("Squeeze", this.#withAxes(`position.${stage}`, 3), position, this.#axes(3));
    this.#add("Concat", [`slot.${stage}`, position], `tap.${stage}.places`, { axis: -1 });
  }

  #mean(from: string, to: string, axis: number): void {
    const isInput = this.opset >= 18;
    const attributes = { keepdims: 0, ...(isInput ? {} : { axes: [axis] }) };
    this.#add("ReduceMean", isInput ? [from, `tap.axis-${axis}`] : [from], to, attributes);
  }

  #withAxes(from: string, axis: number): string[] {
    return this.opset >= 13 ? [from, `tap.axis-${axis}`] : [from];
  }

  #axes(axis: number): Record<string, number[]> {
    return this.opset >= 13 ? {} : { axes: [axis] };
  }

  #add(opType: string, input: string[], output: string, attributes: Record<string, number | number[]> = {}) {
    const attribute = Object.entries(attributes).map(([name, value]) =>
      Array.isArray(value)
        ? { name, ints: value.map(BigInt), type: AttributeProto_AttributeType.INTS }
        : { name, i: BigInt(value), type: AttributeProto_AttributeType.INT },
    );
    this.all.push(
      create(NodeProtoSchema, { opType, input, output: [output], name: `${opType} of ${output}`, attribute }),
    );
  }
}

function scalar(name: string, value: number) {
  return create(TensorProtoSchema, {
    name,
    dataType: TensorProto_DataType.INT64,
    int64Data: [BigInt(value)],
  });
}

function vector(name: string, values: number[]) {
  const dims = [BigInt(values.length)];
  return create(TensorProtoSchema, {
    name,
    dims,
    dataType: TensorProto_DataType.INT64,
    int64Data: values.map(BigInt),
  });
}

function integers(name: string) {
  const rank = { tile: 4, position: 4, slot: 3, tiles: 1 }[name.split(".")[0]]!;
  const dim = Array.from({ length: rank }, () => ({ value: { case: undefined } }));
  return valueInfo(name, { elemType: TensorProto_DataType.INT64, shape: { dim } });
}

function floats(name: string) {
  return valueInfo(name, { elemType: TensorProto_DataType.FLOAT });
}

function valueInfo(
  name: string,
  tensor: { elemType: number; shape?: { dim: { value: { case: undefined } }[] } },
) {
  const type: MessageInitShape<typeof ValueInfoProtoSchema>["type"] = {
    value: { case: "tensorType", value: tensor },
  };
  return create(ValueInfoProtoSchema, { name, type });
}
