import pickle
import sys

import numpy as np
import pytest
import torch
from test_context_measures import GRID, page

from mini.context import begun, features, train
from mini.context.block import Context


class Trunk:
    weight, bias = np.random.default_rng(0).normal(size=(128, 192)).astype(np.float32) / 14, np.zeros(128, np.float32)

    def words(self, texts):
        made = np.stack([np.random.default_rng(sum(map(ord, t)) * 7 + len(t)).normal(size=128) for t in texts])
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def shards(folder):
    """One shard of two pages, and `dev`, with the table of the measures' tests."""
    folder.mkdir()
    for name in ("train-000", "dev"):
        pages = [page(), page()]
        for p in pages: p.vectors = Trunk().words(p.texts).astype(np.float16)
        np.save(folder / f"{name}.npy", np.random.default_rng(1).normal(size=(2, 192, GRID, GRID)).astype(np.float16))
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(pages))


def prepared(folder, monkeypatch):
    shards(folder)
    for module in (features, train): monkeypatch.setattr(module, "PAGES", folder)
    monkeypatch.setattr(train, "Trunk", Trunk)
    monkeypatch.setattr(train, "look", lambda *_: None)


def run(monkeypatch, runs, *arguments):
    monkeypatch.setattr(train, "RUNS", runs)
    monkeypatch.setattr(sys, "argv", ["train", "--batch", "2", "--threads", "1", *arguments])
    train.main()
    return torch.load(runs / "context" / ("final.pt" if "--finish" in arguments else "latest.pt"), weights_only=True)


def test_a_run_in_two_sittings_is_the_run_in_one(tmp_path, monkeypatch):
    prepared(tmp_path / "pages", monkeypatch)
    whole = run(monkeypatch, tmp_path / "one", "--until", "3", "--scratch")
    run(monkeypatch, tmp_path / "two", "--until", "1", "--scratch")
    parts = run(monkeypatch, tmp_path / "two", "--until", "3", "--resume")
    assert parts["step"] == whole["step"] == 3
    for name, value in whole["model"].items(): assert torch.allclose(value, parts["model"][name], atol=1e-6), name
    for name, value in whole["average"].items(): assert torch.allclose(value, parts["average"][name], atol=1e-6), name
    finished = run(monkeypatch, tmp_path / "two", "--finish", "1")
    assert finished["step"] == 4 and finished["finish_from"] == 3
    assert torch.load(tmp_path / "two" / "context" / "latest.pt", weights_only=True)["step"] == 3


def test_a_run_that_is_not_there_is_not_resumed(tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match="invalid run context: no .*latest.pt to resume"):
        run(monkeypatch, tmp_path, "--resume")


def test_a_run_goes_on_from_weights_that_were_kept_of_another(tmp_path, monkeypatch):
    prepared(tmp_path / "pages", monkeypatch)
    before = run(monkeypatch, tmp_path / "one", "--until", "2", "--scratch")
    kept = tmp_path / "begun.npz"
    begun.write(tmp_path / "one" / "context" / "latest.pt", kept)
    monkeypatch.setattr(train, "BEGUN", kept)
    after = run(monkeypatch, tmp_path / "two", "--until", "2")
    assert after["step"] == 2 and after["began"] == 2
    for name, value in before["average"].items(): assert torch.allclose(value.float(), after["model"][name].float(), atol=2e-3), name
    with pytest.raises(ValueError, match="it is of another block than block.py has"):
        begun.read(Context(Trunk.weight, Trunk.bias, width=32), kept)
