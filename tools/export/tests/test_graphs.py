"""What is done to exported graphs: fused attention, lighter weights, files beside them, the image tower in a branch. `python -m pytest tools/export/tests`"""
import sys
import tracemalloc
import types
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
import transformers
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import weights  # noqa: E402
from attention import FUSED  # noqa: E402
from export import advice, check_torchvision  # noqa: E402
from skip_image import NAME, Unsafe, skip_image  # noqa: E402
from widened import widened  # noqa: E402

RNG = np.random.default_rng(3)
TOKEN, WIDTH, ROWS, PIXELS = 5, 48, 40, 24
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


def test_weights_beside_a_graph_are_replaced_with_one_file(tmp_path):
    path = tmp_path / "model.onnx"
    onnx.save(model(), str(path), save_as_external_data=True, location="model.onnx.data", size_threshold=1000)
    weights.float16_weights(path)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["model.onnx", "model.onnx_data"]
    np.testing.assert_allclose(run(path, PAGE, pixels(1)), expected(PAGE, pixels(1)), rtol=2e-2, atol=2e-2)
    offsets = [int(e.value) for t in onnx.load(str(path), load_external_data=False).graph.initializer
               for e in t.external_data if e.key == "offset"]
    assert len(offsets) == 3 and all(offset % 4096 == 0 for offset in offsets)


@pytest.mark.parametrize("form", weights.FORMS.values())
def test_weights_go_through_memory_one_by_one(tmp_path, form):
    """As models above what protobuf, or memory, can hold need it."""
    path, each, count = tmp_path / "model.onnx", 1024, 16
    names = [f"w{i}" for i in range(count)]
    products = [node("MatMul", [f"x{i}", name], [f"x{i + 1}"]) for i, name in enumerate(names)]
    graph = helper.make_graph(
        products, "chain", [helper.make_tensor_value_info("x0", TensorProto.FLOAT, ["n", each])],
        [helper.make_tensor_value_info(f"x{count}", TensorProto.FLOAT, ["n", each])],
        [numpy_helper.from_array(RNG.normal(size=(each, each)).astype(np.float32), name) for name in names])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), str(path),
              save_as_external_data=True, location="model.onnx_data")
    tracemalloc.start()
    form(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "model.onnx_data").stat().st_size >= count * each * each
    assert peak < 5 * 4 * each * each  # of 16 that there are


@pytest.mark.parametrize("form", weights.FORMS)
def test_weights_in_a_branch_are_lighter_too(tmp_path, form):
    path, edited = tmp_path / "model.onnx", model()
    skip_image(edited, TOKEN)
    onnx.save(edited, str(path))
    weights.FORMS[form](path)
    graph = onnx.load(str(path)).graph
    assert not any(t.data_type == TensorProto.FLOAT and len(t.dims) == 2 and t.name in ("table", "project", "tower") and
                   np.prod(t.dims) >= weights.SMALLEST for t in graph.initializer)
    # Nothing of the tower is left outside, which queries would pay for.
    outside = {name for node in graph.node for name in node.input}
    assert not {name for name in outside if name.startswith("tower")} and any(name.startswith("project") for name in outside)
    for ids in (PAGE, QUERY):
        want = expected(ids, pixels(len(ids)))
        np.testing.assert_allclose(run(path, ids, pixels(len(ids))), want, atol=0.03 * np.abs(want).max())


