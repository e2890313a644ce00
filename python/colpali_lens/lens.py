"""The lens in Python: numbers from code, the interactive lens in a cell."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
import traitlets
from ipywidgets import widget_serialization
from numpy.typing import NDArray

from . import answers
from ._install import version
from .session import Session
from .view import View

_MODULE = "colpali-lens"
_VERSION = f"^{version()}"
_IDLE: dict[str, Any] = {"busy": None, "fraction": None, "error": None}


def _bytes(value: Any) -> Any:
    """The same tree with the leaves that widgets send: plain memory."""
    if isinstance(value, np.ndarray):
        return memoryview(value).cast("B") if value.size else b""
    if isinstance(value, dict):
        return {key: _bytes(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_bytes(one) for one in value]
    return value


class _Picture(ipywidgets.Widget):
    """A page's picture and printed words: a model of its own, so that they are sent and saved once."""

    _model_name = traitlets.Unicode("LensPictureModel").tag(sync=True)
    _model_module = traitlets.Unicode(_MODULE).tag(sync=True)
    _model_module_version = traitlets.Unicode(_VERSION).tag(sync=True)
    mime = traitlets.Unicode().tag(sync=True)
    data = traitlets.Any().tag(sync=True)
    paper = traitlets.Any().tag(sync=True)
    words = traitlets.Any().tag(sync=True)


class _Result(ipywidgets.Widget):
    """A result: a model of its own, so that its maps are sent and saved once, and what is measured later apart from them."""

    _model_name = traitlets.Unicode("LensResultModel").tag(sync=True)
    _model_module = traitlets.Unicode(_MODULE).tag(sync=True)
    _model_module_version = traitlets.Unicode(_VERSION).tag(sync=True)
    result = traitlets.Any().tag(sync=True)
    baseline = traitlets.Any().tag(sync=True)
    layers = traitlets.Any().tag(sync=True)
    attention = traitlets.Any().tag(sync=True)


