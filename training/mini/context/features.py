"""What the context block learns from: drawn pages as the frozen trunk sees them, in shards on disk.

    python -m mini.context.features --shards 80         draws those that are not there yet; 40 pages each
    python -m mini.context.features --shards 80 --part 1/2        every second one of them, for two processes side by side
    python -m mini.context.features --set dev           the pages that judge a run while it goes on (held-out fonts)

Shard number n is always the same pages, so drawing can be stopped and taken up, or shared between processes."""

import argparse
import os
import pickle
import random
import shutil
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper

from ..embedder import Embedder
from ..paths import MODEL, WORK
from ..words import Vocabulary
from .labelled import GRID, Labelled, labelled
from .pages import StructurePrinter

CONTEXT = WORK / "context"
TRUNK = CONTEXT / "trunk"  # the model whose trunk is frozen: a copy, so that a run goes on when models/mini is replaced
PAGES = CONTEXT / "pages"
SHARD = 40
SETS = {"dev": (24, 901), "test": (60, 902)}  # name -> (pages, seed); drawn with held-out fonts and words


class Trunk:
    """pixels -> features [192,64,64] that the head of 1 x 1 makes vectors of, the weights of that head, and words -> vectors."""

    def __init__(self, threads: int = 1):
        if not TRUNK.exists():
            shutil.copytree(MODEL, TRUNK)
        graph = onnx.load(TRUNK / "vision.onnx")
        weights = {t.name.removesuffix("_h"): t for t in graph.graph.initializer}
        head = [n for n in graph.graph.node if n.op_type == "Conv"][-1]
        self.weight, self.bias = (numpy_helper.to_array(weights[name]).astype(np.float32) for name in head.input[1:3])
        if self.weight.shape[2:] != (1, 1):
            raise ValueError(f"invalid {TRUNK}: its last convolution is {self.weight.shape}, expected a head of 1 x 1; it must be mini as it was without context")
        self.weight = self.weight[:, :, 0, 0]
        graph.graph.output.append(onnx.helper.make_tensor_value_info(head.input[0], onnx.TensorProto.FLOAT, None))
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = ort.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
        self.embedder, self.known = Embedder(TRUNK), {}

    def features(self, pixels: np.ndarray) -> np.ndarray:
        return self.session.run([self.session.get_outputs()[1].name], {"pixel_values": pixels.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1})[0][0]

    def words(self, texts: list[str]) -> np.ndarray:
        new = sorted({t for t in texts if t not in self.known})
        for k in range(0, len(new), 64):
            self.known |= {t: pieces.mean(0) for t, pieces in zip(new[k : k + 64], self.embedder.tokens(new[k : k + 64]))}
        return np.stack([self.known[t] for t in texts])


def shard(name: str) -> tuple[np.ndarray, list[Labelled]]:
    """features fp16 [pages,192,64,64] (mapped from the file) and labels of a shard or set."""
    return np.load(PAGES / f"{name}.npy", mmap_mode="r"), pickle.loads((PAGES / f"{name}.pickle").read_bytes())


def draw(name: str, count: int, seed: int | str, held_out: bool, trunk: Trunk) -> None:
    PAGES.mkdir(parents=True, exist_ok=True)
    if (PAGES / f"{name}.pickle").exists():
        return
    rng = random.Random(f"context {seed}")
    printer, vocabulary, pages, began = StructurePrinter(held_out), Vocabulary(rng, training=not held_out), [], time.time()
    features = np.zeros((count, 192, GRID, GRID), np.float16)
    for n in range(count):
        page = printer(rng, vocabulary)
        features[n] = trunk.features(page.pixels)
        pages.append(labelled(page, trunk.words, held_out))
    np.save(PAGES / f"{name}.npy", features)
    part = PAGES / f"{name}.{os.getpid()}.part"
    part.write_bytes(pickle.dumps(pages))
    os.replace(part, PAGES / f"{name}.pickle")
    print(f"{name}: {count} pages, {(time.time() - began) / count:.2f} s each, {sum(len(p.values) for p in pages) / count:.0f} values a page", flush=True)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--shards", type=int, default=0)
    p.add_argument("--part", default="0/1", help="K/N: only the shards whose number leaves K when divided by N")
    p.add_argument("--set", choices=list(SETS))
    args = p.parse_args()
    trunk = Trunk()
    if args.set: draw(args.set, *SETS[args.set], True, trunk)
    part, parts = map(int, args.part.split("/"))
    for n in range(part, args.shards, parts): draw(f"train-{n:03d}", SHARD, n, False, trunk)


if __name__ == "__main__":
    main()
