"""One process of Node that computes maps, chance, hits and figures for all lenses of this Python process."""

from __future__ import annotations

import atexit
import itertools
import os
import queue
import subprocess
import sys
import threading
import warnings
from collections import deque
from typing import Any, Callable

from . import frames
from ._install import KERNEL, node

#: Does what only Python can, for a request: `handler(method, params)`.
Handler = Callable[[str, dict[str, Any]], Any]
#: Told how far a request is: done, of how many, of which part.
Progress = Callable[[int, int, str], None]

#: Errors that say what a person gave wrong.
_MISTAKES = ("RangeError", "ModelError", "PageError", "TypeError")


class WorkerError(RuntimeError):
    """The process that computes lenses has ended. The next use of a lens starts a new one."""


class Stopped(RuntimeError):
    """What was asked for was stopped from another thread."""


class Worker:
    """A running process. Requests may come from several threads; each is served by the thread that waits for it."""

    def __init__(self) -> None:
        script = KERNEL / "python" / "python-worker.js"
        if not script.exists():
            raise RuntimeError(f"{script} is missing: install colpali-lens again, or run `npm run build` in a clone")
        # An interrupt of the cell, or Ctrl+C, is for Python.
        apart: dict[str, Any] = (
            {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP")} if os.name == "nt" else {"start_new_session": True}
        )
        process = subprocess.Popen(
            [node(), "--disable-warning=ExperimentalWarning", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **apart,
        )
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        self._process = process
        self._in, self._out, self._errors = process.stdin, process.stdout, process.stderr
        self.owner = os.getpid()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._owners: dict[int, object] = {}
        self._writing = threading.Lock()
        self._printed: deque[str] = deque(maxlen=20)
        self._ended = False
        for read in (self._read, self._read_errors):
            threading.Thread(target=read, daemon=True, name="colpali-lens").start()

    @property
    def alive(self) -> bool:
        return not self._ended and self._process.poll() is None

    def request(
        self,
        method: str,
        handler: Handler | None = None,
        on_progress: Progress | None = None,
        owner: object = None,
        **params: Any,
    ) -> Any:
        """Has the process do something and waits for it.

        Args:
            handler: answers what the process calls for meanwhile; it runs in this thread.
            owner: by whom `stop` knows it.

        Raises:
            ValueError: for what was given wrong.
            WorkerError: the process has ended.
            Stopped: by `stop`, when `handler` is done with what it is at.
            Whatever `handler` raises; KeyboardInterrupt also stops the work.
        """
        number = next(self._numbers)
        mine: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._waiting[number] = mine
        self._owners[number] = owner
        raised: BaseException | None = None
        try:
            self._send({"request": number, "method": method, "params": params})
            while True:
                message = self._next(mine)
                if "call" in message:
                    try:
                        answer: dict[str, Any] = {"result": _handled(handler, message)}
                    except Exception as error:
                        raised, answer = error, {"error": str(error)}
                    self._send({"answer": message["call"], **answer})
                elif "progress" in message:
                    if on_progress is not None:
                        on_progress(*message["progress"].values())
                elif "error" in message:
                    raise raised or _error(**message["error"])
                elif "stopped" in message:
                    raise Stopped("stopped")
                elif "ended" in message:
                    raise WorkerError(self._last_words())
                else:
                    return message["result"]
        except BaseException:
            if self.alive:
                self._send({"stop": number})
            raise
        finally:
            del self._waiting[number]
            del self._owners[number]

    def stop(self, owner: object) -> None:
        """Ends what is being done for an owner."""
        for number, of in list(self._owners.items()):
            if of is owner and (mine := self._waiting.get(number)) is not None:
                mine.put({"stopped": True})

    def close(self) -> None:
        """Ends the process."""
        self._ended = True
        self._process.kill()
        self._process.wait()

    def _next(self, mine: queue.SimpleQueue[dict[str, Any]]) -> dict[str, Any]:
        while True:
            try:
                # On Windows an interrupt is not heard in a wait without an end.
                return mine.get(timeout=1)
            except queue.Empty:
                if not self.alive:
                    raise WorkerError(self._last_words()) from None

    def _send(self, message: dict[str, Any]) -> None:
        try:
            with self._writing:
                frames.write(self._in, message)
        except (BrokenPipeError, OSError):
            raise WorkerError(self._last_words()) from None

    def _read(self) -> None:
        while (message := frames.read(self._out)) is not None:
            if "warning" in message:
                _warn(message["warning"])
                continue
            mine = self._waiting.get(message["request"])
            if mine is not None:
                mine.put(message)
        self._ended = True
        for mine in list(self._waiting.values()):
            mine.put({"ended": True})

    def _read_errors(self) -> None:
        for line in self._errors:
            self._printed.append(line.decode(errors="replace").rstrip())

    def _last_words(self) -> str:
        code = self._process.poll()
        how = "was ended" if code is None else f"ended with {code}"
        said = "".join(f"\n  {line}" for line in self._printed)
        return (
            f"the Node process of colpali-lens (pid {self._process.pid}) {how}; "
            f"run the line again: it is started anew{said}"
        )


_current: Worker | None = None
_starting = threading.Lock()


def worker() -> Worker:
    """The process of this Python process, started where none runs."""
    global _current
    with _starting:
        # A copy of this process by fork shares its pipes, which would mix up what is on them.
        if _current is None or not _current.alive or _current.owner != os.getpid():
            _current = Worker()
        return _current


@atexit.register
def _end() -> None:
    if _current is not None and _current.alive and _current.owner == os.getpid():
        _current.close()


def _warn(words: str) -> None:
    try:
        warnings.warn(words, stacklevel=2)
    except Warning:
        # Where warnings are made errors: nobody would hear of one here, and nothing be read any more.
        print(f"colpali-lens: {words}", file=sys.stderr)


def _handled(handler: Handler | None, message: dict[str, Any]) -> Any:
    if handler is None:
        raise RuntimeError(f"nobody answers {message['method']}")
    return handler(message["method"], message["params"])


def _error(name: str, message: str) -> Exception:
    return ValueError(message) if name in _MISTAKES else RuntimeError(message)
