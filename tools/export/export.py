"""Turn a checkpoint of the ColPali family into a folder that colpali-lens loads, and say how close it is.

    python export.py CHECKPOINT OUT [--weights float32|float16|int8|q8] [--attention fused|unfused] [--two-graphs]

CHECKPOINT is a folder (or a hub name) in the format of colpali-engine or transformers; the family is read from its config.json.
OUT gets model.onnx (with model.onnx_data beside it from 250 MB on; it leaves the image tower out for queries), text_model.onnx with --two-graphs, the tokenizer, the processor
settings, config.json (with cosine_range, the colours' ends on those pages), and parity.json: what the exported graph gives beside what torch
gives on two drawn pages and two queries, the model in float32, and whether lighter weights are advised (see `advice`).
Weights that are not float32 are widened into a file beside OUT, from which they are mapped; the file is gone afterwards. Comparing takes the
model's size in float32 of memory, as opening the graph does: torch's model is gone by then.
"""
import argparse
import gc
import importlib.metadata as md
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from PIL import Image, ImageDraw

from graphs import TextOnly, export, text_inputs, wrap
from skip_image import Unsafe, image_token_of, skip_image
from weights import EXTERNAL_FROM, FORMS
from widened import widened

# model_type -> (family, module, model class, processor class)
CLASSES = {
    "paligemma": ("colpali", "colpali_engine.models", "ColPali", "ColPaliProcessor"),
    "colpali": ("colpali-hf", "transformers", "ColPaliForRetrieval", "ColPaliProcessor"),
    "qwen2_vl": ("colqwen2", "colpali_engine.models", "ColQwen2", "ColQwen2Processor"),
    "colqwen2": ("colqwen2-hf", "transformers", "ColQwen2ForRetrieval", "ColQwen2Processor"),
    "qwen2_5_vl": ("colqwen2_5", "colpali_engine.models", "ColQwen2_5", "ColQwen2_5_Processor"),
    "qwen3_vl": ("colqwen3", "colpali_engine.models", "ColQwen3", "ColQwen3Processor"),
    "idefics3": ("colidefics3", "colpali_engine.models", "ColIdefics3", "ColIdefics3Processor"),
    "modernvbert": ("colmodernvbert", "colpali_engine.models", "ColModernVBert", "ColModernVBertProcessor"),
    "colmodernvbert": ("colmodernvbert-hf", "transformers", "ColModernVBertForRetrieval", "ColModernVBertProcessor"),
    "gemma3": ("colgemma3", "colpali_engine.models", "ColGemma3", "ColGemmaProcessor3"),
}
TWO_GRAPHS = ("colpali", "colpali-hf", "colidefics3", "colmodernvbert")
QUERIES = ["peak load in winter", "What is the total revenue of the company in 2023?"]


def load(checkpoint, scratch):
    """-> (family, model in float32, processor); `scratch` as in `widened`"""
    check_torchvision()
    from transformers import AutoConfig
    kind = AutoConfig.from_pretrained(checkpoint).model_type
    if kind not in CLASSES:
        raise SystemExit(f'unknown model family: {checkpoint} says model_type "{kind}", expected one of {", ".join(CLASSES)}')
    family, module, model, processor = CLASSES[kind]
    library = __import__(module, fromlist=[model])
    return (family, getattr(library, model).from_pretrained(widened(checkpoint, scratch), dtype=torch.float32).eval(),
            getattr(library, processor).from_pretrained(checkpoint))


def check_torchvision():
    """One that was built for another torch breaks every family's import, with a traceback that does not say so."""
    try:
        import torchvision  # noqa: F401
    except ImportError:
        pass  # transformers sees that, and says who needs it.
    except (RuntimeError, OSError) as error:
        raise SystemExit(
            f"torchvision {md.version('torchvision')} does not fit torch {torch.__version__}: {str(error).splitlines()[0]}\n"
            "Install both from one index, for a processor for example:\n"
            f"    pip install --force-reinstall torch=={torch.__version__.split('+')[0]} torchvision --index-url https://download.pytorch.org/whl/cpu")


