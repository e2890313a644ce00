"""Pages as people have them: pictures in memory, files, PDF pages."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: A picture in memory (PIL or an array), or a file or address with an optional choice of pages: `"report.pdf#1-3"`.
Image = Any


class Picture:
    """A picture that Python holds."""

    def __init__(self, image: Any, number: int) -> None:
        self.image = image
        self.pixels_array: NDArray[np.uint8] | None = None
        if hasattr(image, "convert"):
            self.width, self.height = image.size
            self.name = os.path.basename(getattr(image, "filename", "") or "") or f"image {number}"
        else:
            self.pixels_array = rgb(image, number)
            self.height, self.width = self.pixels_array.shape[:2]
            self.name = f"image {number}"
        if self.width < 1 or self.height < 1:
            raise ValueError(f"invalid image {number}: {self.width} x {self.height} pixels, expected at least 1 x 1")

    def pixels(self) -> NDArray[np.uint8]:
        """RGB, `(height, width, 3)`: without what transparency hides, as the engine's processors see it."""
        if self.pixels_array is not None:
            return self.pixels_array
        return np.asarray(self.image.convert("RGB"))


def rgb(array: Any, number: int) -> NDArray[np.uint8]:
    """A picture of an array: `(height, width)`, or with 1, 3 or 4 channels behind; bytes, or floats from 0 to 1.

    Raises:
        ValueError: for another shape or type.
    """
    if hasattr(array, "detach"):
        array = array.detach().cpu().numpy()
    pixels = np.asarray(array)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4):
        raise ValueError(
            f"invalid image {number}: {type(array).__name__} of shape {pixels.shape}, expected a PIL image, a path, or an array "
            "of (height, width, 3)"
        )
    if pixels.dtype.kind == "f" and pixels.size and 0 <= pixels.min() and pixels.max() <= 1:
        pixels = np.rint(pixels * 255).astype(np.uint8)
    if pixels.dtype != np.uint8:
        raise ValueError(f"invalid image {number}: {pixels.dtype}, expected bytes (uint8), or floats from 0 to 1")
    return np.ascontiguousarray(np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels[:, :, :3])


def as_list(images: Image | Sequence[Image]) -> list[Image]:
    """One or several as a list.

    Raises:
        ValueError: there are none.
    """
    single = isinstance(images, (str, os.PathLike)) or hasattr(images, "convert")
    shape = getattr(images, "shape", None)
    if shape is not None:
        # A batch of pictures has four axes.
        single = len(shape) < 4
    items = [images] if single else list(images)
    if not items:
        raise ValueError("invalid images: none, expected at least one")
    return items


def describe(items: Sequence[Image]) -> tuple[list[dict[str, Any]], list[Picture]]:
    """What the worker is told of pages, and the pictures that it may ask for."""
    told: list[dict[str, Any]] = []
    pictures: list[Picture] = []
    for number, item in enumerate(items, 1):
        if isinstance(item, (str, os.PathLike)):
            told.append({"source": _absolute(os.fspath(item))})
        else:
            picture = Picture(item, number)
            told.append(
                {"picture": len(pictures), "width": picture.width, "height": picture.height, "name": picture.name}
            )
            pictures.append(picture)
    return told, pictures


def _absolute(path: str) -> str:
    # The worker has a working folder of its own.
    if "://" in path:
        return path
    return os.path.abspath(os.path.expanduser(path))
