"""Writes trunk and block as one model folder: vision.onnx with one plain Softmax in it, all else as the trunk's model has it.

    python -m mini.context.export ~/colpali-lens-training/runs/context/final.pt ~/colpali-lens-training/context/mini
    python -m mini.context.export --average ~/colpali-lens-training/runs/context/latest.pt DIR      a run that has not ended
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from torch import nn

from ..export import OPSET, halve
from .block import HEADS, POOL, Context
from .features import TRUNK, Trunk
from .labelled import GRID

TEXT = ("text.onnx", "tokenizer.json", "config.json", "preprocessor_config.json")


class _Block(nn.Module):
    """features [1,192,64,64] -> vectors [1,4096,128]"""

    def __init__(self, block: Context):
        super().__init__()
        self.block = block

    def forward(self, features):
        return self.block(features.flatten(2).transpose(1, 2))[2]


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", type=Path)
    p.add_argument("folder", type=Path)
    p.add_argument("--average", action="store_true", help="the averaged weights (for a checkpoint whose rate has not fallen)")
    args = p.parse_args()
    trunk = Trunk()
    block = Context(trunk.weight, trunk.bias)
    block.load_state_dict(torch.load(args.checkpoint, weights_only=True)["average" if args.average else "model"])
    export(block, args.folder)
    for file in sorted(args.folder.iterdir()):
        print(f"{file.stat().st_size / 1e6:7.2f} MB  {file.name}")


def export(block: Context, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in TEXT: shutil.copyfile(TRUNK / name, folder / name)
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "block.onnx"
        torch.onnx.export(_Block(block.eval().requires_grad_(False)), (torch.rand(1, block.weight.shape[1], GRID, GRID),), path, input_names=["features"], output_names=["image_embeddings"],
                          opset_version=OPSET, dynamo=False, dynamic_axes={"features": {0: "batch"}, "image_embeddings": {0: "batch"}})
        halve(path)
        onnx.save(joined(onnx.load(TRUNK / "vision.onnx"), onnx.load(path)), folder / "vision.onnx")
    config = json.loads((folder / "config.json").read_text())
    config["model_type"] = "colpali-lens-mini-context"
    config["attention"] = {"heads": HEADS, "keys": {"rows": GRID, "columns": GRID // POOL}}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def joined(trunk: onnx.ModelProto, block: onnx.ModelProto) -> onnx.ModelProto:
    """The block behind the features that the trunk's head of 1 x 1 reads; the trunk's own head is left out, for the block has it."""
    head = [n for n in trunk.graph.node if n.op_type == "Conv"][-1]
    features = head.input[0]
    del trunk.graph.output[:]
    trunk.graph.output.append(onnx.helper.make_tensor_value_info(features, onnx.TensorProto.FLOAT, ["batch", block.graph.input[0].type.tensor_type.shape.dim[1].dim_value, GRID, GRID]))
    trunk, block = _needed(trunk), onnx.compose.add_prefix(block, "context/", rename_inputs=False, rename_outputs=False)
    trunk.ir_version = block.ir_version = max(trunk.ir_version, block.ir_version)
    both = onnx.compose.merge_models(trunk, block, io_map=[(features, "features")])
    onnx.checker.check_model(both)
    return both


def _needed(model: onnx.ModelProto) -> onnx.ModelProto:
    """Without nodes and weights that no output hangs on."""
    wanted, kept = {o.name for o in model.graph.output}, []
    for node in reversed(model.graph.node):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= set(node.input)
    weights = [t for t in model.graph.initializer if t.name in wanted]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(reversed(kept))
    model.graph.initializer.extend(weights)
    return model


if __name__ == "__main__":
    main()
