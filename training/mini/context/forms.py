"""Forms (a label and what is filled in beside or below it) and headings with the paragraph under them."""

from .. import blocks
from .structures import ABOVE, LEFT, Header, Sheet, Structure, Value, value_maker


def form(sheet: Sheet, x0: float, x1: float, y: float, size: float) -> float:
    """Label and value pairs in one or more columns; gives the y below."""
    c, r = sheet.canvas, sheet.canvas.rng
    columns = r.choices([1, 2, 3], [0.5, 0.35, 0.15])[0]
    while columns > 1 and (x1 - x0) / columns < size * 12: columns -= 1
    width, top, number, rows = (x1 - x0) / columns, y, len(sheet.structures), r.randint(2, 8)
    draw = r.choice([_beside, _beside, _below])
    ends, step = r.choice([":", ":", ""]), size * r.uniform(1.3, 2.2) * (2 if draw is _below else 1)
    share, boxed, before = r.uniform(0.25, 0.5), r.random() < 0.4, len(sheet.values)
    for i in range(rows):
        if y + step > c.height - 4 * c.scale: break
        for k in range(columns):
            left = x0 + k * width
            draw(sheet, (left, left + width - size), y, size, step, share, ends, boxed, number, (i, k))
        y += step
    if len(sheet.values) > before:
        sheet.structures.append(Structure("form", (x0, top, x1, y), step))
    return y + size * r.uniform(0.4, 1.5)


def _label(sheet: Sheet, room: float, font: str, size: float, ends: str) -> str:
    r = sheet.canvas.rng
    words = sheet.header(r.choices([1, 2, 3], [0.6, 0.3, 0.1])[0], room, font, size, "title" if r.random() < 0.8 else "plain")
    return " ".join(words) + ends if words else ""


def _filled(sheet: Sheet, x: float, y: float, size: float, limit: float) -> list[int]:
    """One to three words or numbers."""
    c, r, words = sheet.canvas, sheet.canvas.rng, []
    make = value_maker(c)
    for _ in range(r.choices([1, 2, 3], [0.6, 0.25, 0.15])[0]):
        text = make()
        length = c.measure(text, c.body, size)
        if x + length > limit: break
        words += sheet.put(x, y, text, c.body, size)
        x += length + size * 0.3
    return words


def _add(sheet: Sheet, number: int, place: tuple[int, int], label: list[int], side: int, words: list[int]) -> None:
    """A value of several words is several values: each of them belongs to the label."""
    if label:
        sheet.values += [Value("form", number, place, [w], [Header(label, side)]) for w in words]


def _beside(sheet, across, y, size, step, share, ends, boxed, number, place) -> None:
    c, r = sheet.canvas, sheet.canvas.rng
    x = across[0] + (across[1] - across[0]) * share
    text = _label(sheet, x - across[0] - size * 0.5, c.head, size, ends)
    label = sheet.put(across[0], y, text, c.head, size)
    if boxed: c.draw.rectangle([x - size * 0.3, y - size * 0.1, across[1], y + size * 1.2], outline=(110, 110, 110), width=c.line)
    elif r.random() < 0.5: c.draw.line([(x, y + size * 1.2), (across[1], y + size * 1.2)], fill=(110, 110, 110), width=c.line)
    if r.random() < 0.85: _add(sheet, number, place, label, LEFT, _filled(sheet, x, y, size, across[1]))


def _below(sheet, across, y, size, step, share, ends, boxed, number, place) -> None:
    c, r = sheet.canvas, sheet.canvas.rng
    text = _label(sheet, across[1] - across[0] - size, c.head, size * 0.8, "")
    label = sheet.put(across[0] + size * 0.3, y, text, c.head, size * 0.8)
    if boxed: c.draw.rectangle([across[0], y - size * 0.15, across[1], y + step * 0.95], outline=(110, 110, 110), width=c.line)
    if r.random() < 0.85: _add(sheet, number, place, label, ABOVE, _filled(sheet, across[0] + size * 0.3, y + size * 1.05, size, across[1]))


def section(sheet: Sheet, x0: float, x1: float, y: float, size: float) -> float:
    """A heading and one paragraph: every fourth word or so carries the heading, faintly."""
    c, r = sheet.canvas, sheet.canvas.rng
    first = len(c.labels.words)
    y = blocks.heading(c, x0, x1, y, min(blocks.heading_size(c), size * 2.2))
    heading = [w for w in range(first, len(c.labels.words)) if len(c.labels.words[w].text) >= 4][:4]
    first = len(c.labels.words)
    y = blocks.prose(c, x0, x1, y, size)
    words = list(range(first, len(c.labels.words)))
    if heading:
        sheet.values += [Value("heading", -1, (0, 0), [w], [Header(heading, ABOVE, 0.35)]) for w in r.sample(words, len(words) // 4)]
    return y
