"""Runs the cells of cells.json in one session each and compares every output with the value beside it."""

import json
import sys
import tempfile
from pathlib import Path

from jupyter_client.manager import start_new_kernel

HERE = Path(__file__).parent


def outcome(client, code):
    """What a cell shows: its result, else its error, else what it printed."""
    seen = {}

    def hook(message):
        kind, content = message["msg_type"], message["content"]
        if kind == "execute_result":
            seen["result"] = content["data"]["text/plain"]
        elif kind == "error":
            seen["error"] = "\n".join([f'{content["ename"]}: {content["evalue"]}', *content["traceback"]])
        elif kind == "stream":
            seen[content["name"]] = seen.get(content["name"], "") + content["text"]
        elif kind == "display_data":
            seen.setdefault("shown", []).append(content["data"])

    client.execute_interactive(code, output_hook=hook, timeout=60)
    return seen


def matches(expected, seen):
    if expected is None:
        return seen == {}
    if isinstance(expected, str):
        return seen == {"result": expected}
    return all(
        text in seen.get(kind, "") if kind == "error" else seen.get(kind) == text for kind, text in expected.items()
    ) and ("error" in expected) == ("error" in seen)


def prepare(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main():
    wanted = sys.argv[1:]
    suites = json.loads((HERE / "cells.json").read_text())
    total, wrong = 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        prepare(folder, suites["files"])
        manager, client = start_new_kernel(kernel_name="colpali-lens", startup_timeout=60, cwd=str(folder))
        try:
            for group in suites["groups"]:
                if wanted and group["name"] not in wanted:
                    continue
                for index, step in enumerate(group["cells"]):
                    if isinstance(step, dict):
                        prepare(folder, step)
                        continue
                    code, expected = step
                    seen = outcome(client, code)
                    total += 1
                    if not matches(expected, seen):
                        wrong += 1
                        print(f'FAIL {group["name"]}, step {index}: {code}\n  expected {expected}\n  seen     {seen}')
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    print(f"cells: {total - wrong} of {total} right")
    return 1 if wrong or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
