"""A random page, or the crop of one: chooses its kind, fills its columns, scans it, and gives pixels with labels."""

import random
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from . import blocks, fonts
from .canvas import Canvas, Labels
from .colours import coloured_cells
from .degrade import scan, warp
from .figures import figure
from .words import Vocabulary

INPUT = 896  # the model's side, in pixels
CELL = 14  # one of its 64 x 64 cells
PAPERS = [((595, 842), 0.46), ((612, 792), 0.16), ((842, 595), 0.08), ((960, 540), 0.19), ((720, 540), 0.11)]

# chances of: heading, prose, bullets, table, form, code, contents, figure, space
MIXES = {
    "document": (0.13, 0.38, 0.09, 0.10, 0.03, 0.09, 0.03, 0.12, 0.03), "paper": (0.10, 0.60, 0.03, 0.10, 0.00, 0.02, 0.00, 0.13, 0.02),
    "form": (0.08, 0.10, 0.04, 0.20, 0.38, 0.00, 0.00, 0.17, 0.03), "report": (0.10, 0.18, 0.08, 0.24, 0.04, 0.00, 0.06, 0.27, 0.03),
    "manual": (0.10, 0.30, 0.10, 0.08, 0.00, 0.26, 0.12, 0.02, 0.02), "slide": (0.18, 0.18, 0.20, 0.10, 0.02, 0.04, 0.00, 0.25, 0.03),
}
KINDS = {"document": 0.3, "paper": 0.18, "form": 0.12, "report": 0.2, "manual": 0.2}
MONOSPACED = ("Mono", "Typewriter", "Courier", "Hack", "Inconsolata", "Code", "Cousine")


@dataclass
class Sample:
    """pixels uint8 [side, side, 3]; labels in those pixels; colours: name -> cells (`colours.py`)."""

    pixels: np.ndarray
    labels: Labels
    colours: dict[str, np.ndarray]
    kind: str
    dark: bool


class Printer:
    """Prints random pages with the fonts of one side of the split. Never raises for a degenerate layout: it draws another."""

    def __init__(self, held_out_fonts: bool = False):
        self.plain = fonts.families(held_out_fonts)
        self.accented = fonts.families(held_out_fonts, accents=True)
        self.fixed = [f for f in fonts.families(held_out_fonts, accents=True) if any(m in f[0] for m in MONOSPACED)] or self.accented

    def __call__(self, rng: random.Random, vocabulary: Vocabulary, side: int, kind: str | None = None, damage: float | None = None) -> Sample:
        """`side` 896 is a whole page, less is a crop of one. `damage` 0 to 1 fixes how badly it is scanned."""
        while True:
            try:
                return self._print(rng, vocabulary, side, kind, damage)
            except (ValueError, OSError, OverflowError, ZeroDivisionError):
                continue  # a rectangle turned inside out, a glyph the font cannot draw

    def _print(self, rng, vocabulary, side, kind, damage) -> Sample:
        vocabulary.choose_language()
        (w, h) = rng.choices([p for p, _ in PAPERS], [weight for _, weight in PAPERS])[0]
        if kind == "slide": (w, h) = rng.choice([(960, 540), (720, 540)])
        elif kind: (w, h) = rng.choice([(595, 842), (612, 792)])
        slide = w > h
        kind = kind or ("slide" if slide else rng.choices(list(KINDS), list(KINDS.values()))[0])
        scale = rng.uniform(1.3, 2.0) if slide else rng.uniform(1.5, 2.2)
        part = side / INPUT
        families = self.plain if vocabulary.language == "en" else self.accented
        c = Canvas(rng, vocabulary, families, int(w * part * scale), int(h * part * scale), scale)
        self._fill(c, kind, slide, whole=side > 600)
        image, labels = c.image, c.labels
        damage = (rng.random() if rng.random() < 0.35 else 0.0) if damage is None else damage
        if damage > 0 and rng.random() < 0.6:
            image, labels = warp(image, labels, c.paper, rng, damage)
        sx, sy = side / image.width, side / image.height
        image = image.resize((side, side), Image.BICUBIC)
        colours = coloured_cells(image, side // CELL)
        if damage > 0 or rng.random() < 0.4:
            image = scan(image, rng, damage)
        return Sample(np.asarray(image), _scaled(labels, sx, sy), colours, kind, c.dark)

    def _fill(self, c: Canvas, kind: str, slide: bool, whole: bool) -> None:
        r = c.rng
        margin = (r.uniform(20, 70) if whole else r.uniform(-5, 40)) * c.scale
        columns = 2 if kind == "paper" and r.random() < 0.8 else r.choices([1, 2, 3], [0.7, 0.25, 0.05])[0]
        if not whole and columns > 1 and r.random() < 0.6: columns -= 1
        small = r.random() < 0.35
        if not whole and r.random() < 0.04:
            return self._scatter(c, slide)
        gap = r.uniform(8, 20) * c.scale
        width, top = (c.width - 2 * margin - gap * (columns - 1)) / columns, margin
        if whole and r.random() < 0.6:
            top = c.paragraph(margin, c.width - margin, margin, min(blocks.heading_size(c) * 1.2, 40 * c.scale), 1, c.head, None, "title", 1.3) + 6 * c.scale
        for i in range(columns):
            x = margin + i * (width + gap)
            self._column(c, kind, x, x + width, top + (0 if whole else r.uniform(-8, 20) * c.scale), small, slide)

    def _column(self, c: Canvas, kind: str, x0, x1, y, small, slide) -> None:
        r = c.rng
        while y < c.height:
            size = blocks.body_size(c, small, slide)
            block = r.choices(range(9), MIXES[kind])[0]
            if block == 0: y = blocks.heading(c, x0, x1, y, blocks.heading_size(c))
            elif block == 1: y = blocks.prose(c, x0, x1, y, size)
            elif block == 2: y = blocks.bullets(c, x0, x1, y, size)
            elif block == 3: y = blocks.table(c, x0, x1, y, size)
            elif block == 4: y = blocks.form(c, x0, x1, y, size)
            elif block == 5: y = blocks.code(c, x0, x1, y, size, r.choice(self.fixed))
            elif block == 6: y = blocks.contents(c, x0, x1, y, size)
            elif block == 7: y = figure(c, x0, x1, y)
            else: y += r.uniform(10, 60) * c.scale
            if r.random() < 0.12: c.body = r.choice(r.choice(c.families))

    def _scatter(self, c: Canvas, slide: bool) -> None:
        for _ in range(c.rng.randint(8, 40)):
            size = blocks.body_size(c, False, slide) if c.rng.random() < 0.6 else blocks.heading_size(c)
            c.text(c.rng.uniform(-0.02, 0.9) * c.width, c.rng.uniform(-0.02, 0.97) * c.height, c.vocabulary.printed("mixed", 0.15),
                   c.rng.choice(c.rng.choice(c.families)), size)


def _scaled(labels: Labels, sx: float, sy: float) -> Labels:
    box = lambda b: (b[0] * sx, b[1] * sy, b[2] * sx, b[3] * sy)
    return Labels([replace(w, box=box(w.box), size=w.size * (sx * sy) ** 0.5) for w in labels.words],
                  [(i, x * sx, y * sy, w * sx, h * sy) for i, x, y, w, h in labels.letters], [(n, box(b)) for n, b in labels.regions])
