"""Runs the notebooks of examples/ and stores their outputs, so that they read well without a kernel.

    .venv/bin/python tools/example-notebook/run.py                      writes all of them but from-python
    .venv/bin/python tools/example-notebook/run.py first-look           writes one
    .venv/bin/python tools/example-notebook/run.py first-look --stdout  writes it to standard output
    .cache/torch/bin/python tools/example-notebook/run.py from-python   writes the one that needs torch; `npm test -- torch` makes that environment

Live views are left out of what is stored: their kernel is gone, and a code-hosting site shows the picture and the text.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
KEPT = ("image/png", "text/plain")


def executed(path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=900,
        kernel_name=notebook.metadata.kernelspec.name,
        resources={"metadata": {"path": EXAMPLES}},
        store_widget_state=False,
        record_timing=False,
    )
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("trusted", None)
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = {kind: output["data"][kind] for kind in KEPT if kind in output["data"]}
        # What only had a live view, as the bar of a slow step, leaves nothing.
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("data", True)]
    return notebook


if __name__ == "__main__":
    names = [name for name in sys.argv[1:] if name != "--stdout"]
    paths = [EXAMPLES / f"{name}.ipynb" for name in names] or sorted(set(EXAMPLES.glob("*.ipynb")) - {EXAMPLES / "from-python.ipynb"})
    for path in paths:
        text = nbformat.writes(executed(path), indent=1) + "\n"
        if "--stdout" in sys.argv:
            sys.stdout.write(text)
        else:
            path.write_text(text, encoding="utf-8")
            print(path)
