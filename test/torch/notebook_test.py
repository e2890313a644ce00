"""The example notebook runs from top to bottom over a model of torch, and says what is stored in it."""

import re
import sys
import unittest
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools" / "example-notebook"))

from run import executed  # noqa: E402

FILE = ROOT / "examples" / "from-python.ipynb"


def said(notebook):
    """What its cells say in words, without decimals, which differ between machines."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            text = " ".join(re.sub(r"[-−]?\d+\.\d+(e-?\d+)?", "#", text).split())
            found.append((cell.id, output.output_type, text))
    return found


class Notebook(unittest.TestCase):
    def test_it_says_what_is_stored(self):
        stored = nbformat.read(FILE, as_version=4)
        self.assertGreater(len(said(stored)), 5)
        self.assertEqual(said(executed(FILE)), said(stored))
        pictures = [out for cell in stored.cells for out in cell.get("outputs", []) if "image/png" in out.get("data", {})]
        self.assertGreater(len(pictures), 0)
