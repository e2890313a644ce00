"""Writes a checkpoint as a model folder: vision.onnx, text.onnx (fp16 weights, float32 arithmetic), tokenizer and configs.

    python -m mini.export runs/main/final.pt ../models/mini
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from .model import Mini
from .paths import MODEL
from .spelling import PATTERN, REPLACED

OPSET = 17


class _Vision(nn.Module):
    """The network of `model.py` at its one input size."""

    def __init__(self, vision):
        super().__init__()
        self.vision = vision

    def forward(self, pixel_values):
        return self.vision(pixel_values)


class _Text(nn.Module):
    def __init__(self, text):
        super().__init__()
        self.text = text

    def forward(self, input_ids, attention_mask):
        return self.text(input_ids, attention_mask)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", type=Path)
    p.add_argument("folder", type=Path)
    p.add_argument("--average", action="store_true", help="the averaged weights (for a checkpoint whose rate has not fallen)")
    args = p.parse_args()
    export(args.checkpoint, args.folder, args.average)
    for file in sorted(args.folder.iterdir()):
        print(f"{file.stat().st_size / 1e6:7.2f} MB  {file.name}")


def export(checkpoint: Path, folder: Path, average: bool = False) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "config.json", "preprocessor_config.json"):
        if folder.resolve() != MODEL.resolve():
            shutil.copyfile(MODEL / name, folder / name)
    write_tokenizer(folder / "tokenizer.json")
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    state = torch.load(checkpoint, weights_only=True)
    model = Mini(vocabulary)
    model.load_state_dict(state["average" if average else "model"])
    model.eval().requires_grad_(False)
    torch.set_num_threads(1)
    ids = torch.tensor([[5, 900, 4000, 77, 0], [3000, 40, 41, 0, 0]])
    write(_Vision(model.vision), (torch.rand(1, 3, 896, 896) * 2 - 1,), folder / "vision.onnx", ["pixel_values"], "image_embeddings", {0: "batch"})
    write(_Text(model.text), (ids, (ids > 0).long()), folder / "text.onnx", ["input_ids", "attention_mask"], "query_embeddings", {0: "batch", 1: "tokens"})


def write(module, inputs, path: Path, names: list[str], output: str, axes: dict[int, str]) -> None:
    torch.onnx.export(module.eval(), inputs, path, input_names=names, output_names=[output], opset_version=OPSET, dynamo=False,
                      dynamic_axes={name: axes for name in (*names, output)})
    halve(path)


def halve(path: Path) -> None:
    """Keeps large weights as fp16 and casts them to float32 when the model loads: half the size, the same arithmetic."""
    model = onnx.load(path)
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > 1000:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + "_h"))
            casts.append(helper.make_node("Cast", [name + "_h"], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_tokenizer(path: Path) -> None:
    """Makes the tokenizer file's normaliser and pre-tokenizer those of `spelling.py`; the vocabulary stays."""
    file = json.loads(path.read_text())
    replace = [{"type": "Replace", "pattern": {"String": k}, "content": v} for k, v in REPLACED.items()]
    file["normalizer"] = {"type": "Sequence", "normalizers": [*replace, {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]}
    file["pre_tokenizer"] = {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Removed", "invert": True}
    path.write_text(json.dumps(file, ensure_ascii=False))


if __name__ == "__main__":
    main()
