"""The blocks of Python in README.md and docs/ run, one after the other, with a made-up model in the place of the reader's."""

import os
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from made_model import Model, Processor, stand_in

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


class Blocks(unittest.TestCase):
    def setUp(self):
        stand_in(self)
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        shutil.copy(ROOT / "examples" / "energy-report.pdf", folder)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder)

    def run_blocks(self, name):
        processor = Processor()
        names = {"model": Model(processor), "processor": processor}
        blocks = BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
        for block in blocks:
            exec(compile(block, name, "exec"), names)
        return names, len(blocks)

    def test_readme(self):
        names, count = self.run_blocks("README.md")
        self.assertEqual((count, names["lens"].words), (1, ["battery", "beside", "the", "harbour"]))

    def test_docs(self):
        names, count = self.run_blocks("docs/python.md")
        self.assertEqual((count, (names["row"], names["column"])), (3, (2, 0)))
        self.assertEqual(names["heat"].shape, (3, 2))
        self.assertTrue(Path(names["path"]).exists())
        self.assertTrue(0 < names["p"] <= 1)
