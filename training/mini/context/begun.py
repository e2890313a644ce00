"""The averaged weights of a run that has not ended, small enough for the repository: a new run goes on from them.

    python -m mini.context.begun ~/colpali-lens-training/runs/context/latest.pt        writes begun.npz beside this file"""

import argparse
from pathlib import Path

import numpy as np
import torch

from .block import Context

BEGUN = Path(__file__).with_name("begun.npz")


def write(checkpoint: Path, path: Path) -> None:
    """float16, without what the trunk brings."""
    state = torch.load(checkpoint, weights_only=True)
    weights = {name: value.numpy().astype(np.float16) for name, value in state["average"].items() if name not in _of_trunk(state["average"])}
    np.savez_compressed(path, step=state["step"], **weights)


def read(model: Context, path: Path) -> int:
    """Gives the model these weights, and the step that they are of."""
    with np.load(path) as kept:
        weights = {name: torch.from_numpy(kept[name].astype(np.float32)) for name in kept.files if name != "step"}
        step = int(kept["step"])
    missing = [name for name, _ in model.named_parameters() if name not in weights]
    if missing or any(weights[name].shape != parameter.shape for name, parameter in model.named_parameters()):
        raise ValueError(f"invalid {path}: it is of another block than block.py has{f', without {missing[0]}' if missing else ''}; remove it, or start with --scratch")
    model.load_state_dict(weights, strict=False)
    return step


def _of_trunk(weights: dict) -> set[str]:
    return {name for name in ("weight", "bias", "iy", "ix") if name in weights}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", type=Path)
    write(p.parse_args().checkpoint, BEGUN)
    print(f"{BEGUN}: {BEGUN.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
