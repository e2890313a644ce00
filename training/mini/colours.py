"""Which named colour fills a cell, read off the pixels: exact for slices, shapes, bars and photographs alike."""

import numpy as np
from PIL import Image

# name: hue range in degrees (may wrap), saturation range, value range
RANGES = {
    "red": ((347, 11), (0.55, 1), (0.45, 1)), "orange": ((17, 38), (0.6, 1), (0.75, 1)), "brown": ((12, 40), (0.4, 1), (0.2, 0.62)),
    "yellow": ((45, 64), (0.5, 1), (0.75, 1)), "green": ((85, 165), (0.35, 1), (0.25, 0.85)), "blue": ((200, 248), (0.45, 1), (0.3, 1)),
    "purple": ((262, 305), (0.3, 1), (0.25, 0.85)), "pink": ((312, 345), (0.2, 0.65), (0.75, 1)),
    "black": ((0, 360), (0, 1), (0, 0.14)), "gray": ((0, 360), (0, 0.1), (0.4, 0.72)),
}


def coloured_cells(image: Image.Image, grid: int) -> dict[str, np.ndarray]:
    """Name -> int8 [grid, grid]: 1 where at least 60 % of the cell has the colour, -1 where some of it has or nearly has."""
    side = grid * 4
    h, s, v = (a.astype(np.float32) for a in np.moveaxis(np.asarray(image.resize((side, side), Image.BOX).convert("HSV")), -1, 0))
    h, s, v = h * (360 / 255), s / 255, v / 255
    share = lambda mask: mask.reshape(grid, 4, grid, 4).mean((1, 3))
    found = {}
    for name, ((h0, h1), (s0, s1), (v0, v1)) in RANGES.items():
        def within(hue, slack):
            in_hue = np.ones_like(h, bool) if h1 - h0 == 360 else (h - h0 + hue) % 360 <= (h1 - h0) % 360 + 2 * hue
            return in_hue & (s >= s0 - slack) & (s <= s1 + slack) & (v >= v0 - slack) & (v <= v1 + slack)
        inside = share(within(0, 0.0)) >= 0.6
        if inside.any():
            cells = np.zeros((grid, grid), np.int8)
            cells[share(within(8, 0.12)) > 0.06] = -1
            cells[inside] = 1
            found[name] = cells
    return found
