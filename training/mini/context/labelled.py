"""The labels of a page in cells of the grid, with the vectors of its words."""

from dataclasses import dataclass

import numpy as np

from ..labels import mark
from .pages import StructuredPage
from .structures import Box, Structure, Value

GRID = 64


@dataclass
class Labelled:
    """Labels of a page in cells. `of` gives each printed word's row in `texts` and `vectors` [texts,128] (the mean of its pieces);
    `cells` are those that show it."""

    texts: list[str]
    vectors: np.ndarray
    of: np.ndarray
    boxes: np.ndarray
    cells: list[np.ndarray]
    structures: list[Structure]
    values: list[Value]
    vague: list[Box]
    pixels: np.ndarray | None = None


def labelled(page: StructuredPage, words, pixels: bool = False) -> Labelled:
    """`words` makes vectors [n,128] of texts."""
    texts = sorted({w.text for w in page.words})
    index = {t: i for i, t in enumerate(texts)}
    boxes = np.array([w.box for w in page.words], np.float32)
    return Labelled(texts, words(texts).astype(np.float16), np.array([index[w.text] for w in page.words]), boxes, [cells_in(b) for b in boxes],
                    page.structures, page.values, page.vague, page.pixels if pixels else None)


def cells_in(box, least: float = 0.3) -> np.ndarray:
    """Numbers of the cells that a box fills."""
    cells = np.zeros((GRID, GRID), np.int8)
    mark(cells, box, least)
    return np.flatnonzero(cells.ravel() == 1)
