import json
import shutil

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch

from mini.context import export as exporting
from mini.context import features
from mini.context.block import HEADS, POOL, Context, pooled
from mini.context.labelled import GRID
from mini.paths import MODEL


def block(seed: int = 0) -> Context:
    torch.manual_seed(seed)
    model = Context(torch.randn(128, 192) / 14, torch.randn(128) / 10)
    for p in (model.say.weight, model.query.weight, model.key.weight): torch.nn.init.normal_(p, std=0.2)
    return model.eval().requires_grad_(False)


def test_keys_are_pairs_of_a_row_and_never_of_two_rows():
    x = torch.arange(GRID * GRID).float().view(1, -1, 1)
    means = pooled(x)[0, :, 0].view(GRID, GRID // POOL)
    assert means.shape == (64, 32)
    assert means[0, :2].tolist() == [0.5, 2.5] and means[3, 0] == 3 * GRID + 0.5


def test_vectors_are_unit_and_attention_adds_up():
    v, r, after, attention, gates = block()(torch.randn(1, GRID * GRID, 192))
    for x in (v, r, after): assert torch.allclose(x.norm(dim=-1), torch.ones(1, GRID * GRID), atol=1e-5)
    assert attention.shape == (1, HEADS, GRID * GRID, GRID * GRID // POOL)
    assert torch.allclose(attention.sum(-1), torch.ones(1, HEADS, GRID * GRID), atol=1e-4)
    assert (gates > 0).all()


def test_a_few_cells_get_what_they_get_among_all():
    h, at = torch.randn(2, GRID * GRID, 192), torch.tensor([[0, 65, 4095], [7, 640, 2000]])
    model = block()
    some, every = model(h, at), model(h)
    for n in (2, 4):
        assert torch.allclose(some[n], torch.stack([every[n][b, at[b]] for b in range(2)]), atol=1e-5)
    assert torch.allclose(some[3], torch.stack([every[3][b][:, at[b]] for b in range(2)]), atol=1e-6)


def test_heads_are_born_looking_left_up_and_down():
    model = Context(torch.randn(128, 192), torch.zeros(128))
    flat = torch.zeros(1, GRID * GRID, 192)  # nothing is printed: only the places speak
    cell = 20 * GRID + 40
    attention = model(flat, torch.tensor([[cell]]))[3][0, :, 0].view(HEADS, GRID, GRID // POOL)
    left, up, down = attention
    assert left[20, :20].sum() > 20 * left[20, 21:].sum() and left[20].sum() > 0.4
    assert up[:20].sum() > 0.9 and up[:, 15:25].sum() > 0.9
    assert down[21:].sum() > 0.9 and down[:, 15:25].sum() > 0.9


def test_a_cell_of_another_row_reaches_a_value_by_attention_only():
    h, model = torch.zeros(1, GRID * GRID, 192), block()
    before = model(h)[2][0]
    h[0, 2 * GRID + 40 : 2 * GRID + 44] = 3  # a header high above
    after = model(h)[2][0]
    assert (after[50 * GRID + 41] - before[50 * GRID + 41]).norm() > 3e-4
    v = model(h)[0][0]
    assert torch.equal(v[50 * GRID + 41], v[0])


def test_the_export_computes_the_same_and_attends_in_the_open(tmp_path, monkeypatch):
    monkeypatch.setattr(features, "TRUNK", tmp_path / "trunk")
    monkeypatch.setattr(exporting, "TRUNK", tmp_path / "trunk")
    shutil.copytree(MODEL, tmp_path / "trunk")
    if any(n.op_type == "Softmax" for n in onnx.load(MODEL / "vision.onnx").graph.node): pytest.skip("models/mini has its context already: the trunk is another")
    trunk = features.Trunk()
    model = Context(trunk.weight, trunk.bias)
    torch.manual_seed(1)
    torch.nn.init.normal_(model.say.weight, std=0.05)
    exporting.export(model, tmp_path / "out")
    graph = onnx.load(tmp_path / "out" / "vision.onnx")
    assert [n.op_type for n in graph.graph.node].count("Softmax") == 1
    assert not [n.op_type for n in graph.graph.node if "Attention" in n.op_type]
    pixels = (np.random.default_rng(0).random((896, 896, 3)) * 255).astype(np.uint8)
    x = pixels.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1
    got = ort.InferenceSession(tmp_path / "out" / "vision.onnx").run(None, {"pixel_values": x})[0]
    h = torch.from_numpy(trunk.features(pixels)[None]).flatten(2).transpose(1, 2)
    assert got.shape == (1, 4096, 128)
    assert np.abs(got - model(h)[2].detach().numpy()).max() < 2e-3  # the weights are fp16
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["attention"] == {"heads": 3, "keys": {"rows": 64, "columns": 32}}
    assert sum(f.stat().st_size for f in (tmp_path / "out").iterdir()) < 14e6
