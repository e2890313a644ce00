"""First stage of a from-scratch run: teaches the text tower spelling alone. Every piece of a word learns the word's code, a
whitened pyramid of which letters stand where (PHOC, Almazán et al. 2014, "Word Spotting and Recognition with Embedded
Attributes"), so that near spellings are near and unseen words have a place. Writes runs/text.pt.

    python -m mini.pretext --steps 2500
"""

import argparse
import json
import math
import random
import zlib

import numpy as np
import torch

from .model import DIMENSION, Spelled, Text
from .paths import MODEL, RUNS
from .spelling import LETTERS, Segmenter, words_of
from .words import SEEN, Vocabulary

LEVELS = (1, 2, 3, 4, 5, 6)
INDEX = {c: i for i, c in enumerate(LETTERS)}


def pyramid(word: str) -> np.ndarray:
    """Letters by region at six levels, first and last two letters, length, hashed letter pairs."""
    regions, ends, length, pairs = np.zeros((sum(LEVELS), len(LETTERS))), np.zeros((4, len(LETTERS))), np.zeros(15), np.zeros(256)
    n, offset = len(word), 0
    for level in LEVELS:
        for i, c in enumerate(word):
            a, b = i / n, (i + 1) / n
            for region in range(int(a * level), min(level, math.ceil(b * level - 1e-9))):
                if (min(b, (region + 1) / level) - max(a, region / level)) * n >= 0.5 - 1e-6:
                    regions[offset + region, INDEX[c]] = 1
        offset += level
    for row, c in zip(ends, (word[0], word[-1], *word[1:2], *word[-2:-1])):
        row[INDEX[c]] = 1
    length[min(n, 14)] = 1
    for a, b in zip(word, word[1:]):
        pairs[zlib.crc32((a + b).encode()) % 256] = 0.7
    return np.concatenate([regions.ravel(), ends.ravel(), length, pairs]).astype(np.float32)


def codes(words: list[str]) -> torch.Tensor:
    """Unit code of every word, [words, 128]: principal components, partly whitened, randomly turned."""
    x = np.stack([pyramid(w) for w in words])
    x -= x.mean(0)
    values, vectors = np.linalg.eigh(np.cov(x.T))
    top = np.argsort(-values)[:DIMENSION]
    whiten = vectors[:, top] / np.sqrt(values[top] ** 0.75 * values[top].mean() ** 0.25)
    turn = np.linalg.qr(np.random.RandomState(0).randn(DIMENSION, DIMENSION))[0]
    code = x @ (whiten @ turn)
    return torch.from_numpy((code / np.linalg.norm(code, axis=1, keepdims=True)).astype(np.float32))


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--steps", type=int, default=2500)
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    stream, seen = Vocabulary(rng), set(SEEN)
    for i in range(60_000):
        if i % 200 == 0: stream.choose_language()
        seen.update(w for w in words_of(stream.word(0.12)) if len(w) <= 24)
    words = sorted(seen)
    targets = codes(words)
    vocabulary = json.loads((MODEL / "tokenizer.json").read_text())["model"]["vocab"]
    segment, spelled, text = Segmenter(vocabulary), Spelled(vocabulary), Text(vocabulary)
    optimizer = torch.optim.AdamW([*spelled.parameters(), *text.parameters()], lr=3e-3, weight_decay=0.0)
    for step in range(args.steps):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1, (step + 1) / 50) * (0.02 + 0.49 * (1 + math.cos(math.pi * step / args.steps)))
        chosen = rng.sample(range(len(words)), 256)
        pieces = [segment(words[i], rng, 0.3)[:12] for i in chosen]
        ids = torch.zeros(256, max(map(len, pieces)), dtype=torch.long)
        for row, piece in zip(ids, pieces):
            row[: len(piece)] = torch.tensor(piece)
        mask = (ids > 0).long()
        cosine = (text(ids, mask, spelled(ids)) * targets[chosen][:, None]).sum(-1)[mask > 0].mean()
        optimizer.zero_grad()
        (1 - cosine).backward()
        optimizer.step()
        if step % 100 == 0 or step == args.steps - 1:
            print(step, f"cosine {cosine.item():.3f}", flush=True)
    with torch.no_grad():
        text.table.weight.copy_(spelled(torch.arange(len(vocabulary))))
    RUNS.mkdir(parents=True, exist_ok=True)
    torch.save(text.state_dict(), RUNS / "text.pt")


if __name__ == "__main__":
    main()
