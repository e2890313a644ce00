"""What the person at a lens asks for: another query, a file, what is to be measured, and that it stops."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets

from .hosts import thread
from .parts import plain
from .worker import Stopped

if TYPE_CHECKING:
    from .lens import Lens

#: Of a lens that nobody has asked for anything.
IDLE: dict[str, Any] = {"busy": None, "fraction": None, "error": None}

#: What can be measured at the lens: said while it is, and done.
_MEASURED: dict[str, tuple[str, Callable[[Lens], object]]] = {
    "score-drop": ("Covering the page", lambda lens: lens._cover_in_view()),
    "attention": ("Reading attention: the page goes through the model once more", lambda lens: lens._read_in_view()),
}


class Requests:
    """Answers the ends of one lens."""

    def __init__(self, lens: Lens) -> None:
        self._lens = lens

    def hear(self, end: ipywidgets.Widget, content: Any, _: Any = None) -> None:
        """Answers a message: in the main thread before it returns, which is interrupted to be stopped."""
        if threading.current_thread() is threading.main_thread() or _is_stop(content):
            self._act(end, content)
        else:
            # An interrupt does not reach other threads, such as those of a kernel's subshells.
            self.hear_apart(end, content)

    def hear_apart(self, end: ipywidgets.Widget, content: Any, _: Any = None) -> None:
        """Answers a message in a thread of its own, one after the other, so that this one hears of a stop."""
        if _is_stop(content):
            self._act(end, content)
            return
        self._lens.hears = True
        thread(lambda: self._act(end, content)).start()

    def _act(self, end: ipywidgets.Widget, content: Any) -> None:
        kind = content.get("type") if isinstance(content, dict) else None
        lens = self._lens
        if kind == "stop":
            lens._session.stop()
        elif kind == "ask":
            self._answer("Asking", lambda: lens.ask(str(content.get("query"))).measure())
        elif kind == "save":
            self._answer(f"Writing {str(content.get('format')).upper()}", lambda: self._send_file(end, content))
        elif kind == "measure":
            quantity = str(content.get("quantity"))
            if quantity in _MEASURED:
                said, measure = _MEASURED[quantity]
                self._answer(said, lambda: measure(lens))
            else:
                lens.status = {**IDLE, "error": f"{quantity} is not measured from Python"}

    def _answer(self, busy: str, act: Callable[[], object]) -> None:
        lens = self._lens
        with lens._session.alone:
            lens.status = {**IDLE, "busy": busy}
            before = lens._session.on_progress
            lens._session.on_progress = lambda done, total, _: self._progress(busy, done, total)
            try:
                act()
            except (KeyboardInterrupt, Stopped):
                lens.status = {**IDLE, "error": "interrupted"}
            except Exception as error:
                lens.status = {**IDLE, "error": str(error)}
            else:
                lens.status = IDLE
            finally:
                lens._session.on_progress = before

    def _progress(self, busy: str, done: int, total: int) -> None:
        # One of one says nothing of how far it is.
        fraction = done / total if total > 1 else None
        self._lens.status = {**IDLE, "busy": busy, "fraction": fraction}

    def _send_file(self, end: ipywidgets.Widget, content: dict[str, Any]) -> None:
        """A file for the view that asked, or what went wrong."""
        lens = self._lens
        answer = {"type": "file", "id": content.get("id")}
        try:
            options = content.get("options")
            lens.measure()
            file = lens._asked("file", format=content.get("format"), options=options if isinstance(options, dict) else {})
        except Exception as error:
            end.send({**answer, "error": str(error)})
            raise
        end.send({**answer, "name": file["name"], "mime": file["mime"]}, [plain(file["data"])])


def _is_stop(content: Any) -> bool:
    return isinstance(content, dict) and content.get("type") == "stop"
