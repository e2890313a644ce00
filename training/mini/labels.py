"""From boxes to cells: which of the grid's cells show a word, which merely graze it."""

import numpy as np

from .page import CELL, Sample
from .words import COLOURS

LETTER_CELL = 7  # the character head's cells, in input pixels


def mark(cells: np.ndarray, box: tuple[float, float, float, float], least: float = 0.3) -> None:
    """Marks a word's box on int8 cells [grid, grid]: 1 where it fills at least `least` of a cell (or of its own extent, if
    smaller than a cell) each way, -1 (ignored by the loss) where it only grazes one. A mark of 1 stays."""
    grid = len(cells)
    x0, y0, x1, y1 = box
    c0, c1, r0, r1 = max(0, int(x0 // CELL)), min(grid - 1, int(x1 // CELL)), max(0, int(y0 // CELL)), min(grid - 1, int(y1 // CELL))
    if c1 < c0 or r1 < r0:
        return
    columns, rows = np.arange(c0, c1 + 1) * CELL, np.arange(r0, r1 + 1) * CELL
    across = (np.minimum(columns + CELL, x1) - np.maximum(columns, x0)) / min(CELL, max(1, x1 - x0))
    down = (np.minimum(rows + CELL, y1) - np.maximum(rows, y0)) / min(CELL, max(1, y1 - y0))
    filled = down[:, None] * across[None]
    here = cells[r0 : r1 + 1, c0 : c1 + 1]
    here[...] = np.where((filled >= min(least, filled.max())) | (here == 1), 1, -1)


def cells_of(sample: Sample) -> dict[str, np.ndarray]:
    """Word, concept or colour -> its int8 cells on this sample."""
    grid = len(sample.pixels) // CELL
    found: dict[str, np.ndarray] = {}
    written = np.zeros((grid, grid), np.int8)
    for word in sample.labels.words:
        cells = found.setdefault(word.text, np.zeros((grid, grid), np.int8))
        mark(cells, word.box)
        mark(written, word.box)
    for name, box in sample.labels.regions:
        mark(found.setdefault(name, np.zeros((grid, grid), np.int8)), box, 0.6)
    for name in COLOURS:
        cells = sample.colours.get(name)
        if cells is None:
            continue
        cells = np.where((cells == 1) & (written != 0), -1, cells)
        if (cells == 1).mean() > 0.4:  # the paper itself
            cells = np.where(cells == 1, -1, cells)
        printed = found.get(name)
        found[name] = cells if printed is None else np.where(printed == 1, 1, np.where(printed == -1, -1, cells)).astype(np.int8)
    return found


def letters_of(sample: Sample) -> np.ndarray:
    """uint8 [side/7, side/7]: 0, or 1-26 for a letter and 27-36 for a digit whose middle lies there."""
    side = len(sample.pixels) // LETTER_CELL
    cells = np.zeros((side, side), np.uint8)
    for index, x, y, w, h in sample.labels.letters:
        x0, x1, y0, y1 = (int(v // LETTER_CELL) for v in (x - w * 0.22, x + w * 0.22, y - h * 0.22, y + h * 0.22))
        if x1 >= 0 and y1 >= 0 and x0 < side and y0 < side:
            cells[max(0, y0) : y1 + 1, max(0, x0) : x1 + 1] = index
    return cells
