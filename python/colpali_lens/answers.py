"""What a lens answers, as Python has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Rect(NamedTuple):
    """A rectangle: origin top left; in pixels of the page, or in parts of it from 0 to 1 where that is said."""

    x: float
    y: float
    width: float
    height: float


class Patch(NamedTuple):
    """A patch with its number, and its place in pixels of the page."""

    row: int
    column: int
    value: float
    rect: Rect


@dataclass(frozen=True)
class Hit:
    """A place that what is in view points at."""

    #: The printed words there; empty where nothing is printed.
    text: str
    #: What the place is called: `“battery”`, `Top right`.
    name: str
    #: Number of its line from the top of the page, from 1; None without print.
    line: int | None
    #: The words of the query that it answers.
    words: list[str]
    #: Highest number of its patches, in the quantity in view: of similarity a cosine, -1 to 1.
    value: float
    #: How often unrelated words reach that on this page (p, 0 to 1); None where it was not measured.
    chance: float | None
    #: Whether p is at most 0.05.
    beyond: bool
    #: In pixels of the page.
    rect: Rect
    #: In parts of its width and height.
    part: Rect
    #: Best first.
    patches: list[Patch]


@dataclass(frozen=True)
class Chance:
    """How the highest cosine of a map compares with what unrelated words reach on the same page."""

    #: Highest cosine of the map over the patches.
    value: float
    #: How many control words it is compared with.
    among: int
    #: Share of them that stay below, 0 to 1.
    percentile: float
    #: Permutation p-value, 0 to 1.
    p: float
    #: Standard scores; None where all controls reach the same.
    z: float | None
    #: What the controls are; None for one list for all words.
    controls: str | None
    #: p of a word, corrected for all words and pages of the query (Benjamini and Hochberg); None where it was not.
    adjusted: float | None
    #: Words times pages that it is corrected for.
    tests: int


class OffPage(NamedTuple):
    """What of a patch's attention goes to no patch: shares."""

    #: Words of the page prompt.
    prompt: float
    #: Special tokens.
    special: float
    #: The view of the whole page that models with tiles are given beside them.
    view: float


@dataclass(frozen=True)
class Attention:
    """Where a patch attends to, or what patches receive: a map, which adds up to 1 with what goes off the page."""

    #: Shares, `(rows, columns)`; where uniform attention is divided out, how many times as much as that.
    map: NDArray[np.float32]
    off_page: OffPage
    #: "tower" or "language".
    stage: str
    #: From 0; None through all layers.
    layer: int | None
    #: From 0; None for the mean.
    head: int | None
    #: Row and column of the patch; None of what patches receive from all.
    patch: tuple[int, int] | None
    #: Whether uniform causal attention is divided out.
    over_uniform: bool
    #: All of this in words.
    note: str

    def __repr__(self) -> str:
        rows, columns = self.map.shape
        return f"attention, {rows} x {columns} patches, {self.map.min():.4g} to {self.map.max():.4g}; {self.note}"


class Hits(list[Hit]):
    """Hits that print as a table, or as a sentence where there are none."""

    def __init__(self, hits: Iterable[Hit], text: str) -> None:
        super().__init__(hits)
        self._text = text

    def __repr__(self) -> str:
        return self._text


class Rows(list[dict[str, Any]]):
    """Rows that print as a table."""

    def __init__(self, rows: Iterable[dict[str, Any]], text: str) -> None:
        super().__init__(rows)
        self._text = text

    def __repr__(self) -> str:
        return self._text


def table(told: dict[str, Any]) -> Any:
    """Columns as a pandas DataFrame where pandas is installed, else as a list of rows."""
    columns = told["columns"]
    try:
        import pandas
    except ImportError:
        lines = zip(*columns.values(), strict=True)
        return Rows((dict(zip(columns, line, strict=True)) for line in lines), told["text"])
    return pandas.DataFrame(columns)


def hit(told: dict[str, Any]) -> Hit:
    fields = {name: told[name] for name in ("text", "name", "line", "words", "value", "chance", "beyond")}
    patches = [Patch(one["row"], one["column"], one["value"], Rect(**one["rect"])) for one in told["patches"]]
    return Hit(**fields, rect=Rect(**told["rect"]), part=Rect(**told["part"]), patches=patches)


def attention(told: dict[str, Any], numbers: NDArray[np.float32]) -> Attention:
    source, patch = told["source"], told["source"]["patch"]
    return Attention(
        map=numbers,
        off_page=OffPage(**told["offPage"]),
        stage=source["stage"],
        layer=source["layer"],
        head=source["head"],
        patch=None if patch is None else (patch["row"], patch["column"]),
        over_uniform=source["isOverUniform"],
        note=told["note"],
    )


def chance(told: dict[str, Any]) -> Chance:
    fields: dict[str, Any] = {name: told.get(name) for name in Chance.__dataclass_fields__}
    return Chance(**fields)
