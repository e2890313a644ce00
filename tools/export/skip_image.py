"""Let a one-graph model leave its image tower out where there is no image: a query then costs what its text costs.

    python skip_image.py MODEL.onnx [OUT.onnx] [--image-token ID]

What depends on the image alone and leads to the image features goes into an ONNX `If` on "is the image token among input_ids"; the other
branch gives zeros, which nobody reads, because features are only put where image tokens are. Graphs of others are edited where that is
safe, which is checked: the features must be the only thing of the image that the text part takes, apart from sizes.
Weights stay where they are: files beside the graph are not touched. The image token's id is read from config.json beside the graph.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NAME = "image_tower_where_there_is_an_image"
IMAGE = ("pixel_values", "pixel_attention_mask")
TEXT = ("input_ids", "attention_mask")
SIZES = ("Shape", "Size")
FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE)
# What takes time: none of it may be left outside.
HEAVY = {"MatMul", "Gemm", "Conv", "MatMulNBits", "MatMulInteger", "Attention", "MultiHeadAttention", "GroupQueryAttention", "Softmax",
         "LayerNormalization", "SimplifiedLayerNormalization", "DynamicQuantizeLinear"}


class Unsafe(Exception):
    """The graph is not one that can be edited; it says why."""


def skip_image(model, image_token):
    """Edits the model in place. @raises Unsafe"""
    graph = model.graph
    if any(node.name == NAME for node in graph.node):
        raise Unsafe("it leaves the image tower out already")
    inputs = {i.name for i in graph.input}
    if not {"input_ids", "pixel_values"} <= inputs:
        raise Unsafe("it does not take text and an image both")
    if any(a.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS) for n in graph.node for a in n.attribute):
        raise Unsafe("it has branches or loops of its own")
    maker = {out: i for i, node in enumerate(graph.node) for out in node.output if out}
    users = {}
    for i, node in enumerate(graph.node):
        for name in node.input:
            users.setdefault(name, []).append(i)

    of_image = readers(graph, maker, set(IMAGE))
    of_text = readers(graph, maker, set(TEXT))
    tower = of_image - of_text
    types = value_types(model)

    # What the text part takes of the tower: features, and perhaps numbers that cost nothing.
    outputs = {o.name for o in graph.output}
    crossing = {name for i in tower for name in graph.node[i].output
                if name in outputs or any(u not in tower and graph.node[u].op_type not in SIZES for u in users.get(name, []))}
    features = {name for name in crossing if type_of(types, name) in FLOATS}
    if not features:
        raise Unsafe("no image features go from the image tower into the text part")
    outside = ancestors(graph, maker, crossing - features, stop=features) & tower
    if any(graph.node[i].op_type in HEAVY for i in outside):
        raise Unsafe("the text part takes more of the image tower than its features")
    inside = (ancestors(graph, maker, features, stop=()) & tower) - outside
    if not any(graph.node[i].op_type in HEAVY for i in inside):
        raise Unsafe("no image tower was found")
    # What only the tower uses, of weights and sizes alone: casts, dequantisation, shapes.
    for i in range(len(graph.node) - 1, -1, -1):
        used = [u for out in graph.node[i].output for u in users.get(out, [])]
        if i not in of_image | of_text and used and all(u in inside for u in used) and not set(graph.node[i].output) & outputs:
            inside.add(i)
    inner = {out for i in inside for out in graph.node[i].output} - features
    leaks = sorted(name for name in inner if name in outputs or any(u not in inside for u in users.get(name, [])))
    if leaks:
        raise Unsafe(f"values within the image tower are used outside of it ({', '.join(leaks[:3])})")
    build(graph, inside, sorted(features), types, image_token)


def readers(graph, maker, inputs):
    """Nodes that depend on what is in these inputs. Their sizes alone do not count."""
    found = set()
    for i, node in enumerate(graph.node):
        if node.op_type not in SIZES and any(name in inputs or maker.get(name) in found for name in node.input if name):
            found.add(i)
    return found


def build(graph, inside, features, types, image_token):
    """Puts the nodes into the branch, before the first node that takes what it gives."""
    then = helper.make_graph([graph.node[i] for i in sorted(inside)], "tower", [], [])
    rename = {name: f"{name}_of_image" for name in features}
    for node in then.node:
        for names in (node.input, node.output):
            names[:] = [rename.get(name, name) for name in names]
    then.output.extend(helper.make_tensor_value_info(rename[f], type_of(types, f), None) for f in features)
    empty = helper.make_graph([], "no_image", [], [])
    rows = "rows_of_text"
    for f in features:
        kind, dims = type_of(types, f), types[f].shape.dim
        if not dims:
            raise Unsafe(f"the size of {f} is not known")
        # The first axis is the batch; others that are free are as short as they can be, but for the last: it is as wide as the text's.
        sizes = [d.dim_value if d.HasField("dim_value") else 1 for d in dims]
        if not dims[-1].HasField("dim_value"):
            sizes[-1] = text_width(graph)
        free = not dims[0].HasField("dim_value")
        shape = f"{f}_empty_shape"
        rest = numpy_helper.from_array(np.array(sizes[1:] if free else sizes, dtype="int64"), f"{shape}_rest")
        empty.initializer.append(rest)
        if free:
            empty.node.append(helper.make_node("Concat", [rows, rest.name], [shape], axis=0))
        zero = helper.make_tensor("value", kind, [1], [0])
        empty.node.append(helper.make_node("ConstantOfShape", [shape if free else rest.name], [f"{f}_of_nothing"], value=zero))
        empty.output.append(helper.make_tensor_value_info(f"{f}_of_nothing", kind, None))
    token = numpy_helper.from_array(np.array(image_token, dtype="int64"), "image_token_id")
    axis = numpy_helper.from_array(np.array([0], dtype="int64"), "axis_of_batch")
    one = numpy_helper.from_array(np.array([1], dtype="int64"), "behind_batch")
    graph.initializer.extend([token, axis, one])
    condition = [
        helper.make_node("Equal", ["input_ids", "image_token_id"], ["is_image_token"], name="is_image_token"),
        helper.make_node("Cast", ["is_image_token"], ["is_image_number"], to=TensorProto.INT64),
        helper.make_node("ReduceMax", ["is_image_number"], ["any_image_number"], keepdims=0),
        helper.make_node("Cast", ["any_image_number"], ["any_image"], to=TensorProto.BOOL),
        helper.make_node("Shape", ["input_ids"], ["shape_of_text"]),
        helper.make_node("Slice", ["shape_of_text", "axis_of_batch", "behind_batch"], [rows]),
        helper.make_node("If", ["any_image"], features, name=NAME, then_branch=then, else_branch=empty),
    ]
    rest = [node for i, node in enumerate(graph.node) if i not in inside]
    # The branch reads values of the graph around it: it stands behind their makers, and before its readers.
    needed = {name for node in then.node for name in node.input} - {name for node in then.node for name in node.output}
    last = max((i for i, node in enumerate(rest) if needed & set(node.output)), default=-1)
    first = next((i for i, node in enumerate(rest) if set(features) & set(node.input)), len(rest))
    if first <= last:
        ordered = sort_behind(rest, needed, set(features))
        rest, last = ordered
    del graph.node[:]
    graph.node.extend([*rest[:last + 1], *condition, *rest[last + 1:]])


def sort_behind(nodes, needed, features):
    """Moves what the branch needs before what reads the features. @returns the nodes and the index of the last that is needed"""
    after, waiting = set(features), []
    before = []
    for node in nodes:
        if after & set(node.input):
            if needed & set(node.output):
                raise Unsafe("the image tower takes something of its own features' readers")
            after.update(node.output)
            waiting.append(node)
        else:
            before.append(node)
    return [*before, *waiting], len(before) - 1


def text_width(graph):
    tables = {t.name: t.dims[1] for t in graph.initializer if len(t.dims) == 2}
    for node in graph.node:
        if node.op_type == "Gather" and node.input[1] == "input_ids" and node.input[0] in tables:
            return tables[node.input[0]]
    raise Unsafe("the table of the text's vectors was not found")


def ancestors(graph, maker, names, stop):
    found, open_ = set(), [n for n in names]
    while open_:
        name = open_.pop()
        i = maker.get(name)
        if i is None or i in found:
            continue
        found.add(i)
        open_.extend(n for n in graph.node[i].input if n and n not in stop)
    return found


def value_types(model):
    """Element type and shape of all values, as far as they can be told without the weights."""
    known = onnx.ModelProto()
    known.CopyFrom(model)
    for node in known.graph.node:
        # onnx does not know this operator; within one sequence what comes out is shaped as its values are.
        if node.domain == "com.microsoft" and node.op_type == "MultiHeadAttention":
            node.CopyFrom(helper.make_node("Identity", [node.input[2]], node.output[:1]))
    inferred = onnx.shape_inference.infer_shapes(known)
    return {v.name: v.type.tensor_type for v in [*inferred.graph.value_info, *inferred.graph.input, *inferred.graph.output]}


def type_of(types, name):
    return types[name].elem_type if name in types else 0


def image_token_of(folder):
    config = json.loads((folder / "config.json").read_text()) if (folder / "config.json").exists() else {}
    config = config if "image_token_id" in config or "image_token_index" in config else config.get("vlm_config", config)
    return config.get("image_token_id", config.get("image_token_index"))


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("model", type=Path)
    args.add_argument("out", type=Path, nargs="?", help="beside the weights of MODEL; MODEL itself when left out")
    args.add_argument("--image-token", type=int)
    a = args.parse_args()
    token = a.image_token if a.image_token is not None else image_token_of(a.model.parent)
    if token is None:
        raise SystemExit(f"no image_token_id in {a.model.parent / 'config.json'}: give it with --image-token")
    model = onnx.load(str(a.model), load_external_data=False)
    try:
        skip_image(model, token)
    except Unsafe as error:
        raise SystemExit(f"{a.model} stays as it is: {error}")
    onnx.save(model, str(a.out or a.model))
    print(f"{a.out or a.model}: the image tower is left out where there is no image")


if __name__ == "__main__":
    main()