class Lens(ipywidgets.DOMWidget):
    """The explanation of a query on pages. `explain` and `explain_vectors` make one."""

    _model_name = traitlets.Unicode("LensModel").tag(sync=True)
    _model_module = traitlets.Unicode(_MODULE).tag(sync=True)
    _model_module_version = traitlets.Unicode(_VERSION).tag(sync=True)
    _view_name = traitlets.Unicode("LensView").tag(sync=True)
    _view_module = traitlets.Unicode(_MODULE).tag(sync=True)
    _view_module_version = traitlets.Unicode(_VERSION).tag(sync=True)
    state_version = traitlets.Int().tag(sync=True)
    data = traitlets.Any().tag(sync=True)
    pictures = traitlets.Dict().tag(sync=True, **widget_serialization)
    results = traitlets.Dict().tag(sync=True, **widget_serialization)
    measuring = traitlets.Bool(False).tag(sync=True)
    view = traitlets.Instance(View).tag(
        sync=True,
        to_json=lambda view, _: view.as_dict(),
        from_json=lambda told, lens: lens._receive(told),
    )
    status = traitlets.Dict(_IDLE).tag(sync=True)

    def __init__(self, session: Session, query: str) -> None:
        """
        Args:
            session: The pages and where their vectors come from.
            query: What is asked first.
        """
        self._session = session
        self._is_measured = False
        self._query = query
        self._any: ipywidgets.DOMWidget | None = None
        news = session.request("ask", query=query)
        view = View(self._change)
        view.take(news["view"])
        super().__init__(
            state_version=news["stateVersion"],
            data=news["data"],
            pictures=_opened(news["pictures"], {}, _Picture),
            results=_opened(news["results"], {}, _Result),
            view=view,
        )
        self._is_measured = news["isMeasured"]
        self.on_msg(self._message)

    @classmethod
    def from_similarity_maps(
        cls, image: Any, maps: Any, tokens: Sequence[str], query: str = "", *, dpi: float = 150
    ) -> Lens:
        """A lens of maps that colpali-engine has made.

        Args:
            image: The page: a PIL image, an array, or a path.
            maps: Cosines `(tokens, x, y)`, as `get_similarity_maps_from_embeddings` gives for one page: the column first.
            tokens: The tokenizer's strings, one a map, special ones included (`tokenizer.convert_ids_to_tokens(ids)`).
            query: The query as it was asked, to tell its words from the prefix; without it all tokens but special ones are.

        The score is that of the patches only: what else the page has vectors of is not in maps. Chance is not measured.

        Raises:
            ValueError: for maps of another shape, or more or fewer tokens than maps.
        """
        from .api import lens_of_maps

        return lens_of_maps(image, maps, tokens, query, dpi)

    def ask(self, query: str) -> Lens:
        """Asks a new query of the same pages; every view of this lens follows.

        Returns:
            This lens. In a notebook chance is measured when it is shown or asked for.
        """
        self._open()
        self._take(self._session.request("ask", query=query))
        self._query = query
        if not _in_notebook():
            self.measure()
        return self

    async def ask_async(self, query: str) -> Lens:
        """As `ask`, in a thread: the kernel stays free meanwhile."""
        return await asyncio.to_thread(self.ask, query)

    def measure(self) -> Lens:
        """Measures chance where it is not measured: what unrelated words reach on the same pages. May take long."""
        if self._is_measured:
            return self
        self._open()
        self.measuring = True
        try:
            reached = self._session.request("measure")
            for key, result in self.results.items():
                result.baseline = _bytes(reached[key])
            self._is_measured = True
        finally:
            # What changes last is what a view looks up the rest for.
            self.measuring = False
        return self

    @property
    def query(self) -> str:
        """What is asked."""
        return self._facts["query"]

    @property
    def score(self) -> float:
        """Score of the page in view: the sum over query tokens of the maximum over all vectors of the page."""
        return self._facts["maxsim"]["score"]

    @property
    def maxsim(self) -> dict[str, Any]:
        """Score of the page in view and its parts: `score = patchScore + residue`, and each token's."""
        return self._facts["maxsim"]

    @property
    def ranking(self) -> list[tuple[int, float]]:
        """All pages, best first: place in the list that was given, from 0, and score."""
        return [(one["page"], one["score"]) for one in self._facts["ranking"]]

    @property
    def words(self) -> list[str]:
        """The words of the query; `view.word` is a place in this list."""
        return [word["text"] for word in self._facts["words"]]

    @property
    def tokens(self) -> list[dict[str, Any]]:
        """What the model saw, prefix, special and augmentation tokens included."""
        return self._facts["tokens"]

    @property
    def hits(self) -> answers.Hits:
        """The places that what is in view points at, named by what is printed there; measures chance first."""
        self.measure()
        told = self._asked("hits")
        return answers.Hits((answers.hit(one) for one in told["hits"]), told["text"])

    def map(self, which: int | str) -> NDArray[np.float32]:
        """Similarity map of the page in view: cosines, -1 to 1, `(rows, columns)`.

        Args:
            which: Index of a token, or a word of the query (the mean over its tokens).

        Raises:
            ValueError: naming the words there are.
        """
        return _matrix(self._asked("map", which=which))

    def aggregate(self, how: str = "winner") -> NDArray[np.float32]:
        """One map for the tokens in scope, `(rows, columns)`: `max` and `mean` are cosines; `winner` adds up to their score."""
        return _matrix(self._asked("aggregate", how=how))

    def table(self, rows: str = "token") -> Any:
        """The numbers of what is in view: a row a "token" or a "word". A pandas DataFrame where pandas is installed, else a list."""
        self.measure()
        return answers.table(self._asked("table", rows=rows))

    def occlusion(self, by: str = "word", **options: Any) -> Any:
        """How much the page score falls when a part of the page in view is covered, and the page embedded anew by the model.

        The lens shows it as the quantity "score-drop". It takes an embedding a part: a page of 200 words takes 200.

        Args:
            by: What is covered at a time: "word" (all places of a printed word together), "line", "block", or the cells of a "grid".
            options: `fill` ("paper", "blur", "mean" or a colour), and `grid`, rows and columns.

        Returns:
            What was covered, largest fall first, as `table` has it.

        Raises:
            ValueError: for printed parts of a page without printed words, and of a lens that was made of vectors.
        """
        told = self._asked("occlusion", options={"by": by, **options})
        for key, result in self.results.items():
            result.layers = _bytes(told["layers"][key])
        if self._any is not None:
            self._any.refresh()
        self.view.take(told["view"])
        self.send_state("view")
        return answers.table(told)

    def chance(self, which: int | str | None = None) -> answers.Chance | None:
        """How the highest cosine of a token's or word's map compares with what unrelated words reach on the same page.

        Args:
            which: Index of a token, or a word; what is in view when left out.

        Returns:
            None where chance is not measured (`baseline=False`), and of a map of several words.
        """
        self.measure()
        told = self._asked("chance", which=which)
        return None if told is None else answers.chance(told)

    def caption(self) -> str:
        """A sentence or two of what is in view."""
        return self._asked("facts")["caption"]

    def save(self, file: str | os.PathLike[str], **options: Any) -> str:
        """Writes what is in view to a file, with chance; the format follows the name's ending (svg, png, pdf, html, json).

        Args:
            options: `width` ("85mm", "175mm" or a number of millimetres), `caption` (default True), `crop`, `text` (points), and
                of a PNG `dpi` (default 150).

        Returns:
            The absolute path.
        """
        self.measure()
        path = os.path.abspath(os.path.expanduser(os.fspath(file)))
        return self._asked("save", file=path, options=options)

    def close(self) -> None:
        """Frees what the lens holds, here and in the process that computes."""
        parts = [*self.pictures.values(), *self.results.values()]
        super().close()
        for part in parts:
            part.close()
        self._session.close()

    @property
    def anywidget(self) -> ipywidgets.DOMWidget:
        """The same lens as a widget of anywidget, for hosts that load no extension of JupyterLab's. Needs `pip install anywidget`."""
        if self._any is None:
            from .any_lens import AnyLens

            self._any = AnyLens(self)
        return self._any

    def __repr__(self) -> str:
        return self._facts["text"]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Widget, static picture and table: what a notebook stores is readable without a kernel."""
        self.measure()
        return {**self._live(), **self._asked("bundle")}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if self._is_measured:
            display(self._repr_mimebundle_(), raw=True)
            return
        # The lens is there before chance is measured, and the picture, which says what is chance, takes its place then.
        shown = display(self._live(), raw=True, display_id=True)
        bundle = self._repr_mimebundle_()
        if shown is not None:
            shown.update(bundle, raw=True)

    def _display_(self) -> Any:
        """What marimo shows."""
        self.measure()
        return self.anywidget

    def _live(self) -> dict[str, Any]:
        shown = self.anywidget if _needs_anywidget() else self
        view = {"version_major": 2, "version_minor": 0, "model_id": shown.model_id}
        return {"application/vnd.jupyter.widget-view+json": view, "text/plain": repr(self)}

    @property
    def _facts(self) -> dict[str, Any]:
        return self._asked("facts")

    def _asked(self, method: str, **params: Any) -> Any:
        self._open()
        return self._session.request(method, **params)

    def _open(self) -> None:
        """Does again what a process that has ended had done."""
        if self._session.is_open:
            return
        view = self.view.as_dict()
        self._session.open()
        self._is_measured = False
        self._take(self._session.request("ask", query=self._query))
        self._change(view)

    def _take(self, news: dict[str, Any]) -> None:
        """Replaces what is shown, in one message; of pictures and results only those are sent that are not there yet."""
        before = {**self.pictures, **self.results}
        pictures = _opened(news["pictures"], self.pictures, _Picture)
        results = _opened(news["results"], self.results, _Result)
        self._is_measured = news["isMeasured"]
        self.view.take(news["view"])
        # Whoever observes it finds parts that go together.
        with self.hold_sync(), self.hold_trait_notifications():
            self.data = news["data"]
            self.pictures = pictures
            self.results = results
            self.status = _IDLE
        self.send_state("view")
        kept = {*pictures.values(), *results.values()}
        for part in before.values():
            if part not in kept:
                part.close()

    def _change(self, change: dict[str, Any]) -> None:
        self._open()
        self.view.take(self._session.request("view", change=change))
        self.send_state("view")

    def _receive(self, told: dict[str, Any]) -> View:
        """What the person at the lens has set."""
        try:
            self._open()
            self.view.take(self._session.request("view", change=told))
        except Exception as error:
            self.status = {**_IDLE, "error": str(error)}
        return self.view

    def _message(self, end: ipywidgets.Widget, content: dict[str, Any], _: Any) -> None:
        """What the person at an end of the lens asks for."""
        kind = content.get("type") if isinstance(content, dict) else None
        if kind == "ask":
            self._answer("Asking", lambda: self.ask(str(content.get("query"))).measure())
        elif kind == "save":
            self._answer(f"Writing {str(content.get('format')).upper()}", lambda: self._send_file(end, content))
        elif kind == "measure" and content.get("quantity") == "score-drop":
            printed = self.pictures[self.results[self.view.result].result["page"]].words
            self._answer("Covering the page", lambda: self.occlusion("word" if printed else "grid"))
        elif kind == "measure":
            self.status = {**_IDLE, "error": f"{content.get('quantity')} is not measured from Python"}

    def _answer(self, busy: str, act: Any) -> None:
        self.status = {**_IDLE, "busy": busy}
        before = self._session.on_progress
        self._session.on_progress = lambda done, total, _: self._progress(busy, done, total)
        try:
            act()
        except KeyboardInterrupt:
            self.status = {**_IDLE, "error": "interrupted"}
        except Exception as error:
            self.status = {**_IDLE, "error": str(error)}
        else:
            self.status = _IDLE
        finally:
            self._session.on_progress = before

    def _progress(self, busy: str, done: int, total: int) -> None:
        self.status = {**_IDLE, "busy": busy, "fraction": done / total if total else None}

    def _send_file(self, end: ipywidgets.Widget, content: dict[str, Any]) -> None:
        """A file for the view that asked, or what went wrong."""
        answer = {"type": "file", "id": content.get("id")}
        try:
            options = content.get("options")
            self.measure()
            file = self._asked("file", format=content.get("format"), options=options if isinstance(options, dict) else {})
        except Exception as error:
            end.send({**answer, "error": str(error)})
            raise
        end.send({**answer, "name": file["name"], "mime": file["mime"]}, [_bytes(file["data"])])


def _opened(told: dict[str, Any], known: dict[str, Any], kind: type[ipywidgets.Widget]) -> dict[str, Any]:
    """The models of `known` that are wanted, and new ones."""
    fresh = told["fresh"]
    return {key: kind(**_bytes(fresh[key])) if key in fresh else known[key] for key in told["keys"]}


def _matrix(told: dict[str, Any]) -> NDArray[np.float32]:
    return told["data"].reshape(told["rows"], told["columns"]).copy()


def _needs_anywidget() -> bool:
    """Whether the front end is one that loads widgets of anywidget, and none of an extension."""
    return "google.colab" in sys.modules or "VSCODE_PID" in os.environ


def _in_notebook() -> bool:
    """Whether there is a front end that shows the lens before chance is measured."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")
