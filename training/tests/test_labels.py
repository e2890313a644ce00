import random

import numpy as np
import pytest
from PIL import Image

from mini.canvas import Labels, Word
from mini.colours import coloured_cells
from mini.degrade import warp
from mini.labels import cells_of, mark
from mini.page import CELL, Sample


def test_mark_is_row_then_column():
    cells = np.zeros((4, 4), np.int8)
    mark(cells, (2.2 * CELL, 0.1 * CELL, 3.9 * CELL, 0.9 * CELL))
    assert cells.tolist() == [[0, 0, 1, 1], [0] * 4, [0] * 4, [0] * 4]


def test_a_grazed_cell_is_ignored():
    cells = np.zeros((3, 3), np.int8)
    mark(cells, (0, 0, 1.1 * CELL, CELL - 1))
    assert cells[0].tolist() == [1, -1, 0]


def test_labels_follow_the_warp():
    image = Image.new("L", (300, 200), 255)
    box = (200, 40, 260, 60)
    image.paste(0, box)
    for seed in range(5):
        warped, labels = warp(image.convert("RGB"), Labels([Word("a", box, 12)]), (255, 255, 255), random.Random(seed))
        ys, xs = np.nonzero(np.asarray(warped)[..., 0] < 128)
        x0, y0, x1, y1 = labels.words[0].box
        assert np.allclose([(x0 + x1) / 2, (y0 + y1) / 2], [xs.mean(), ys.mean()], atol=1.5)
        assert abs((x1 - x0) - (xs.max() - xs.min())) < 5


def test_colours_are_read_off_the_pixels():
    image = Image.new("RGB", (3 * CELL, 3 * CELL), (255, 255, 255))
    image.paste((208, 30, 36), (2 * CELL, 0, 3 * CELL, CELL))
    found = coloured_cells(image, 3)
    assert set(found) == {"red"}
    assert np.argwhere(found["red"] == 1).tolist() == [[0, 2]]


def test_print_wins_over_colour():
    red = np.zeros((2, 2), np.int8)
    red[0] = 1
    sample = Sample(np.zeros((2 * CELL, 2 * CELL, 3), np.uint8), Labels([Word("fee", (1, 1, CELL - 1, CELL - 1), 9)]), {"red": red}, "form", False)
    assert cells_of(sample)["red"].tolist() == [[-1, 1], [0, 0]]
    assert cells_of(sample)["fee"].tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_a_still_page_keeps_its_labels(scale):
    _, labels = warp(Image.new("RGB", (100, 50)), Labels([Word("a", (10, 10, 40, 20), 8)]), (0, 0, 0), random.Random(1), 0.0)
    assert np.allclose(labels.words[0].box, (10, 10, 40, 20), atol=1e-6)
