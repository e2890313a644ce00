"""Bar charts with labelled bars: the name under or beside a group of bars, and the legend's name of the bar's colour."""

from ..canvas import Canvas
from .structures import ELSEWHERE, LEFT, Box, Header, Sheet, Structure, Value, series

LEAST = 15  # pixels of the canvas a bar is wide: about a cell of the model


def chart(sheet: Sheet, x0: float, x1: float, y: float, size: float) -> float:
    """One chart, upright or lying; gives the y below it."""
    c, r = sheet.canvas, sheet.canvas.rng
    size = min(size, 11 * c.scale)
    height = (x1 - x0) * r.uniform(0.35, 0.7)
    if y + height > c.height - 10 * c.scale or x1 - x0 < 150 * c.scale:
        return y + 20 * c.scale
    count = r.choices([1, 2, 3], [0.4, 0.4, 0.2])[0]
    colours = _colours(c, count)
    bottom, lying = y + height, r.random() < 0.4
    names, y = (_legend(sheet, x0, x1, y, size, colours) if count > 1 or r.random() < 0.3 else ([[]] * count, y))
    draw, number, before = _lying if lying else _upright, len(sheet.structures), len(sheet.values)
    draw(sheet, (x0, y, x1, bottom), size, colours, names, number)
    c.region(["bar", "chart", "graph"], (x0, y, x1, bottom))
    if len(sheet.values) > before: sheet.structures.append(Structure("chart", (x0, y, x1, bottom), size))
    else: sheet.vague.append((x0, y, x1, bottom))
    return bottom + 8 * c.scale


def _colours(c: Canvas, count: int) -> list[tuple]:
    """Colours that differ by at least 120 of the 765 there are between black and white."""
    found: list[tuple] = []
    while len(found) < count:
        new = c.colour()
        if all(sum(abs(a - b) for a, b in zip(new, old)) > 120 for old in (*found, c.paper)): found.append(new)
    return found


def _legend(sheet: Sheet, x0, x1, y, size, colours) -> tuple[list[list[int]], float]:
    c, found, x = sheet.canvas, [], x0 + size * 2
    for colour in colours:
        c.draw.rectangle([x, y + size * 0.2, x + size * 0.9, y + size], fill=colour)
        text = " ".join(sheet.header(c.rng.choice([1, 1, 2]), (x1 - x) * 0.5, c.body, size))
        found.append(sheet.put(x + size * 1.3, y, text, c.body, size, None, x1))
        x += size * 2.6 + c.measure(text, c.body, size)
    return found, y + size * 1.8


def _names(sheet: Sheet, n: int, room: float, size: float) -> list[str]:
    c, r = sheet.canvas, sheet.canvas.rng
    ordered = series(r, n) if r.random() < 0.35 else None
    if ordered and all(c.measure(name, c.body, size) <= room for name in ordered):
        return ordered
    return [" ".join(sheet.header(1, room, c.body, size)) for _ in range(n)]


def _upright(sheet: Sheet, box: Box, size, colours, names, number) -> None:
    c, r = sheet.canvas, sheet.canvas.rng
    left, base, top = box[0] + size * 3, box[3] - size * 1.6, box[1] + size * 1.4
    n = max(2, min(r.randint(3, 8), int((box[2] - left) * 0.8 / (LEAST * len(colours) * c.scale * 0.8))))
    width = (box[2] - left) / n
    c.draw.line([(left, box[1]), (left, base), (box[2], base)], fill=c.ink, width=c.line)
    for g in range(r.randint(0, 5)):
        sheet.put(box[0], top + (base - top) * g / 5, c.vocabulary.number()[:5], c.body, size * 0.9, None, left)
    labels, written = _names(sheet, n, width * 0.95, size), r.random() < 0.5
    for i, text in enumerate(labels):
        middle = left + width * (i + 0.5)
        label = sheet.put(middle - c.measure(text, c.body, size) / 2, base + size * 0.2, text, c.body, size)
        for k, colour in enumerate(colours):
            a = left + width * (i + 0.1 + 0.8 * k / len(colours))
            bar = (a, base - (base - top) * r.uniform(0.12, 0.97), a + width * 0.8 / len(colours), base)
            _bar(sheet, bar, colour, label, names[k], ELSEWHERE, number, (i, k), size, (0.0, -1.25) if written else None)


def _lying(sheet: Sheet, box: Box, size, colours, names, number) -> None:
    c, r = sheet.canvas, sheet.canvas.rng
    left, base, right = box[0] + (box[2] - box[0]) * r.uniform(0.2, 0.3), box[3] - size, box[2] - size * 4
    step = max(size * 1.3, LEAST * c.scale * 0.8 * len(colours) / 0.8)
    n = max(2, min(r.randint(3, 9), int((base - box[1]) / step)))
    step = (base - box[1]) / n
    c.draw.line([(left, box[1]), (left, base), (box[2], base)], fill=c.ink, width=c.line)
    labels, written = _names(sheet, n, left - box[0] - size * 0.4, size), r.random() < 0.5
    for i, text in enumerate(labels):
        y = box[1] + step * (i + 0.5) - size * 0.65
        label = sheet.put(left - size * 0.4 - c.measure(text, c.body, size), y, text, c.body, size)
        for k, colour in enumerate(colours):
            a = box[1] + step * (i + 0.1 + 0.8 * k / len(colours))
            bar = (left, a, left + (right - left) * r.uniform(0.12, 1), a + step * 0.8 / len(colours))
            _bar(sheet, bar, colour, label, names[k], LEFT, number, (i, k), size, (1.0, 0.0) if written else None)


def _bar(sheet: Sheet, bar: Box, colour, label, name, side, number, place, size, written) -> None:
    """Fills a bar and, with `written`, prints its value beside it: 1 right of it, or so many sizes above."""
    c = sheet.canvas
    c.draw.rectangle(bar, fill=colour)
    headers = [h for h in (Header(label, side), Header(name, ELSEWHERE)) if h.words]
    if not headers: return
    sheet.values.append(Value("chart", number, place, [], headers, [bar]))
    if written:
        text = f"{c.rng.uniform(0, 100):.1f}" if c.rng.random() < 0.5 else str(c.rng.randint(1, 999))
        length, thick = c.measure(text, c.body, size * 0.9), bar[3] - bar[1]
        right = written[0] > 0
        if (thick if right else bar[2] - bar[0]) < (size if right else length): return
        x, y = (bar[2] + size * 0.3, (bar[1] + bar[3]) / 2 - size * 0.6) if right else ((bar[0] + bar[2] - length) / 2, bar[1] + written[1] * size)
        words = sheet.put(x, y, text, c.body, size * 0.9)
        if words: sheet.values.append(Value("chart", number, place, words, headers))
