"""Node and Python must agree: the same inputs through onnxruntime-node and onnxruntime, and the time a page takes in both.

    python -m mini.parity --model ../models/mini
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime

from .embedder import Embedder
from .paths import MODEL, REPOSITORY
from .sets import load


LIMIT = 1e-4


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, default=MODEL)
    args = p.parse_args()
    model, pixels = Embedder(args.model.resolve(), threads=2), load("first")[0].pixels
    encoded = [model.tokenizer.encode(q).ids for q in ("peak load in Zürich, 2,339 MW", "pie chart")]
    ids = np.zeros((2, max(map(len, encoded))), np.int64)
    for row, i in zip(ids, encoded):
        row[: len(i)] = i
    x = (pixels.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1).astype(np.float32)
    with tempfile.TemporaryDirectory() as work:
        x.tofile(f"{work}/pixels.f32")
        ids.tofile(f"{work}/ids.i64")
        run = subprocess.run(["node", "training/parity.mjs", args.model.resolve(), work], cwd=REPOSITORY, capture_output=True, text=True, check=True)
        image, query = (np.fromfile(f"{work}/{name}.f32", np.float32) for name in ("image", "query"))
    here = model.text.run(None, {"input_ids": ids, "attention_mask": (ids > 0).astype(np.int64)})[0]
    times = []
    for _ in range(6):
        began = time.perf_counter()
        page = model.page(pixels)
        times.append(time.perf_counter() - began)
    node = json.loads(run.stdout)
    gaps = dict(image=largest_gap(page, image, node["image"]), query=largest_gap(here, query, node["query"]))
    print(json.dumps(dict(largest_difference=gaps, onnxruntime=dict(python=onnxruntime.__version__, node=node["version"]),
                          seconds_a_page=dict(python=min(times), node=node["seconds_a_page"]), threads=2, load=os.getloadavg()[0])))
    if not max(gaps.values()) <= LIMIT:
        raise SystemExit(f"Node and Python differ by {max(gaps.values()):.1e}, expected at most {LIMIT}")


def largest_gap(here: np.ndarray, there: np.ndarray, shape: list[int]) -> float:
    """Largest absolute difference of two outputs; not a number counts as different, and so does an output of no spread."""
    if list(here.shape[-len(shape) + 1 :]) != shape[1:] or here.size != there.size or here.std() < 1e-3:
        return float("inf")
    gap = float(np.abs(here.ravel() - there).max())
    return gap if gap == gap else float("inf")


if __name__ == "__main__":
    main()
