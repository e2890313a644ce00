"""The Python side of the comparisons: started by bench/*.mjs, runs one thing a line read from standard input and answers with milliseconds.

    python bench/peer.py tower|preprocess|maxsim|maps FOLDER
"""
import sys
import time
from pathlib import Path

import numpy as np
import torch

try:  # a torchvision built for another torch cannot be imported as it is
    sys.path.insert(0, str(Path(__file__).parents[1] / "test" / "fixtures" / "generators"))
    import tvshim  # noqa: F401
except Exception:
    pass

torch.set_num_threads(1)
torch.set_grad_enabled(False)
kind, folder = sys.argv[1], Path(sys.argv[2])


def tower():
    """A vision tower's worth of transformer (12 layers, 768 wide, 1024 patches) as one ONNX graph, in both runtimes."""
    import onnxruntime as ort
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(768, 12, 3072, activation="gelu", batch_first=True, norm_first=True, dropout=0.0)
    model = torch.nn.TransformerEncoder(layer, 12, enable_nested_tensor=False).eval()
    x = torch.randn(1, 1024, 768)
    path = folder / "tower.onnx"
    torch.onnx.export(model, (x,), dynamo=True, opset_version=18, input_names=["x"], output_names=["y"], verbose=False).save(str(path), external_data=False)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return {"onnxruntime": lambda: session.run(None, {"x": x.numpy()}), "torch": lambda: model(x)}


def preprocess():
    import transformers as t
    from PIL import Image
    pixels = np.fromfile(folder / "page.rgb", np.uint8).reshape(2339, 1654, 3)
    image, half = Image.fromarray(pixels), [0.5] * 3
    size = {"height": 448, "width": 448}
    siglip = t.SiglipImageProcessor(size=size, image_mean=half, image_std=half, resample=3)
    gemma = t.Gemma3ImageProcessor(size={"height": 896, "width": 896}, image_mean=half, image_std=half, resample=2)
    qwen = t.Qwen2VLImageProcessor(size={"shortest_edge": 3136, "longest_edge": 768 * 28 * 28}, patch_size=14, merge_size=2)
    idefics = t.Idefics3ImageProcessor(size={"longest_edge": 2048}, max_image_size={"longest_edge": 512}, image_mean=half, image_std=half, resample=1)
    return {"colpali": lambda: siglip([image], return_tensors="pt"), "colgemma3": lambda: gemma([image], return_tensors="pt"),
            "colqwen2": lambda: qwen([image], return_tensors="pt"), "colidefics3": lambda: idefics([[image]], return_tensors="pt")}


def maxsim():
    from colpali_engine.utils.processing_utils import BaseVisualRetrieverProcessor as Base
    g = torch.Generator().manual_seed(0)
    unit = lambda *s: torch.nn.functional.normalize(torch.randn(*s, generator=g), dim=-1)  # noqa: E731
    pages, query = list(unit(1000, 1024, 128)), unit(20, 128)
    all_pages = torch.stack(pages).reshape(-1, 128)
    a, b = unit(1024, 1024), unit(1024, 1024)
    return {"score_multi_vector": lambda: Base.score_multi_vector([query], pages, device="cpu"),
            "read": lambda: all_pages.sum(), "product": lambda: a @ b}


def maps():
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from PIL import Image
    from colpali_engine.interpretability import plot_all_similarity_maps
    width, height, tokens = (int(v) for v in sys.argv[3:6])
    image = Image.fromarray(np.fromfile(folder / "page.rgb", np.uint8).reshape(height, width, 3))
    cosines = torch.from_numpy(np.fromfile(folder / "maps.f32", np.float32).reshape(tokens, 32, 32)).transpose(1, 2)
    names = [f"token {i}" for i in range(tokens)]

    def plot():
        for i, (figure, _) in enumerate(plot_all_similarity_maps(image, names, cosines)):
            figure.savefig(folder / f"peer-{i}.png", dpi=100)
            plt.close(figure)
    return {"plot": plot}


tasks = {"tower": tower, "preprocess": preprocess, "maxsim": maxsim, "maps": maps}[kind]()
print("ready", flush=True)
for line in sys.stdin:
    task = tasks[line.strip()]
    start = time.perf_counter()
    task()
    print((time.perf_counter() - start) * 1000, flush=True)
