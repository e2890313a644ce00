"""Blocks of text and rules: headings, paragraphs, lists, tables, forms, code, contents with dot leaders."""

from .canvas import Canvas


def body_size(c: Canvas, small: bool, slide: bool) -> float:
    """Type size in pixels: mostly 8-12 points on a document, larger on a slide."""
    r = c.rng
    kind = r.random()
    if slide: points = r.uniform(9, 14) if kind < 0.4 else r.uniform(14, 28)
    elif small: points = r.uniform(6.8, 9.2)
    else: points = r.uniform(8, 11.5) if kind < 0.72 else r.uniform(11, 17) if kind < 0.9 else r.uniform(7, 8.5)
    return points * c.scale


def heading_size(c: Canvas) -> float:
    r = c.rng
    kind = r.random()
    return (r.uniform(11, 20) if kind < 0.65 else r.uniform(20, 40) if kind < 0.92 else r.uniform(36, 70)) * c.scale


def heading(c: Canvas, x0, x1, y, size) -> float:
    r = c.rng
    size = min(size, (x1 - x0) / 4)
    fill = c.colour() if r.random() < 0.25 and not c.dark else None
    if fill and sum(fill) > 480: fill = None
    if r.random() < 0.35:
        number = ".".join(str(r.randint(1, 20)) for _ in range(r.randint(1, 3)))
        x0 += (c.text(x0, y, number, c.head, size, fill, x1) or 0) + size * 0.6
    y = c.paragraph(x0, x1, y, size, r.randint(1, 2), c.head, fill, r.choice(["title", "title", "upper", "mixed"]), 1.2, r.choice(["left", "left", "centre"]))
    return y + size * 0.3


def prose(c: Canvas, x0, x1, y, size) -> float:
    r = c.rng
    style = "mixed" if r.random() < 0.94 else "upper"
    return c.paragraph(x0, x1, y, size, r.randint(2, 9), c.body, None, style, r.uniform(1.08, 1.5), r.choice(["left", "justify"])) + size * r.uniform(0.3, 1.2)


def bullets(c: Canvas, x0, x1, y, size) -> float:
    r = c.rng
    numbered = r.random() < 0.3
    for i in range(r.randint(2, 7)):
        if numbered: c.text(x0, y, f"{i + 1}.", c.body, size)
        else: c.draw.ellipse([x0, y + size * 0.4, x0 + size * 0.3, y + size * 0.7], fill=c.ink)
        y = c.paragraph(x0 + size * (1.5 if numbered else 1), x1, y, size, r.randint(1, 2), c.body, None, "mixed", 1.2) + size * r.uniform(0.1, 0.6)
    return y


def table(c: Canvas, x0, x1, y, size) -> float:
    r = c.rng
    columns, rows = r.randint(2, 7), r.randint(3, 12)
    size *= 0.95
    leading, width, top = r.uniform(1.25, 2), (x1 - x0) / columns, y
    grid, header, fill = r.random() < 0.6, r.random() < 0.5, c.colour()
    numbers = r.choice([0.2, 0.6, 0.9])
    for row in range(rows):
        height = size * leading
        if row == 0 and header: c.draw.rectangle([x0, y, x1, y + height], fill=fill)
        elif row % 2 and header and not c.dark: c.draw.rectangle([x0, y, x1, y + height], fill=(238, 238, 240))
        for column in range(columns):
            ink = c.over(fill) if row == 0 and header else None
            left, right = x0 + width * column + 3 * c.scale, x0 + width * (column + 1)
            ranged_right = column and row and numbers > 0.5
            for _ in range(1 if ranged_right else r.randint(1, 3)):
                word = c.vocabulary.printed("title" if row == 0 else "mixed", 0 if row == 0 or column == 0 else numbers)
                x = max(left, right - 3 * c.scale - c.measure(word, c.body, size)) if ranged_right else left
                advance = c.text(x, y + size * (leading - 1.15) / 2, word, c.body, size, ink, right)
                if advance is None: break
                left += advance + size * 0.28
        if grid or (row < 2 and not header): c.draw.line([(x0, y), (x1, y)], fill=(120, 120, 120), width=c.line)
        y += size * leading
        if y > c.height: break
    c.draw.line([(x0, y), (x1, y)], fill=(120, 120, 120), width=c.line)
    if grid and r.random() < 0.7:
        for column in range(columns + 1):
            c.draw.line([(x0 + width * column, top), (x0 + width * column, y)], fill=(120, 120, 120), width=c.line)
    c.region(["table"], (x0, top, x1, y))
    return y + 8 * c.scale


