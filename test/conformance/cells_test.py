"""Runs the cells of cells.json, each group in a session of its own, and compares every output with the value beside it."""

import json
import sys
import tempfile
from pathlib import Path

from harness import Cases, kernel, run

HERE = Path(__file__).parent


def matches(expected, shown):
    """
    `null`: nothing is shown. Text: the result. An object: `error` is contained in the error's text, `at` is the
    LINE:COLUMN of this cell that the traceback names first, `lines` are all of them, `trace` is the whole traceback;
    `stdout`, `stderr`, `shown`.
    """
    seen = {name: text for name, text in shown.text.items() if text}
    if shown.displays:
        seen["shown"] = [each["data"] for each in shown.displays]
    if shown.error is None:
        if shown.plain is not None:
            seen["result"] = shown.plain
        wanted = {"result": expected} if isinstance(expected, str) else expected or {}
        return seen == wanted
    if not isinstance(expected, dict) or "error" not in expected:
        return False
    trace = "\n".join(shown.error["traceback"])
    text = f'{shown.error["ename"]}: {shown.error["evalue"]}\n{trace}'
    places = [f"In[{shown.number}]:{place}" for place in expected.get("lines", [expected["at"]] if "at" in expected else [])]
    found = [trace.find(place) for place in places]
    others = {key: value for key, value in expected.items() if key not in ("error", "at", "lines", "trace")}
    if "trace" in expected and trace != expected["trace"]:
        return False
    return expected["error"] in text and found == sorted(found) and -1 not in found and seen == others


def prepare(folder, files):
    """Writes files by name; `null` deletes one."""
    for name, text in files.items():
        path = folder / name
        if text is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def within(folder, expected):
    """An expected value with the session's folder for FOLDER."""
    return json.loads(json.dumps(expected).replace("FOLDER", str(folder)))


def main():
    cases, wanted = Cases(), sys.argv[1:]
    suites = json.loads((HERE / "cells.json").read_text())
    for group in suites["groups"]:
        if wanted and group["name"] not in wanted:
            continue
        right, count = 0, 0
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch).resolve()
            prepare(folder, suites["files"] | group.get("files", {}))
            with kernel(cwd=str(folder)) as (_, client):
                for step in group["cells"]:
                    if isinstance(step, dict):
                        prepare(folder, step)
                        continue
                    code, expected = step[0], within(folder, step[1])
                    shown = run(client, code)
                    count += 1
                    ok = cases.count(code, matches(expected, shown))
                    right += ok
                    if not ok:
                        print(f'FAIL {group["name"]}: {code}\n  expected {expected}\n  seen     {shown}')
        print(f'cells: {group["name"]}'.ljust(44), f"{right} of {count}".rjust(10), flush=True)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
