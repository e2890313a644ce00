"""Training batches: crops, the words on them with their cells, and words that are nowhere on them."""

import random
from dataclasses import dataclass

import numpy as np
import torch

from .labels import cells_of, letters_of
from .page import CELL, Printer
from .spelling import Segmenter
from .words import SEEN, Vocabulary, frequent, held_out, misspell

LONGEST = 12  # pieces of a word


@dataclass
class Batch:
    """pixels [B,3,S,S] in -1..1; ids [U,T] (0 is padding); marks int8 [U, B*cells]: 1 shows the word, -1 ignored; the last
    `absent` words are on no crop, the first `things` are concepts and colours; letters [B,S/7,S/7]; written bool [B*cells]: has any mark of any word."""

    pixels: torch.Tensor
    ids: torch.Tensor
    marks: torch.Tensor
    absent: int
    things: int
    letters: torch.Tensor
    written: torch.Tensor


class Batches:
    """Batch number n of a seed is always the same, so a resumed run needs no generator state."""

    def __init__(self, vocabulary: dict[str, int], seed: int, crops: int = 4, side: int = 448, most_words: int = 420):
        self.segment, self.seed, self.crops, self.side, self.most_words = Segmenter(vocabulary), seed, crops, side, most_words
        self.printer = Printer()

    def __call__(self, n: int, cuts: float = 0.12) -> Batch:
        rng = random.Random(self.seed * 1_000_003 + n)
        words = Vocabulary(rng)
        samples = [self.printer(rng, words, self.side) for _ in range(self.crops)]
        cells = (self.side // CELL) ** 2
        on = [cells_of(s) for s in samples]
        everywhere = {w for found in on for w in found if len(w) <= 24}
        written = np.concatenate([np.any([c.ravel() != 0 for c in found.values()] or [np.zeros(cells, bool)], axis=0) for found in on])
        seen = sorted(everywhere & SEEN)
        plain = sorted(everywhere - SEEN)
        kept = seen + self._asked(rng, plain)
        missing = self._absent(rng, plain, everywhere)
        marks = np.zeros((len(kept) + len(missing), self.crops * cells), np.int8)
        for i, word in enumerate(kept):
            for b, found in enumerate(on):
                if word in found:
                    marks[i, b * cells : (b + 1) * cells] = found[word].ravel()
        ids = [self.segment(w, rng, cuts)[:LONGEST] for w in kept + missing]
        table = np.zeros((len(ids), max(map(len, ids))), np.int64)
        for i, pieces in enumerate(ids):
            table[i, : len(pieces)] = pieces
        pixels = torch.from_numpy(np.stack([s.pixels for s in samples])).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        return Batch(pixels.contiguous(memory_format=torch.channels_last), torch.from_numpy(table), torch.from_numpy(marks), len(missing), len(seen),
                     torch.from_numpy(np.stack([letters_of(s) for s in samples]).astype(np.int64)), torch.from_numpy(written))

    def _asked(self, rng: random.Random, plain: list[str]) -> list[str]:
        """At most `most_words`, up to half of them hard: words with a digit or a joint in them."""
        hard = [w for w in plain if not w.isalpha()]
        hard = rng.sample(hard, min(len(hard), self.most_words // 2))
        rest = sorted(set(plain) - set(hard))
        return hard + rng.sample(rest, min(len(rest), self.most_words - len(hard)))

    def _absent(self, rng: random.Random, present: list[str], everywhere: set[str]) -> list[str]:
        """Near spellings of words that are there, and words that are not: neither may find anything."""
        hard = [w for w in present if not w.isalpha()]
        chosen = rng.sample(present, min(60, len(present))) + rng.sample(hard, min(50, len(hard)))
        near = [misspell(w, rng) for w in chosen if len(w) > 1]
        other = [rng.choice(frequent("en")[0][:20_000]) for _ in range(40)] + [w for w in rng.sample(sorted(SEEN), 8)]
        return sorted({w for w in near + other if w not in everywhere and not held_out(w)})
