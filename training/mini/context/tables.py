"""Tables with labelled values: one or two header rows, row groups, aligned numbers, names that look alike."""

from dataclasses import dataclass, field

import numpy as np

from .. import fonts
from ..words import held_out, misspell, words_of
from .structures import ABOVE, LEFT, Header, Sheet, Structure, Value, series, styled, value_maker

STYLES = ["title", "title", "plain", "upper"]


@dataclass
class _Look:
    """How one table is set. `edge` are the columns' borders, the first column being that of the row names."""

    x0: float
    x1: float
    size: float
    leading: float
    edge: np.ndarray
    pad: float
    rule: str
    aligned: str
    head_aligned: str
    head_font: str
    row_font: str
    head_style: str
    row_style: str
    grey: tuple
    zebra: bool
    fill: tuple | None
    ink: tuple | None = None
    columns: list[list[Header]] = field(default_factory=list)

    @property
    def height(self) -> float:
        return self.size * self.leading

    @property
    def drop(self) -> float:
        return (self.leading - 1.15) * self.size / 2

    def room(self, j: int) -> float:
        return self.edge[j + 1] - self.edge[j] - 2 * self.pad

    def at(self, j: int, length: float, how: str) -> float:
        if how == "left": return self.edge[j] + self.pad
        return self.edge[j + 1] - self.pad - length if how == "right" else (self.edge[j] + self.edge[j + 1] - length) / 2


def table(sheet: Sheet, x0: float, x1: float, y: float, size: float) -> float:
    """Draws one; gives the y below it. Nothing is drawn where there is no room for three rows."""
    c, r = sheet.canvas, sheet.canvas.rng
    look = _look(sheet, x0, x1, size)
    n_columns, rows = len(look.edge) - 2, r.randint(3, 14)
    rows = min(rows, int((c.height - 10 * c.scale - y) / look.height) - 2)
    if rows < 3:
        return y + look.height * 3
    top, first = y, len(sheet.values)
    y = _head(sheet, look, n_columns, y)
    if y is None:
        return top + look.height
    y = _body(sheet, look, n_columns, rows, y)
    line = lambda at: c.draw.line([(look.x0, at), (look.x1, at)], fill=look.grey, width=c.line)
    if look.rule != "none": line(y)
    if look.rule in ("grid", "rows", "book", "outer"): line(top)
    if look.rule in ("grid", "outer"):
        for x in look.edge if look.rule == "grid" else look.edge[[0, -1]]:
            c.draw.line([(x, top), (x, y)], fill=look.grey, width=c.line)
    if len(sheet.values) > first:
        sheet.structures.append(Structure("table", (look.x0, top, look.x1, y), look.height))
    c.region(["table"], (look.x0, top, look.x1, y))
    return y + r.uniform(6, 20) * c.scale


def _look(sheet: Sheet, x0: float, x1: float, size: float) -> _Look:
    c, r = sheet.canvas, sheet.canvas.rng
    n = r.choice([2, 3, 3, 4, 4, 5, 5, 6, 7])
    leading = max(r.choice([r.uniform(1.2, 1.5), r.uniform(1.3, 2.0), r.uniform(1.6, 2.6)]), 10 * c.scale / size)
    if r.random() < 0.35:  # narrower than the text, somewhere in it
        width = (x1 - x0) * r.uniform(0.5, 0.95)
        x0 += (x1 - x0 - width) * r.choice([0, 0.5, 0.5, 1])
        x1 = x0 + width
    while n > 2 and (x1 - x0) / (n + 1.5) < size * 2.6: n -= 1
    share = [r.uniform(1.1, 2.6)] + [1.0] * n if r.random() < 0.6 else [r.uniform(1, 2.2)] + [r.uniform(0.7, 1.4) for _ in range(n)]
    edge = np.cumsum([0, *share]) / sum(share) * (x1 - x0) + x0
    pad = r.uniform(2, 7) * c.scale
    if n * 2 * pad > 0.4 * (x1 - x0): pad = 2 * c.scale
    family = next((f for f in c.families if c.body in f), [c.body])
    aligned = r.choices(["right", "centre", "left"], [0.5, 0.3, 0.2])[0]
    fill = (c.colour() if r.random() < 0.6 else (r.randint(200, 235),) * 3) if r.random() < 0.4 else None
    return _Look(x0, x1, size, leading, edge, pad, r.choice(["grid", "grid", "rows", "book", "book", "none", "outer"]), aligned,
                 aligned if r.random() < 0.75 else r.choice(["right", "centre", "left"]),
                 c.head if r.random() < 0.4 else r.choice(family) if r.random() < 0.7 else c.body, r.choice(family) if r.random() < 0.3 else c.body,
                 r.choice(STYLES), r.choice(STYLES) if r.random() < 0.5 else "title", (120, 120, 120) if r.random() < 0.7 else c.ink,
                 r.random() < 0.35 and not c.dark, fill, c.over(fill) if fill else None)


def _head(sheet: Sheet, look: _Look, n: int, y: float) -> float | None:
    """The header rows; None where a name found no room."""
    c, r = sheet.canvas, sheet.canvas.rng
    names = _column_names(sheet, look, n)
    if names is None:
        return None
    lines, wrap = max(map(len, names)), look.size * 1.15
    groups = r.random() < 0.2 and n >= 4
    height = look.height + (lines - 1) * wrap
    if look.fill: c.draw.rectangle([look.x0, y, look.x1, y + height + (look.height if groups else 0)], fill=look.fill)
    look.columns = [[] for _ in range(n)]
    if groups:
        _groups(sheet, look, n, y)
        y += look.height
    if r.random() < 0.4:  # the corner has a name, too
        sheet.put(look.edge[0] + look.pad, y + look.drop, " ".join(sheet.header(1, look.room(0), look.head_font, look.size, look.head_style)), look.head_font, look.size, look.ink)
    lower = r.random() < 0.6
    for j, rows in enumerate(names):
        at, words = y + look.drop + ((lines - len(rows)) * wrap if lower else 0), []
        for text in rows:
            words += sheet.put(look.at(j + 1, c.measure(text, look.head_font, look.size), look.head_aligned), at, text, look.head_font, look.size, look.ink)
            at += wrap
        look.columns[j].insert(0, Header(words, ABOVE))
    y += height
    if look.rule != "none" or r.random() < 0.4: c.draw.line([(look.x0, y), (look.x1, y)], fill=look.grey, width=c.line)
    return y


