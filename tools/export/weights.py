"""Lighter weights for an exported graph, and how a graph of any size is saved.

float16: large tables and matrices are stored as float16 and cast back where they are used. The table of a Gather is not cast as a whole,
which the runtime would do once and keep as float32: the rows that it gives are.
int8: products with a matrix of weights are of integers, the matrix scaled by output channel, what it is multiplied with by its range as a
whole (dynamic quantisation): fast, and as good as that range is even. q8: the same by blocks of 32 numbers on both sides (MatMulNBits),
which a few large numbers do not spoil. In both, tables become float16.

Weights are read and written one by one, so that this takes no more memory than the largest of them.
"""
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import ExternalDataInfo, set_external_data

# From here on weights lie in a file of their own, which is mapped: those in the graph are read, and copied. A protobuf message ends at 2 GB.
EXTERNAL_FROM = 2.5e8
# Smaller tensors stay in the graph's file, where shape inference can read them.
EXTERNAL_TENSOR = 1024
SMALLEST = 1024
# Weights in a file are mapped: each begins at a page of memory.
PAGE = 4096


def float16_weights(path):
    rewrite(path, float16)


def int8_weights(path):
    rewrite(path, int8)


def q8_weights(path):
    rewrite(path, q8)


FORMS = {"float16": float16_weights, "int8": int8_weights, "q8": q8_weights}


