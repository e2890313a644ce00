"""Attention that is read from models of torch is transformers' own, and what the TypeScript lens says of the same checkpoint."""

import json
import os
import subprocess
import tempfile
import unittest
import warnings
from pathlib import Path

import numpy as np
import torch
from colpali_lens import explain
from colpali_lens._install import node
from parity_test import FIXTURES, GOLDEN, GRIDS, QUERY, tiny
from PIL import Image
from safetensors.numpy import load_file

IMAGE = GOLDEN / "images" / "landscape.png"
SCRIPT = FIXTURES.parent / "torch" / "attention.mjs"
#: Layers that have no matrix.
LINEAR = {"colqwen3_5"}


def cells(rows, columns):
    """The three that the reference's maps are of."""
    return [(0, 1), (5, 2), (rows - 1, columns - 2)]


def lens_over(test, family, **settings):
    model, processor = tiny.build(family)
    for name, value in settings.items():
        model = model.to(value) if name == "dtype" else model
        if name == "attention":
            model.set_attn_implementation(value)
    lens = explain(model, processor, Image.open(IMAGE).convert("RGB"), QUERY, baseline=False)
    test.addCleanup(lens.close)
    return model, lens


def readings(lens, row, column):
    """By stage, what was read of a patch: layers and their heads."""
    [result] = lens.results.values()
    return {one["stage"]: one for one in result.attention if (one["row"], one["column"]) == (row, column)}


class Attention(unittest.TestCase):
    def hold(self, family):
        model, lens = lens_over(self, family)
        folder = GOLDEN / family
        reference = load_file(folder / "attention.safetensors") if folder.exists() else None
        before = model.config._attn_implementation
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            for number, (row, column) in enumerate(cells(*GRIDS[family])):
                last = lens.attention((row, column))
                self.assertEqual((last.map.shape, last.stage, last.patch), (GRIDS[family], "language", (row, column)))
                for stage, reading in readings(lens, row, column).items():
                    # All heads of all layers, then those through all of them: shares on cells and on three places off the page.
                    shares = np.frombuffer(reading["shares"], np.float32).reshape(-1, last.map.size + 3)
                    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=0, atol=1e-4)
                    maps = iter(shares[:, :-3].reshape(-1, *GRIDS[family]))
                    for layer, told in enumerate(reading["layers"]):
                        if told["missing"]:
                            self.assertIn(family, LINEAR)
                            continue
                        found = np.stack([next(maps) for _ in range(told["heads"])])
                        if reference is not None:
                            theirs = reference[f"{stage}.{layer}.maps"][number]
                            np.testing.assert_allclose(found, theirs, rtol=0, atol=1e-5)
                        if (stage, layer) == (last.stage, last.layer):
                            np.testing.assert_allclose(last.map, found.mean(axis=0), rtol=0, atol=1e-6)
                    if reading["isRolledOut"] and reference is not None:
                        np.testing.assert_allclose(next(maps), reference[f"{stage}.rollout"][number], rtol=0, atol=1e-5)
        # Attention that is written out is the model's own: otherwise it would be said.
        self.assertEqual([str(one.message) for one in said if "written out" in str(one.message)], [])
        # The model is as it was.
        self.assertEqual(model.config._attn_implementation, before)

    def test_it_is_what_the_typescript_lens_says(self):
        for family in ("colqwen2_5", "colidefics3", "colgemma3"):
            with self.subTest(family), tempfile.TemporaryDirectory() as folder:
                # Without what transparency hides, as the engine's processors see it.
                picture = Path(folder) / "page.png"
                Image.open(IMAGE).convert("RGB").save(picture)
                command = [node(), str(SCRIPT), family, str(picture), QUERY, "5", "2"]
                env = {**os.environ, "COLPALI_LENS_CACHE": ""}
                said = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
                theirs = json.loads(said.stdout.splitlines()[-1])
                _, lens = lens_over(self, family)
                ours = {
                    "last": lens.attention((5, 2)),
                    "rollout": lens.attention((5, 2), rollout=True),
                    "tower": lens.attention((5, 2), stage="tower", layer=0, head=1),
                    "received": lens.attention_received(stage="tower"),
                    "word": lens.attention(lens.words[0]),
                }
                if family.startswith("colqwen"):
                    ours["uniform"] = lens.attention((5, 2), over_uniform=True)
                for name, mine in ours.items():
                    # Divided by shares that may be small, a difference grows.
                    scale = 1e-5 * max(1, float(mine.map.max())) if name == "uniform" else 1e-5
                    np.testing.assert_allclose(mine.map.reshape(-1), theirs[name]["map"], rtol=0, atol=scale, err_msg=name)
                    np.testing.assert_allclose(mine.off_page, theirs[name]["off"], rtol=0, atol=1e-5, err_msg=name)
                    self.assertEqual(mine.note, theirs[name]["note"])
                [result] = lens.results.values()
                sinks = [
                    [one["stage"], one["row"], one["column"], [layer["sinks"] for layer in one["layers"]]]
                    for one in result.attention
                ]
                self.assertEqual(sinks, theirs["sinks"])

    def test_models_in_half_precision_and_with_other_attention_give_it_too(self):
        _, whole = lens_over(self, "colqwen2")
        _, half = lens_over(self, "colqwen2", dtype=torch.bfloat16, attention="sdpa")
        for stage in ("tower", "language"):
            mine, theirs = (lens.attention((5, 2), stage=stage) for lens in (half, whole))
            self.assertAlmostEqual(float(mine.map.sum() + sum(mine.off_page)), 1, places=5)
            # As many digits as bfloat16 has, of shares.
            np.testing.assert_allclose(mine.map, theirs.map, rtol=0, atol=0.02 * float(theirs.map.max()))

    def test_what_cannot_be_is_said_with_what_there_is(self):
        model, lens = lens_over(self, "colpali")
        for choice, words in (
            ({"layer": 9}, "invalid layer: 9, expected an integer from 0 to"),
            ({"head": 99}, "invalid head: 99, expected an integer from 0 to"),
            ({"stage": "query"}, "invalid stage: query, expected one of tower, language"),
            ({"over_uniform": True}, "invalid overUniform: true, expected false"),
        ):
            with self.subTest(choice), self.assertRaisesRegex(ValueError, words):
                lens.attention((0, 0), **choice)
        with self.assertRaisesRegex(ValueError, "invalid row: 32, expected"):
            lens.attention((32, 0))
        model.train()
        self.addCleanup(model.eval)
        with self.assertRaisesRegex(ValueError, "it is in training mode"):
            lens.attention((9, 9))

    def test_a_click_reads_the_patch_that_is_in_view(self):
        _, lens = lens_over(self, "colqwen2")
        region = {"row": 4, "column": 7, "rows": 1, "columns": 1}
        lens.view.region = region
        lens._requests.hear(lens, {"type": "measure", "quantity": "attention"}, [])
        self.assertEqual(lens.status["error"], None)
        self.assertEqual((lens.view.quantity, lens.view.region), ("attention", region))
        self.assertEqual(sorted(readings(lens, 4, 7)), ["language", "tower"])


for name in GRIDS:
    setattr(Attention, f"test_{name}", lambda self, family=name: self.hold(family))
