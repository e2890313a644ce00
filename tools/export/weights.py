"""Lighter weights for an exported graph, and how a graph of any size is saved.

float16: large tables and matrices are stored as float16 and cast back where they are used. The table of a Gather is not cast as a whole,
which the runtime would do once and keep as float32: the rows that it gives are. int8: dynamic quantisation of matrix products.
"""
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# A protobuf message ends at 2 GB; well below it weights go into a file of their own.
EXTERNAL_FROM = 1.5e9
# Smaller tensors stay in the graph's file, where shape inference can read them.
EXTERNAL_TENSOR = 1024
SMALLEST = 1024


def float16_weights(path):
    model = onnx.load(str(path))
    graph = model.graph
    users = {}
    for node in graph.node:
        for i, name in enumerate(node.input):
            users.setdefault(name, []).append((node, i))
    casts, behind = [], {}
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < SMALLEST:
            continue
        name, half = tensor.name, tensor.name + "_f16"
        values = np.clip(numpy_helper.to_array(tensor), -65504, 65504).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(values, half))
        if all(node.op_type == "Gather" and i == 0 for node, i in users[name]):
            for node, _ in users[name]:
                node.input[0] = half
                given = node.output[0]
                node.output[0] = given + "_f16"
                behind[given] = helper.make_node("Cast", [node.output[0]], [given], to=TensorProto.FLOAT)
        else:
            casts.append(helper.make_node("Cast", [half], [name], to=TensorProto.FLOAT))
    nodes = casts
    for node in graph.node:
        nodes.append(node)
        for name in list(behind):
            if name + "_f16" in node.output:
                nodes.append(behind.pop(name))
    nodes = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(nodes)
    # Read from beside the graph they are mapped, and never lie in memory twice.
    save(model, path, external=True)


def int8_weights(path):
    from onnxruntime.quantization import QuantType, quantize_dynamic
    target = path.with_suffix(".int8.onnx")
    large = weight_bytes(onnx.load(str(path), load_external_data=False)) > EXTERNAL_FROM
    quantize_dynamic(str(path), str(target), weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul"],
                     use_external_data_format=large)
    model = onnx.load(str(target))
    for file in path.parent.glob(target.name + "*"):
        file.unlink()
    save(model, path)


def save(model, path, external=None):
    """Writes the graph, its weights beside it where they are large, and removes those that it had before."""
    path = Path(path)
    data = path.with_name(path.name + "_data")
    # Its exporter's own name for the same.
    for old in (data, path.with_name(path.name + ".data")):
        old.unlink(missing_ok=True)
    strip(model)
    large = weight_bytes(model) > EXTERNAL_FROM if external is None else external
    onnx.save(model, str(path), save_as_external_data=large, location=data.name if large else None, size_threshold=EXTERNAL_TENSOR)
    if data.exists():
        data.chmod(path.stat().st_mode)  # It is made as a temporary file, which nobody else may read.


def tidy(path):
    """Takes the stack traces out of an exporter's file, and gives its weights' file the name that hubs use; weights are not read."""
    path = Path(path)
    model = onnx.load(str(path), load_external_data=False)
    data = path.with_name(path.name + "_data")
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


def weight_bytes(model):
    """`ByteSize()` fails where it matters: above 2 GB."""
    return sum(np.prod(t.dims, dtype=float) * helper.tensor_dtype_to_np_dtype(t.data_type).itemsize for t in model.graph.initializer)


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
