"""Models of torch give in the lens what colpali-engine gives on them: scores and maps, on tiny checkpoints of every family."""

import json
import sys
import unittest
from pathlib import Path

import numpy as np

FIXTURES = Path(__file__).parents[1] / "fixtures"
sys.path.insert(0, str(FIXTURES / "generators"))

import tiny_checkpoints as tiny  # noqa: E402
import torch  # noqa: E402
from colpali_engine.interpretability import get_similarity_maps_from_embeddings  # noqa: E402
from colpali_engine.utils.processing_utils import BaseVisualRetrieverProcessor  # noqa: E402
from colpali_lens import explain  # noqa: E402
from PIL import Image  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

GOLDEN = FIXTURES / "golden"
PAGES = ["portrait", "landscape", "square"]
#: A landscape page, on which rows and columns cannot be taken for each other, and the query of that place in the golden data.
PLACE = 1
QUERY = "Show the table of contents."
GRIDS = {
    "colpali": (32, 32),
    "colpali-hf": (32, 32),
    "colqwen2": (17, 30),
    "colqwen2-hf": (17, 30),
    "colqwen2_5": (17, 30),
    "colidefics3": (24, 32),
    "colmodernvbert": (24, 32),
    "colmodernvbert-hf": (24, 32),
    "colgemma3": (16, 16),
    "colqwen3": (15, 26),
    "colqwen3_5": (15, 26),
}


def embedded(model, batch):
    with torch.no_grad():
        output = model(**{name: value for name, value in batch.items() if name not in ("labels", "rows", "cols")})
    return (output if torch.is_tensor(output) else output.embeddings)[0]


def engine_maps(model, processor, batch, page, query, grid):
    """`(tokens, columns, rows)`, by colpali-engine."""
    local = getattr(processor, "get_local_image_mask", None)
    mask = local(batch) if local else batch["input_ids"] == model.config.image_token_id
    maps = getattr(processor, "get_similarity_maps_from_embeddings", get_similarity_maps_from_embeddings)
    [found] = maps(
        image_embeddings=page[None], query_embeddings=query[None], n_patches=[(grid[1], grid[0])], image_mask=mask
    )
    return found.numpy()


class Parity(unittest.TestCase):
    def test_there_are_all_families(self):
        self.assertEqual(sorted(GRIDS), sorted(tiny.FAMILIES))

    def hold(self, family):
        model, processor = tiny.build(family)
        images = [Image.open(GOLDEN / "images" / f"{name}.png").convert("RGB") for name in PAGES]
        lens = explain(model, processor, images, QUERY, baseline=False)
        self.addCleanup(lens.close)
        query = embedded(model, processor.process_queries([QUERY]))
        batches = [processor.process_images([image]) for image in images]
        pages = [embedded(model, batch) for batch in batches]
        theirs = [BaseVisualRetrieverProcessor.score_multi_vector([query], [page], device="cpu").item() for page in pages]
        scores = [score for _, score in sorted(lens.ranking)]
        np.testing.assert_allclose(scores, theirs, rtol=0, atol=1e-5)

        order = [page for page, _ in lens.ranking]
        lens.view.result = lens._facts["results"][order.index(PLACE)]
        maps = np.stack([lens.map(token) for token in range(len(query))])
        self.assertEqual(maps.shape[1:], GRIDS[family])
        # It has none for transformers' own classes.
        if not family.endswith("-hf"):
            told = engine_maps(model, processor, batches[PLACE], pages[PLACE], query, GRIDS[family])
            np.testing.assert_allclose(maps.transpose(0, 2, 1), told, rtol=0, atol=1e-5)
        folder = GOLDEN / family
        if folder.exists():
            golden = json.loads((folder / "golden.json").read_text())
            self.assertEqual(golden["queries"][PLACE]["text"], QUERY)
            np.testing.assert_allclose(scores, golden["scores"][PLACE], rtol=0, atol=1e-5)
            reference = load_file(folder / "golden.safetensors")[f"maps.{PLACE}"]
            np.testing.assert_allclose(maps.transpose(0, 2, 1), reference, rtol=0, atol=1e-5)


for name in GRIDS:
    setattr(Parity, f"test_{name}", lambda self, family=name: self.hold(family))
