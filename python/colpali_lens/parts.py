"""What a lens is made of on its way to a front end: pages' pictures and results, each a model that is sent and saved once."""

from __future__ import annotations

from typing import Any, TypeVar

import ipywidgets
import numpy as np
import traitlets

from ._install import version

MODULE = "colpali-lens"
#: A front end of any version shows it, and says so where it is another one.
MODULE_VERSION = "*"
VERSION = version()


class Picture(ipywidgets.Widget):
    """A page's picture and printed words."""

    _model_name = traitlets.Unicode("LensPictureModel").tag(sync=True)
    _model_module = traitlets.Unicode(MODULE).tag(sync=True)
    _model_module_version = traitlets.Unicode(MODULE_VERSION).tag(sync=True)
    mime = traitlets.Unicode().tag(sync=True)
    data = traitlets.Any().tag(sync=True)
    paper = traitlets.Any().tag(sync=True)
    words = traitlets.Any().tag(sync=True)


class Result(ipywidgets.Widget):
    """A result: its maps, and apart from them what is measured later."""

    _model_name = traitlets.Unicode("LensResultModel").tag(sync=True)
    _model_module = traitlets.Unicode(MODULE).tag(sync=True)
    _model_module_version = traitlets.Unicode(MODULE_VERSION).tag(sync=True)
    result = traitlets.Any().tag(sync=True)
    baseline = traitlets.Any().tag(sync=True)
    layers = traitlets.Any().tag(sync=True)
    attention = traitlets.Any().tag(sync=True)


Part = TypeVar("Part", Picture, Result)


def opened(told: dict[str, Any], known: dict[str, Part], kind: type[Part]) -> dict[str, Part]:
    """The models of `known` that are wanted, and new ones."""
    fresh = told["fresh"]
    return {key: kind(**plain(fresh[key])) if key in fresh else known[key] for key in told["keys"]}


def plain(value: Any) -> Any:
    """The same tree with the leaves that widgets send: plain memory."""
    if isinstance(value, np.ndarray):
        return memoryview(value.data).cast("B") if value.size else b""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value
