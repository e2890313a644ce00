"""Vectors as people have them, torch or numpy, checked and brought to float32 on the processor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: How far a length may be from 1: bfloat16 keeps 8 bits.
_SLACK = 0.02


def floats(value: Any) -> Floats:
    """An array of float32: of a torch tensor on any device and in any precision, bfloat16 included, or of whatever numpy takes."""
    # Tensors know themselves; torch is not imported for it.
    if hasattr(value, "detach"):
        value = value.detach().float().cpu().numpy()
    return np.ascontiguousarray(value, dtype=np.float32)


def unit_vectors(value: Any, name: str) -> Floats:
    """Vectors of one page or query.

    Args:
        value: `(count, dim)`, or `(1, count, dim)`; rows of zeros are kept, for `without_padding` to drop.
        name: What messages call it.

    Raises:
        ValueError: another shape, numbers that are not finite, or vectors that are not of unit length.
    """
    array = floats(value)
    if array.ndim == 3 and array.shape[0] == 1:
        array = array[0]
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"invalid {name}: shape {array.shape}, expected (vectors, dimensions), one vector a token")
    wrong = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if wrong.size:
        raise ValueError(
            f"invalid {name}: {wrong.size} of {len(array)} vectors hold NaN or infinity, the first is vector {wrong[0]}; "
            "expected finite numbers. Weights in float16 can overflow: use bfloat16 or float32"
        )
    lengths = np.linalg.norm(array, axis=1)
    off = np.flatnonzero((np.abs(lengths - 1) > _SLACK) & (lengths > 0))
    if off.size:
        raise ValueError(
            f"invalid {name}: vector {off[0]} has length {lengths[off[0]]:.4g}, expected 1: cosines are products of unit "
            "vectors. Divide each by its length, `v / v.norm(dim=-1, keepdim=True)`"
        )
    return array


def without_padding(array: Floats, name: str) -> tuple[Floats, NDArray[np.int64]]:
    """The vectors without those that are all zeros, as batches are padded with, and where the kept ones were.

    A vector of zeros has the cosine 0 with everything, so that it would lift a negative maximum.
    """
    kept = np.flatnonzero(array.any(axis=1))
    if kept.size == 0:
        raise ValueError(f"invalid {name}: all {len(array)} vectors are zeros, expected unit vectors")
    return array[kept], kept


def each(value: Any, count: int, name: str, of: str) -> list[Any]:
    """One item for each of `count` pages: of a list, or of a batch's first axis; a single matrix is one page's.

    Raises:
        ValueError: there are more or fewer.
    """
    if hasattr(value, "shape"):
        items = [value] if len(value.shape) == 2 else list(value)
    elif isinstance(value, Sequence):
        items = list(value)
    else:
        raise ValueError(f"invalid {name}: {type(value).__name__}, expected one array for each of {of}")
    if len(items) != count:
        raise ValueError(f"invalid {name}: {len(items)}, expected {count}, one for each of {of}")
    return items


def patch_positions(patches: Any, grid: tuple[int, int], count: int, name: str) -> NDArray[np.int32]:
    """Positions of a page's patches among its vectors, row by row from the top left.

    Args:
        patches: None where all vectors are patches; a mask `(count,)` of booleans that is true for patches; or the positions.
        grid: Rows and columns.

    Raises:
        ValueError: they do not fit the grid or the vectors, with both numbers.
    """
    rows, columns = grid
    cells = rows * columns
    expected = f"{rows} rows x {columns} columns = {cells} patches"
    if patches is None:
        if count != cells:
            raise ValueError(
                f"invalid grid of {name}: {expected}, but {count} vectors; pass patches, a mask that is true for the vectors "
                "of patches (`processor.get_image_mask(batch)` of colpali-engine)"
            )
        return np.arange(cells, dtype=np.int32)
    array = np.asarray(patches.detach().cpu() if hasattr(patches, "detach") else patches)
    if array.ndim == 2 and array.shape[0] == 1:
        array = array[0]
    if array.dtype == bool:
        if array.shape != (count,):
            raise ValueError(f"invalid patches of {name}: a mask of shape {array.shape}, expected ({count},), one a vector")
        array = np.flatnonzero(array)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError(f"invalid patches of {name}: {array.dtype} of shape {array.shape}, expected a mask or positions")
    if len(array) != cells:
        raise ValueError(f"invalid patches of {name}: {len(array)}, expected {expected}")
    if array.min() < 0 or array.max() >= count:
        raise ValueError(f"invalid patches of {name}: positions {array.min()} to {array.max()}, expected 0 to {count - 1}")
    return array.astype(np.int32)


def grid_of(value: Any, name: str) -> tuple[int, int]:
    """Rows and columns.

    Raises:
        ValueError: anything else.
    """
    try:
        rows, columns = (int(side) for side in value)
    except (TypeError, ValueError):
        raise ValueError(f"invalid grid of {name}: {value!r}, expected (rows, columns)") from None
    if rows < 1 or columns < 1:
        raise ValueError(f"invalid grid of {name}: {rows} x {columns}, expected at least 1 x 1")
    return rows, columns
