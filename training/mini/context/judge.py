"""Judges a model folder on pages whose structure is known: drawn ones with held-out fonts and words, and tables of real documents.

    python -m mini.context.judge --model ../models/mini --out context.json            both sets
    python -m mini.context.judge --model ../models/mini --sets real --occlude 40

What it is compared with (`before`) is the model whose trunk was frozen. A model without attention is judged, too."""

import argparse
import json
import pickle
import random
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

from ..embedder import Embedder
from ..paths import MODEL, SETS
from . import real
from .features import SETS as DRAWN
from .features import TRUNK, Trunk, draw, shard
from .labelled import Labelled
from .measures import Question, questions, summary

REAL = "real"


class Attended(Embedder):
    """A model folder that gives its attention, too, where its page graph attends by a Softmax."""

    def __init__(self, folder: Path, threads: int = 1):
        super().__init__(folder, threads)
        graph = onnx.load(folder / json.loads((folder / "config.json").read_text())["vision"]["file"])
        softmax = [n.output[0] for n in graph.graph.node if n.op_type == "Softmax"]
        self.name = softmax[-1] if softmax else None
        if self.name:
            graph.graph.output.append(onnx.helper.make_tensor_value_info(self.name, onnx.TensorProto.FLOAT, None))
            options = ort.SessionOptions()
            options.intra_op_num_threads = threads
            self.vision = ort.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def attended(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """uint8 [896,896,3] -> vectors [4096,128] and attention [heads,4096,keys]."""
        out = self.vision.run(None, {"pixel_values": pixels.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1})
        return out[0][0], out[1][0] if self.name else None

    def words(self, texts: list[str]) -> np.ndarray:
        return np.stack([t.mean(0) for t in self.tokens(texts)])


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, default=MODEL)
    p.add_argument("--before", type=Path, help=f"default {TRUNK}")
    p.add_argument("--sets", nargs="*", default=["test", REAL], choices=[*DRAWN, REAL])
    p.add_argument("--pages", type=int, help="only the first so many of each set")
    p.add_argument("--occlude", type=int, default=60, help="values of each set whose headers are covered")
    p.add_argument("--out", type=Path)
    args = p.parse_args()
    model, figures = Attended(args.model), {}
    before = Embedder(args.before or (TRUNK if TRUNK.exists() else MODEL))
    for name in args.sets:
        pages = load(name)[: args.pages]
        runs = ((before.page(page.pixels), *model.attended(page.pixels)) for page in pages)
        figures[name] = summary(pages, runs, model.words, once=name != REAL)
        if args.occlude: figures[name] |= occlusion(model, pages, args.occlude, once=name != REAL)
        print(f"{name}: {len(pages)} pages\n" + report(figures[name]), flush=True)
        if args.out: args.out.write_text(json.dumps(figures, indent=1))


def load(name: str) -> list[Labelled]:
    """A drawn set, or the tables of real documents, made where they are not there yet."""
    if name in DRAWN:
        draw(name, *DRAWN[name], True, Trunk())
        return shard(name)[1]
    path = SETS / "context-real.pickle"
    if not path.exists():
        SETS.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(real.pages()))
    return pickle.loads(path.read_bytes())


def occlusion(model: Attended, pages: list[Labelled], count: int, once: bool = True, seed: int = 9) -> dict[str, dict]:
    """Covers one header of a value with the paper around it. `agrees`: the cosine of the value's best cell with that header's word
    falls; beside it how often it falls where a header of another row or column is covered instead."""
    rng, found = random.Random(seed), {"header": [], "other": [], "fall": []}
    asked = questions(pages, once=once)
    for q in rng.sample(asked, min(count, len(asked))):
        page, part = pages[q.page], rng.randrange(2)
        header = [h for h in q.value.headers if h.strength == 1][part]
        others = [h for v in page.values if v.structure == q.value.structure and v.place[part] != q.value.place[part] for h in [[h for h in v.headers if h.strength == 1][part]]]
        word = model.words([page.texts[q.words[part]]])[0]
        at = _best(q, model.page(page.pixels), model.words([page.texts[w] for w in q.words]))
        whole = model.page(page.pixels)[at] @ word
        fall = whole - model.page(covered(page, header.words))[at] @ word
        found["header"].append(fall > 0)
        found["fall"].append(fall)
        if others: found["other"].append(whole - model.page(covered(page, rng.choice(others).words))[at] @ word > 0)
    titles = {"header": "occlusion agrees", "other": "occlusion of another header", "fall": "fall of the cosine"}
    return {titles[k]: dict(value=float(np.mean(v)), n=len(v)) for k, v in found.items() if v}


def _best(q: Question, cells: np.ndarray, vectors: np.ndarray) -> int:
    on = np.flatnonzero(q.on)
    return int(on[(cells[on] @ vectors.T).sum(1).argmax()])


def covered(page: Labelled, words: list[int]) -> np.ndarray:
    """The page with these words painted over in the commonest colour of each one's box."""
    pixels = page.pixels.copy()
    for x0, y0, x1, y1 in page.boxes[words].astype(int):
        box = pixels[max(0, y0 - 1) : y1 + 2, max(0, x0 - 1) : x1 + 2]
        colours, counts = np.unique(box.reshape(-1, 3) // 8, axis=0, return_counts=True)
        near = (box // 8 == colours[counts.argmax()]).all(-1)
        box[...] = box[near].mean(0).astype(np.uint8)
    return pixels


def report(figures: dict[str, dict]) -> str:
    return "\n".join(f"  {title:72s} {f['value']:.4f}  n {f['n']}" for title, f in figures.items())


if __name__ == "__main__":
    main()
