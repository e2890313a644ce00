"""Where this runs, by what the place tells of itself."""

from __future__ import annotations

import contextvars
import os
import sys
import threading
from collections.abc import Callable


def needs_anywidget() -> bool:
    """Whether the front end is one that loads widgets of anywidget, and none of an extension."""
    return "google.colab" in sys.modules or "VSCODE_PID" in os.environ


def in_notebook() -> bool:
    """Whether there is a front end that shows the lens before chance is measured."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def thread(act: Callable[[], None]) -> threading.Thread:
    """A thread whose messages reach the front end: marimo knows threads of its own only."""
    # Messages say what they answer to.
    run = contextvars.copy_context().run
    marimo = sys.modules.get("marimo")
    if marimo is not None and marimo.running_in_notebook():
        made: threading.Thread = marimo.Thread(target=run, args=(act,), daemon=True, name="colpali-lens")
        return made
    return threading.Thread(target=run, args=(act,), daemon=True, name="colpali-lens")
