"""What the block is judged by, on pages whose structure is known.

- *crossing*: a query of one word of the row's (or bar's) name and one of the column's (or legend's). A hit: the best cell of the sum of
  the two words' maps touches the value. Words are printed once on the page and name one row and one column of the structure.
- *label*: a value of a form, and all the labels of that form. A hit: at the cell where the value's word is best, its own label's
  words have the highest mean cosine of all labels.
- *attention*: at the value's best cell, the share that goes to cells that touch its headers' words."""

import random
from dataclasses import dataclass

import numpy as np

from ..words import commonest, held_out
from .labelled import GRID, Labelled
from .structures import Value

BARELY = 14.0  # pixels: rows that are lower than a cell
TINT = 0.35


@dataclass
class Question:
    """`on` are the value's cells, `places` those of all values of the structure; `words` are rows of the page's texts."""

    page: int
    kind: str
    value: Value
    words: tuple[int, int]
    on: np.ndarray
    places: dict[tuple[int, int], np.ndarray]
    one_word: bool
    held_out: bool
    pitch: float


def touched(boxes) -> np.ndarray:
    """bool [cells]: those that any of the boxes touches."""
    cells, side = np.zeros((GRID, GRID), bool), 896 / GRID
    for x0, y0, x1, y1 in boxes:
        cells[max(0, int(y0 // side)) : int(y1 // side) + 1, max(0, int(x0 // side)) : int(x1 // side) + 1] = True
    return cells.ravel()


def places_of(page: Labelled, structure: int) -> dict[tuple[int, int], np.ndarray]:
    boxes: dict[tuple[int, int], list] = {}
    for v in page.values:
        if v.structure == structure: boxes.setdefault(v.place, []).extend([*page.boxes[v.words], *v.boxes])
    return {place: touched(b) for place, b in boxes.items()}


def questions(pages: list[Labelled], per_page: int = 24, seed: int = 3, once: bool = True) -> list[Question]:
    """Crossings of tables and charts, at most so many a page. Without `once` words may be printed elsewhere on the page, too."""
    rng, found = random.Random(seed), []
    for p, page in enumerate(pages):
        counts = np.bincount(page.of, minlength=len(page.texts)) if once else np.ones(len(page.texts), int)
        places = {s: places_of(page, s) for s in {v.structure for v in page.values if v.structure >= 0}}
        here, seen = [], set()
        for v in page.values:
            strong = [h for h in v.headers if h.strength == 1]
            if len(strong) != 2 or (v.structure, v.place) in seen: continue
            words = [_naming(page, v, h, i, counts) for i, h in enumerate(strong)]
            if not all(words): continue
            seen.add((v.structure, v.place))
            chosen = (rng.choice(words[0]), rng.choice(words[1]))
            here.append(Question(p, v.kind, v, chosen, places[v.structure][v.place], places[v.structure], all(len(set(page.of[h.words])) == 1 for h in v.headers),
                                 all(held_out(page.texts[w]) for w in chosen), page.structures[v.structure].pitch))
        rng.shuffle(here)
        found += here[:per_page]
    return found


def _naming(page: Labelled, value: Value, header, part: int, counts) -> list[int]:
    """Words of a header that are printed once and name only this row, or only this column."""
    others = {int(page.of[w]) for v in page.values if v.structure == value.structure and v.place[part] != value.place[part] for h in v.headers for w in h.words}
    return sorted({t for w in header.words if counts[t := int(page.of[w])] == 1 and t not in others and (len(page.texts[t]) >= 3 or page.texts[t].isdigit())})


def crossing(q: Question, maps: np.ndarray) -> dict:
    """maps [2,cells] of the question's words -> a record."""
    total = maps.sum(0)
    best = {place: total[cells].max() for place, cells in q.places.items() if cells.any()}
    row, column = maps[0].argmax() // GRID, maps[1].argmax() % GRID
    grid = q.on.reshape(GRID, GRID)
    return dict(hit=bool(q.on[total.argmax()]), among_values=max(best, key=best.get) == q.value.place, chance=float(q.on.mean()), value_chance=1 / len(q.places),
                crossed=bool(grid[row, column]), beside=bool(grid[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2].any()))


def where(q: Question, page: Labelled, maps: np.ndarray) -> str:
    """What lies at the best cell."""
    at = int(maps.sum(0).argmax())
    if q.on[at]: return "value"
    for i, h in enumerate([h for h in q.value.headers if h.strength == 1]):
        if touched(page.boxes[h.words])[at]: return ("row header", "column header")[i]
    for place, cells in q.places.items():
        if cells[at]: return "same row" if place[0] == q.value.place[0] else "same column" if place[1] == q.value.place[1] else "other value"
    return "elsewhere"


def attention_on(page: Labelled, value: Value, rows: np.ndarray) -> tuple[np.ndarray, float]:
    """rows [heads,keys]: what one cell of the value attends to, keys being cells or runs of cells of a row -> each head's share on
    keys that touch the headers' words, and the share of the page that these keys are."""
    on = touched(page.boxes[[w for h in value.headers for w in h.words]]).reshape(rows.shape[1], -1).any(1)
    return rows[:, on].sum(1), float(on.mean())


def labels(page: Labelled, cells: np.ndarray, vectors: np.ndarray) -> list[dict]:
    """Forms: `cells` [4096,128] are the page's, `vectors` [texts,128] the words'."""
    found = []
    for s in {v.structure for v in page.values if v.kind == "form"}:
        values = [v for v in page.values if v.structure == s]
        named = {tuple(sorted({int(t) for t in page.of[v.headers[0].words]})) for v in values}
        for v in values if len(named) > 1 else []:
            mine = tuple(sorted({int(t) for t in page.of[v.headers[0].words]}))
            on = np.flatnonzero(touched(page.boxes[v.words]))
            at = on[(cells[on] @ vectors[page.of[v.words[0]]]).argmax()]
            best = max(sorted(named), key=lambda words: (cells[at] @ vectors[list(words)].T).mean())
            found.append(dict(hit=best == mine, chance=1 / len(named)))
    return found


def pointing(page: Labelled, cells: np.ndarray, vectors: np.ndarray, rng: random.Random, per_page: int = 60) -> list[dict]:
    """One-word queries: the best cell touches the word's print. `kind`: header, value or other."""
    headers = {int(page.of[w]) for v in page.values for h in v.headers if h.strength >= 0.5 for w in h.words}
    values = {int(page.of[w]) for v in page.values if v.kind != "heading" for w in v.words}
    asked = [t for t, text in enumerate(page.texts) if len(text) >= 3 and text not in commonest(100)]
    found = []
    for t in rng.sample(asked, min(per_page, len(asked))):
        on, cosines = touched(page.boxes[page.of == t]), cells @ vectors[t]
        if not on.any(): continue
        found.append(dict(hit=bool(on[cosines.argmax()]), kind="header" if t in headers else "value" if t in values else "other", best=float(cosines[on].max()),
                          tinted=float(((cosines > TINT) & ~on).sum())))
    return found


def absent(cells: np.ndarray, others: np.ndarray) -> list[dict]:
    """others [words,128] that are not on the page."""
    cosines = others @ cells.T
    return [dict(best=float(c.max()), tinted=float((c > TINT).mean())) for c in cosines]


def summary(pages: list[Labelled], runs, words, per_page: int = 24, once: bool = True) -> dict[str, dict]:
    """`runs` gives (vectors before, vectors after, attention [heads,cells,keys] or None) for each page; `words` makes vectors of texts.
    Title -> value and n, with every part asked for in one pass over the pages."""
    asked, records = questions(pages, per_page, once=once), {}
    add = lambda title, *values: records.setdefault(title, []).extend(map(float, values))
    everything, rng = sorted({t for p in pages for t in p.texts if len(t) >= 4}), random.Random(5)
    for p, (page, (before, after, attention)) in enumerate(zip(pages, runs)):
        vectors = words(page.texts)
        for q in (q for q in asked if q.page == p):
            maps = vectors[list(q.words)] @ after.T
            one = crossing(q, maps)
            titles = [q.kind] + [f"{q.kind}, {name}" for name, true in (("one-word headers", q.one_word), ("held-out words", q.held_out), ("rows below 14 px", q.pitch < BARELY)) if true]
            add("crossing", one["hit"])
            for title in titles: add(f"crossing, {title}", one["hit"])
            for key, title in (("among_values", "best among the values"), ("value_chance", "chance of a value"), ("chance", "chance of a cell")): add(f"{title}, {q.kind}", one[key])
            add(f"best cell at: {where(q, page, maps)}", 1)
            plain = crossing(q, vectors[list(q.words)] @ before.T)
            add(f"before, {q.kind}", plain["hit"]); add(f"row and column crossed, exact, {q.kind}", plain["crossed"]); add(f"row and column crossed, or beside, {q.kind}", plain["beside"])
            on = np.flatnonzero(q.on)
            at = on[maps.sum(0)[on].argmax()]
            for n, header in enumerate(h for h in q.value.headers if h.strength == 1): add(f"cosine with its {('row', 'column')[n]} header, {q.kind}", (vectors[page.of[header.words]] @ after[at]).mean())
            if q.value.words:
                own = vectors[page.of[q.value.words]] @ np.stack([before[on], after[on]]).transpose(0, 2, 1)
                add("cosine with its own word, before", own[0].max()); add("cosine with its own word", own[1].max())
            if attention is not None:
                shares, area = attention_on(page, q.value, attention[:, at])
                add(f"attention on headers, {q.kind}", shares[:2].mean() if q.kind == "table" else shares.mean()); add(f"its area, {q.kind}", area)
                for h, share in enumerate(shares): add(f"attention on headers, {q.kind}, head {h}", share)
        for one in labels(page, after, vectors): add("label", one["hit"]); add("chance of a label", one["chance"])
        for one in labels(page, before, vectors): add("label, before", one["hit"])
        state = rng.getstate()
        for title, cells in (("pointing, before", before), ("pointing", after)):
            rng.setstate(state)
            for one in pointing(page, cells, vectors, rng): add(title, one["hit"]); add(f"{title}, {one['kind']} words", one["hit"]); add(f"cells tinted besides the word, {title}, {one['kind']} words", one["tinted"])
        missing = [w for w in rng.sample(everything, min(40, len(everything))) if w not in set(page.texts)][:20]
        for title, cells in (("absent, before", before), ("absent", after)) if missing else ():
            for one in absent(cells, words(missing)): add(f"{title}: best cosine", one["best"]); add(f"{title}: page tinted", one["tinted"])
        free = ~touched([s.box for s in page.structures])
        add("kept outside of structures", (before * after).sum(1)[free].mean())
    total = len(records.get("crossing", []))
    return {k: dict(value=len(v) / total if k.startswith("best cell at") else float(np.mean(v)), n=total if k.startswith("best cell at") else len(v)) for k, v in sorted(records.items())}
