"""A lens's end in the worker: opened when it is first used, and anew when the process had ended."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .attention import AttentionRows, asked_rows
from .images import Image, describe
from .source import PageVectors, QueryVectors, Source
from .worker import Progress, Worker, worker

#: Chance is measured with matched words, everyday words, a person's own queries, or not at all.
Baseline = bool | str | Sequence[str]

#: Models that a process knows, so that a tokenizer is read once: by source, of one process.
_models: weakref.WeakKeyDictionary[Any, tuple[Worker, dict[str, Any]]] = weakref.WeakKeyDictionary()


class Session:
    """What a lens asks of the worker. Requests of one lens come one after the other."""

    def __init__(
        self,
        source: Source,
        images: Sequence[Image],
        top: int,
        baseline: Baseline,
        dpi: float,
        on_progress: Progress | None,
    ) -> None:
        self.source = source
        self.on_progress = on_progress
        self._told, self._pictures = describe(images)
        self._options = {"top": top, "baseline": baseline if isinstance(baseline, (bool, str)) else list(baseline)}
        self._dpi = dpi
        self._worker: Worker | None = None
        self._keys: dict[str, Any] = {}
        #: What was opened: size and source of each page.
        self.pages: list[dict[str, Any]] = []
        self._lock = threading.RLock()
        #: Held by who answers the person at the lens, so that one request is answered after the other.
        self.alone = threading.RLock()

    @property
    def is_open(self) -> bool:
        """Whether the process that knows this lens is still there."""
        return self._worker is not None and self._worker.alive and "lens" in self._keys

    def open(self) -> None:
        """Opens pages and lens in the process that runs now."""
        with self._lock:
            process = worker()
            self._worker, self._keys = process, {}
            opened = process.request("pages", pages=self._told, options={"dpi": self._dpi})
            self._keys["pages"] = opened["pages"]
            self.pages = opened["about"]
            model = self._model(process)
            self._keys["lens"] = process.request(
                "lens", model=model["model"], pages=opened["pages"], **self._baseline(model["readsAll"])
            )

    def request(self, method: str, **params: Any) -> Any:
        if method == "view" and self.is_open:
            # What is pointed at does not wait for what the model is at.
            return self._request(method, params)
        with self._lock:
            if not self.is_open or self._worker is None:
                self.open()
            return self._request(method, params)

    def _request(self, method: str, params: dict[str, Any]) -> Any:
        assert self._worker is not None
        return self._worker.request(
            method,
            handler=self._answer,
            on_progress=self.on_progress,
            owner=self,
            lens=self._keys["lens"],
            **params,
        )

    def stop(self) -> None:
        """Ends, from another thread, what is being done."""
        if self._worker is not None:
            self._worker.stop(self)

    def close(self) -> None:
        with self._lock:
            if self.is_open and self._worker is not None:
                self._worker.request("close", **self._keys)
            self._keys = {}

    def _model(self, process: Worker) -> dict[str, Any]:
        key = getattr(self.source, "model", self.source)
        known = _models.get(key)
        if known is None or known[0] is not process:
            opened = process.request("model", model=asdict(self.source.about()))
            _models[key] = known = (process, opened)
        return known[1]

    def _baseline(self, reads_all: bool) -> dict[str, Any]:
        """Words that are like the asked ones are found by the tokenizer only."""
        if self._options["baseline"] is True and not reads_all:
            return {**self._options, "baseline": "everyday"}
        return self._options

    def _answer(self, method: str, params: dict[str, Any]) -> Any:
        if method == "queries":
            return [_query(one) for one in self.source.queries(params["texts"])]
        if method == "page":
            return _page(self.source.page(params["place"], self._pixels))
        if method == "picture":
            shape = (params["height"], params["width"], 3)
            return _page(self.source.picture(params["pixels"].reshape(shape)))
        if method == "attention":
            return _rows(self.source.attention(params["place"], self._pixels, asked_rows(params["rows"])))
        if method == "pixels":
            return self._pictures[params["picture"]].pixels()
        raise RuntimeError(f"invalid call: {method}")

    def _pixels(self, place: int) -> NDArray[np.uint8]:
        """What is on a page, also of a document, which the worker renders."""
        assert self._worker is not None
        about = self.pages[place]
        picture = about.get("picture")
        if picture is not None:
            return self._pictures[picture].pixels()
        data = self._worker.request("pixels", handler=self._answer, pages=self._keys["pages"], place=place)
        return data.reshape(about["height"], about["width"], 3)


def _query(one: QueryVectors) -> dict[str, Any]:
    return {"ids": one.ids, "tokens": one.tokens, "vectors": one.vectors}


def _page(one: PageVectors) -> dict[str, Any]:
    return {
        "vectors": one.vectors,
        "index": one.index,
        "rows": one.rows,
        "columns": one.columns,
        "width": one.width,
        "height": one.height,
        "ids": one.ids,
    }


def _rows(one: AttentionRows) -> dict[str, Any]:
    layers = [
        {
            "stage": layer.stage,
            "heads": layer.rows.shape[1],
            "tiles": len(layer.received),
            "keys": layer.rows.shape[2],
            "rows": layer.rows,
            "received": layer.received,
        }
        for layer in one.layers
    ]
    return {"layers": layers, "rollout": one.rollout, "vectors": one.vectors}
