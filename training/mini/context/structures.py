"""What stands in the context of what: values (words, bars) and the headers they belong to, in the page's own words."""

from dataclasses import dataclass, field

from ..canvas import Canvas
from ..words import held_out, words_of

LEFT, ABOVE, ELSEWHERE = 0, 1, 2  # where a header stands, seen from its value: each has an attention head born looking there
Box = tuple[float, float, float, float]


@dataclass
class Header:
    """Words by their index on the page. `strength` is 1 for a row, a column or a label, less for what names several of these."""

    words: list[int]
    side: int
    strength: float = 1.0


@dataclass
class Value:
    """A word or a bar. `place` is its row and column in the structure, `boxes` where it stands if it has no words."""

    kind: str
    structure: int
    place: tuple[int, int]
    words: list[int]
    headers: list[Header]
    boxes: list[Box] = field(default_factory=list)


@dataclass
class Structure:
    """A table, form or chart. `pitch` is the height of its rows in pixels."""

    kind: str
    box: Box
    pitch: float


class Sheet:
    """A canvas that also keeps what stands in whose context. With `seek` headers prefer held-out words (evaluation only).
    `vague` are boxes whose structure is drawn but not labelled: nothing is asked of their cells."""

    def __init__(self, canvas: Canvas, seek: bool = False):
        self.canvas, self.seek = canvas, seek
        self.structures: list[Structure] = []
        self.values: list[Value] = []
        self.vague: list[Box] = []

    def put(self, x: float, y: float, text: str, font: str, size: float, ink=None, limit: float | None = None) -> list[int]:
        """Draws; gives the indices of the words it made: none where it did not fit or must not be drawn."""
        first = len(self.canvas.labels.words)
        self.canvas.text(x, y, text, font, size, ink, limit)
        return list(range(first, len(self.canvas.labels.words)))

    def header(self, count: int, room: float, font: str, size: float, style: str = "title") -> list[str]:
        """At most `count` words as they are printed, all together no longer than `room`."""
        c, r, found = self.canvas, self.canvas.rng, []
        for _ in range(60):
            if len(found) == count:
                break
            w = self._word()
            parts = words_of(w)
            if not parts or len(w) > 16 or (len(w) < 3 and r.random() < 0.8) or (c.vocabulary.training and any(map(held_out, parts))):
                continue
            if self.seek and r.random() < 0.75 and not all(map(held_out, parts)):
                continue
            w = styled(w, style)
            if c.measure(" ".join([*found, w]), font, size) <= room:
                found.append(w)
        return found

    def _word(self) -> str:
        r, vocabulary = self.canvas.rng, self.canvas.vocabulary
        if r.random() < 0.1:
            return str(r.randint(1950, 2035)) if r.random() < 0.6 else r.choice(["Q1", "Q2", "Q3", "Q4", "H1", "H2", "kWh", "km", "USD", "%", "n", "No."])
        return vocabulary.natural() if r.random() < 0.55 else vocabulary.word(0.03)


def styled(word: str, style: str) -> str:
    return word.upper() if style == "upper" else word[:1].upper() + word[1:] if style == "title" else word


MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def series(r, n: int) -> list[str] | None:
    """Names that follow each other and look alike: years, quarters, months, days, letters."""
    kind, first = r.random(), r.randint(1900, 2030)
    if kind < 0.4: return [str(first + i) for i in range(n)]
    if kind < 0.6:
        mark = r.choice(["Q", "H", "Year", "Group", "T"])
        return [f"{mark}{i + 1}" for i in range(n)]
    if kind < 0.85:
        names = r.choice([MONTHS, [m[:3] for m in MONTHS], DAYS, [d[:3] for d in DAYS]])
        k = r.randrange(len(names))
        return [names[(k + i) % len(names)] for i in range(n)] if n <= len(names) else None
    return [chr(65 + i) for i in range(n)]


def value_maker(c: Canvas):
    """A way to make the values of one column: numbers of one form, codes, yes and no, words."""
    r, v, kind = c.rng, c.vocabulary, c.rng.random()
    if kind < 0.25:
        digits, top = r.randint(1, 3), 10 ** r.randint(1, 3)
        return lambda: f"{r.uniform(0, top):.{digits}f}"
    if kind < 0.40:
        top = 10 ** r.randint(1, 5)
        return lambda: str(r.randint(0, top))
    if kind < 0.50: return lambda: f"{r.randint(1000, 9_999_999):,}"
    if kind < 0.60: return lambda: f"{r.uniform(0, 100):.1f}%"
    if kind < 0.66: return lambda: f"{r.uniform(0, 999):.1f}".replace(".", ",")
    if kind < 0.78: return v.number
    if kind < 0.84: return v.code
    if kind < 0.88: return lambda: r.choice(["yes", "no", "n/a", "x", "+", "-"])
    if kind < 0.96: return lambda: v.natural() if r.random() < 0.6 else v.word(0.05)
    return lambda: v.word(0.05) + " " + v.word(0.05)
