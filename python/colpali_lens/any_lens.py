"""The lens for hosts that load no extension of JupyterLab's: VS Code, Colab, marimo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from ._install import PACKAGE
from .parts import VERSION

if TYPE_CHECKING:
    from .lens import Lens


class AnyLens(anywidget.AnyWidget):
    """Another end of a lens: what is set in one is set in both. Its script and styles are the package's own."""

    _esm = PACKAGE / "dist" / "anywidget.js"
    _css = PACKAGE / "style" / "index.css"
    package_version = traitlets.Unicode(VERSION).tag(sync=True)
    state_version = traitlets.Int().tag(sync=True)
    data = traitlets.Any().tag(sync=True)
    pictures = traitlets.Dict().tag(sync=True)
    results = traitlets.Dict().tag(sync=True)
    measuring = traitlets.Bool(False).tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)

    def __init__(self, lens: Lens) -> None:
        super().__init__(**_whole(lens))
        self._lens = lens
        lens.observe(self._follow, ["data", "pictures", "results", "measuring", "status"])
        lens.view.observe(self._follow_view)
        for part in (lens.view.color, lens.view.marks, lens.view.zoom):
            part.observe(self._follow_view)
        self.observe(self._moved, "view")
        self.on_msg(lens._requests.hear_apart)

    def refresh(self) -> None:
        """Takes over what came into the results that are there."""
        self.results = _parts(self._lens.results, "result", "baseline", "layers", "attention")

    def _follow(self, change: Any) -> None:
        if change["name"] == "measuring" and not change["new"]:
            self.refresh()
        if change["name"] in ("measuring", "status"):
            self.set_trait(change["name"], change["new"])
        else:
            with self.hold_sync(), self.hold_trait_notifications():
                for name, value in _whole(self._lens).items():
                    self.set_trait(name, value)

    def _follow_view(self, _: Any) -> None:
        self.view = self._lens.view.as_dict()

    def _moved(self, change: Any) -> None:
        if change["new"] != self._lens.view.as_dict():
            self._lens._receive(change["new"])
            self._lens.send_state("view")
            # What cannot be is taken back.
            self._follow_view(None)


def _whole(lens: Lens) -> dict[str, Any]:
    return {
        "state_version": lens.state_version,
        "data": lens.data,
        "pictures": _parts(lens.pictures, "mime", "data", "paper", "words"),
        "results": _parts(lens.results, "result", "baseline", "layers", "attention"),
        "measuring": lens.measuring,
        "view": lens.view.as_dict(),
        "status": lens.status,
    }


def _parts(models: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: {name: getattr(model, name) for name in names} for key, model in models.items()}
