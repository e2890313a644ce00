import json

import numpy as np
import onnxruntime as ort
import torch

from mini.batches import Batch
from mini.export import export
from mini.loss import objective
from mini.model import Mini
from mini.paths import MODEL

VOCABULARY = json.loads((MODEL / "tokenizer.json").read_text())["model"]["vocab"]


def test_a_word_is_blind_to_its_neighbours():
    torch.manual_seed(0)
    text = Mini(VOCABULARY).text.eval()
    start, rest = VOCABULARY["table"], VOCABULARY["##board"]
    together = text(torch.tensor([[VOCABULARY["red"], start, rest]]), torch.ones(1, 3, dtype=torch.long))[0, 1:]
    alone = text(torch.tensor([[start, rest]]), torch.ones(1, 2, dtype=torch.long))[0]
    assert torch.allclose(together, alone, atol=1e-6)
    assert not torch.allclose(alone[0], text(torch.tensor([[start]]), torch.ones(1, 1, dtype=torch.long))[0, 0], atol=1e-2)


def test_vectors_are_unit_and_row_by_row():
    torch.manual_seed(0)
    vision = Mini(VOCABULARY).vision.eval()
    pixels = torch.zeros(1, 3, 140, 140)
    blank = vision(pixels)
    pixels[:, :, 112:, :28] = 1  # the last rows, the first columns
    change = (vision(pixels) - blank).norm(dim=-1)[0].view(10, 10)
    assert blank.shape == (1, 100, 128)
    assert torch.allclose(blank.norm(dim=-1), torch.ones(1, 100), atol=1e-5)
    assert change[8:, :3].mean() > 3 * change[:3, 8:].mean()
    assert change[8:, :3].mean() > 3 * change[:3, :3].mean()


def test_the_objective_prefers_the_right_cell_and_silence():
    k = torch.eye(128)[:4][None]
    batch = Batch(torch.zeros(1), torch.tensor([[5], [6], [7]]), torch.tensor([[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]], dtype=torch.int8), 1, 0,
                  torch.zeros(1, 2, 2, dtype=torch.long), torch.tensor([True, False, True, False]))
    letters = torch.zeros(1, 37, 2, 2)
    def loss(*at):
        return objective(k, torch.eye(128)[list(at)][:, None], letters, batch)[0]
    right = loss(0, 2, 100)
    assert right < loss(1, 3, 100)  # words that point at blank cells
    assert right < loss(0, 2, 1)  # an absent word that lights a blank cell


def test_the_export_computes_the_same(tmp_path):
    torch.manual_seed(0)
    model = Mini(VOCABULARY).eval()
    torch.save(dict(model=model.state_dict()), tmp_path / "final.pt")
    export(tmp_path / "final.pt", tmp_path / "out")
    ids = torch.tensor([[VOCABULARY["table"], VOCABULARY["##board"], 0]])
    got = ort.InferenceSession(tmp_path / "out" / "text.onnx").run(None, {"input_ids": ids.numpy(), "attention_mask": (ids > 0).long().numpy()})[0]
    assert np.abs(got - model.text(ids, (ids > 0).long()).detach().numpy()).max() < 2e-3  # the weights are fp16
    assert (tmp_path / "out" / "vision.onnx").stat().st_size + (tmp_path / "out" / "text.onnx").stat().st_size < 11.8e6
