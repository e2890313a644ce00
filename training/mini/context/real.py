"""Tables of real documents, read off the text layer: columns by the place of their names, rows by their lines."""

import numpy as np

from ..documents import Page, pdf_page
from ..paths import REPOSITORY, SOURCES
from ..spelling import words_of
from .labelled import Labelled, cells_in
from .structures import ABOVE, LEFT, Header, Structure, Value

R = "usr/share/doc/r-doc-pdf/manual/"
REFERENCE = "usr/share/debian-reference/debian-reference.{}.pdf"
PACKAGES = {"fr": ["paquet", "popcon", "taille"], "it": ["pacchetto", "popcon", "dimensione"], "pt": ["pacote", "popcon", "tamanho"]}
# file, page, names of the columns; the first is that of the row names, "" where it has no name
TABLES = [
    (REPOSITORY / "examples/energy-report.pdf", 1, ["", "winter", "spring", "summer", "autumn"]),
    (SOURCES / R / "R-intro.pdf", 39, ["", "price", "floor", "area", "rooms", "age", "cent.heat"]),
    (SOURCES / R / "R-intro.pdf", 42, ["distribution", "r name", "additional arguments"]),
    (SOURCES / R / "R-exts.pdf", 203, ["name", "definition", "round"]),
    (SOURCES / "usr/share/doc/xfig/xfig_ref_en.pdf", 88, ["operating system", "x", "input method"]),
    (SOURCES / "usr/share/doc/gnuplot/gnuplot.pdf", 135, ["bit", "plot", "splot"]),
    *((SOURCES / REFERENCE.format(language), page, PACKAGES[language]) for language, numbers in
      {"fr": (47, 108, 137, 162, 187, 205, 236), "it": (68, 112, 142, 166, 191, 209), "pt": (48, 109, 147, 163, 189, 207, 222)}.items() for page in numbers),
]
FEW, LONG = 4, 4  # rows that make a table; words of a value at most


def pages() -> list[Labelled]:
    return [labelled for file, number, columns in TABLES if (labelled := read(pdf_page(file, number), columns))]


def read(page: Page, columns: list[str]) -> Labelled | None:
    """The page with the values of the first table that has these columns; None where it has fewer than four rows."""
    words = [(text, np.array(box)) for text, box, _ in page.words]
    lines = lines_of(words)
    found = next((n for n, line in enumerate(lines) if _names(words, line, columns)), None)
    if found is None:
        return None
    names = _names(words, lines[found], columns)
    values, rows, last = [], 0, max(words[w][1][3] for n in names for w in n)
    for line in lines[found + 1 :]:
        top, bottom = min(words[w][1][1] for w in line), max(words[w][1][3] for w in line)
        if top - last > 2.5 * (bottom - top): break
        cells = _cells(words, line, names)
        last = bottom
        if not cells.get(0) or len(cells) < 2: continue
        for j, own in cells.items():
            if 0 < j < len(columns) and len(own) <= LONG:
                values.append(Value("table", 0, (rows, j - 1), own, [Header(cells[0], LEFT), Header(names[j], ABOVE)]))
        rows += 1
    if rows < FEW:
        return None
    used = np.array([words[w][1] for v in values for w in [*v.words, *(w for h in v.headers for w in h.words)]])
    box = (*used[:, :2].min(0), *used[:, 2:].max(0))
    texts = sorted({text for text, _ in words})
    index = {t: i for i, t in enumerate(texts)}
    boxes = np.array([b for _, b in words], np.float32)
    return Labelled(texts, np.zeros((len(texts), 0), np.float16), np.array([index[text] for text, _ in words]), boxes, [cells_in(b) for b in boxes],
                    [Structure("table", box, (last - box[1]) / (rows + 1))], values, [], page.pixels)


def lines_of(words) -> list[list[int]]:
    """Indices of the words line by line from the top, from left to right in each."""
    lines: list[list[int]] = []
    for w in sorted(range(len(words)), key=lambda w: words[w][1][1] + words[w][1][3]):
        middle = (words[w][1][1] + words[w][1][3]) / 2
        if lines and words[lines[-1][0]][1][1] < middle < words[lines[-1][0]][1][3]: lines[-1].append(w)
        else: lines.append([w])
    return [sorted(line, key=lambda w: words[w][1][0]) for line in lines]


def _names(words, line: list[int], columns: list[str]) -> list[list[int]] | None:
    """The words of each column's name on this line, or None where they are not there in this order. What the line goes on with is the
    name of one more."""
    texts, at, found = [words[w][0] for w in line], 0, []
    for column in columns:
        parts = words_of(column)
        if not parts:
            found.append([])
            continue
        here = next((i for i in range(at, len(line) - len(parts) + 1) if texts[i : i + len(parts)] == parts), None)
        if here is None or (not found and here > 1):
            return None
        found.append(line[here : here + len(parts)])
        at = here + len(parts)
    return found + ([line[at:]] if at < len(line) else [])


def _cells(words, line: list[int], names: list[list[int]]) -> dict[int, list[int]]:
    """column -> words of the line: runs without a wide gap go to the column whose name begins, ends or has its middle nearest; what
    lies left of the second name begins the line."""
    runs: list[list[int]] = []
    for w in line:
        box = words[w][1]
        if runs and box[0] - words[runs[-1][-1]][1][2] < 1.2 * (box[3] - box[1]): runs[-1].append(w)
        else: runs.append([w])
    span = lambda ws: (words[ws[0]][1][0], (words[ws[0]][1][0] + words[ws[-1]][1][2]) / 2, words[ws[-1]][1][2])
    cells: dict[int, list[int]] = {}
    for run in runs:
        here = span(run)
        away = {j: min(abs(a - b) for a, b in zip(here, span(name))) for j, name in enumerate(names) if name}
        nearest = 0 if not names[0] and here[2] < span(names[1])[0] else min(away, key=away.get)
        cells.setdefault(nearest, []).extend(run)
    return cells