def rewrite(path, form):
    """The graph with other weights, in a file beside it: read from there they are mapped, and never lie in memory twice."""
    path = Path(path)
    model = onnx.load(str(path), load_external_data=False)
    data, new = beside(path), path.with_name(path.name + "_new")
    old = list(model.graph.initializer)
    del model.graph.initializer[:]
    with open(new, "wb") as file:
        def put(name, values):
            model.graph.initializer.append(stored(name, values, file, data.name))
        form(model.graph, old, lambda tensor: read(tensor, path.parent), put)
    if not any(opset.domain == "com.microsoft" for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    remove_data(path)
    new.rename(data)
    strip(model)
    onnx.save(model, str(path))


def float16(graph, tensors, values_of, put):
    behind, rest = small_and_looked_up(graph, tensors, values_of, put)
    # What a branch alone uses is widened in it: not when it is not taken.
    places, before = places_of(graph), [[] for _ in with_branches(graph)]
    for name, values, _ in rest:
        put(name + "_f16", half(values))
        before[places[name]].append(helper.make_node("Cast", [name + "_f16"], [name], to=TensorProto.FLOAT))
    replace_nodes(graph, lambda node, _: [node, *(behind[o] for o in node.output if o in behind)], before)


def int8(graph, tensors, values_of, put):
    def store(name, matrix):
        scale = np.maximum(np.abs(matrix).max(0), 1e-12).astype(np.float32) / 127
        put(name + "_int8", np.round(matrix / scale).astype(np.int8))
        put(name + "_scale", scale)

    quantized = {}

    def product(node, name, _, part):
        """x @ w = (x_int8 @ w_int8) * x_scale * w_scale, in operators that runtimes join to one."""
        x, out = node.input[0], node.output[0]
        integers, scale, zero = (f"{x}_{part}" for part in ("quantized", "scale", "zero"))
        of_part = quantized.setdefault(id(part), set())
        nodes = [] if x in of_part else [helper.make_node("DynamicQuantizeLinear", [x], [integers, scale, zero])]
        of_part.add(x)
        return [
            *nodes,
            helper.make_node("MatMulInteger", [integers, f"{name}_int8", zero], [f"{out}_integer"]),
            helper.make_node("Cast", [f"{out}_integer"], [f"{out}_float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [scale, f"{name}_scale"], [f"{out}_scales"]),
            helper.make_node("Mul", [f"{out}_float", f"{out}_scales"], [out]),
        ]

    products_of(graph, tensors, values_of, put, store, product)


BLOCK = 32


def q8(graph, tensors, values_of, put):
    def store(name, matrix):
        blocks = -(-matrix.shape[0] // BLOCK)
        columns = np.zeros((matrix.shape[1], blocks * BLOCK), np.float32)
        columns[:, :matrix.shape[0]] = matrix.T
        columns = columns.reshape(-1, blocks, BLOCK)
        scale = np.maximum(np.abs(columns).max(2), 1e-12) / 127
        # The operator's zero is 128.
        put(name + "_q8", (np.round(columns / scale[..., None]) + 128).astype(np.uint8))
        put(name + "_scale", scale.ravel())

    def product(node, name, shape, _):
        # Level 4: what comes in is made integers, too.
        return [helper.make_node("MatMulNBits", [node.input[0], f"{name}_q8", f"{name}_scale"], [node.output[0]], domain="com.microsoft",
                                 K=shape[0], N=shape[1], bits=8, block_size=BLOCK, accuracy_level=4)]

    products_of(graph, tensors, values_of, put, store, product)


def products_of(graph, tensors, values_of, put, store, product):
    """Products with a matrix of weights become what `product` makes of them, the matrix [in, out] what `store` puts."""
    behind, rest = small_and_looked_up(graph, tensors, values_of, put)
    products = {}
    for name, values, users in rest:
        if values.ndim == 2 and all(is_product(node, i) for node, i in users):
            matrix = values.T if is_turned(users[0][0]) else values
            store(name, matrix)
            products |= {node.output[0]: (name, matrix.shape) for node, _ in users}
        else:
            put(name, values)

    def nodes(node, part):
        if not node.output or node.output[0] not in products:
            return [node, *(behind[o] for o in node.output if o in behind)]
        if len(node.input) < 3 or not node.input[2]:
            return product(node, *products[node.output[0]], part)
        # A Gemm adds a bias.
        out, bias = node.output[0], node.input[2]
        plain = helper.make_node("MatMul", node.input[:2], [f"{out}_plain"])
        return [*product(plain, *products[out], part), helper.make_node("Add", [f"{out}_plain", bias], [out])]

    replace_nodes(graph, nodes)


def small_and_looked_up(graph, tensors, values_of, put):
    """Small tensors stay what they are, tables of Gathers become float16.
    @returns the casts behind those Gathers by the name that comes in, and the other tensors one by one: name, numbers, users"""
    users = users_of(graph)
    behind, rest = {}, []
    for tensor in tensors:
        name = tensor.name
        if not is_large(tensor):
            put(name, values_of(tensor))
        elif all(node.op_type == "Gather" and i == 0 for node, i in users[name]):
            put(name + "_f16", half(values_of(tensor)))
            behind |= looked_up(name, users[name])
        else:
            rest.append(tensor)
    return behind, ((tensor.name, values_of(tensor), users[tensor.name]) for tensor in rest)


def is_product(node, i):
    if i != 1:
        return False
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    plain = attributes.get("alpha", 1) == 1 and attributes.get("beta", 1) == 1 and not attributes.get("transA")
    return node.op_type == "MatMul" or node.op_type == "Gemm" and plain


def is_turned(node):
    return node.op_type == "Gemm" and any(a.name == "transB" and a.i for a in node.attribute)


def looked_up(name, users):
    """Gathers take the float16 table. @returns their outputs' names, and the cast that belongs behind each"""
    casts = {}
    for node, _ in users:
        given = node.output[0]
        node.input[0], node.output[0] = name + "_f16", given + "_f16"
        casts[node.output[0]] = helper.make_node("Cast", [node.output[0]], [given], to=TensorProto.FLOAT)
    return casts


def is_large(tensor):
    return tensor.data_type == TensorProto.FLOAT and np.prod(tensor.dims) >= SMALLEST


def half(values):
    return np.clip(values, -65504, 65504).astype(np.float16)


def with_branches(graph):
    """The graph, and those within it."""
    return [graph, *(inner for node in graph.node for a in node.attribute if a.HasField("g") for inner in with_branches(a.g))]


def users_of(graph):
    users = {}
    for part in with_branches(graph):
        for node in part.node:
            for i, name in enumerate(node.input):
                users.setdefault(name, []).append((node, i))
    return users


def places_of(graph):
    """Where each value is used, by its place in `with_branches`: 0, the whole graph, for what several use."""
    places = {}
    for i, part in enumerate(with_branches(graph)):
        for name in [*(name for node in part.node for name in node.input), *(o.name for o in part.output)]:
            places[name] = i if places.get(name, i) == i else 0
    return places


def replace_nodes(graph, change, before=None):
    """@param change: (node, graph that it is in) -> nodes
    @param before: nodes that come first, for each of `with_branches`"""
    parts = with_branches(graph)
    # The innermost first: a node takes its branches along.
    for part, first in reversed([*zip(parts, before or [()] * len(parts))]):
        changed = [made for node in part.node for made in change(node, part)]
        nodes = [onnx.NodeProto.FromString(n.SerializeToString()) for n in [*first, *changed]]
        del part.node[:]
        part.node.extend(nodes)


def read(tensor, folder):
    """A tensor's numbers, mapped where they lie in a file."""
    if tensor.data_location != TensorProto.EXTERNAL:
        return numpy_helper.to_array(tensor)
    info = ExternalDataInfo(tensor)
    return np.memmap(folder / info.location, helper.tensor_dtype_to_np_dtype(tensor.data_type), "r", info.offset or 0, tuple(tensor.dims))


def stored(name, values, file, location):
    """The tensor, its numbers at the end of the file unless they are few."""
    if values.nbytes < EXTERNAL_TENSOR:
        return numpy_helper.from_array(np.array(values), name)
    file.seek(-(-file.tell() // PAGE) * PAGE)
    tensor = TensorProto(name=name, dims=values.shape, data_type=helper.np_dtype_to_tensor_dtype(values.dtype), raw_data=b" ")
    set_external_data(tensor, location, file.tell(), values.nbytes)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    np.ascontiguousarray(values).tofile(file)
    return tensor


def beside(path):
    return path.with_name(path.name + "_data")


def remove_data(path):
    # The second is an exporter's own name for the same.
    for old in (beside(path), path.with_name(path.name + ".data")):
        old.unlink(missing_ok=True)


def tidy(path):
    """Takes the stack traces out of an exporter's file, and gives its weights' file the name that hubs use; weights are not read."""
    path = Path(path)
    model = onnx.load(str(path), load_external_data=False)
    data = beside(path)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key != "location" or entry.value == data.name:
                continue
            old = path.with_name(entry.value)
            if old.exists():
                old.rename(data)
            entry.value = data.name
    strip(model)
    onnx.save(model, str(path))


def strip(model):
    """Drops the exporter's stack traces: half of a tiny file, with paths of the machine that made it."""
    for part in [model.graph, *model.functions]:
        part.doc_string = ""
        for node in part.node:
            node.doc_string = ""
            del node.metadata_props[:]
    for v in [*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        v.doc_string = ""
        if hasattr(v, "metadata_props"):
            del v.metadata_props[:]
    del model.metadata_props[:], model.graph.metadata_props[:]
    del model.graph.value_info[:]
