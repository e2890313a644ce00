"""Reads where a model of transformers attends to, layer by layer, without keeping a matrix."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .vectors import Floats

Stage = Literal["tower", "language"]

#: What transformers' modules call where attention is written out: `(output, weights (batch, heads, queries, keys))`.
_EAGER = "eager_attention_forward"

# What a module calls is looked up where all models of its kind look it up.
_lock = threading.RLock()


@dataclass
class AskedRows:
    """The rows of a stage that are wanted: each the mean over `together` positions of one tile."""

    #: `(rows,)`
    tiles: NDArray[np.int32]
    #: `(rows, together)`, in the order of the model's input.
    positions: NDArray[np.int32]
    #: Positions in a tile.
    length: int


@dataclass
class LayerRows:
    """A layer, reduced."""

    stage: Stage
    #: `(rows, heads, keys)`: shares, which add up to 1.
    rows: Floats
    #: `(tiles, heads, keys)`: the mean over all queries.
    received: Floats


@dataclass
class AttentionRows:
    """All layers of a page's pass, in the order in which they are computed."""

    layers: list[LayerRows]
    #: Of each stage `(rows, keys)` through all its layers: `R <- (A / 2 + I / 2) R`, A the mean over heads.
    rollout: dict[Stage, Floats]
    #: The page's vectors as they come out of this pass, `(vectors, dimensions)`.
    vectors: Floats


#: Told of a layer's weights `(batch, heads, queries, keys)`; a layer of windows tells of each window.
_Hears = Callable[[Any, Any], None]


@contextmanager
def written_out(model: Any, hears: _Hears) -> Iterator[None]:
    """Has a model compute its attention written out ("eager") in this block, and tell of the weights; then it is as it was."""
    modules = {id(module) for module in model.modules()}
    configs = {id(config): config for module in model.modules() if (config := getattr(module, "config", None)) is not None}
    kept = [(config, name, getattr(config, name)) for config in configs.values() if (name := _setting(config))]
    homes = {home: getattr(home, _EAGER) for module in model.modules() if (home := _home(module)) is not None}

    def telling(eager: Callable[..., Any]) -> Callable[..., Any]:
        def forward(module: Any, *args: Any, **options: Any) -> Any:
            output = eager(module, *args, **options)
            if id(module) in modules:
                hears(module, output[1])
            return output

        return forward

    with _lock:
        try:
            for config, name, _ in kept:
                setattr(config, name, "eager")
            for home, eager in homes.items():
                setattr(home, _EAGER, telling(eager))
            yield
        finally:
            for home, eager in homes.items():
                setattr(home, _EAGER, eager)
            for config, name, before in kept:
                setattr(config, name, before)


def _setting(config: Any) -> str | None:
    """The configuration's own choice, which setting does not hand down to its parts: they are set one by one."""
    names = ("_attn_implementation_internal", "_attn_implementation")
    return next((name for name in names if hasattr(config, name)), None)


def _home(module: Any) -> Any:
    """Where the module's class is defined, if that is a place with attention written out."""
    home = sys.modules.get(type(module).__module__)
    return home if home is not None and hasattr(home, _EAGER) else None


