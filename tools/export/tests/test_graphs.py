"""What is done to exported graphs: lighter weights, files beside them, the image tower in a branch. `python -m pytest tools/export/tests`"""
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import weights  # noqa: E402
from skip_image import NAME, Unsafe, skip_image  # noqa: E402

RNG = np.random.default_rng(3)
TOKEN, WIDTH, ROWS, PIXELS = 5, 48, 40, 6
TABLE = RNG.normal(size=(ROWS, WIDTH)).astype(np.float32)
TOWER = RNG.normal(size=(PIXELS, WIDTH)).astype(np.float32)
PROJECT = RNG.normal(size=(WIDTH, WIDTH)).astype(np.float32)


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs, outputs, name=outputs[0], doc_string=f"/home/me/{op}.py", **attributes)


def model(extra=(), outputs=()):
    """One feature for all image tokens: where(input_ids == TOKEN, pixels @ tower, table[input_ids]) @ project."""
    nodes = [
        node("MatMul", ["pixel_values", "tower"], ["features"]),
        node("Gather", ["table", "input_ids"], ["text"]),
        node("Equal", ["input_ids", "token"], ["is_image"]),
        node("Unsqueeze", ["is_image", "last"], ["mask"]),
        node("Where", ["mask", "features", "text"], ["put"]),
        *extra,
        node("MatMul", ["put", "project"], ["embeddings"]),
    ]
    weights_ = {"tower": TOWER, "table": TABLE, "project": PROJECT, "token": np.array(TOKEN), "last": np.array([-1])}
    free = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "toy",
        [free("input_ids", TensorProto.INT64, ["b", "s"]), free("pixel_values", TensorProto.FLOAT, ["b", 1, PIXELS])],
        [free("embeddings", TensorProto.FLOAT, ["b", "s", WIDTH]), *outputs],
        [numpy_helper.from_array(v, k) for k, v in weights_.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def run(path, ids, pixels):
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(["embeddings"], {"input_ids": np.array(ids), "pixel_values": pixels})[0]


PAGE, QUERY = [[TOKEN, 7, TOKEN]], [[1, 2, 3], [4, 6, 0]]


def expected(ids, pixels):
    ids = np.array(ids)
    return np.where((ids == TOKEN)[..., None], pixels @ TOWER, TABLE[ids]) @ PROJECT


def pixels(batch):
    return np.arange(batch * PIXELS, dtype=np.float32).reshape(batch, 1, PIXELS)


def test_the_tower_runs_for_pages_alone(tmp_path):
    edited = model()
    skip_image(edited, TOKEN)
    onnx.checker.check_model(edited)
    onnx.save(edited, str(tmp_path / "model.onnx"))
    assert [n.op_type for n in edited.graph.node].count("MatMul") == 1
    for ids in (PAGE, QUERY):
        got = run(tmp_path / "model.onnx", ids, pixels(len(ids)))
        np.testing.assert_allclose(got, expected(ids, pixels(len(ids))), rtol=1e-4, atol=1e-4)
    # What is no number would go through the whole tower.
    nothing = np.full((2, 1, PIXELS), np.nan, np.float32)
    np.testing.assert_allclose(run(tmp_path / "model.onnx", QUERY, nothing), expected(QUERY, pixels(2)), rtol=1e-4, atol=1e-4)
    with pytest.raises(Unsafe, match="already"):
        skip_image(edited, TOKEN)


@pytest.mark.parametrize(("edit", "why"), [
    (lambda m: m.graph.input.pop(), "does not take text and an image"),
    (lambda m: m.graph.node[0].CopyFrom(node("Identity", ["tower"], ["features"])), "no image features"),
    (lambda m: m.graph.node[0].CopyFrom(node("Add", ["pixel_values", "pixel_values"], ["features"])), "no image tower"),
])
def test_graphs_that_are_left_alone(edit, why):
    other = model()
    edit(other)
    before = other.SerializeToString()
    with pytest.raises(Unsafe, match=why):
        skip_image(other, TOKEN)
    assert other.SerializeToString() == before


def test_float16_tables_are_looked_up_before_they_are_widened(tmp_path):
    path = tmp_path / "model.onnx"
    onnx.save(model(), str(path))
    weights.float16_weights(path)
    graph = onnx.load(str(path), load_external_data=False).graph
    [gather] = [n for n in graph.node if n.op_type == "Gather"]
    [cast] = [n for n in graph.node if n.op_type == "Cast" and n.input[0] == gather.output[0]]
    assert gather.input[0] == "table_f16" and cast.output[0] == "text"
    assert not any(n.op_type == "Cast" and n.input[0] == "table_f16" for n in graph.node)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["model.onnx", "model.onnx_data"]
    assert (tmp_path / "model.onnx_data").stat().st_mode == path.stat().st_mode
    np.testing.assert_allclose(run(path, PAGE, pixels(1)), expected(PAGE, pixels(1)), rtol=2e-2, atol=2e-2)


def test_large_weights_lie_beside_the_graph_in_one_file(tmp_path, monkeypatch):
    path = tmp_path / "model.onnx"
    (tmp_path / "model.onnx.data").write_bytes(b"left by the exporter")
    monkeypatch.setattr(weights, "EXTERNAL_FROM", 10_000)
    weights.save(model(), path)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["model.onnx", "model.onnx_data"]
    np.testing.assert_allclose(run(path, PAGE, pixels(1)), expected(PAGE, pixels(1)), rtol=1e-4, atol=1e-4)
    monkeypatch.setattr(weights, "EXTERNAL_FROM", 1e9)
    weights.save(onnx.load(str(path)), path)
    assert [f.name for f in tmp_path.iterdir()] == ["model.onnx"]


def test_the_size_of_weights_is_told_beyond_what_protobuf_can_hold():
    big = model()
    big.graph.initializer.append(TensorProto(name="huge", dims=[3_000_000, 1000], data_type=TensorProto.FLOAT))
    assert weights.weight_bytes(big) == pytest.approx(12e9, rel=1e-3)


def test_an_exporters_file_loses_its_traces_and_its_data_get_the_name_of_hubs(tmp_path):
    path = tmp_path / "model.onnx"
    onnx.save(model(), str(path), save_as_external_data=True, location="model.onnx.data", size_threshold=1000)
    assert b"/home/me" in path.read_bytes()
    weights.tidy(path)
    assert b"/home/me" not in path.read_bytes()
    assert sorted(f.name for f in tmp_path.iterdir()) == ["model.onnx", "model.onnx_data"]
    np.testing.assert_allclose(run(path, PAGE, pixels(1)), expected(PAGE, pixels(1)), rtol=1e-4, atol=1e-4)
