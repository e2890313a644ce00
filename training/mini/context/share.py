"""Puts an exported model into models/mini: its graph, whose trunk's weights are those in vision.onnx and are read from there, and its settings.

    python -m mini.context.share ~/colpali-lens-training/context/mini
"""

import argparse
import json
from pathlib import Path

import onnx

from ..paths import MODEL

LEAST = 1024  # bytes: smaller weights are kept in the graph


def share(folder: Path, model: Path) -> None:
    """`folder` is as `export.py` writes it; `model` has the trunk's vision.onnx."""
    for name in ("text.onnx", "tokenizer.json", "preprocessor_config.json"):
        if (folder / name).read_bytes() != (model / name).read_bytes():
            raise ValueError(f"invalid {folder}: its {name} is not that of {model}; its trunk must be this model's")
    graph, trunk = onnx.load(folder / "vision.onnx"), (model / "vision.onnx").read_bytes()
    kept = {t.name: t.raw_data for t in onnx.load_model_from_string(trunk).graph.initializer}
    for tensor in graph.graph.initializer:
        raw = tensor.raw_data
        if len(raw) < LEAST or kept.get(tensor.name) != raw: continue
        at = trunk.index(raw)
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", "vision.onnx"), ("offset", at), ("length", len(raw))):
            tensor.external_data.add(key=key, value=str(value))
    (model / "context.onnx").write_bytes(graph.SerializeToString())
    config = json.loads((folder / "config.json").read_text())
    config["vision"]["file"] = "context.onnx"
    (model / "context.json").write_text(json.dumps(config, indent=2) + "\n")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder", type=Path)
    args = p.parse_args()
    share(args.folder, MODEL)
    print(f"{MODEL / 'context.onnx'}: {(MODEL / 'context.onnx').stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
