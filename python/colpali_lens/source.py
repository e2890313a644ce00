"""Where the vectors of a lens come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .attention import AskedRows, AttentionRows, Stage
from .vectors import Floats


@dataclass
class PageVectors:
    """A page as a model embedded it."""

    #: `(vectors, dimensions)`, of the whole sequence, prompt included.
    vectors: Floats
    #: Positions of the patches in it, row by row from the top left: `(rows * columns,)`.
    index: NDArray[np.int32]
    rows: int
    columns: int
    #: Pixels that the model saw.
    width: int
    height: int
    #: Token ids of the sequence; none of vectors that came without a model.
    ids: list[int] = field(default_factory=list)


@dataclass
class QueryVectors:
    """A query as a model embedded it, a vector a token."""

    vectors: Floats
    ids: list[int]
    #: The vocabulary's strings.
    tokens: list[str]


@dataclass
class About:
    """What is written into a figure's provenance, and what the worker needs to read queries."""

    id: str
    family: str
    dim: int
    dtype: str
    device: str
    revision: str | None = None
    versions: dict[str, str] = field(default_factory=dict)
    configs: dict[str, Any] | None = None
    #: `tokenizer.json`
    tokenizer: str | None = None
    imageToken: str | None = None


#: The pixels of a page by its place: RGB, `(height, width, 3)`.
Pixels = Callable[[int], NDArray[np.uint8]]


class Source(Protocol):
    """A model, or the vectors that one has made."""

    def about(self) -> About: ...

    def queries(self, texts: Sequence[str]) -> list[QueryVectors]: ...

    def page(self, place: int, pixels: Pixels) -> PageVectors: ...

    def picture(self, pixels: NDArray[np.uint8]) -> PageVectors:
        """A page that is made up, as one with a part covered."""
        ...

    def attention(self, place: int, pixels: Pixels, asked: dict[Stage, AskedRows]) -> AttentionRows:
        """Where positions of a page's pass attend to."""
        ...


class GivenVectors:
    """Vectors that are there already, and perhaps a way to embed further queries."""

    def __init__(
        self,
        about: About,
        pages: Sequence[PageVectors],
        query: str,
        embedded: QueryVectors,
        embed: Callable[[str], QueryVectors] | None,
    ) -> None:
        self._about = about
        self._pages = list(pages)
        self._known = {query: embedded}
        self._embed = embed

    def about(self) -> About:
        return self._about

    def queries(self, texts: Sequence[str]) -> list[QueryVectors]:
        return [self._query(text) for text in texts]

    def page(self, place: int, pixels: Pixels) -> PageVectors:
        return self._pages[place]

    def picture(self, pixels: NDArray[np.uint8]) -> PageVectors:
        raise ValueError("this lens was made of vectors: a changed page cannot be embedded. Use explain, with the model")

    def attention(self, place: int, pixels: Pixels, asked: dict[Stage, AskedRows]) -> AttentionRows:
        raise ValueError("this lens was made of vectors: there is no model whose attention could be read. Use explain, with the model")

    def _query(self, text: str) -> QueryVectors:
        known = self._known.get(text)
        if known is not None:
            return known
        if self._embed is None:
            raise ValueError(
                "this lens was made of vectors, and nothing embeds another query: pass embed_query to explain_vectors, or use "
                "explain with the model"
            )
        return self._embed(text)