def form(c: Canvas, x0, x1, y, size) -> float:
    """Labels with a field on a line or in a box, filled or empty, and rows of tick boxes."""
    r = c.rng
    for _ in range(r.randint(2, 7)):
        if y > c.height: break
        if r.random() < 0.25:
            x = x0
            while x < x1 - size * 4:
                side = size * r.uniform(0.8, 1.1)
                c.draw.rectangle([x, y, x + side, y + side], outline=c.ink, width=c.line)
                if r.random() < 0.4: c.draw.line([(x + side * 0.2, y + side * 0.5), (x + side * 0.4, y + side * 0.8), (x + side * 0.9, y + side * 0.1)], fill=c.ink, width=c.line)
                c.region(["checkbox"], (x, y, x + side, y + side), 3)
                advance = c.text(x + side * 1.4, y, c.vocabulary.printed("title", 0.02), c.body, size, None, x1)
                x += side * 1.4 + (advance or 0) + size
        else:
            x = x0
            for _ in range(r.randint(1, 3)):
                x += (c.text(x, y, c.vocabulary.printed("title", 0.02), c.head, size, None, x1) or 0) + size * 0.3
            x += size
            if r.random() < 0.5: c.draw.rectangle([x, y, max(x + 4, x1), y + size * 1.25], outline=(110, 110, 110), width=c.line)
            else: c.draw.line([(x, y + size * 1.2), (x1, y + size * 1.2)], fill=(110, 110, 110), width=c.line)
            if r.random() < 0.7:
                x += 4
                for _ in range(r.randint(1, 3)):
                    x += (c.text(x, y, c.vocabulary.printed("mixed", 0.5), c.body, size, None, x1) or 0) + size * 0.3
        y += size * r.uniform(1.5, 2.2)
    return y


def code(c: Canvas, x0, x1, y, size, fonts: list[str]) -> float:
    """Lines of a program or a terminal in a fixed-width font."""
    r = c.rng
    font = r.choice(fonts)
    top = y
    lines = r.randint(3, 14)
    if r.random() < 0.3 and not c.dark:
        c.draw.rectangle([x0 - 2 * c.scale, y - 2, x1, y + lines * size * 1.2], fill=(238, 238, 236))
    indent = 0
    for _ in range(lines):
        if y > c.height: break
        indent = max(0, min(4, indent + r.choice([-1, 0, 0, 1])))
        x = x0 + indent * size * 1.2
        for _ in range(r.randint(1, 7)):
            kind = r.random()
            word = c.vocabulary.chain() if kind < 0.15 else c.vocabulary.joined() if kind < 0.35 else c.vocabulary.printed("plain", 0.2)
            kind = r.random()
            if kind < 0.15: word += "()"
            elif kind < 0.3: word += r.choice([";", "=", "{", "}", ":", ","])
            elif kind < 0.4: word = r.choice(["--", "-", "$", "/", "#", "<"]) + word
            elif kind < 0.5: word = word + "_" + c.vocabulary.word(0)
            advance = c.text(x, y, word, font, size, None, x1)
            if advance is None: break
            x += advance + size * 0.6
        y += size * 1.18
    return max(y, top) + size * 0.6


def contents(c: Canvas, x0, x1, y, size) -> float:
    """Entries with a dot leader and a page number at the right."""
    r = c.rng
    for _ in range(r.randint(4, 16)):
        if y > c.height: break
        number = str(r.randint(1, 400))
        right = x1 - c.measure(number, c.body, size)
        x = x0 + r.choice([0, 0, 1, 2]) * size * 1.5
        if r.random() < 0.6:
            x += (c.text(x, y, ".".join(str(r.randint(1, 14)) for _ in range(r.randint(1, 3))), c.body, size, None, right) or 0) + size * 0.7
        for _ in range(r.randint(1, 6)):
            advance = c.text(x, y, c.vocabulary.printed("title", 0.05), c.body, size, None, right - size * 2)
            if advance is None: break
            x += advance + size * 0.3
        step = size * r.choice([0.28, 0.5, 0.8])
        while x < right - size:
            c.draw.text((x, y), ".", font=_font(c.body, size), fill=c.ink)
            x += step
        c.text(right, y, number, c.body, size)
        y += size * r.uniform(1.15, 1.35)
    return y + size * 0.5


def _font(path: str, size: float):
    from .fonts import font_at

    return font_at(path, size)[0]
