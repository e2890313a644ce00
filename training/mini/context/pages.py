"""Whole pages with tables, forms, charts and sections whose values know their headers, among print that has no such structure."""

import random
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from .. import blocks, figures, fonts
from ..canvas import Canvas, Labels, Word
from ..degrade import scan, warp
from ..page import INPUT, MONOSPACED, PAPERS, _scaled
from ..words import Vocabulary
from .charts import chart
from .forms import form, section
from .structures import Box, Sheet, Structure, Value
from .tables import table

BLOCKS = {"table": 0.40, "form": 0.10, "chart": 0.10, "section": 0.07, "prose": 0.12, "heading": 0.04, "bullets": 0.05, "figure": 0.05, "code": 0.02, "contents": 0.02, "space": 0.03}
FIGURES = ["photo", "logo", "signature", "shapes", "banner", "barcode", "stamp"]  # those without a structure of their own


@dataclass
class StructuredPage:
    """pixels uint8 [896,896,3]; words, structures, values and vague boxes in those pixels."""

    pixels: np.ndarray
    words: list[Word]
    structures: list[Structure]
    values: list[Value]
    vague: list[Box]


class StructurePrinter:
    """Prints random pages with the fonts of one side of the split; `kinds` are the structures of which a page has at least one.
    Never raises for a degenerate layout: it draws another."""

    def __init__(self, held_out_fonts: bool = False, kinds: tuple[str, ...] = ("table", "form", "chart")):
        self.families = fonts.families(held_out_fonts, accents=True)
        self.fixed = [f for f in self.families if any(m in f[0] for m in MONOSPACED)] or self.families
        self.kinds, self.seek = kinds, held_out_fonts
        self.chances = {k: v for k, v in BLOCKS.items() if k in kinds or k not in ("table", "form", "chart")}

    def __call__(self, rng: random.Random, vocabulary: Vocabulary) -> StructuredPage:
        while True:
            try:
                page = self._print(rng, vocabulary)
                if any(v.kind in self.kinds for v in page.values):
                    return page
            except (ValueError, OSError, OverflowError, ZeroDivisionError, IndexError):
                continue

    def _print(self, r, vocabulary) -> StructuredPage:
        vocabulary.choose_language()
        (w, h) = r.choices([p for p, _ in PAPERS], [weight for _, weight in PAPERS])[0]
        slide, scale = w > h, r.uniform(1.3, 1.8) if w > h else r.uniform(1.4, 1.9)
        sheet = Sheet(Canvas(r, vocabulary, self.families, int(w * scale), int(h * scale), scale), self.seek)
        c = sheet.canvas
        margin, gap = r.uniform(20, 70) * scale, r.uniform(10, 22) * scale
        columns = 1 if slide else r.choices([1, 2], [0.82, 0.18])[0]
        width, top = (c.width - 2 * margin - gap * (columns - 1)) / columns, margin
        if r.random() < 0.6:
            top = c.paragraph(margin, c.width - margin, margin, min(blocks.heading_size(c) * 1.2, 40 * scale), 1, c.head, None, "title", 1.3) + 6 * scale
        for k in range(columns):
            x = margin + k * (width + gap)
            self._column(sheet, x, x + width, top, slide, columns > 1)
        return self._finished(sheet, r)

    def _column(self, sheet: Sheet, x0, x1, y, slide: bool, narrow: bool) -> None:
        c, r = sheet.canvas, sheet.canvas.rng
        while y < c.height - 30 * c.scale:
            kind = r.choices(list(self.chances), list(self.chances.values()))[0]
            size = (r.uniform(10, 20) if slide else r.uniform(8, 11.5) if r.random() < 0.75 else r.uniform(11, 15)) * c.scale
            if kind == "table":
                if narrow: size = min(size, 10 * c.scale)
                if r.random() < 0.45: y = c.paragraph(x0, x1, y, size, r.choice([1, 1, 2]), c.body, None, "mixed", 1.2) + r.uniform(1, 6) * c.scale  # caption
                y = table(sheet, x0, x1, y, size)
            elif kind == "form": y = form(sheet, x0, x1, y, size)
            elif kind == "chart": y = chart(sheet, x0, x1, y, size)
            elif kind == "section": y = section(sheet, x0, x1, y, size)
            elif kind == "prose": y = blocks.prose(c, x0, x1, y, size)
            elif kind == "heading": y = blocks.heading(c, x0, x1, y, blocks.heading_size(c))
            elif kind == "bullets": y = blocks.bullets(c, x0, x1, y, size)
            elif kind == "figure": y = figures.KINDS[r.choice(FIGURES)][0](c, x0, x1, y, min(c.height * 0.5, (x1 - x0) * r.uniform(0.3, 0.6))) + 6 * c.scale
            elif kind == "code": y = blocks.code(c, x0, x1, y, size, r.choice(r.choice(self.fixed)))
            elif kind == "contents":
                below = blocks.contents(c, x0, x1, y, size)
                sheet.vague.append((x0, y, x1, below))
                y = below
            else: y += r.uniform(10, 40) * c.scale

    def _finished(self, sheet: Sheet, r) -> StructuredPage:
        """Warps, scans and scales the page with everything on it."""
        image, bars = sheet.canvas.image, [(n, b) for n, v in enumerate(sheet.values) for b in v.boxes]
        kept = [(str(n), b) for n, b in enumerate([s.box for s in sheet.structures] + sheet.vague + [b for _, b in bars])]
        labels = Labels(sheet.canvas.labels.words, [], kept)
        if r.random() < 0.15:
            image, labels = warp(image, labels, sheet.canvas.paper, r, r.uniform(0.1, 0.5))
        sx, sy = INPUT / image.width, INPUT / image.height
        image = image.resize((INPUT, INPUT), Image.BICUBIC)
        labels = _scaled(labels, sx, sy)
        if r.random() < 0.3: image = scan(image, r, r.uniform(0, 0.8))
        boxes, n, m = [b for _, b in labels.regions], len(sheet.structures), len(sheet.vague)
        for v in sheet.values: v.boxes = []
        for (k, _), box in zip(bars, boxes[n + m :]): sheet.values[k].boxes.append(box)
        structures = [replace(s, box=box, pitch=s.pitch * sy) for s, box in zip(sheet.structures, boxes)]
        return StructuredPage(np.asarray(image), labels.words, structures, sheet.values, boxes[n : n + m])
