"""What the loss asks of a page: which cells carry which headers, how strongly, and what must stay as it was."""

import random
import zlib
from functools import cached_property

import numpy as np

from ..words import misspell
from .block import HEADS, POOL
from .features import Trunk
from .labelled import GRID, Labelled, cells_in

STRONGEST, SHARED = 0.44, 0.66  # cosine asked of a header: less where several share a cell, so that the printed word stays above
BAR = "bar"  # what a bar without print shows


class Targets:
    """`texts` and `vectors` are those of the page, then "bar" and near spellings of its headers, which are nowhere."""

    def __init__(self, page: Labelled, trunk: Trunk):
        self.page, printed = page, set(page.texts)
        headers = sorted({int(page.of[w]) for v in page.values for h in v.headers for w in h.words})
        near = sorted({m for t in headers if (m := misspell(page.texts[t], random.Random(zlib.crc32(page.texts[t].encode())))) not in printed})
        extra = ([] if BAR in printed else [BAR]) + near
        self.texts = page.texts + extra
        self.vectors = np.concatenate([page.vectors.astype(np.float32), trunk.words(extra)]) if extra else page.vectors.astype(np.float32)
        self.absent = np.arange(len(self.texts) - len(near), len(self.texts))
        self.headers = np.array(headers, int)
        self._print()
        self._values()

    def _print(self) -> None:
        """Which word a cell shows (-1: none or several), and all of them."""
        page = self.page
        self.shows = np.full(GRID * GRID, -1)
        for word, cells in zip(page.of, page.cells): self.shows[cells] = np.where(self.shows[cells] == -1, word, -2)
        self.shows[self.shows == -2] = -1
        self.marks = np.zeros((len(self.texts), GRID * GRID), bool)
        for word, cells in zip(page.of, page.cells): self.marks[word, cells] = True
        touched, side = np.zeros((GRID, GRID), bool), 896 // GRID
        for x0, y0, x1, y1 in page.boxes / side: touched[max(0, int(y0)) : int(y1) + 1, max(0, int(x0)) : int(x1) + 1] = True
        inside, vague = (self._area([s.box for s in page.structures], 1), self._area(page.vague, 0))
        self.gaps = np.flatnonzero((inside & ~touched & ~vague).ravel())
        self.outside = np.flatnonzero((~inside & ~vague).ravel())

    def _area(self, boxes, margin: int) -> np.ndarray:
        area = np.zeros((GRID, GRID), bool)
        for box in boxes:
            x0, y0, x1, y1 = (int(v // (896 // GRID)) for v in box)
            area[max(0, y0 - margin) : y1 + 1 + margin, max(0, x0 - margin) : x1 + 1 + margin] = True
        return area

    def _values(self) -> None:
        page = self.page
        names = {int(c) for v in page.values for h in v.headers for w in h.words for c in page.cells[w]}
        self.header_cells = np.array(sorted(names), int)
        owners: dict[int, list[int]] = {}
        self.value_cells: list[list[int]] = []
        for n, v in enumerate(page.values):
            cells = {int(c) for w in v.words for c in page.cells[w]} | {int(c) for b in v.boxes for c in cells_in(b, 0.7)}
            for c in cells: owners.setdefault(c, []).append(n)
        bars = {n for n, v in enumerate(page.values) if not v.words}
        self.owner = {c: ns[0] for c, ns in owners.items() if len(ns) == 1 and c not in names and (self.shows[c] >= 0 or ns[0] in bars)}
        self.value_cells = [[] for _ in page.values]
        for c, n in self.owner.items(): self.value_cells[n].append(c)
        self.asked = [n for n, cells in enumerate(self.value_cells) if cells]
        self.own = {c: int(self.shows[c]) if self.shows[c] >= 0 else self.texts.index(BAR) for c in self.owner}
        self.outside = np.setdiff1d(self.outside, [*owners, *names])
        self.gaps = np.setdiff1d(self.gaps, [*owners, *names])

    @cached_property
    def asks(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each value and header text: cosine asked (0: none), its weight; and whether it is the value's own word."""
        shape = (len(self.page.values), len(self.headers))
        cosine, weight, own, at = np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.zeros(shape, bool), {t: i for i, t in enumerate(self.headers)}
        for n, v in enumerate(self.page.values):
            texts = [(h, sorted({at[int(self.page.of[w])] for w in h.words})) for h in v.headers]
            most = min(STRONGEST, SHARED / max(1, sum(len(t) * h.strength**2 for h, t in texts)) ** 0.5)
            for h, t in texts:
                cosine[n, t] = np.maximum(cosine[n, t], most * h.strength)
                weight[n, t] = np.maximum(weight[n, t], h.strength / len(t))
            own[n, [at[int(self.page.of[w])] for w in v.words if int(self.page.of[w]) in at]] = True
        return cosine, weight, own

    @cached_property
    def looks(self) -> np.ndarray:
        """bool [values, heads, keys]: where each head should look; a head with no header of the value looks anywhere."""
        keys = np.zeros((len(self.page.values), HEADS, GRID * GRID // POOL), bool)
        for n, v in enumerate(self.page.values):
            for h in v.headers:
                for w in h.words: keys[n, h.side, self.page.cells[w] // POOL] = True
        return keys

    def sample(self, rng: random.Random, values: int = 200, others: int = 200, questions: int = 24) -> tuple[list[int], list[int], list[int]]:
        """Values to ask for, cells of values (near ones: whole structures where they fit), and other cells: headers first, then print
        and paper inside and outside of structures. Always as many cells in all."""
        first = self.page.values[rng.choice(self.asked)].structure
        order = sorted(self.asked, key=lambda n: (self.page.values[n].structure != first, rng.random()))
        chosen, cells = order[:questions], []
        for n in order: cells += self.value_cells[n][:6]
        cells = cells[:values]
        rest = rng.sample(self.header_cells.tolist(), min(90, len(self.header_cells))) + rng.sample(self.gaps.tolist(), min(40, len(self.gaps)))
        free = self.outside if len(self.outside) else np.array([0])
        rest += [int(free[int(rng.random() * len(free))]) for _ in range(values + others - len(cells) - len(rest))]
        return [n for n in chosen if self.value_cells[n][0] in cells], cells, rest
