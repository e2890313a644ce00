"""Starts a run from an exported model (`vision.onnx`, `text.onnx`) instead of from noise.

The export has the normalisations folded into the convolutions. They are put back by measuring: each convolution's output on
training crops gives the mean and variance its new BatchNorm starts from, so that the network computes the same function."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from .batches import Batches
from .model import Down, Mini, Residual


def _weights(path: Path) -> tuple[onnx.ModelProto, dict[str, torch.Tensor]]:
    model = onnx.load(path)
    arrays = {t.name.removesuffix("_h"): numpy_helper.to_array(t) for t in model.graph.initializer}
    return model, {k: torch.from_numpy(np.array(v, np.float32 if v.dtype.kind == "f" else v.dtype)) for k, v in arrays.items()}


def warm_start(folder: Path, model: Mini, vocabulary: dict[str, int], seed: int = 1) -> None:
    _text(folder / "text.onnx", model)
    graph, weights = _weights(folder / "vision.onnx")
    folded = [(weights[n.input[1]], weights[n.input[2]]) for n in graph.graph.node if n.op_type == "Conv"]
    pairs = _pairs(model.vision)
    new = {id(p[0]) for block in model.vision.tall for p in ((block.c1, block.n1), (block.c2, block.n2))} if len(folded) - 1 < len(pairs) else set()
    old = [p for p in pairs if id(p[0]) not in new]
    if len(old) != len(folded) - 1:
        raise ValueError(f"invalid vision.onnx: {len(folded)} convolutions, expected {len(old) + 1}")
    batch = Batches(vocabulary, seed)(0)
    for (conv, norm), (weight, bias) in zip(old, folded):
        conv.weight.data.copy_(weight)
        norm.bias.data.copy_(bias)
        norm.weight.data.fill_(1.0)
    model.vision.head.weight.data.copy_(folded[-1][0])
    model.vision.head.bias.data.copy_(folded[-1][1])
    _measure(model.vision, old, batch.pixels)
    for conv, norm in pairs:
        if id(conv) in new:
            norm.reset_running_stats()


def _pairs(vision: nn.Module) -> list[tuple[nn.Conv2d, nn.BatchNorm2d]]:
    """Convolutions with their norms, in the order of the graph."""
    pairs = []
    for module in (*vision.down[:3], *vision.fine, vision.down[3], *vision.wide, *vision.tall):
        if isinstance(module, Down): pairs.append((module.c, module.n))
        elif isinstance(module, Residual): pairs += [(module.c1, module.n1), (module.c2, module.n2)]
    return pairs


@torch.no_grad()
def _measure(vision: nn.Module, pairs, pixels: torch.Tensor) -> None:
    """Sets running statistics to those of `pixels` and the affine part so that norm(conv(x)) = conv(x) + bias stays true."""

    def hook(norm):
        def measured(_, inputs):
            x = inputs[0]
            mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3))
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.data.copy_((variance + norm.eps).sqrt())
            norm.bias.data.add_(mean)
        return norm.register_forward_pre_hook(measured)

    vision.eval()
    hooks = [hook(norm) for _, norm in pairs]
    vision(pixels)
    for h in hooks:
        h.remove()


def _text(path: Path, model: Mini) -> None:
    graph, weights = _weights(path)
    tables = [n.input[0] for n in graph.graph.node if n.op_type == "Gather"]
    text, products = model.text, [weights[n.input[1]].T for n in graph.graph.node if n.op_type == "MatMul" and n.input[1] in weights]
    linears = [text.p] + [m for layer in text.layers for m in (layer.qkv, layer.o, layer.f1, layer.f2)] + [text.o]
    if len(products) != len(linears):
        raise ValueError(f"invalid text.onnx: {len(products)} matrix products, expected {len(linears)}")
    for linear, weight in zip(linears, products):
        linear.weight.data.copy_(weight)
    named = {k.split(".", 1)[1]: v for k, v in weights.items() if k.startswith(("t.", "text."))}
    rename = {"baked": "table.weight", "pos.weight": "position.weight", "len.weight": "length.weight"}
    state = text.state_dict()
    for name, value in named.items():
        name = rename.get(name, name.replace("L.", "layers.", 1) if name.startswith("L.") else name)
        if name in state and state[name].shape == value.shape:
            state[name].copy_(value)
    missing = [t for t in ("baked", "table.weight") if t in named]
    if not missing or not tables:
        raise ValueError("invalid text.onnx: no table of token vectors, expected an export of this project")
