"""What the model is judged by. A hit: the best cell of a word's map touches a box of that word; its chance is the share of
the page those cells cover. The hundred commonest English words and words under three letters are left out."""

import math
import random

import numpy as np

from .documents import SIDE, Page
from .embedder import Embedder
from .words import COLOURS, commonest, held_out

POINT = SIDE / math.sqrt(595 * 842)  # pixels per point of an A4 page
SIZES = {"<= 10 pt": (0, 10.5), "11-14 pt": (10.5, 14.5), "15-24 pt": (14.5, 24.5), "> 24 pt": (24.5, 1e9)}


def touched(boxes, grid: int) -> np.ndarray:
    """bool [grid, grid]: cells that any of the boxes touches."""
    cells, side = np.zeros((grid, grid), bool), SIDE / grid
    for x0, y0, x1, y1 in boxes:
        cells[max(0, int(y0 // side)) : int(y1 // side) + 1, max(0, int(x0 // side)) : int(x1 // side) + 1] = True
    return cells


def pointing(model: Embedder, pages: list[Page], vectors: list[np.ndarray], per_page: int = 40, seed: int = 5) -> list[dict]:
    """One record for each queried word: hit, chance, size in points, best cosine on the word, contrast (best on the word minus
    the 95th percentile elsewhere)."""
    rng, records = random.Random(seed), []
    for page, embedded in zip(pages, vectors):
        by_word: dict[str, list] = {}
        for word, box, size in page.words:
            if box[2] > 0 and box[3] > 0 and box[0] < SIDE and box[1] < SIDE:
                by_word.setdefault(word, []).append((box, size))
        words = sorted(w for w in by_word if len(w) >= 3 and w not in commonest(100))
        rng.shuffle(words)
        words = words[:per_page]
        if not words:
            continue
        for word, cosines in zip(words, model.maps(embedded, words)):
            on = touched([box for box, _ in by_word[word]], len(cosines))
            best = cosines[on].max()
            records.append(dict(page=page.name, word=word, hit=bool(on.flat[cosines.argmax()]), chance=float(on.mean()), best=float(best),
                                size=max(s for _, s in by_word[word]) / POINT, contrast=float(best - np.percentile(cosines[~on], 95)),
                                held_out=held_out(word), digits=any(c.isdigit() for c in word)))
    return records


def rate(records: list[dict], key: str = "hit") -> dict:
    return dict(n=len(records), value=float(np.mean([r[key] for r in records])) if records else None,
                chance=float(np.mean([r["chance"] for r in records])) if records else None)


def presence(model: Embedder, pages: list[Page], vectors: list[np.ndarray], seed: int = 1, per_page: int = 25) -> dict:
    """Is this word on this page? The best cosine of its map, for words that are there and words of the other pages that are not."""
    rng = random.Random(seed)
    everything = sorted({w for p in pages for w, _, _ in p.words if len(w) >= 4})
    there, absent, tint = [], [], []
    for page, embedded in zip(pages, vectors):
        here = {w for w, _, _ in page.words}
        longer = sorted(w for w in here if len(w) >= 4)
        others = [w for w in everything if w not in here]
        if not longer or not others:
            continue
        there += list(model.maps(embedded, rng.sample(longer, min(per_page, len(longer)))).max((1, 2)))
        missing = model.maps(embedded, rng.sample(others, min(per_page, len(others))))
        absent += list(missing.max((1, 2)))
        tint += list((missing > 0.35).mean((1, 2)))
    there, absent = np.array(there), np.array(absent)
    alarm = float(np.quantile(absent, 0.95))
    return dict(n=[len(there), len(absent)], auc=float(np.sign(there[:, None] - absent[None]).mean() / 2 + 0.5), there=float(there.mean()), absent=float(absent.mean()),
                at_5_percent_alarms=dict(threshold=alarm, recall=float((there > alarm).mean())), tinted=float(np.mean(tint)),
                calibration=_calibration(there, absent))


def _calibration(there: np.ndarray, absent: np.ndarray) -> dict:
    """Logistic fit of presence on the best cosine (half of the words), and its expected calibration error on the other half."""
    def split(part):
        x = np.concatenate([there[part::2], absent[part::2]])
        return x, np.concatenate([np.ones(len(there[part::2])), np.zeros(len(absent[part::2]))])
    (x, y), (x2, y2) = split(0), split(1)
    odds = lambda at: 1 / (1 + np.exp(-np.clip(a * at + b, -50, 50)))
    a, b = 10.0, -5.0
    for _ in range(50):  # Newton's method
        p = odds(x)
        w = p * (1 - p) + 1e-6
        gradient = np.array([((y - p) * x).sum(), (y - p).sum()])
        hessian = np.array([[(w * x * x).sum(), (w * x).sum()], [(w * x).sum(), w.sum()]]) + 1e-3 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        a, b = a + step[0], b + step[1]
    p2 = odds(x2)
    bins = np.minimum((p2 * 10).astype(int), 9)
    error = sum(abs(p2[bins == i].mean() - y2[bins == i].mean()) * (bins == i).mean() for i in range(10) if (bins == i).any())
    return dict(slope=float(a), offset=float(b), even_odds_at=float(-b / a), error=float(error))


def retrieval(model: Embedder, pages: list[Page], vectors: list[np.ndarray], words: int, seed: int = 3, queries: int = 300) -> dict:
    """nDCG@5 of queries of 1 or 3 words of a page (each on at most 5 pages); a page with all of them is relevant. MaxSim."""
    rng = random.Random(seed)
    sets = [{w for w, _, _ in p.words} for p in pages]
    frequency: dict[str, int] = {}
    for s in sets:
        for w in s:
            frequency[w] = frequency.get(w, 0) + 1
    asked = []
    for _ in range(queries):
        choice = sorted(w for w in rng.choice(sets) if len(w) >= 4 and frequency[w] <= 5)
        if len(choice) >= words:
            asked.append(rng.sample(choice, words))
    tokens, gains = model.tokens([" ".join(q) for q in asked]), []
    starts = np.cumsum([0, *map(len, tokens[:-1])])
    scores = np.stack([np.add.reduceat((v @ np.concatenate(tokens).T).max(0), starts) for v in vectors], 1)  # [queries, pages]
    for query, of_pages in zip(asked, scores):
        order = np.argsort(-of_pages)
        relevant = [all(w in sets[i] for w in query) for i in order]
        ideal = sum(1 / math.log2(k + 2) for k in range(min(5, sum(relevant))))
        gains.append(sum(r / math.log2(k + 2) for k, r in enumerate(relevant[:5])) / ideal)
    return dict(n=len(gains), ndcg5=float(np.mean(gains)), pages=len(pages))


def things(model: Embedder, pages: list[Page], vectors: list[np.ndarray]) -> dict[str, dict]:
    """Hits of concept and colour words on the pages that show them; the printed word counts, too. A colour is where at least
    60 % of a cell has it, and pages mostly of that colour are left out."""
    found: dict[str, list] = {}
    for page, embedded in zip(pages, vectors):
        names = {n for n, _ in page.regions} | {n for n, c in page.colours.items() if 4 <= (c == 1).sum() and (c != 0).mean() < 0.4}
        if not names:
            continue
        for name, cosines in zip(sorted(names), model.maps(embedded, sorted(names))):
            boxes = [b for n, b in page.regions if n == name] + [b for w, b, _ in page.words if w == name]
            on = touched(boxes, len(cosines))
            if name in COLOURS and name in page.colours and len(cosines) == len(page.colours[name]):
                on |= page.colours[name] == 1
            if on.any():
                found.setdefault(name, []).append((bool(on.flat[cosines.argmax()]), float(on.mean())))
    return {name: dict(n=len(v), value=float(np.mean([h for h, _ in v])), chance=float(np.mean([c for _, c in v]))) for name, v in sorted(found.items())}
