"""What is drawn rather than written: charts, diagrams, photo-like textures, logos, signatures, shapes, stamps, barcodes.

Colours need no label here: they are read off the finished page (`colours.py`)."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from . import fonts
from .canvas import Canvas


def figure(c: Canvas, x0, x1, y) -> float:
    """One figure in the column; gives the y below it."""
    r = c.rng
    kind = r.choices(list(KINDS), [weight for _, weight in KINDS.values()])[0]
    height = min(c.height * 0.8, (x1 - x0) * r.uniform(0.4, 0.85))
    return KINDS[kind][0](c, x0, x1, y, height) + 6 * c.scale


def _axes(c: Canvas, x0, x1, y, height):
    r, size = c.rng, 8 * c.scale * c.rng.uniform(0.85, 1.3)
    bottom = y + height
    if r.random() < 0.5:
        c.text(x0 + (x1 - x0) * 0.2, y, c.vocabulary.printed("title", 0), c.body, size * 1.2)
        y += size * 1.6
    base, left = bottom - size * 1.5, x0 + size * 2.4
    c.draw.line([(left, y), (left, base), (x1, base)], fill=c.ink, width=c.line)
    if r.random() < 0.5:
        for g in range(1, 5):
            c.draw.line([(left, y + (base - y) * g / 5), (x1, y + (base - y) * g / 5)], fill=(190, 190, 190))
    for g in range(r.randint(0, 5)):
        c.text(x0, y + (base - y) * g / 5, c.vocabulary.number()[:5], c.body, size, None, left)
    return y, base, left, bottom, size


def bar_chart(c: Canvas, x0, x1, y, height) -> float:
    r = c.rng
    y, base, left, bottom, size = _axes(c, x0, x1, y, height)
    n, series = r.randint(3, 9), 1 if r.random() < 0.6 else r.randint(2, 3)
    colours, width = [c.colour() for _ in range(series)], (x1 - left) / n
    for i in range(n):
        for j in range(series):
            x = left + width * (i + 0.1 + 0.8 * j / series)
            c.draw.rectangle([x, base - (base - y) * r.uniform(0.1, 0.95), x + width * 0.8 / series, base], fill=colours[j])
        if r.random() < 0.7:
            c.text(left + width * i + 2, base + 2, c.vocabulary.printed("title", 0.4)[:9], c.body, size, None, left + width * (i + 1))
    c.region(["bar", "chart", "graph"], (left, y, x1, base))
    return bottom


def line_chart(c: Canvas, x0, x1, y, height) -> float:
    r = c.rng
    y, base, left, bottom, _ = _axes(c, x0, x1, y, height)
    n = r.randint(5, 12)
    for _ in range(r.randint(1, 3)):
        v, points, fill = r.random(), [], c.colour()
        for i in range(n):
            v = min(0.97, max(0.03, v + r.uniform(-0.3, 0.3)))
            points.append((left + (x1 - left) * i / (n - 1), base - (base - y) * v))
        c.draw.line(points, fill=fill, width=max(2, int(r.uniform(1, 2.5) * c.scale)))
        if r.random() < 0.4:
            for px, py in points: c.draw.ellipse([px - 3, py - 3, px + 3, py + 3], fill=fill)
    c.region(["line", "chart", "graph", "plot"], (left, y, x1, base))
    return bottom


def pie_chart(c: Canvas, x0, x1, y, height) -> float:
    r = c.rng
    radius, cx, cy = min(x1 - x0, height) * 0.45, x0 + (x1 - x0) * r.uniform(0.4, 0.6), y + height / 2
    angle, shares = r.uniform(0, 360), [r.uniform(0.3, 1) for _ in range(r.randint(3, 7))]
    for share in shares:
        end = angle + 360 * share / sum(shares)
        c.draw.pieslice([cx - radius, cy - radius, cx + radius, cy + radius], angle, end, fill=c.colour(), outline=c.paper)
        angle = end
    if r.random() < 0.3:
        c.draw.ellipse([cx - radius * 0.5, cy - radius * 0.5, cx + radius * 0.5, cy + radius * 0.5], fill=c.paper)
    if r.random() < 0.5:
        for i in range(len(shares)):
            c.text(cx + radius * 1.1, cy - radius + i * 12 * c.scale, c.vocabulary.printed("title", 0.3), c.body, 8 * c.scale, None, x1)
    c.region(["pie", "chart"], (cx - radius * 0.95, cy - radius * 0.95, cx + radius * 0.95, cy + radius * 0.95))
    return y + height


def photo(c: Canvas, x0, x1, y, height) -> float:
    """Smooth noise with blobs, an horizon or rectangles, blurred and grained: a texture, not a scene."""
    r = c.rng
    w, h, g = max(8, int(x1 - x0)), max(8, int(height)), r.randint(3, 12)
    noise = np.random.RandomState(r.getrandbits(32))
    image = Image.fromarray(noise.randint(0, 255, (g, g, 3), dtype=np.uint8)).resize((w, h), Image.BICUBIC)
    draw = ImageDraw.Draw(image)
    if r.random() < 0.4:
        draw.rectangle([0, h * r.uniform(0.3, 0.7), w, h], fill=tuple(r.randint(0, 255) for _ in range(3)))
    for _ in range(r.randint(0, 7)):
        x, top, size = r.uniform(0, w), r.uniform(0, h), r.uniform(0.05, 0.3) * w
        shape = draw.ellipse if r.random() < 0.6 else draw.rectangle
        shape([x - size, top - size * r.uniform(0.5, 1.5), x + size, top + size], fill=tuple(r.randint(0, 255) for _ in range(3)))
    image = image.filter(ImageFilter.GaussianBlur(r.uniform(0.5, 4)))
    grain = noise.normal(0, r.uniform(2, 14), (h, w, 1)).astype(np.int16)
    image = Image.fromarray(np.clip(np.asarray(image).astype(np.int16) + grain, 0, 255).astype(np.uint8))
    if r.random() < 0.2: image = image.convert("L").convert("RGB")
    c.image.paste(image, (int(x0), int(y)))
    c.region(["photo", "image", "picture"], (x0, y, x0 + w, y + h))
    return y + h


def logo(c: Canvas, x0, x1, y, height) -> float:
    r = c.rng
    radius, fill = r.uniform(14, 32) * c.scale, c.colour()
    cx, cy, kind = x0 + r.uniform(0, max(1, x1 - x0 - 2 * radius)) + radius, y + radius, r.random()
    outer, inner = [cx - radius, cy - radius, cx + radius, cy + radius], [cx - radius * 0.5, cy - radius * 0.5, cx + radius * 0.5, cy + radius * 0.5]
    if kind < 0.35:
        c.draw.ellipse(outer, fill=fill)
        c.draw.ellipse(inner, fill=c.paper)
    elif kind < 0.7:
        c.draw.polygon(_ring(cx, cy, radius, r.choice([3, 5, 6])), fill=fill)
        c.draw.ellipse(inner, fill=c.colour())
    else:
        c.draw.rounded_rectangle(outer, radius * 0.4, fill=fill)
        c.draw.ellipse(inner, fill=c.paper)
    c.region(["logo"], tuple(outer))
    return y + 2 * radius


def signature(c: Canvas, x0, x1, y, height) -> float:
    r = c.rng
    w = min(x1 - x0, r.uniform(70, 140) * c.scale)
    h, n = w * r.uniform(0.2, 0.4), r.randint(6, 12)
    fill = r.choice([(20, 20, 120), (10, 10, 30), c.ink])
    hands = fonts.handwriting()
    if r.random() < 0.4 and hands:
        c.draw.text((x0, y), c.vocabulary.word(0).title() + " " + c.vocabulary.word(0).title(), font=fonts.font_at(r.choice(hands), h * 0.8)[0], fill=fill)
    else:
        knots = [(x0 + w * i / n + r.uniform(-0.08, 0.08) * w, y + h * r.random()) for i in range(n + 1)]
        points = []
        for a, b, d in zip(knots, knots[1:], knots[2:]):
            start, end = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), ((b[0] + d[0]) / 2, (b[1] + d[1]) / 2)
            for t in np.linspace(0, 1, 8):
                points.append(tuple((1 - t) ** 2 * start[k] + 2 * t * (1 - t) * b[k] + t * t * end[k] for k in (0, 1)))
        c.draw.line(points, fill=fill, width=max(1, int(c.scale * r.uniform(0.8, 1.6))))
    c.region(["signature"], (x0, y, x0 + w, y + h))
    if r.random() < 0.6:
        c.draw.line([(x0, y + h + 2), (x0 + w, y + h + 2)], fill=c.ink)
        c.text(x0, y + h + 4, c.vocabulary.printed("title", 0), c.body, 8 * c.scale)
        h += 14 * c.scale
    return y + h


def diagram(c: Canvas, x0, x1, y, height) -> float:
    r, n = c.rng, c.rng.randint(2, 4)
    w, size = (x1 - x0) / n, 8 * c.scale
    for i in range(n):
        for j in range(r.randint(1, 2)):
            left, top = x0 + w * i, y + height * 0.5 * j
            fill = c.colour() if r.random() < 0.4 else c.paper
            c.draw.rounded_rectangle([left, top, left + w * 0.7, top + height * 0.3], r.choice([0, 6]), outline=c.ink, fill=fill, width=c.line)
            c.text(left + 4, top + height * 0.08, c.vocabulary.printed("mixed", 0), c.body, size, c.over(fill), left + w * 0.7)
            if i < n - 1: _arrow(c, left + w * 0.7, top + height * 0.15, left + w, top + height * 0.15, c.ink)
    c.region(["diagram", "flowchart"], (x0, y, x1, y + height))
    return y + height


def shapes(c: Canvas, x0, x1, y, height) -> float:
    """A row of single-coloured shapes, filled or outlined, small or large."""
    r = c.rng
    radius = min(r.uniform(10, 40) * c.scale, (x1 - x0) / 3, height)
    x = x0 + radius
    while x + radius < x1 and r.random() < 0.85:
        cy, kind, fill = y + radius, r.choice(["circle", "square", "triangle", "star", "arrow"]), c.colour()
        style = dict(fill=fill) if r.random() < 0.75 else dict(outline=fill, width=max(2, int(2 * c.scale)))
        box = [x - radius * 0.9, cy - radius * 0.9, x + radius * 0.9, cy + radius * 0.9]
        if kind == "circle": c.draw.ellipse(box, **style)
        elif kind == "square": c.draw.rectangle(box, **style)
        elif kind == "triangle": c.draw.polygon(_ring(x, cy, radius, 3), **style)
        elif kind == "star": c.draw.polygon(_ring(x, cy, radius, 5, 0.42), **style)
        else: _arrow(c, box[0], cy, box[2], cy, fill, max(2, radius * 0.25))
        c.region([kind], tuple(box))
        x += radius * r.uniform(2.2, 4)
    return y + 2 * radius


def banner(c: Canvas, x0, x1, y, height) -> float:
    r, fill = c.rng, c.colour()
    h = r.uniform(0.06, 0.25) * c.height
    c.draw.rectangle([x0, y, x1, y + h], fill=fill)
    c.paragraph(x0 + 4, x1, y + h * 0.2, min(h * 0.5, r.uniform(9, 30) * c.scale), 1, c.head, c.over(fill), r.choice(["title", "mixed", "upper"]))
    return y + h


def barcode(c: Canvas, x0, x1, y, height) -> float:
    r = c.rng
    w, h = min(x1 - x0, r.uniform(60, 130) * c.scale), r.uniform(18, 40) * c.scale
    c.draw.rectangle([x0, y, x0 + w, y + h], fill=(255, 255, 255))
    x = x0 + 4
    while x < x0 + w - 4:
        bar = r.choice([1, 1, 2, 3]) * max(1.0, c.scale * 0.7)
        c.draw.rectangle([x, y + 2, x + bar, y + h - 2], fill=(0, 0, 0))
        x += bar + r.choice([1, 1, 2, 3]) * max(1.0, c.scale * 0.7) + 1
    c.region(["barcode"], (x0, y, x0 + w, y + h))
    c.text(x0, y + h + 1, str(r.randint(10**7, 10**12)), c.body, 7.5 * c.scale)
    return y + h + 9 * c.scale


def stamp(c: Canvas, x0, x1, y, height) -> float:
    r, fill = c.rng, c.rng.choice([(190, 30, 40), (30, 60, 170), (30, 120, 60)])
    w, h = min(x1 - x0, r.uniform(60, 120) * c.scale), r.uniform(24, 60) * c.scale
    shape = c.draw.ellipse if r.random() < 0.5 else c.draw.rectangle
    for inset in (0, 3 * c.scale): shape([x0 + inset, y + inset, x0 + w - inset, y + h - inset], outline=fill, width=max(1, int(c.scale * 1.2)))
    c.text(x0 + w * 0.2, y + h * 0.38, c.vocabulary.printed("upper", 0), c.head, h * 0.22, fill, x0 + w * 0.95)
    c.region(["stamp"], (x0, y, x0 + w, y + h))
    return y + h


def _ring(cx, cy, radius, corners, inner=None):
    """Corners of a regular polygon pointing up, or of a star where `inner` gives its notch."""
    radii = [radius] if inner is None else [radius, radius * inner]
    n = corners * len(radii)
    return [(cx + radii[i % len(radii)] * math.sin(2 * math.pi * i / n), cy - radii[i % len(radii)] * math.cos(2 * math.pi * i / n)) for i in range(n)]


def _arrow(c: Canvas, xa, ya, xb, yb, fill, head=None):
    head = head or (xb - xa) * 0.2
    c.draw.line([(xa, ya), (xb - head, yb)], fill=fill, width=max(c.line, int(head * 0.5)))
    c.draw.polygon([(xb, yb), (xb - head * 1.6, yb - head), (xb - head * 1.6, yb + head)], fill=fill)


KINDS = {
    "bar": (bar_chart, 3), "line": (line_chart, 2), "pie": (pie_chart, 3), "photo": (photo, 3), "logo": (logo, 2), "signature": (signature, 2),
    "diagram": (diagram, 2), "shapes": (shapes, 5), "banner": (banner, 3), "barcode": (barcode, 1), "stamp": (stamp, 1),
}
