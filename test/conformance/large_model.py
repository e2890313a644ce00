"""A model with 330 MB of weights, written without a library: a page takes many seconds of a processor, and so do its control queries."""

import math
import shutil
from array import array
from pathlib import Path

MINI = Path(__file__).parents[2] / "models" / "mini"
SIDE, LAYERS = 4096, 5
WEIGHTS = {"first": (588, SIDE), **{f"layer{i}": (SIDE, SIDE) for i in range(LAYERS)}, "last": (SIDE, 128)}
# A query's few tokens go through the layers again and again.
TURNS = 12
FLOAT, INT64, EXTERNAL, INT = 1, 7, 1, 2


def large_model(folder):
    """`mini` with other graphs, whose weights lie beside them in one file. @param folder: that is not there yet"""
    shutil.copytree(MINI, folder)
    page = [node("Reshape", ["pixel_values", "cells"], ["x0"]), *products(["first", *layers(1), "last"], "x")]
    page.append(node("LpNormalization", [f"x{LAYERS + 2}"], ["embeddings"]))
    save(folder / "vision.onnx", page, [constant("cells", [1, 4096, 588])],
         [value("pixel_values", FLOAT, 1, 3, 896, 896)], [value("embeddings", FLOAT, 1, 4096, 128)])
    query = [
        node("Cast", ["input_ids"], ["ids"], to=FLOAT), node("Unsqueeze", ["ids", "last axis"], ["column"]), node("Cos", ["column"], ["cosine"]),
        node("Expand", ["cosine", "width"], ["x0"]), *products([*layers(TURNS), "last"], "x"),
        node("LpNormalization", [f"x{TURNS * LAYERS + 1}"], ["query_embeddings"]),
    ]
    save(folder / "text.onnx", query, [constant("last axis", [-1]), constant("width", [1, 1, SIDE])],
         [value(name, INT64, "batch", "tokens") for name in ("input_ids", "attention_mask")],
         [value("query_embeddings", FLOAT, "batch", "tokens", 128)])
    some = array("f", (math.sin(12.9898 * i) / 64 for i in range(1 << 16))).tobytes()
    with open(folder / "weights", "wb") as file:
        for _ in range(-(-sum(4 * a * b for a, b in WEIGHTS.values()) // len(some))):
            file.write(some)


def layers(times):
    return [f"layer{i}" for i in range(LAYERS)] * times


def products(names, prefix):
    return [node("MatMul", [f"{prefix}{i}", name], [f"{prefix}{i + 1}"]) for i, name in enumerate(names)]


def save(path, nodes, constants, inputs, outputs):
    graph = b"".join(field(1, one) for one in nodes) + field(2, b"large")
    graph += b"".join(field(5, one) for one in [*weights(), *constants])
    graph += b"".join(field(11, one) for one in inputs) + b"".join(field(12, one) for one in outputs)
    path.write_bytes(field(1, 8) + field(7, graph) + field(8, field(1, b"") + field(2, 17)))


def weights():
    at = 0
    for name, dims in WEIGHTS.items():
        size = 4 * dims[0] * dims[1]
        entries = {"location": "weights", "offset": at, "length": size}
        external = b"".join(field(13, field(1, key.encode()) + field(2, str(v).encode())) for key, v in entries.items())
        yield b"".join(field(1, d) for d in dims) + field(2, FLOAT) + field(8, name.encode()) + external + field(14, EXTERNAL)
        at += size


def constant(name, values):
    raw = b"".join(v.to_bytes(8, "little", signed=True) for v in values)
    return field(1, len(values)) + field(2, INT64) + field(8, name.encode()) + field(9, raw)


def node(op, inputs, outputs, **attributes):
    given = b"".join(field(5, field(1, key.encode()) + field(3, v) + field(20, INT)) for key, v in attributes.items())
    names = b"".join(field(1, i.encode()) for i in inputs) + b"".join(field(2, o.encode()) for o in outputs)
    return names + field(4, op.encode()) + given


def value(name, kind, *dims):
    shape = b"".join(field(1, field(2, d.encode()) if isinstance(d, str) else field(1, d)) for d in dims)
    return field(1, name.encode()) + field(2, field(1, field(1, kind) + field(2, shape)))


def field(number, content):
    """Of a protobuf message: a number, or bytes."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])
