"""Python's onnxruntime on a page that real-size.mjs prepared: `python real_size_peer.py FOLDER` prints JSON; needs onnxruntime and NumPy.

FOLDER has feeds.json (graph; inputs with name, type, shape) and the numbers of each input in a file of its name.
"""
import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime as ort

folder = Path(sys.argv[1])
given = json.loads((folder / "feeds.json").read_text())
feeds = {one["name"]: np.fromfile(folder / one["name"], one["type"]).reshape(one["shape"]) for one in given["inputs"]}


def timed(work):
    """Seconds, and behind them those of processors."""
    start, before = time.perf_counter(), time.process_time()
    made = work()
    return made, f"{time.perf_counter() - start:.2f} ({time.process_time() - before:.1f})"


def most_memory():
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return f"{int(line.split()[1]) / 2**20:.2f}"


result = {"version": ort.__version__}
session, result["load, s"] = timed(lambda: ort.InferenceSession(given["graph"], providers=["CPUExecutionProvider"]))
for name in ("first page", "second page"):
    _, result[f"{name}, s"] = timed(lambda: session.run(None, feeds))
    result[f"memory, {name}, GiB"] = most_memory()
print(json.dumps(result))
