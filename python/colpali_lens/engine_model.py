"""Models of colpali-engine and transformers that are loaded already."""

from __future__ import annotations

import importlib.metadata
import json
import math
import os
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .attention import AskedRows, AttentionRows, Recorder, Stage, window_order, written_out
from .source import About, PageVectors, Pixels, QueryVectors
from .vectors import unit_vectors

#: What processors give beside the model's inputs.
_NOT_INPUTS = ("labels", "rows", "cols")
_TILE = re.compile(r"<row_(\d+)_col_(\d+)>")


class EngineModel:
    """Embeds pages and queries with a person's own model and processor, on the model's device and in its precision.

    Pages go one by one, and queries with others as long: padding changes vectors.
    """

    def __init__(self, model: Any, processor: Any) -> None:
        for method in ("process_images", "process_queries"):
            if not callable(getattr(processor, method, None)):
                raise ValueError(
                    f"invalid processor: {type(processor).__name__} has no {method}, expected the one that belongs to the model, "
                    "such as ColQwen2Processor"
                )
        if not callable(model) or not hasattr(model, "config"):
            raise ValueError(f"invalid model: {type(model).__name__}, expected a model of colpali-engine or transformers")
        self.model = model
        self.processor = processor
        self._check_mode()
        config = getattr(model.config, "vlm_config", None) or model.config
        image = getattr(config, "image_token_id", None)
        self._image_id: Any = getattr(processor, "image_token_id", None) if image is None else image
        if self._image_id is None:
            raise ValueError(
                f"invalid model: the configuration of {type(model).__name__} has no image_token_id, so its patches are not known; "
                "use explain_vectors with a mask of the patches"
            )
        self._about: About | None = None
        self._language: set[int] | None = None

    def about(self) -> About:
        if self._about is None:
            self._about = self._describe()
        return self._about

    def queries(self, texts: Sequence[str]) -> list[QueryVectors]:
        self._check_mode()
        batches = [dict(self.processor.process_queries([text])) for text in texts]
        ids = [[int(one) for one in batch["input_ids"][0]] for batch in batches]
        alike: dict[int, list[int]] = defaultdict(list)
        for place, own in enumerate(ids):
            alike[len(own)].append(place)
        vectors: dict[int, Any] = {}
        for places in alike.values():
            embedded = self._run([batches[place] for place in places])
            vectors.update(zip(places, embedded, strict=True))
        return [
            QueryVectors(self._checked(vectors[place], text, ids[place]), ids[place], self._tokens(ids[place]))
            for place, text in enumerate(texts)
        ]

    def page(self, place: int, pixels: Pixels) -> PageVectors:
        return self.picture(pixels(place), f"page {place + 1}")

    def attention(self, place: int, pixels: Pixels, asked: dict[Stage, AskedRows]) -> AttentionRows:
        name = f"page {place + 1}"
        batch = self._page_batch(pixels(place))
        recorder = Recorder(asked, self._language_modules(), window_order(self.model, batch.get("image_grid_thw")))
        with written_out(self.model, recorder.hear):
            vectors = self._run([batch])[0]
        return recorder.rows(unit_vectors(vectors, f"vectors of {name}"))

    def picture(self, pixels: NDArray[np.uint8], name: str = "a changed page") -> PageVectors:
        batch = self._page_batch(pixels)
        ids = [int(one) for one in batch["input_ids"][0]]
        positions = np.flatnonzero(np.asarray(ids) == self._image_id)
        rows, columns, index = self._placed(batch, ids, positions, name)
        vectors = unit_vectors(self._run([batch])[0], f"vectors of {name}")
        if len(vectors) != len(ids):
            raise ValueError(f"invalid vectors of {name}: {len(vectors)}, expected {len(ids)}, one a token of the page's prompt")
        width, height = self._seen(batch, rows, columns, pixels.shape)
        return PageVectors(vectors, index.astype(np.int32), rows, columns, width, height, ids)

    def _page_batch(self, pixels: NDArray[np.uint8]) -> dict[str, Any]:
        from PIL import Image

        self._check_mode()
        return dict(self.processor.process_images([Image.fromarray(pixels)]))

    def _language_modules(self) -> set[int]:
        """Modules that attend where there is no picture, by their ids.

        Raises:
            ValueError: there are none.
        """
        if self._language is None:
            heard: set[int] = set()
            batch = dict(self.processor.process_queries(["a"]))
            with written_out(self.model, lambda module, _: heard.add(id(module))):
                self._run([batch])
            if not heard:
                raise ValueError(
                    f"no attention to be had of {type(self.model).__name__}: it does not attend by transformers' "
                    f"eager_attention_forward (transformers {_versions().get('transformers', 'is not installed')}, expected 4.48 "
                    'or later). Where it was compiled, or loaded with attention of its own, load it with attn_implementation="eager"'
                )
            self._language = heard
        return self._language

    def _check_mode(self) -> None:
        if getattr(self.model, "training", False):
            raise ValueError("invalid model: it is in training mode, where dropout changes every map; call model.eval() first")

    def _run(self, batches: Sequence[dict[str, Any]]) -> Any:
        """Vectors `(batch, tokens, dim)` of batches that are as long."""
        import torch

        parameter = next(self.model.parameters())

        def moved(value: Any) -> Any:
            if not torch.is_tensor(value):
                return value
            value = value.to(parameter.device)
            return value.to(parameter.dtype) if value.is_floating_point() and parameter.is_floating_point() else value

        inputs = {
            name: moved(torch.cat([batch[name] for batch in batches]) if torch.is_tensor(value) else value)
            for name, value in batches[0].items()
            if name not in _NOT_INPUTS
        }
        with torch.inference_mode():
            output = self.model(**inputs)
        return output if torch.is_tensor(output) else output.embeddings

    def _checked(self, vectors: Any, text: str, ids: Sequence[int]) -> Any:
        name = f"vectors of the query {text!r}"
        checked = unit_vectors(vectors, name)
        if len(checked) != len(ids):
            raise ValueError(f"invalid {name}: {len(checked)}, expected {len(ids)}, one a token")
        return checked

    def _placed(
        self, batch: dict[str, Any], ids: Sequence[int], positions: NDArray[np.int64], name: str
    ) -> tuple[int, int, NDArray[np.int64]]:
        """Rows, columns, and positions of the patches row by row, without a view of the whole page."""
        if "image_grid_thw" in batch:
            merge = getattr(self.processor.image_processor, "merge_size", 2)
            _, high, wide = (int(side) for side in batch["image_grid_thw"][0])
            rows, columns, index = high // merge, wide // merge, positions
        else:
            tiles = [_TILE.fullmatch(token) for token in self._tokens(ids)]
            down = max((int(tile[1]) for tile in tiles if tile), default=0)
            across = max((int(tile[2]) for tile in tiles if tile), default=0)
            if down:
                # Beside its tiles there is a view of the whole page.
                side = _side(len(positions), down * across + 1, name)
                local = positions[: down * across * side * side]
                index = local.reshape(down, across, side, side).transpose(0, 2, 1, 3).reshape(-1)
                rows, columns = down * side, across * side
            else:
                rows = columns = _side(len(positions), 1, name)
                index = positions
        if len(index) != rows * columns:
            raise ValueError(
                f"invalid patches of {name}: {len(index)} image tokens (id {self._image_id}), expected {rows} rows x {columns} "
                f"columns = {rows * columns}"
            )
        return rows, columns, index

    def _seen(self, batch: dict[str, Any], rows: int, columns: int, shape: tuple[int, ...]) -> tuple[int, int]:
        """Width and height of the picture that the model saw."""
        if "image_grid_thw" in batch:
            patch = getattr(self.processor.image_processor, "patch_size", 14)
            _, high, wide = (int(side) for side in batch["image_grid_thw"][0])
            return wide * patch, high * patch
        values = batch.get("pixel_values")
        if values is None or values.ndim < 4:
            return shape[1], shape[0]
        high, wide = values.shape[-2:]
        if values.ndim < 5 or values.shape[1] == 1:
            return int(wide), int(high)
        side = math.isqrt(rows * columns // (values.shape[1] - 1))
        return int(wide) * columns // side, int(high) * rows // side

    def _tokens(self, ids: Sequence[int]) -> list[str]:
        return [str(token) for token in self.processor.tokenizer.convert_ids_to_tokens(list(ids))]

    def _describe(self) -> About:
        model, processor = self.model, self.processor
        config = model.config
        parameter = next(model.parameters())
        tokenizer = getattr(processor, "tokenizer", None)
        backend = getattr(tokenizer, "backend_tokenizer", None)
        path = str(getattr(model, "name_or_path", "") or getattr(config, "_name_or_path", "") or type(model).__name__)
        probe = self.queries(["a"])[0]
        return About(
            id=os.path.basename(os.path.normpath(path)) if os.path.exists(path) else path,
            family=type(model).__name__,
            dim=probe.vectors.shape[1],
            dtype=str(parameter.dtype).removeprefix("torch."),
            device=str(parameter.device),
            revision=getattr(config, "_commit_hash", None),
            versions=_versions(),
            configs={
                "model": json.loads(config.to_json_string(use_diff=False)),
                "image": _image_config(processor),
                "processor": {
                    "processor_class": type(processor).__name__,
                    **_plain(processor, str, "query_prefix", "visual_prompt_prefix"),
                    **_plain(processor, int, "image_seq_len", "image_seq_length"),
                },
            },
            tokenizer=None if backend is None else backend.to_str(),
            imageToken=self._tokens([self._image_id])[0],
        )


def _side(count: int, tiles: int, name: str) -> int:
    side = math.isqrt(count // tiles)
    if side == 0 or side * side * tiles != count:
        parts = f" in {tiles} tiles" if tiles > 1 else ""
        raise ValueError(
            f"invalid patches of {name}: {count} image tokens{parts}, expected a square number of them; use explain_vectors, with "
            "the grid"
        )
    return side


def _plain(of: Any, kind: type, *names: str) -> dict[str, Any]:
    values = {name: getattr(of, name, None) for name in names}
    return {name: value for name, value in values.items() if isinstance(value, kind)}


def _image_config(processor: Any) -> dict[str, Any]:
    """What `preprocessor_config.json` says; nothing of a processor that is not transformers' own."""
    image = getattr(processor, "image_processor", None)
    write = getattr(image, "to_json_string", None)
    return {} if write is None else json.loads(write())


def _versions() -> dict[str, str]:
    found = {"python": ".".join(str(part) for part in sys.version_info[:3])}
    for package in ("torch", "transformers", "colpali-engine"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
