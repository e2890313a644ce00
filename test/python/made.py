"""What the scripts here share: pages, vectors and a model that are made up, so that mistakes are visible: grids are never square."""

from pathlib import Path

import numpy as np
from colpali_lens import explain_vectors
from PIL import Image

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden"

ROWS, COLUMNS = 3, 2
TOKENS = ["<bos>", "▁peak", "▁lo", "ad"]
QUERY = "peak load"


def unit(*shape, seed=0):
    """Random unit vectors of float32."""
    array = np.random.default_rng(seed).normal(size=shape)
    return (array / np.linalg.norm(array, axis=-1, keepdims=True)).astype(np.float32)


def page(width=60, height=90):
    """A picture of which every pixel is another."""
    y, x = np.mgrid[:height, :width]
    return Image.fromarray(np.stack([x % 256, y % 256, (x + y) % 256], axis=-1).astype(np.uint8))


def lens_of(pages=1, **options):
    """A lens of random vectors: 3 x 2 patches and a vector of the prompt behind them, 4 tokens, 16 dimensions."""
    vectors = [unit(ROWS * COLUMNS + 1, 16, seed=1 + i) for i in range(pages)]
    mask = np.arange(ROWS * COLUMNS + 1) < ROWS * COLUMNS
    given = {
        "images": [page() for _ in range(pages)],
        "page_vectors": vectors,
        "query_vectors": unit(len(TOKENS), 16),
        "grid": (ROWS, COLUMNS),
        "tokens": TOKENS,
        "query": QUERY,
        "patches": [mask] * pages,
    }
    return explain_vectors(**{**given, **options})
