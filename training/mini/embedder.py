"""A model folder as anyone else would run it: ONNX Runtime and the tokenizer file, nothing of the training code."""

import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer


class Embedder:
    def __init__(self, folder: Path, threads: int = 1):
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        config = json.loads((folder / "config.json").read_text())
        session = lambda part: ort.InferenceSession(folder / config[part]["file"], options, providers=["CPUExecutionProvider"])
        self.vision, self.text = session("vision"), session("text")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.pieces_of = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
        self.grid = config["grid"]["rows"]

    def page(self, pixels: np.ndarray) -> np.ndarray:
        """uint8 [896,896,3] -> float32 [4096,128]."""
        x = pixels.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1
        return self.vision.run(None, {"pixel_values": x})[0][0]

    def tokens(self, queries: list[str]) -> list[np.ndarray]:
        """One float32 [tokens,128] for each query."""
        ids = [self.tokenizer.encode(q).ids for q in queries]
        width = max(map(len, ids))
        table = np.zeros((len(ids), width), np.int64)
        for row, i in zip(table, ids):
            row[: len(i)] = i
        out = self.text.run(None, {"input_ids": table, "attention_mask": (table > 0).astype(np.int64)})[0]
        return [vectors[: len(i)] for vectors, i in zip(out, ids)]

    def maps(self, page: np.ndarray, queries: list[str]) -> np.ndarray:
        """Cosines averaged over the tokens of each query: [queries, grid, grid]."""
        means = np.stack([t.mean(0) if len(t) else np.zeros(128, np.float32) for t in self.tokens(queries)])
        grid = int(len(page) ** 0.5)
        return (means @ page.T).reshape(-1, grid, grid)
