"""Runs examples/first-look.ipynb and stores its outputs, so that it reads well without a kernel.

    .venv/bin/python tools/example-notebook/run.py            writes the file
    .venv/bin/python tools/example-notebook/run.py --stdout   writes it to standard output

Live views are left out of what is stored: their kernel is gone, and a code-hosting site shows the picture and the text.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[2] / "examples" / "first-look.ipynb"
KEPT = ("image/png", "text/plain")


def executed():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="colpali-lens",
        resources={"metadata": {"path": NOTEBOOK.parent}},
        store_widget_state=False,
        record_timing=False,
    )
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("trusted", None)
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = {kind: output["data"][kind] for kind in KEPT if kind in output["data"]}
    return notebook


if __name__ == "__main__":
    text = nbformat.writes(executed(), indent=1) + "\n"
    if "--stdout" in sys.argv:
        sys.stdout.write(text)
    else:
        NOTEBOOK.write_text(text, encoding="utf-8")
        print(NOTEBOOK)
