"""A model and a processor as a person has them, made up, with the tokenizer of a golden checkpoint."""

import json
import time
from types import SimpleNamespace

import numpy as np
from colpali_lens import explain
from colpali_lens.attention import AttentionRows, LayerRows
from colpali_lens.engine_model import EngineModel
from made import GOLDEN, unit
from tokenizers import Tokenizer as Fast

FOLDER = GOLDEN / "colqwen2"
IMAGE = "<|image_pad|>"
PAD = "<|endoftext|>"


class Tokenizer:
    """What is asked of one of transformers."""

    def __init__(self):
        self.backend_tokenizer = Fast.from_file(str(FOLDER / "tokenizer.json"))
        self.backend_tokenizer.no_padding()
        #: Tokens that the vocabulary has not, by their ids.
        self.more = {}

    def convert_ids_to_tokens(self, ids):
        return [self.more.get(number) or self.backend_tokenizer.id_to_token(number) or f"<{number}>" for number in ids]


class Processor:
    """What ColQwen2's gives: a grid of patches for each page, and queries with ten tokens behind them."""

    def __init__(self, rows=3, columns=2):
        self.tokenizer = Tokenizer()
        self.image_processor = SimpleNamespace(merge_size=2, patch_size=14)
        self.image = self.tokenizer.backend_tokenizer.token_to_id(IMAGE)
        self.rows, self.columns = rows, columns

    def process_images(self, images):
        ids = [1, 2, *[self.image] * (self.rows * self.columns), 3]
        return {"input_ids": np.array([ids]), "image_grid_thw": np.array([[1, 2 * self.rows, 2 * self.columns]])}

    def process_queries(self, texts):
        [text] = texts
        return {"input_ids": np.array([self.tokenizer.backend_tokenizer.encode(text + 10 * PAD).ids])}


class Model:
    """Vectors that are a token's own, wherever it stands, and a patch's, by its place."""

    name_or_path = "someone/col-model"
    training = False

    def __init__(self, processor):
        self.config = SimpleNamespace(
            image_token_id=processor.image, to_json_string=lambda use_diff: json.dumps({"model_type": "qwen2_vl"})
        )
        self.table = unit(8192, 16)
        self.runs = 0

    def parameters(self):
        yield SimpleNamespace(dtype="torch.bfloat16", device="cuda:1")

    def __call__(self):
        raise AssertionError("the stand-in for torch runs it")

    def vectors(self, ids):
        self.runs += 1
        image = self.config.image_token_id
        return np.stack([[self.table[number + at * (number == image)] for at, number in enumerate(row)] for row in ids])



def stand_in(test):
    """Runs the model without torch, until the test ends."""
    for name in ("_run", "attention"):
        test.addCleanup(setattr, EngineModel, name, getattr(EngineModel, name))
    without_torch()


def without_torch():
    EngineModel._run = lambda engine, batches: engine.model.vectors(np.concatenate([one["input_ids"] for one in batches]))
    EngineModel.attention = mirrored


def slow_lens(pdf):
    """A model without torch that pauses a second for each run once its lens, on the first page of a PDF, is made; and the lens."""
    without_torch()
    model = Slow(Processor())
    lens = explain(model, Processor(), f"{pdf}#1", "battery", baseline=False)
    model.pause = 1
    return model, lens


class Slow(Model):
    pause = 0

    def vectors(self, ids):
        time.sleep(self.pause)
        return super().vectors(ids)


def mirrored(engine, place, pixels, asked):
    """Attention of two layers and heads, in which each patch attends to the one across the page's centre, and to nothing else."""
    batch = engine.processor.process_images([pixels(place)])
    [ids] = batch["input_ids"]
    patches = np.flatnonzero(ids == engine.model.config.image_token_id)
    layers, rollout = [], {}
    for stage, together in (("tower", 4), ("language", 1)):
        rows = np.zeros((len(asked[stage].positions), 2, asked[stage].length), np.float32)
        for row, positions in zip(rows, asked[stage].positions, strict=True):
            for position in positions:
                if stage == "tower":
                    cell = len(patches) - 1 - position // together
                    row[:, together * cell : together * (cell + 1)] += 1 / together / len(positions)
                else:
                    row[:, patches[len(patches) - 1 - np.searchsorted(patches, position)]] = 1
        received = np.full((1, 2, asked[stage].length), 1 / asked[stage].length, np.float32)
        layers += [LayerRows(stage, rows, received)] * 2
        rollout[stage] = rows[:, 0]
    return AttentionRows(layers, rollout, engine.model.vectors([list(ids)])[0])
