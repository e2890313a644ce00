"""An 8-bit copy of a model folder's vision network, to measure what it costs: half the file, other numbers. It isn't shipped.

    python -m mini.quantize --model ../models/mini --out ~/colpali-lens-training/int8
    python -m mini.evaluate --model ~/colpali-lens-training/int8 --sets first
"""

import argparse
import json
import random
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from .page import Printer
from .paths import MODEL, WORK
from .words import Vocabulary

PAGES = 12


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, default=MODEL)
    p.add_argument("--out", type=Path, default=WORK / "int8")
    args = p.parse_args()
    quantize(args.model, args.out, training_pages(PAGES))
    for file in sorted(args.out.glob("*.onnx")):
        print(f"{file.stat().st_size / 1e6:7.2f} MB  {file.name}")


def training_pages(count: int) -> list[np.ndarray]:
    """Pages of the training generator as pixel_values [1,3,896,896]: the ranges of the activations are read off them."""
    rng = random.Random("quantize")
    vocabulary, printer = Vocabulary(rng), Printer()
    drawn = (printer(rng, vocabulary, 896).pixels for _ in range(count))
    return [pixels.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1 for pixels in drawn]


def quantize(folder: Path, out: Path, pages: list[np.ndarray]) -> None:
    """Convolutions in 8 bits (weights for each channel, activations for each tensor), all else as it was."""
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        left = iter(pages)

        def get_next(self):
            page = next(self.left, None)
            return None if page is None else {"pixel_values": page}

    out.mkdir(parents=True, exist_ok=True)
    config = json.loads((folder / "config.json").read_text())
    for file in folder.iterdir():
        if file.suffix in (".json", ".onnx"):
            shutil.copyfile(file, out / file.name)
    vision = out / config["vision"]["file"]
    with tempfile.TemporaryDirectory() as work:
        plain, ready = Path(work) / "plain.onnx", Path(work) / "ready.onnx"
        onnx.save(in_float32(onnx.load(vision)), plain)
        quant_pre_process(plain, ready, skip_symbolic_shape=True)
        quantize_static(ready, vision, Reader(), quant_format=QuantFormat.QDQ, op_types_to_quantize=["Conv"], per_channel=True,
                        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax)


def in_float32(model: onnx.ModelProto) -> onnx.ModelProto:
    """The reverse of `export.halve`: float32 initializers under their own names, without the casts."""
    half = {t.name: t for t in model.graph.initializer if t.data_type == TensorProto.FLOAT16}
    for node in [n for n in model.graph.node if n.op_type == "Cast" and n.input[0] in half]:
        half[node.input[0]].CopyFrom(numpy_helper.from_array(numpy_helper.to_array(half[node.input[0]]).astype(np.float32), node.output[0]))
        model.graph.node.remove(node)
    return model


if __name__ == "__main__":
    main()
