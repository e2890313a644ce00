"""Shows why a ColPali-family model matched a document page, over the models that are loaded already.

    from colpali_lens import explain

    lens = explain(model, processor, "report.pdf", "peak load in winter")
    lens                        # the last value of a cell: the interactive lens
    lens.view.word = 0          # moves it
    lens.hits                   # what is printed under the hot cells
    lens.save("figure.pdf")

`explain_vectors` takes vectors from a store or a server, and `Lens.from_similarity_maps` the arrays that colpali-engine gives.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import explain as explain
    from .api import explain_vectors as explain_vectors
    from .lens import Lens as Lens

__all__ = ["Lens", "explain", "explain_vectors"]


def __getattr__(name: str) -> Any:
    # The kernel, the command line and Jupyter's server import this package, too, and need none of it.
    if name == "Lens":
        from .lens import Lens

        return Lens
    if name in ("explain", "explain_vectors"):
        from . import api

        return getattr(api, name)
    if name == "__version__":
        from ._install import version

        return version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "colpali_lens"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Adds the settings of the server and of its exports; what a person has set stays."""
    from traitlets.config import Config

    ours = Config(json.loads((Path(__file__).parent / "settings.json").read_text()))
    for name, value in ours.pop("ServerApp")["tornado_settings"].items():
        server.web_app.settings.setdefault(name, value)
    theirs = copy.deepcopy(server.config)
    # The server hands this very object to its exporters.
    server.config.merge(ours)
    server.config.merge(theirs)
