"""Pictures for the model card: ten real pages with three queries each, chosen by a seed and not by their result, and the worst
misses. Cosines on one absolute scale; the word's own boxes are outlined in blue, the best cell in black.

    python -m mini.pictures --model ../models/mini --out pictures
"""

import argparse
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from . import fonts, measures, sets
from .documents import SIDE, Page
from .embedder import Embedder
from .paths import MODEL
from .words import commonest

WIDTH, HEIGHT = 300, 400


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, default=MODEL)
    p.add_argument("--out", type=Path, default=Path("pictures"))
    p.add_argument("--domain", type=float, nargs=2, default=(0.2, 0.6), help="cosines drawn as clear and as full colour")
    args = p.parse_args()
    args.out.mkdir(exist_ok=True)
    model, rng = Embedder(args.model), random.Random(10)
    pages = sets.load("test")
    chosen = [pages[i] for i in sorted(rng.sample(range(len(pages)), 10))]
    for i, page in enumerate(chosen):
        save(row(model, page, queries_of(page, pages, rng), args.domain), args.out / f"page-{i}.jpg")
    vectors = [model.page(page.pixels) for page in pages]
    records = [r for r in measures.pointing(model, pages, vectors) if not r["hit"]]
    by_name = {page.name: page for page in pages}
    worst = rng.sample(sorted(records, key=lambda r: r["best"]), min(6, len(records)))
    save(np.concatenate([tile(model, by_name[r["page"]], r["word"], args.domain) for r in worst], 1), args.out / "misses.jpg")
    for name in ("scans", "photographs", "columns", "French", "German", "Spanish", "Portuguese", "Italian", "forms", "papers", "slides", "dark"):
        kind = sets.load(name)
        page = kind[rng.randrange(len(kind))]
        save(row(model, page, queries_of(page, kind, rng), args.domain), args.out / f"{name.lower()}.jpg")
    things = next(page for page in sets.load("concepts") if {"pie", "table"} <= {n for n, _ in page.regions})
    save(row(model, things, ["table", "pie chart", next(iter(sorted(things.colours)))], args.domain), args.out / "things.jpg")


def queries_of(page: Page, others: list[Page], rng: random.Random) -> list[str]:
    """Two words of the page, one of them with a digit where there is one, and a word that is only on other pages."""
    here = sorted({w for w, _, _ in page.words if len(w) >= 3 and w not in commonest(100)})
    digits = [w for w in here if any(c.isdigit() for c in w)]
    elsewhere = sorted({w for p in others for w, _, _ in p.words if len(w) >= 5} - {w for w, _, _ in page.words})
    return [rng.choice(here), rng.choice(digits or here), rng.choice(elsewhere)]


def row(model: Embedder, page: Page, queries: list[str], domain) -> np.ndarray:
    return np.concatenate([tile(model, page, q, domain) for q in queries], 1)


def tile(model: Embedder, page: Page, query: str, domain) -> np.ndarray:
    cosines = model.maps(model.page(page.pixels), [query])[0]
    alpha = np.clip((cosines - domain[0]) / (domain[1] - domain[0]), 0, 1)
    heat = np.asarray(Image.fromarray((alpha * 255).astype(np.uint8)).resize((WIDTH, HEIGHT), Image.NEAREST), np.float32)[..., None] / 255
    base = np.asarray(Image.fromarray(page.pixels).resize((WIDTH, HEIGHT), Image.LANCZOS), np.float32)
    image = Image.fromarray((base * (1 - 0.75 * heat) + np.array([230, 60, 20]) * 0.75 * heat).astype(np.uint8))
    draw, sx, sy = ImageDraw.Draw(image), WIDTH / SIDE, HEIGHT / SIDE
    for _, (x0, y0, x1, y1) in [(w, b) for w, b, _ in page.words if w == query] + [(n, b) for n, b in page.regions if n in query.split()]:
        draw.rectangle([x0 * sx - 2, y0 * sy - 2, x1 * sx + 2, y1 * sy + 2], outline=(0, 80, 255))
    r, c = np.unravel_index(cosines.argmax(), cosines.shape)
    cell = (WIDTH / len(cosines), HEIGHT / len(cosines))
    draw.rectangle([c * cell[0], r * cell[1], (c + 1) * cell[0], (r + 1) * cell[1]], outline=(0, 0, 0))
    there = any(w == query for w, _, _ in page.words) or bool({n for n, _ in page.regions} & set(query.split())) or query in page.colours
    return np.concatenate([caption(f"{query}{'' if there else ' (not on this page)'}  best {cosines.max():.2f}"), np.asarray(image)], 0)


def caption(text: str) -> np.ndarray:
    image = Image.new("RGB", (WIDTH, 18), (255, 255, 255))
    face = next(f for family in fonts.families() for f in family if f.endswith("DejaVuSans.ttf"))
    ImageDraw.Draw(image).text((3, 2), text, font=fonts.font_at(face, 11)[0], fill=(0, 0, 0))
    return np.asarray(image)


def save(pixels: np.ndarray, path: Path) -> None:
    Image.fromarray(pixels).save(path, quality=62, optimize=True)


if __name__ == "__main__":
    main()
