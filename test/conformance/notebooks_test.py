"""
Executes tslab's own example notebooks unchanged and compares what they show with the outputs stored in them. Times and
versions may differ, and tslab prints as text what here is a result or an error.

Left out: tensorflow.ipynb, which downloads its data and needs @tensorflow/tfjs-node; clean_notebooks.ipynb, which
rewrites the notebooks beside it. tslab's README has no cells.
"""

import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

from harness import Cases, kernel, run

EXAMPLES = Path(__file__).parents[1] / "fixtures" / "tslab-examples"
# Written for tslab's JavaScript kernel: fields that are not declared, and a type given in a comment.
JAVASCRIPT_ONLY = ("this.name = name", "this.abc = abc", "/** @type {any} */")


def plain(text):
    """Without colours, and with times, versions and names of processors made equal."""
    text = re.sub(r"\x1b\[\d*m", "", text)
    text = re.sub(r"\d+(?=ms|\[ms\])", "N", text)
    text = re.sub(r"(\w+): 'v?\d+\.\d+\.\d+'", r"\1: 'N'", text)
    return text.strip()


def stored(cell):
    """Text and displayed bundles of a cell as the notebook has them."""
    text = "".join("".join(output["text"]) for output in cell["outputs"] if output["output_type"] == "stream")
    join = lambda value: value if isinstance(value, str) else "".join(value)  # noqa: E731
    bundles = [
        {mime: join(value).strip() for mime, value in output["data"].items()}
        for output in cell["outputs"]
        if output["output_type"] == "display_data"
    ]
    return plain(text), bundles


def shows(cell, shown):
    text, bundles = stored(cell)
    refused = re.match(r"(\d+:\d+) - ", text)
    if refused:
        # The words of TypeScript change between its versions; the place does not.
        trace = "\n".join(shown.error["traceback"]) if shown.error else ""
        return f"In[{shown.number}]:{refused[1]} - error TS" in trace and "is not assignable to type 'number'" in trace
    if shown.error:
        return False
    latest = {each["transient"]["display_id"]: each["data"] for each in shown.updates}
    displays = [latest.get(each.get("transient", {}).get("display_id"), each["data"]) for each in shown.displays]
    displays = [{mime: value.strip() for mime, value in bundle.items()} for bundle in displays]
    mine = plain(shown.text["stdout"] + (shown.plain or ""))
    source = "".join(cell["source"])
    # A result is shown with its quotes, and every machine has another processor.
    same = mine in (text, f"'{text}'") or (mine != "" and "cpus()" in source)
    return same and displays == bundles


def main():
    cases = Cases()
    for notebook in sorted(EXAMPLES.glob("*.ipynb")):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch).resolve()
            shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True)
            with kernel(cwd=str(folder)) as (_, client):
                cells = [cell for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code"]
                for index, cell in enumerate(cells):
                    source = "".join(cell["source"])
                    shown = run(client, source, timeout=120)
                    if "javascript" in notebook.stem and any(mark in source for mark in JAVASCRIPT_ONLY):
                        refused = bool(shown.error) and shown.error["ename"] == "TypeScriptError"
                        cases.check(f"{notebook.stem}, cell {index}: JavaScript only", refused, shown)
                    else:
                        cases.check(f"{notebook.stem}, cell {index}", shows(cell, shown), (stored(cell), shown))
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