def gemm_model(turned):
    """gemm(x, w) + bias and a second product of the same x, beside a table."""
    matrix = PROJECT.T.copy() if turned else PROJECT
    nodes = [
        node("Gather", ["table", "input_ids"], ["x"]),
        node("Gemm", ["x", "matrix", "bias"], ["added"], transB=int(turned)),
        node("MatMul", ["x", "plain"], ["other"]),
        node("Add", ["added", "other"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes, "gemm", [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["s"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["s", WIDTH])],
        [numpy_helper.from_array(v, k) for k, v in {"table": TABLE, "matrix": matrix, "bias": PROJECT[0], "plain": PROJECT[::-1].copy()}.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


@pytest.mark.parametrize("turned", [False, True])
def test_products_are_of_integers_scaled_by_channel(tmp_path, turned):
    path = tmp_path / "model.onnx"
    onnx.save(gemm_model(turned), str(path))
    weights.int8_weights(path)
    graph = onnx.load(str(path)).graph
    kinds = {t.name: t.data_type for t in graph.initializer}
    assert kinds["matrix_int8"] == kinds["plain_int8"] == TensorProto.INT8
    assert kinds["table_f16"] == TensorProto.FLOAT16
    ops = [n.op_type for n in graph.node]
    # What two matrices are multiplied with is made whole once.
    assert (ops.count("MatMulInteger"), ops.count("DynamicQuantizeLinear"), ops.count("Gemm")) == (2, 1, 0)
    [scale] = [numpy_helper.to_array(t) for t in graph.initializer if t.name == "matrix_scale"]
    np.testing.assert_allclose(scale, np.abs(PROJECT).max(0) / 127, rtol=1e-6)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = session.run(None, {"input_ids": np.array([3, 0, 7])})[0]
    x = TABLE[[3, 0, 7]]
    want = x @ PROJECT + PROJECT[0] + x @ PROJECT[::-1]
    assert 0 < np.abs(got - want).max() < 0.02 * np.abs(want).max()


@pytest.mark.parametrize("turned", [False, True])
def test_products_are_of_blocks_that_one_large_number_does_not_spoil(tmp_path, turned):
    table = TABLE.copy()
    table[:, 0] *= 200
    path = tmp_path / "model.onnx"
    x, off = table[[3, 0, 7]], {}
    want = x @ PROJECT + PROJECT[0] + x @ PROJECT[::-1]
    for form in ("q8", "int8"):
        edited = gemm_model(turned)
        edited.graph.initializer[0].CopyFrom(numpy_helper.from_array(table, "table"))
        onnx.save(edited, str(path))
        weights.FORMS[form](path)
        session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        off[form] = np.abs(session.run(None, {"input_ids": np.array([3, 0, 7])})[0] - want).std()
        if form == "q8":
            ops = [n.op_type for n in onnx.load(str(path)).graph.node]
            assert (ops.count("MatMulNBits"), ops.count("Gemm"), ops.count("MatMul")) == (2, 0, 0)
    assert 0 < off["q8"] < 0.01 * np.abs(want).max()
    assert off["q8"] < off["int8"]


def attend(mask=None, heads=4, shared=2, causal=False):
    """A layer whose keys and values have fewer heads than its queries, in torch and as it is exported."""
    class Layer(torch.nn.Module):
        def forward(self, q, k, v, *mask):
            return torch.nn.functional.scaled_dot_product_attention(
                q, k, v, *mask, is_causal=causal, scale=0.4, enable_gqa=True)
    given = [torch.from_numpy(RNG.normal(size=(2, n, 5, 8)).astype(np.float32)) for n in (heads, shared, shared)]
    return Layer(), [*given, *([] if mask is None else [mask])]


@pytest.mark.parametrize(("mask", "causal"), [
    (None, False), (None, True), (torch.rand(2, 1, 5, 5, generator=torch.Generator().manual_seed(1)) > 0.4, False),
    (torch.tensor([[[[0.0, 0.0, -1e9, 0.0, -2.0]]]]).expand(2, 1, 5, 5).clone(), False)])
def test_fused_attention_is_that_of_torch(tmp_path, mask, causal):
    layer, given = attend(mask, causal=causal)
    if mask is not None and mask.dtype == torch.bool:
        mask[..., 0] = True
    program = torch.onnx.export(layer, tuple(given), dynamo=True, opset_version=18, custom_translation_table=FUSED, verbose=False)
    program.save(str(tmp_path / "model.onnx"))
    ops = [n.op_type for n in onnx.load(str(tmp_path / "model.onnx")).graph.node]
    assert ops.count("MultiHeadAttention") == 1 and "Softmax" not in ops
    session = ort.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    got = session.run(None, {i.name: t.numpy() for i, t in zip(session.get_inputs(), given)})[0]
    np.testing.assert_allclose(got, layer(*given).numpy(), rtol=1e-5, atol=1e-5)


def test_lighter_weights_are_advised_by_what_colours_lose():
    rows = [{"cosines_mean": 0.004}, {"cosines_mean": 0.02}]
    assert advice(rows, 0.1, 0.6) == {"mean_loss_of_colour_range": 0.04, "advised": True}
    assert advice(rows, 0.1, 0.4)["advised"] is False


def test_an_exporters_file_loses_its_traces_and_its_data_get_the_name_of_hubs(tmp_path):
    path = tmp_path / "model.onnx"
    onnx.save(model(), str(path), save_as_external_data=True, location="model.onnx.data", size_threshold=1000)
    assert b"/home/me" in path.read_bytes()
    weights.tidy(path)
    assert b"/home/me" not in path.read_bytes()
    assert sorted(f.name for f in tmp_path.iterdir()) == ["model.onnx", "model.onnx_data"]
    np.testing.assert_allclose(run(path, PAGE, pixels(1)), expected(PAGE, pixels(1)), rtol=1e-4, atol=1e-4)


@pytest.fixture
def narrow(tmp_path):
    """A checkpoint in two files, its numbers of several kinds."""
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    made = {"half": torch.randn(3, 5).half(), "brain": torch.randn(7).bfloat16(), "full": torch.randn(2, 2),
            "counts": torch.arange(5), "one": torch.tensor(2.5).half(), "yes": torch.tensor([True, False, True])}
    save_file({k: v for k, v in made.items() if k != "full"}, folder / "a.safetensors", metadata={"format": "pt"})
    save_file({"full": made["full"]}, folder / "b.safetensors", metadata={"format": "pt"})
    return folder, made


def test_weights_are_widened_in_files(tmp_path, narrow):
    folder, made = narrow
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert widened(folder, scratch) == scratch
    assert sorted(f.name for f in scratch.iterdir()) == ["a.safetensors", "b.safetensors", "config.json"]
    got = load_file(scratch / "a.safetensors") | load_file(scratch / "b.safetensors")
    assert got.keys() == made.keys()
    for name, numbers in made.items():
        want = numbers.float() if numbers.is_floating_point() else numbers
        assert got[name].dtype == want.dtype and torch.equal(got[name], want), name


def test_a_hubs_checkpoint_is_widened_too(tmp_path, narrow, monkeypatch):
    folder, made = narrow
    scratch, asked = tmp_path / "scratch", []
    scratch.mkdir()
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda name, **_: asked.append(name) or str(folder))
    assert widened("owner/name", scratch) == scratch and asked == ["owner/name"]
    assert torch.equal(load_file(scratch / "a.safetensors")["half"], made["half"].float())
    # Of an adapter the library finds the checkpoint that it belongs to.
    (folder / "adapter_config.json").write_text("{}")
    assert widened("owner/name", scratch) == "owner/name"


def test_what_is_not_widened(tmp_path, narrow):
    folder, _ = narrow
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (folder / "adapter_config.json").write_text("{}")
    assert widened(folder, scratch) == folder
    (folder / "adapter_config.json").unlink()
    (folder / "a.safetensors").unlink()
    assert widened(folder, scratch) == folder
    assert not [*scratch.iterdir()]


def test_widened_weights_are_mapped(tmp_path):
    """What is loaded lies in the file's pages, none of it in memory of its own."""
    folder, scratch = tmp_path / "checkpoint", tmp_path / "scratch"
    scratch.mkdir()
    small = transformers.LlamaConfig(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2)
    made = transformers.LlamaModel(small).half()
    made.save_pretrained(folder)
    loaded = transformers.LlamaModel.from_pretrained(widened(folder, scratch), dtype=torch.float32)
    mapped = [tuple(int(end, 16) for end in line.split()[0].split("-"))
              for line in Path("/proc/self/maps").read_text().splitlines() if str(scratch) in line]
    for (name, numbers), half in zip(loaded.named_parameters(), made.parameters()):
        assert numbers.dtype == torch.float32 and torch.equal(numbers, half.float()), name
        assert any(start <= numbers.data_ptr() < end for start, end in mapped), name


def test_a_torchvision_of_another_torch_is_named(monkeypatch):
    class Broken:
        def find_spec(self, name, *_):
            if name == "torchvision":
                raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.28.0")
    with pytest.raises(SystemExit, match="(?s)torchvision 0.28.0 does not fit torch .*nms does not exist.*pip install"):
        check_torchvision()
    monkeypatch.setitem(sys.modules, "torchvision", types.ModuleType("torchvision"))
    check_torchvision()
