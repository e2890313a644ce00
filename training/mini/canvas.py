"""A page being drawn: text with the box of every word and the centre of every letter, and regions that show something."""

import math
import random
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from . import fonts
from .spelling import normalize, spans_of
from .words import COLOURS, Vocabulary, held_out


@dataclass
class Word:
    text: str
    box: tuple[float, float, float, float]
    size: float  # type size in pixels


@dataclass
class Labels:
    """What is on the page, in its pixels: words, letters (index 1-36, x, y, width, height) and named regions."""

    words: list[Word] = field(default_factory=list)
    letters: list[tuple[int, float, float, float, float]] = field(default_factory=list)
    regions: list[tuple[str, tuple[float, float, float, float]]] = field(default_factory=list)


class Canvas:
    """`scale` is pixels per point; `type_` holds the two fonts of the page (headings, body)."""

    def __init__(self, rng: random.Random, vocabulary: Vocabulary, families: list[list[str]], width: int, height: int, scale: float):
        self.rng, self.vocabulary, self.families = rng, vocabulary, families
        self.width, self.height, self.scale = width, height, scale
        self.head, self.body = rng.choice(rng.choice(families)), rng.choice(rng.choice(families))
        self.dark = rng.random() < 0.15
        if self.dark:
            self.paper = tuple(rng.randint(0, 70) for _ in range(3))
            self.ink = tuple(rng.randint(190, 255) for _ in range(3))
        else:
            base = rng.randint(222, 255)
            self.paper = (255, 255, 255) if rng.random() < 0.6 else tuple(min(255, base + rng.randint(-10, 10)) for _ in range(3))
            self.ink = (0, 0, 0) if rng.random() < 0.5 else tuple(rng.randint(0, 110) for _ in range(3))
        self.image = Image.new("RGB", (width, height), self.paper)
        self.draw = ImageDraw.Draw(self.image)
        self.labels = Labels()
        self.line = max(1, int(scale))

    def colour(self) -> tuple[int, int, int]:
        """A named colour, a little off."""
        return tuple(min(255, max(0, c + self.rng.randint(-14, 14))) for c in self.rng.choice(list(COLOURS.values())))

    def over(self, fill) -> tuple[int, int, int]:
        """Black or white, whichever reads on `fill`."""
        return (255, 255, 255) if sum(fill) < 360 else (0, 0, 0)

    def region(self, names: list[str], box: tuple[float, float, float, float], least: float = 10) -> None:
        x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), min(self.width, box[2]), min(self.height, box[3])
        if x1 - x0 > least and y1 - y0 > least:
            self.labels.regions += [(name, (x0, y0, x1, y1)) for name in names]

    def measure(self, text: str, font: str, size: float) -> float:
        loaded, advances = fonts.font_at(font, size)
        total = 0.0
        for c in text:
            if c not in advances:
                advances[c] = loaded.getlength(c)
            total += advances[c]
        return total

    def text(self, x: float, y: float, text: str, font: str, size: float, fill=None, limit: float | None = None) -> float | None:
        """Draws `text` with the top of its line at y; gives its advance, or None where it would pass `limit`. In training, text
        with a held-out word in it is not drawn (advance 0)."""
        spans = self._spans(text)
        if self.vocabulary.training and any(held_out(word) for word, _, _ in spans):
            return 0.0
        loaded, advances = fonts.font_at(font, size)
        at = [0.0]
        for c in text:
            if c not in advances:
                advances[c] = loaded.getlength(c)
            at.append(at[-1] + advances[c])
        if limit is not None and x + at[-1] > limit:
            return None
        self.draw.text((x, y), text, font=loaded, fill=fill or self.ink)
        baseline = y + loaded.getmetrics()[0]
        top, bottom = baseline - 0.74 * size, baseline + 0.2 * size
        if x > self.width or top > self.height or x + at[-1] < 0 or bottom < 0:
            return at[-1]
        for word, first, last in spans:
            self._word(word, x + at[first], top, x + at[last], bottom, size)
        self._letters(text, x, baseline - 0.3 * size, size, at)
        return at[-1]

    def _spans(self, text: str) -> list[tuple[str, int, int]]:
        """Words of the text; after an elision the rest is a word, too (l'acqua is found by acqua)."""
        spans = spans_of(text)
        if self.vocabulary.language in ("fr", "it"):
            rests = [(word.rsplit("'", 1)[1], last) for word, _, last in spans if "'" in word]
            spans += [(rest, last - len(rest), last) for rest, last in rests if len(rest) >= 3]
        return spans

    def _word(self, word: str, x0: float, y0: float, x1: float, y1: float, size: float) -> None:
        if x0 < -2 or x1 > self.width + 2 or y0 < -0.3 * size or y1 > self.height + 0.2 * size:
            return
        self.labels.words.append(Word(word, (x0, y0, x1, y1), size))

    def _letters(self, text: str, x: float, y: float, size: float, at: list[float]) -> None:
        for i, c in enumerate(text):
            n = normalize(c)
            if len(n) != 1:
                continue
            index = ord(n) - 96 if "a" <= n <= "z" else ord(n) - 21 if "0" <= n <= "9" else 0
            if index:
                self.labels.letters.append((index, x + (at[i] + at[i + 1]) / 2, y, at[i + 1] - at[i], size * 0.6))

    def paragraph(self, x0, x1, y, size, lines, font, fill=None, style="mixed", leading=1.2, align="left", numbers=0.12) -> float:
        """Lines of random words; gives the y below the last one. `align` is "left", "justify" or "centre"."""
        r = self.rng
        space = size * r.uniform(0.22, 0.34)
        for line in range(lines):
            if y > self.height:
                break
            room = (x1 - x0) * (r.uniform(0.3, 0.9) if line == lines - 1 else 1)
            row, used = [], 0.0
            while len(row) < 60:
                word = self.vocabulary.printed(style, numbers)
                length = self.measure(word, font, size)
                if used + length > room:
                    break
                row.append((word, length))
                used += length + space
            slack, x, gap = x1 - x0 - used + space, x0, space
            if align == "justify" and line < lines - 1 and len(row) > 2:
                gap = min(space + max(0, slack) / (len(row) - 1), 3 * space)
            elif align == "centre":
                x = x0 + slack / 2
            for word, length in row:
                self.text(x, y, word, font, size, fill)
                x += length + gap
            y += size * leading
        return y
