"""Lighter weights lose what docs/parity.md states and no more: float16, int8 and q8 of every tiny checkpoint, made as tools/export makes them.

The figures are of a processor with instructions for products of 8 bits (VNNI); without them int8 may lose more.
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from colpali_lens._install import node

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "test" / "fixtures" / "generators" / "lighter_weights.py"
FAMILIES = sorted(path.stem for path in (ROOT / "test" / "fixtures" / "fused-attention").glob("*.onnx"))
#: Weights that tools/export writes -> what comes before their table in docs/parity.md.
TABLES = {"float16": "\n## float16 weights\n", "int8": "\nint8:\n", "q8": "\nq8:\n"}
EQUAL = ("pixel values", "ids", "mask, grid")
LOSSES = ("embeddings", "maps", "scores")


def table(text):
    """The first table in a text of Markdown: family -> {column: cell}."""
    lines = text[text.index("| family |") :].split("\n\n")[0].strip().splitlines()
    names, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: dict(zip(names, row, strict=False)) for row in rows}


def percent(cell):
    return float(cell.removesuffix(" %"))


class LighterWeights(unittest.TestCase):
    def holds(self, form):
        document = (ROOT / "docs" / "parity.md").read_text()
        stated = table(document.partition(TABLES[form])[2])
        with tempfile.TemporaryDirectory() as made:
            fixtures = [ROOT / "test" / "fixtures" / name for name in ("golden", "fused-attention")]
            subprocess.run([sys.executable, GENERATOR, fixtures[0], made, form, fixtures[1]], check=True)
            for family in FAMILIES:
                self.assertLess(
                    sum(path.stat().st_size for path in Path(made, family).glob("*.onnx*")),
                    0.9 * (fixtures[0] / family / "model.onnx").stat().st_size,
                    family,
                )
            parity = [node(), ROOT / "tools" / "parity.mjs", made, "cpu"]
            measured = table(subprocess.run(parity, check=True, capture_output=True, text=True).stdout)
        self.assertEqual(sorted(measured), FAMILIES)
        self.assertEqual(sorted(stated), FAMILIES)
        for family, row in measured.items():
            with self.subTest(family):
                for column in EQUAL:
                    self.assertEqual(row[column], stated[family][column])
                for column in LOSSES:
                    # More than float32 loses: these are lighter weights.
                    self.assertGreater(float(row[column]), 1e-5, column)
                    self.assertLessEqual(float(row[column]), float(stated[family][column]), column)
                self.assertGreaterEqual(percent(row["same best patch"]), percent(stated[family]["same best patch"]))

    def test_float16(self):
        self.holds("float16")

    def test_int8(self):
        self.holds("int8")

    def test_q8(self):
        self.holds("q8")


if __name__ == "__main__":
    unittest.main()
