"""Pictures for the model card: ten real pages with three queries each, chosen by a seed and not by their result; misses; one page
of each kind. Cosines on one absolute scale; the word's own boxes are outlined in blue, the best cell in black; below, the
surroundings of the best cell, enlarged.

    python -m mini.pictures --model ../models/mini --out ../docs/mini
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from . import fonts, measures, sets
from .documents import SIDE, Page
from .embedder import Embedder
from .paths import MODEL, REPOSITORY
from .words import commonest

PORTRAIT, SLIDE = (300, 400), (300, 190)  # width and height of a page in the picture
AROUND, STRIP = (160, 26), 48  # pixels of the page shown enlarged, and how high
KINDS = ("scans", "photographs", "columns", "French", "German", "Spanish", "Portuguese", "Italian", "forms", "papers", "slides", "dark")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, default=MODEL)
    p.add_argument("--out", type=Path, default=REPOSITORY / "docs" / "mini")
    p.add_argument("--domain", type=float, nargs=2, default=(0.2, 0.6), help="cosines drawn as clear and as full colour")
    args = p.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    draw, rng, index = Drawing(Embedder(args.model), args.domain), random.Random(10), {}

    def save(name: str, tiles: list[tuple[Page, str]], shape=PORTRAIT) -> None:
        drawn, index[name] = zip(*(draw(page, query, shape) for page, query in tiles))
        Image.fromarray(np.concatenate(drawn, 1)).save(args.out / f"{name}.webp", quality=50, method=6)

    pages = sets.load("test")
    for i, page in enumerate([pages[i] for i in sorted(rng.sample(range(len(pages)), 10))]):
        save(f"page-{i}", [(page, q) for q in queries_of(page, pages, rng)])
    missed = [r for r in measures.pointing(draw.model, pages, [draw.vectors(page) for page in pages]) if not r["hit"]]
    by_name = {page.name: page for page in pages}
    for i in range(2):
        save(f"misses-{i}", [(by_name[r["page"]], r["word"]) for r in rng.sample(missed, min(3, len(missed)))])
    for name in KINDS:
        kind, rng = sets.load(name), random.Random(f"picture of {name}")
        page = kind[rng.randrange(len(kind))]
        save(name.lower(), [(page, q) for q in queries_of(page, kind, rng)], SLIDE if name == "slides" else PORTRAIT)
    things = next(page for page in sets.load("concepts") if {"pie", "table"} <= {n for n, _ in page.regions})
    save("things", [(things, q) for q in ("table", "pie chart", next(iter(sorted(things.colours))))])
    (args.out / "index.json").write_text(json.dumps(index, indent=1, ensure_ascii=False) + "\n")


def queries_of(page: Page, others: list[Page], rng: random.Random) -> list[str]:
    """Two words of the page, one of them with a digit where there is one, and a word that is only on other pages."""
    here = sorted({w for w, _, _ in page.words if len(w) >= 3 and w not in commonest(100)})
    digits = [w for w in here if any(c.isdigit() for c in w)]
    elsewhere = sorted({w for p in others for w, _, _ in p.words if len(w) >= 5} - {w for w, _, _ in page.words})
    return [rng.choice(here), rng.choice(digits or here), rng.choice(elsewhere)]


class Drawing:
    """A page under the map of one query, with what the picture shows in words."""

    def __init__(self, model: Embedder, domain: tuple[float, float]):
        self.model, self.domain = model, domain
        self.known: dict[int, np.ndarray] = {}

    def vectors(self, page: Page) -> np.ndarray:
        if id(page) not in self.known:
            self.known[id(page)] = self.model.page(page.pixels)
        return self.known[id(page)]

    def __call__(self, page: Page, query: str, shape: tuple[int, int]) -> tuple[np.ndarray, dict]:
        cosines = self.model.maps(self.vectors(page), [query])[0]
        boxes = [b for w, b, _ in page.words if w == query] + [b for n, b in page.regions if n in query.split()]
        on = measures.touched(boxes, len(cosines))
        if query in page.colours:
            on |= page.colours[query] == 1
        best = np.unravel_index(cosines.argmax(), cosines.shape)
        result = "not on this page" if not on.any() else "hit" if on[best] else "miss"
        said = dict(page=page.name, query=query, best=round(float(cosines.max()), 2), result=result)
        title = caption(f"{query} \N{EN DASH} {result}, best {cosines.max():.2f}", shape[0])
        return np.concatenate([title, self._page(page, cosines, boxes, best, shape), around(page, best, len(cosines), shape[0])], 0), said

    def _page(self, page: Page, cosines: np.ndarray, boxes: list, best, shape: tuple[int, int]) -> np.ndarray:
        alpha = np.clip((cosines - self.domain[0]) / (self.domain[1] - self.domain[0]), 0, 1)
        heat = np.asarray(Image.fromarray((alpha * 255).astype(np.uint8)).resize(shape, Image.NEAREST), np.float32)[..., None] / 255
        base = np.asarray(Image.fromarray(page.pixels).resize(shape, Image.LANCZOS), np.float32)
        image = Image.fromarray((base * (1 - 0.75 * heat) + np.array([230, 60, 20]) * 0.75 * heat).astype(np.uint8))
        pen, (sx, sy), cell = ImageDraw.Draw(image), (shape[0] / SIDE, shape[1] / SIDE), (shape[0] / len(cosines), shape[1] / len(cosines))
        for x0, y0, x1, y1 in boxes:
            pen.rectangle([x0 * sx - 2, y0 * sy - 2, x1 * sx + 2, y1 * sy + 2], outline=(0, 80, 255))
        row, column = best
        pen.rectangle([column * cell[0], row * cell[1], (column + 1) * cell[0], (row + 1) * cell[1]], outline=(0, 0, 0))
        pen.rectangle([0, 0, shape[0] - 1, shape[1] - 1], outline=(190, 190, 190))
        return np.asarray(image)


def around(page: Page, best, grid: int, width: int) -> np.ndarray:
    """The surroundings of the best cell, from the model's own pixels."""
    (w, h), side = AROUND, SIDE / grid
    x = min(max(0, (best[1] + 0.5) * side - w / 2), SIDE - w)
    y = min(max(0, (best[0] + 0.5) * side - h / 2), SIDE - h)
    image = Image.fromarray(page.pixels).resize((width, STRIP), Image.BICUBIC, (x, y, x + w, y + h))
    left, top = (best[1] * side - x) * width / w, (best[0] * side - y) * STRIP / h
    pen = ImageDraw.Draw(image)
    pen.rectangle([left, top, left + side * width / w, top + side * STRIP / h], outline=(0, 0, 0))
    pen.rectangle([0, 0, width - 1, STRIP - 1], outline=(190, 190, 190))
    return np.asarray(image)


def caption(text: str, width: int) -> np.ndarray:
    image = Image.new("RGB", (width, 18), (255, 255, 255))
    face = next(f for family in fonts.families() for f in family if f.endswith("DejaVuSans.ttf"))
    ImageDraw.Draw(image).text((3, 2), text, font=fonts.font_at(face, 11)[0], fill=(0, 0, 0))
    return np.asarray(image)


if __name__ == "__main__":
    main()
