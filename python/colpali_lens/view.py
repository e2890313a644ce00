"""What a person sees of a lens, as an object to assign to and to observe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

#: Does a change, and has whoever holds the view take over what is so then; raises ValueError for what cannot be.
Change = Callable[[dict[str, Any]], None]


class _Setting(traitlets.Any):
    """A setting that is checked where all hosts have it checked, before it is taken over."""

    def validate(self, obj: _Settings, value: Any) -> Any:
        if obj._taking:
            return value
        name = str(self.name)
        obj._change({name: value})
        return obj._trait_values.get(name, value)


class _Settings(traitlets.HasTraits):
    # Until there is something to take, what is set are defaults.
    _taking = True
    _change: Change

    def __init__(self, change: Change) -> None:
        super().__init__()
        self._change = change

    def take(self, values: dict[str, Any]) -> None:
        """Takes over what is so already; observers hear of what differs."""
        self._taking = True
        try:
            with self.hold_trait_notifications():
                for name, value in values.items():
                    current = getattr(self, name, None)
                    if isinstance(current, _Settings):
                        current.take(value)
                    elif self.has_trait(name):
                        self.set_trait(name, value)
        finally:
            self._taking = False

    def as_dict(self) -> dict[str, Any]:
        """All settings, nested as they are."""
        values = {name: getattr(self, name) for name in self.trait_names()}
        return {name: one.as_dict() if isinstance(one, _Settings) else one for name, one in values.items()}

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or hasattr(type(self), name):
            super().__setattr__(name, value)
        else:
            # A name that people know from elsewhere, or none.
            self._change({name: value})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.as_dict().items())})"


class Color(_Settings):
    """How numbers become colours."""

    palette = _Setting()
    diverging = _Setting()
    scale = _Setting()
    domain = _Setting()
    opacity = _Setting()
    threshold = _Setting()
    blend = _Setting()


class Marks(_Settings):
    """What is drawn over the cells."""

    hits = _Setting()
    best = _Setting()
    contours = _Setting()


class Zoom(_Settings):
    """What part of the page is in view: `scale` 1 fits the page; `x`, `y` the centre in parts of the page, 0 to 1."""

    scale = _Setting()
    x = _Setting()
    y = _Setting()


class View(_Settings):
    """What a person sees, both ways: reading gives the selection made in the lens, assigning moves it.

    `lens.view.word = 0`, `lens.view.color.opacity = 0.5`, `lens.view.observe(print, "word")`. Values are those of
    docs/lens.schema.json; what cannot be raises ValueError and changes nothing.
    """

    result = _Setting()
    token = _Setting()
    word = _Setting()
    scope = _Setting()
    aggregate = _Setting()
    quantity = _Setting()
    stage = _Setting()
    layer = _Setting()
    head = _Setting()
    color = _Setting()
    marks = _Setting()
    cells = _Setting()
    chance = _Setting()
    compare = _Setting()
    difference = _Setting()
    layout = _Setting()
    region = _Setting()
    zoom = _Setting()

    def __init__(self, change: Change) -> None:
        super().__init__(change)
        for name, part in (("color", Color), ("marks", Marks), ("zoom", Zoom)):
            self.set_trait(name, part(self._change_of(name)))

    def _change_of(self, name: str) -> Change:
        return lambda values: self._change({name: values})
