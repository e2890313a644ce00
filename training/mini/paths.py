"""Where training data and checkpoints live: outside the repository, so that a run survives a clean checkout."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = REPOSITORY / "models" / "mini"
WORK = Path(os.environ.get("COLPALI_LENS_TRAINING", Path.home() / "colpali-lens-training"))
SOURCES = WORK / "sources"
RUNS = WORK / "runs"
SETS = WORK / "sets"