def _column_names(sheet: Sheet, look: _Look, n: int) -> list[list[str]] | None:
    """The lines of each column's name. Some tables name years or quarters, some repeat a word in every name."""
    c, r = sheet.canvas, sheet.canvas.rng
    ordered = series(r, n) if r.random() < 0.22 else None
    shared = sheet.header(1, look.room(1), look.head_font, look.size, look.head_style) if r.random() < 0.18 else []
    names = []
    for j in range(n):
        room = look.room(j + 1)
        fits = lambda text: c.measure(text, look.head_font, look.size) <= room
        if ordered and fits(ordered[j]): words = [ordered[j], *shared]
        else:
            words = [w for _ in range(r.choices([1, 2, 3], [0.68, 0.25, 0.07])[0]) for w in sheet.header(1, room, look.head_font, look.size, look.head_style)]
            if shared and r.random() < 0.9: words += shared
        lines: list[str] = []
        for w in words:
            if lines and fits(f"{lines[-1]} {w}"): lines[-1] += f" {w}"
            else: lines.append(w)
        if not lines:
            return None
        names.append(lines)
    return names


def _groups(sheet: Sheet, look: _Look, n: int, y: float) -> None:
    """A first header row whose names span two or three columns."""
    c, r, j = sheet.canvas, sheet.canvas.rng, 0
    while j < n:
        span = min(r.choice([2, 2, 3]), n - j)
        if span < 2: break
        left, right = look.edge[j + 1], look.edge[j + 1 + span]
        text = " ".join(sheet.header(r.choice([1, 1, 2]), right - left - 2 * look.pad, look.head_font, look.size, look.head_style))
        words = sheet.put((left + right - c.measure(text, look.head_font, look.size)) / 2, y + look.drop, text, look.head_font, look.size, look.ink)
        for k in range(j, j + span): look.columns[k].append(Header(words, ABOVE, 0.6))
        if r.random() < 0.7: c.draw.line([(left + look.pad, y + look.height), (right - look.pad, y + look.height)], fill=look.grey, width=c.line)
        j += span


def _body(sheet: Sheet, look: _Look, n: int, rows: int, y: float) -> float:
    c, r = sheet.canvas, sheet.canvas.rng
    makers = [value_maker(c) for _ in range(n)] if r.random() < 0.6 else [value_maker(c)] * n
    ordered = series(r, rows) if r.random() < 0.12 else None
    sections, alike, blank = (0.12 if r.random() < 0.3 else 0), (0.3 if r.random() < 0.25 else 0), r.choice([0, 0, 0.05, 0.15])
    indent, section, names = 0.0, None, []
    for i in range(rows):
        if r.random() < sections:  # a row that only names a group of rows
            text = " ".join(sheet.header(r.choice([1, 2]), (look.x1 - look.x0) / 3, look.head_font, look.size))
            section = Header(sheet.put(look.x0 + look.pad, y + look.drop, text, look.head_font, look.size), ABOVE, 0.5)
            indent = look.size if indent or r.random() < 0.5 else 0.0
            y += look.height
        if y + look.height > c.height - 4 * c.scale: break
        if look.zebra and i % 2: c.draw.rectangle([look.x0, y, look.x1, y + look.height], fill=(236, 238, 242))
        room = look.room(0) - indent
        words = [ordered[i]] if ordered else sheet.header(r.choices([1, 2, 3], [0.66, 0.25, 0.09])[0], room, look.row_font, look.size, look.row_style)
        if names and r.random() < alike:
            words = [styled(misspell(r.choice(names).lower(), r), look.row_style), *words[1:]]
        while words and c.measure(" ".join(words), look.row_font, look.size) > room: words.pop()
        if not words: break
        names.append(words[0])
        row = Header(sheet.put(look.x0 + look.pad + indent, y + look.drop, " ".join(words), look.row_font, look.size), LEFT)
        for j in range(n):
            if r.random() < blank:
                if r.random() < 0.5: c.draw.text((look.at(j + 1, look.size * 0.5, look.aligned), y + look.drop), "-", font=fonts.font_at(c.body, look.size)[0], fill=c.ink)
                continue
            own = _value(sheet, look, makers[j], j, y)
            if own and row.words and look.columns[j][0].words:
                headers = [row, *look.columns[j], *([section] if section and section.words else [])]
                sheet.values.append(Value("table", len(sheet.structures), (i, j), own, [h for h in headers if h.words]))
        if look.rule in ("grid", "rows"): c.draw.line([(look.x0, y), (look.x1, y)], fill=look.grey, width=c.line)
        y += look.height
    return y


def _value(sheet: Sheet, look: _Look, maker, j: int, y: float) -> list[int]:
    c = sheet.canvas
    for _ in range(8):
        text = maker()
        length = c.measure(text, c.body, look.size)
        if length <= look.room(j + 1) and not (c.vocabulary.training and any(map(held_out, words_of(text)))):
            return sheet.put(look.at(j + 1, length, look.aligned), y + look.drop, text, c.body, look.size)
    return []
