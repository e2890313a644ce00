"""Runs cells (a JSON list of sources on standard input) one after the other in the kernel, in the folder that is the argument.

Writes a JSON list with what each cell printed and shown as text, and its error, if any. Cells after an error run too.
"""

import json
import sys

import nbformat
from nbclient import NotebookClient

notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in json.load(sys.stdin)])
resources = {"metadata": {"path": sys.argv[1]}}
NotebookClient(notebook, timeout=300, kernel_name="colpali-lens", allow_errors=True, resources=resources).execute()


def said(output):
    if output.output_type == "error":
        return {"error": "\n".join(output.traceback) or output.evalue}
    if output.output_type == "stream":
        return {output.name: output.text}
    return {"shown": output.data.get("text/plain", ""), "types": sorted(output.data)}


json.dump([[said(output) for output in cell.outputs] for cell in notebook.cells], sys.stdout)