def drawn_page(width, height):
    page = Image.new("RGB", (width, height), "white")
    d = ImageDraw.Draw(page)
    for y in range(30, height // 2, 16):
        d.text((30, y), "quarterly revenue of wind and solar power grew by percent in region total"[: width // 7], fill=(20, 20, 30))
    for i in range(6):
        d.rectangle([40 + 50 * i, height - 40 - 20 * i, 75 + 50 * i, height - 40], fill=(40 * i, 90, 200 - 30 * i))
    return page


def leave_image_out(path):
    """A query then costs what its text costs."""
    graph = onnx.load(str(path), load_external_data=False)
    try:
        skip_image(graph, image_token_of(path.parent))
    except Unsafe as error:
        print(f"queries will run the image tower, too: {error}; --two-graphs is the other way")
    else:
        onnx.save(graph, str(path))


def run(session, batch):
    return session.run(None, {i.name: batch[i.name].numpy() for i in session.get_inputs()})[0].astype(np.float32)


PAGES = ((600, 840), (840, 480))


def drawn_inputs(wrapper, family, processor):
    """-> (pages, queries), each a list of the graph's inputs"""
    pages = [processor.process_images(images=[drawn_page(*size)]) for size in PAGES]
    return pages, [text_inputs(family, wrapper, processor.process_queries([query])) for query in QUERIES]


def embeddings_of_torch(wrapper, batches):
    with torch.no_grad():
        return [wrapper(*(batch[name] for name in wrapper.inputs))[0].numpy() for batch in batches]


def embeddings_of_graphs(folder, pages, queries):
    def open_graph(name):
        return ort.InferenceSession(str(folder / name), providers=["CPUExecutionProvider"])
    graph = open_graph("model.onnx")
    of_pages = [run(graph, batch)[0] for batch in pages]
    if (folder / "text_model.onnx").exists():
        graph = open_graph("text_model.onnx")
    return of_pages, [run(graph, batch)[0] for batch in queries]


def parity(of_torch, of_graphs):
    """Largest and mean differences of embeddings and cosines, and how often the best vector stays the best; and all cosines."""
    rows, cosines = [], []
    for size, page_torch, page_onnx in zip(PAGES, of_torch[0], of_graphs[0]):
        for query, query_torch, query_onnx in zip(QUERIES, of_torch[1], of_graphs[1]):
            a, b = query_torch @ page_torch.T, query_onnx @ page_onnx.T
            cosines.append(a.ravel())
            rows.append({"page": list(size), "query": query,
                         "embeddings": float(max(np.abs(page_torch - page_onnx).max(), np.abs(query_torch - query_onnx).max())),
                         "cosines_largest": float(np.abs(a - b).max()), "cosines_mean": float(np.abs(a - b).mean()),
                         "same_best": float((a.argmax(1) == b.argmax(1)).mean()),
                         "score": [float(a.max(1).sum()), float(b.max(1).sum())]})
    return rows, np.concatenate(cosines)


def advice(rows, low, high):
    """What maps lose, against the part of the scale that colours span: up to a twentieth of it nobody sees, and it is advised."""
    loss = max(r["cosines_mean"] for r in rows) / max(high - low, 1e-6)
    return {"mean_loss_of_colour_range": round(loss, 4), "advised": bool(loss <= 0.05)}


def state_range(config, cosines):
    """Where colours begin and end: what an unrelated patch has (the median), and what one in a thousand exceeds."""
    document = json.loads(config.read_text())
    document["cosine_range"] = [round(float(v), 2) for v in np.quantile(cosines, [0.5, 0.999])]
    config.write_text(json.dumps(document, indent=2) + "\n")
    return document["cosine_range"]


def graphs_of_torch(a, scratch):
    """Writes what does not depend on the form of weights. -> (family, pages, queries, what torch gives for both)"""
    family, model, processor = load(a.checkpoint, scratch)
    if a.two_graphs and family not in TWO_GRAPHS:
        raise SystemExit(f"--two-graphs works for {', '.join(TWO_GRAPHS)}, not for {family}")
    processor.save_pretrained(a.out)
    model.config.save_pretrained(a.out)
    wrapper = wrap(family, model, fused=a.attention == "fused")
    pages, queries = drawn_inputs(wrapper, family, processor)
    of_torch = [embeddings_of_torch(wrapper, batches) for batches in (pages, queries)]

    large = sum(p.numel() * 4 for p in model.parameters()) > EXTERNAL_FROM
    example = processor.process_images(images=[drawn_page(300, 420), drawn_page(400, 310)])
    export(wrapper, example, a.out / "model.onnx", external_data=large)
    if a.two_graphs:
        export(TextOnly(wrapper).eval(), {k: example[k][:, -40:] for k in ("input_ids", "attention_mask")}, a.out / "text_model.onnx", external_data=large)
    return family, pages, queries, of_torch


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("checkpoint")
    args.add_argument("out", type=Path)
    args.add_argument("--weights", choices=["float32", *FORMS], default="float32")
    args.add_argument("--attention", choices=["fused", "unfused"], default="fused",
                      help="fused: one operator, which keeps no matrices; unfused: written out in standard operators")
    args.add_argument("--two-graphs", action="store_true", help="also a graph for queries, which then need no image tower")
    a = args.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="float32-", dir=a.out, ignore_cleanup_errors=True) as scratch:
        family, pages, queries, of_torch = graphs_of_torch(a, scratch)
        gc.collect()
    if a.weights != "float32":
        for graph in a.out.glob("*.onnx"):
            FORMS[a.weights](graph)
    if not a.two_graphs:
        leave_image_out(a.out / "model.onnx")

    rows, cosines = parity(of_torch, embeddings_of_graphs(a.out, pages, queries))
    document = {"family": family, "weights": a.weights, "attention": a.attention,
                "versions": {p: md.version(p) for p in ("colpali-engine", "transformers", "torch", "onnx", "onnxruntime")},
                "loss": advice(rows, *state_range(a.out / "config.json", cosines)), "rows": rows}
    (a.out / "parity.json").write_text(json.dumps(document, indent=1) + "\n")
    size = sum(f.stat().st_size for f in a.out.glob("*.onnx*")) / 1e6
    worst = {k: max(r[k] for r in rows) for k in ("embeddings", "cosines_largest", "cosines_mean")}
    print(f"{family}, {a.weights}, {a.attention}: {size:.1f} MB; embeddings differ by {worst['embeddings']:.1e}, cosines by "
          f"{worst['cosines_largest']:.1e} (mean {worst['cosines_mean']:.1e}, {100 * document['loss']['mean_loss_of_colour_range']:.1f} % of the colours' "
          f"range: {'advised' if document['loss']['advised'] else 'not advised'}), the best vector stays in "
          f"{100 * min(r['same_best'] for r in rows):.0f} % of tokens or more")


if __name__ == "__main__":
    main()
