"""The same vectors give what colpali-engine gives: scores of `score_multi_vector`, maps of `get_similarity_maps_from_embeddings`."""

import json
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
from colpali_lens import Lens, explain_vectors
from colpali_lens._install import node
from made import GOLDEN
from PIL import Image

#: A landscape page, on which rows and columns cannot be taken for each other.
PLACE = 1
FAMILIES = sorted(folder.name for folder in GOLDEN.iterdir() if folder.name != "images")


def safetensor(file, name):
    """One tensor of float32."""
    data = Path(file).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    about = json.loads(data[8 : 8 + length])[name]
    begin, end = (8 + length + offset for offset in about["data_offsets"])
    return np.frombuffer(data[begin:end], np.float32).reshape(about["shape"])


class Golden(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        script = Path(__file__).with_name("golden-vectors.mjs")
        subprocess.run([node(), str(script), folder.name, str(PLACE)], check=True)

    def test_there_are_families(self):
        self.assertEqual(len(FAMILIES), 8)

    def test_scores_and_maps_are_the_references(self):
        for family in FAMILIES:
            with self.subTest(family):
                golden = json.loads((GOLDEN / family / "golden.json").read_text())
                theirs = safetensor(GOLDEN / family / "golden.safetensors", f"maps.{PLACE}")
                about = json.loads((self.folder / f"{family}.json").read_text())
                page, query = (
                    np.fromfile(self.folder / f"{family}.{part}", np.float32).reshape(-1, about["dim"]) for part in ("page", "query")
                )
                image = Image.open(GOLDEN / golden["images"][PLACE]["file"])
                tokens = [token["text"] for token in about["tokens"]]
                text = golden["queries"][PLACE]["text"]
                grid = (about["rows"], about["columns"])
                lens = explain_vectors(image, [page], query, grid, tokens, text, patches=[np.array(about["index"])])
                self.assertLess(abs(lens.score - golden["scores"][PLACE][PLACE]), 1e-5)
                mine = np.stack([lens.map(token) for token in range(len(tokens))])
                self.assertLess(np.abs(mine.transpose(0, 2, 1) - theirs).max(), 1e-5)
                same = Lens.from_similarity_maps(image, theirs, tokens, text)
                np.testing.assert_array_equal(same.map(0), theirs[0].T)
                # Words are found without the tokenizer as with it, but for a full stop that it joins to its word.
                self.assertEqual([word.rstrip(".") for word in lens.words if word != "."], text.rstrip(".").split())
