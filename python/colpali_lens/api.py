"""What a person calls: from a model, from vectors, from maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .engine_model import EngineModel
from .hosts import in_notebook
from .images import Image, as_list
from .lens import Lens
from .session import Baseline, Session
from .source import About, GivenVectors, PageVectors, QueryVectors, Source
from .vectors import each, floats, grid_of, patch_positions, unit_vectors, without_padding
from .worker import Progress, worker


def explain(
    model: Any,
    processor: Any,
    images: Image | Sequence[Image],
    query: str,
    *,
    top: int = 12,
    baseline: Baseline = True,
    dpi: float = 150,
    on_progress: Progress | None = None,
) -> Lens:
    """Explains how a query matches pages, by a model that is loaded: no export, no second copy of the weights.

    Args:
        model: A model of colpali-engine (ColPali, ColQwen2, ColQwen2.5, ColQwen3, ColQwen3.5, ColIdefics3, ColModernVBERT, ColGemma3)
            or of transformers (`ColPaliForRetrieval` and its like), in any precision, on any device.
        processor: The processor that belongs to it.
        images: One or several: PIL images, arrays `(height, width, 3)` of bytes, or paths and addresses of pictures and PDF files,
            also of some pages (`"report.pdf#3"`, `"report.pdf#1-3"`), whose words are then known.
        query: At least one word.
        top: How many of the best pages the lens holds with their maps. All pages are ranked.
        baseline: True or "matched" measures chance with 300 words like each asked one; "everyday" with the same 100 queries for
            every word; or your own list of at least 19 unrelated queries; or False.
        dpi: Resolution at which PDF pages are rendered.
        on_progress: Called with pages, or control queries, done and in all, and the name of the part.

    Returns:
        The lens; as the last value of a cell it shows itself. In a notebook chance is measured after that, while the cell is still
        busy; elsewhere it is there.

    Raises:
        ValueError: for what cannot be, with the numbers.
    """
    worker()  # It starts while the model is looked at.
    return _lens(EngineModel(model, processor), as_list(images), query, top, baseline, dpi, on_progress)


def explain_vectors(
    images: Image | Sequence[Image],
    page_vectors: Any,
    query_vectors: Any,
    grid: Any,
    tokens: Sequence[str],
    query: str = "",
    *,
    patches: Any = None,
    ids: Sequence[int] | None = None,
    embed_query: Callable[[str], tuple[Any, Sequence[str]]] | None = None,
    model: str = "vectors",
    top: int = 12,
    baseline: Baseline | None = None,
    dpi: float = 150,
    on_progress: Progress | None = None,
) -> Lens:
    """Explains how a query matches pages, from vectors of a store or a server.

    Args:
        images: As of `explain`, one page for each of `page_vectors`.
        page_vectors: Unit vectors of each page, `(vectors, dimensions)`: a list, or a batch `(pages, vectors, dimensions)`, torch or
            numpy, in any precision. Vectors of zeros are padding, and are left out.
        query_vectors: Unit vectors of the query, `(tokens, dimensions)`.
        grid: Rows and columns of the patches, `(rows, columns)`: one for all pages, or one for each.
        tokens: The tokenizer's strings, one a query vector (`tokenizer.convert_ids_to_tokens(ids)`).
        query: The query as it was asked, to tell its words from the prefix; without it all tokens but special ones are words.
        patches: Which of a page's vectors are patches, row by row from the top left: a mask, or positions, for each page; not needed
            where all are. Vectors of tiles have to be put in order by it.
        ids: The tokens' ids, for provenance.
        embed_query: Gives vectors and tokens of another query, so that the lens answers what is typed into it, and chance can be
            measured.
        model: What the figures call the model.
        baseline: As of `explain`, but "everyday" by default with `embed_query`, and none without it.

    Raises:
        ValueError: for a wrong grid, a mask that does not fit, vectors that are not finite or not of unit length, more or fewer
            vectors than tokens or pages than images.
    """
    items = as_list(images)
    given = each(page_vectors, len(items), "page_vectors", f"{len(items)} images")
    asked = unit_vectors(query_vectors, "query_vectors")
    if len(asked) != len(tokens):
        raise ValueError(f"invalid tokens: {len(tokens)}, expected {len(asked)}, one for each of query_vectors")
    grids = list(grid) if np.ndim(grid) == 2 else [grid] * len(items)
    masks = [None] * len(items) if patches is None else each(_batch(patches), len(items), "patches", f"{len(items)} images")
    if len(grids) != len(items):
        raise ValueError(f"invalid grid: {len(grids)}, expected {len(items)}, one for each of the images, or one for all")
    pages = [_page(*one, i, asked.shape[1]) for i, one in enumerate(zip(given, grids, masks, strict=True))]

    def embed(text: str) -> QueryVectors:
        assert embed_query is not None
        vectors, own = embed_query(text)
        return _query(unit_vectors(vectors, f"vectors of the query {text!r}"), own, None)

    about = About(id=model, family="vectors", dim=asked.shape[1], dtype=str(asked.dtype), device="vectors")
    embedded = _query(asked, tokens, ids)
    source = GivenVectors(about, pages, query, embedded, embed if embed_query else None)
    if baseline is None:
        baseline = "everyday" if embed_query else False
    return _lens(source, items, query, top, baseline, dpi, on_progress)


def lens_of_maps(image: Image, maps: Any, tokens: Sequence[str], query: str, dpi: float) -> Lens:
    """`Lens.from_similarity_maps`."""
    array = floats([floats(one) for one in maps] if isinstance(maps, (list, tuple)) else maps)
    if array.ndim != 3 or 0 in array.shape:
        raise ValueError(f"invalid maps: shape {array.shape}, expected (tokens, x, y) of one page")
    if len(array) != len(tokens):
        raise ValueError(f"invalid tokens: {len(tokens)}, expected {len(array)}, one for each of the maps")
    if not np.isfinite(array).all() or np.abs(array).max() > 1.01:
        raise ValueError(
            f"invalid maps: values from {array.min():.4g} to {array.max():.4g}, expected cosines, -1 to 1, as they are before "
            "normalize_similarity_map_per_query"
        )
    # The one place where (token, x, y) becomes (token, row, column).
    rows_first = array.transpose(0, 2, 1)
    count, rows, columns = rows_first.shape
    # Cosines are the products of these vectors, exactly: each token is an axis.
    vectors = np.ascontiguousarray(rows_first.reshape(count, -1).T)
    index = np.arange(rows * columns, dtype=np.int32)
    page = PageVectors(vectors, index, rows, columns, columns, rows)
    about = About(id="similarity maps", family="similarity maps", dim=count, dtype="float32", device="maps")
    source = GivenVectors(about, [page], query, _query(np.eye(count, dtype=np.float32), tokens, None), None)
    return _lens(source, as_list(image), query, 1, False, dpi, None)


def _lens(
    source: Source,
    images: Sequence[Image],
    query: str,
    top: int,
    baseline: Baseline,
    dpi: float,
    on_progress: Progress | None,
) -> Lens:
    lens = Lens(Session(source, images, top, baseline, dpi, on_progress), query)
    if not in_notebook():
        lens.measure()
    return lens


def _page(vectors: Any, grid: Any, patches: Any, place: int, dim: int) -> PageVectors:
    name = f"page {place + 1}"
    array = unit_vectors(vectors, f"page_vectors of {name}")
    if array.shape[1] != dim:
        raise ValueError(f"invalid page_vectors of {name}: {array.shape[1]} dimensions, expected {dim} as of query_vectors")
    rows, columns = grid_of(grid, name)
    kept, places = without_padding(array, f"page_vectors of {name}")
    if patches is None:
        index = patch_positions(None, (rows, columns), len(kept), name)
    else:
        before = patch_positions(patches, (rows, columns), len(array), name)
        moved = np.full(len(array), -1, np.int32)
        moved[places] = np.arange(len(places), dtype=np.int32)
        index = moved[before]
        if (index < 0).any():
            raise ValueError(f"invalid patches of {name}: {(index < 0).sum()} of them are vectors of zeros, expected unit vectors")
    return PageVectors(kept, index, rows, columns, columns, rows)


def _query(vectors: Any, tokens: Sequence[str], ids: Sequence[int] | None) -> QueryVectors:
    numbers = list(range(len(tokens))) if ids is None else [int(one) for one in ids]
    if len(numbers) != len(tokens) or len(tokens) != len(vectors):
        raise ValueError(
            f"invalid tokens: {len(tokens)} with {len(numbers)} ids and {len(vectors)} vectors, expected as many of each"
        )
    return QueryVectors(vectors, numbers, [str(token) for token in tokens])


def _batch(patches: Any) -> Any:
    """Masks or positions for each page; one for a single page is a list of one."""
    if hasattr(patches, "shape"):
        return list(patches) if len(patches.shape) == 2 else [patches]
    if len(patches) and np.ndim(patches[0]) == 0:
        return [patches]
    return patches
