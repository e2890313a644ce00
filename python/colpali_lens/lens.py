"""The lens in Python: numbers from code, the interactive lens in a cell."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
import traitlets
from ipywidgets import widget_serialization
from numpy.typing import NDArray

from . import answers
from .hosts import in_notebook, needs_anywidget
from .parts import MODULE, MODULE_VERSION, VERSION, Picture, Result, opened, plain
from .requests import IDLE, Requests
from .session import Session
from .view import View


class Lens(ipywidgets.DOMWidget):
    """The explanation of a query on pages. `explain` and `explain_vectors` make one."""

    _model_name = traitlets.Unicode("LensModel").tag(sync=True)
    _model_module = traitlets.Unicode(MODULE).tag(sync=True)
    _model_module_version = traitlets.Unicode(MODULE_VERSION).tag(sync=True)
    _view_name = traitlets.Unicode("LensView").tag(sync=True)
    _view_module = traitlets.Unicode(MODULE).tag(sync=True)
    _view_module_version = traitlets.Unicode(MODULE_VERSION).tag(sync=True)
    #: Of this package; a front end of another one says so.
    package_version = traitlets.Unicode(VERSION).tag(sync=True)
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
    #: Whether a stop is heard while it is at work; elsewhere the kernel is interrupted for it.
    hears = traitlets.Bool(False).tag(sync=True)
    status = traitlets.Dict(IDLE).tag(sync=True)

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
            pictures=opened(news["pictures"], {}, Picture),
            results=opened(news["results"], {}, Result),
            view=view,
        )
        self._is_measured = news["isMeasured"]
        self._requests = Requests(self)
        self.on_msg(self._requests.hear)

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
        if not in_notebook():
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
                result.baseline = plain(reached[key])
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
        self._take_further(told)
        return answers.table(told)

    def attention(
        self,
        of: str | int | tuple[int, int],
        *,
        stage: str | None = None,
        layer: int | None = None,
        head: int | None = None,
        rollout: bool = False,
        over_uniform: bool = False,
    ) -> answers.Attention:
        """Where a patch's vector took its content from, in the model that embeds the page: shares of its attention.

        It is no explanation of the score: query and page never attend to each other. The lens shows it as the quantity
        "attention", or "attention-rollout". The page goes through the model once more, with attention written out ("eager") for
        that pass, whatever the model was loaded with; layers are reduced one by one, on the model's device.

        Args:
            of: The best patch of a word of the query, or of a token, by its index; or any patch, `(row, column)`, from 0.
            stage: "language" (the default, where there is one) or "tower".
            layer: From 0, from the input on; the last one when left out.
            head: From 0; the mean over them when left out.
            rollout: Through all layers of the stage.
            over_uniform: Divides by what causal attention that spreads evenly would give.

        Raises:
            ValueError: naming the layers, heads and words there are; and for a lens that was made of vectors.
        """
        where = {"row": of[0], "column": of[1]} if isinstance(of, tuple) else of
        chosen = {"stage": stage, "layer": layer, "head": head, "rollout": rollout, "overUniform": over_uniform}
        return self._attention("attention", chosen, of=where)

    def attention_received(
        self,
        *,
        stage: str | None = None,
        layer: int | None = None,
        head: int | None = None,
        over_uniform: bool = False,
    ) -> answers.Attention:
        """What each patch of the page in view receives of the attention of all positions: the mean over them.

        Args:
            stage: As of `attention`, like the rest.

        Raises:
            ValueError: as `attention`.
        """
        chosen = {"stage": stage, "layer": layer, "head": head, "overUniform": over_uniform}
        return self._attention("attentionReceived", chosen)

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
        from IPython import display as shown_by

        display: Any = shown_by.display
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
        shown = self.anywidget if needs_anywidget() else self
        view = {"version_major": 2, "version_minor": 0, "model_id": shown.model_id}
        return {"application/vnd.jupyter.widget-view+json": view, "text/plain": repr(self)}

    def _attention(self, method: str, chosen: dict[str, Any], **of: Any) -> answers.Attention:
        options = {name: value for name, value in chosen.items() if value is not None}
        told = self._asked(method, options=options, **of)
        self._take_further(told)
        return answers.attention(told, _matrix(told))

    def _read_in_view(self) -> None:
        """What a click on another patch asks for."""
        self._take_further(self._asked("attentionInView"))

    def _cover_in_view(self) -> None:
        printed = self.pictures[self.results[self.view.result].result["page"]].words
        self.occlusion("word" if printed else "grid")

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
        pictures = opened(news["pictures"], self.pictures, Picture)
        results = opened(news["results"], self.results, Result)
        self._is_measured = news["isMeasured"]
        self.view.take(news["view"])
        # Whoever observes it finds parts that go together.
        with self.hold_sync(), self.hold_trait_notifications():
            self.data = news["data"]
            self.pictures = pictures
            self.results = results
            self.status = IDLE
        self.send_state("view")
        kept = {*pictures.values(), *results.values()}
        for part in before.values():
            if part not in kept:
                part.close()

    def _take_further(self, told: dict[str, Any]) -> None:
        """Takes over what came into results that are there."""
        for key, further in told["further"].items():
            result = self.results[key]
            with result.hold_sync():
                result.layers, result.attention = plain(further["layers"]), plain(further["attention"])
        if self._any is not None and told["further"]:
            self._any.refresh()
        self.view.take(told["view"])
        self.send_state("view")

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
            self.status = {**IDLE, "error": str(error)}
        return self.view


def _matrix(told: dict[str, Any]) -> NDArray[np.float32]:
    return told["data"].reshape(told["rows"], told["columns"]).copy()