class Recorder:
    """Reduces each layer's matrix while it is there. What is kept is small: rows, means, and one matrix for the rollout."""

    def __init__(self, asked: dict[Stage, AskedRows], language: set[int], order: NDArray[np.int64] | None) -> None:
        """
        Args:
            asked: The rows that are wanted.
            language: Modules of the language model, by their ids; others are of the tower.
            order: For each position in the tower, which one of its input it is; None where it is the same.
        """
        self._language = language
        self._order = order
        #: Where the positions of the tower's input are in the tower.
        back = None if order is None else np.argsort(order)
        self._back = back
        self._asked = asked
        self._positions = {
            stage: back[one.positions] if stage == "tower" and back is not None else one.positions
            for stage, one in asked.items()
        }
        self._layers: dict[int, _Layer] = {}
        self._rollout: dict[Stage, Any] = {}

    def hear(self, module: Any, weights: Any) -> None:
        """Takes what `written_out` tells."""
        stage: Stage = "language" if id(module) in self._language else "tower"
        asked, positions = self._asked[stage], self._positions[stage]
        tiles, heads, queries, keys = weights.shape
        layer = self._layers.get(id(module))
        if layer is None:
            layer = self._layers[id(module)] = _Layer(stage, weights, asked)
        start = layer.done
        if queries != keys or start + keys > asked.length or tiles <= asked.tiles.max(initial=0):
            raise ValueError(
                f"invalid attention in the {stage} stage: {tiles} x {queries} x {keys} after {start} positions, expected "
                f"{asked.length} positions in all; this model orders them in a way that is not known"
            )
        end = start + keys
        layer.received[:, :, start:end] = weights.sum(2, dtype=layer.received.dtype) / asked.length
        for row, (tile, together) in enumerate(zip(asked.tiles, positions, strict=True)):
            inside = [int(one) - start for one in together if start <= one < end]
            if inside:
                found = weights[int(tile), :, inside].sum(1, dtype=layer.rows.dtype)
                layer.rows[row, :, start:end] += found / len(together)
        self._roll(stage, weights, start, end)
        layer.done = end

    def _roll(self, stage: Stage, weights: Any, start: int, end: int) -> None:
        import torch

        asked = self._asked[stage]
        tiles = sorted({int(tile) for tile in asked.tiles})
        # The mean first: of all heads the tiles in question would be a large copy.
        mean = weights.mean(1, dtype=torch.float32)[tiles]
        before = self._rollout.get(stage)
        if before is None:
            before = torch.eye(asked.length, device=mean.device).repeat(len(tiles), 1, 1)
        elif before.device != mean.device:
            before = before.to(mean.device)
        part = before[:, start:end]
        before[:, start:end] = (mean @ part + part) / 2
        self._rollout[stage] = before

    def rows(self, vectors: Floats) -> AttentionRows:
        """What was heard of.

        Raises:
            ValueError: nothing was.
        """
        layers = [self._finished(layer) for layer in self._layers.values()]
        rollout: dict[Stage, Floats] = {}
        for stage, matrix in self._rollout.items():
            asked = self._asked[stage]
            tiles = sorted({int(tile) for tile in asked.tiles})
            chosen = [
                matrix[tiles.index(int(tile)), together.tolist()].mean(0)
                for tile, together in zip(asked.tiles, self._positions[stage], strict=True)
            ]
            rollout[stage] = self._placed(stage, np.stack([_shares(one) for one in chosen]))
        return AttentionRows(layers, rollout, vectors)

    def _finished(self, layer: _Layer) -> LayerRows:
        length = self._asked[layer.stage].length
        if layer.done != length:
            raise ValueError(
                f"invalid attention in the {layer.stage} stage: {layer.done} positions, expected {length}; this model orders them "
                "in a way that is not known"
            )
        rows, received = (self._placed(layer.stage, _shares(part)) for part in (layer.rows, layer.received))
        return LayerRows(layer.stage, rows, received)

    def _placed(self, stage: Stage, values: Floats) -> Floats:
        """Keys in the order of the model's input."""
        if stage == "language" or self._back is None:
            return values
        return np.ascontiguousarray(values[..., self._back])


class _Layer:
    def __init__(self, stage: Stage, weights: Any, asked: AskedRows) -> None:
        import torch

        tiles, heads = weights.shape[:2]
        empty = {"dtype": torch.float32, "device": weights.device}
        self.stage = stage
        #: How many positions were heard of.
        self.done = 0
        self.rows = torch.zeros(len(asked.tiles), heads, asked.length, **empty)
        self.received = torch.zeros(tiles, heads, asked.length, **empty)


def _shares(values: Any) -> Floats:
    """Shares that add up to 1, as they do but for rounding: weights in bfloat16 keep 8 bits."""
    array: Floats = values.float().cpu().numpy()
    return array / np.maximum(array.sum(-1, keepdims=True), 1e-12)


def window_order(model: Any, grid: Any) -> NDArray[np.int64] | None:
    """For each position of a tower that attends over windows, which one of its input it is; None where there are none.

    Args:
        grid: `image_grid_thw` of the processor; None where it has none.
    """
    tower = next((one for one in model.modules() if hasattr(getattr(one, "config", None), "fullatt_block_indexes")), None)
    if tower is None or grid is None:
        return None
    config = tower.config
    if hasattr(tower, "get_window_index"):
        index = tower.get_window_index(grid)[0]
    else:
        from transformers.vision_utils import get_vision_window_index

        index = get_vision_window_index(grid, config.spatial_merge_size, config.window_size, config.patch_size)[0]
    merged: NDArray[np.int64] = np.asarray(index, np.int64)
    unit = config.spatial_merge_size**2
    return (merged[:, None] * unit + np.arange(unit)).reshape(-1)


def asked_rows(told: dict[str, dict[str, Any]]) -> dict[Stage, AskedRows]:
    """What the worker asks for."""
    stages: Sequence[Stage] = ("tower", "language")
    return {
        stage: AskedRows(one["tiles"], one["positions"].reshape(-1, one["together"]), one["length"])
        for stage in stages
        if (one := told.get(stage)) is not None
    }
