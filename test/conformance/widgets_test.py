"""Widgets on the wire: status, parents and buffers of comm messages, echo on and off, broken messages, and nbclient."""

import os
import random
import sys

import nbformat
from harness import Cases, reply_to
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

MAKE = """
import { IntSlider, FileUpload, Image } from "colpali-lens/widgets";
const slider = new IntSlider({ value: 3, max: 10 });
const upload = new FileUpload();
const image = new Image(new Uint8Array([9, 8]));
slider.on("change:value", (v) => console.log("moved", v));
console.log(slider.id, upload.id, image.id)"""

CELLS = [
    """import { Output, IntSlider, VBox } from "colpali-lens/widgets";
const out = new Output(); const box = new VBox([new IntSlider(5), out]); box""",
    """console.log("outside"); out.capture(() => console.log("inside")); console.log("outside again")""",
]


class Wire:
    def __init__(self, **env):
        self.manager, self.client = start_new_kernel(
            kernel_name="colpali-lens", startup_timeout=60, env={**os.environ, **env}
        )

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def send(self, kind, content, buffers=(), metadata=None):
        """Sends on shell; what comes on iopub for it, up to idle."""
        message = self.client.session.msg(kind, content, metadata=metadata)
        self.client.session.send(self.client.shell_channel.socket, message, buffers=list(buffers))
        seen = []
        while True:
            answer = self.client.get_iopub_msg(timeout=30)
            if answer["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                seen.append(answer)
                if answer["content"].get("execution_state") == "idle":
                    return seen

    def run(self, code):
        seen = self.send("execute_request", {"code": code, "silent": False})
        return "".join(m["content"]["text"] for m in seen if m["msg_type"] == "stream")

    def update(self, comm, state, paths=(), buffers=()):
        data = {"method": "update", "state": state, "buffer_paths": list(paths)}
        return self.send("comm_msg", {"comm_id": comm, "data": data}, buffers)


def kinds(messages):
    names = []
    for message in messages:
        content = message["content"]
        names.append(content.get("execution_state") or content.get("data", {}).get("method") or message["msg_type"])
    return names


cases = Cases()
check = cases.check


def conversation(echo):
    wire = Wire(JUPYTER_WIDGETS_ECHO="1" if echo else "0")
    word = "echo on: " if echo else "echo off: "
    try:
        slider, upload, image = wire.run(MAKE).split()
        seen = kinds(wire.update(slider, {"value": 7}))
        check(word + "a value", seen == ["busy", *(["echo_update"] if echo else []), "idle"], seen)
        seen = wire.update(slider, {"value": 70})
        state = [m["content"]["data"]["state"] for m in seen if m["msg_type"] == "comm_msg"]
        check(word + "a corrected value", state == [*([{"value": 70}] if echo else []), {"value": 10}], state)

        file = {"name": "a", "type": "", "size": 3, "last_modified": 0}
        wire.update(upload, {"value": [file]}, [["value", 0, "content"]], [bytes([1, 2, 250])])
        text = wire.run("console.log(String(upload.value[0].content))")
        check(word + "bytes in", text == "1,2,250\n", text)

        wire.send("comm_open", {"comm_id": "c", "target_name": "jupyter.widget.control", "data": {}}, metadata={"version": "1.0.0"})
        seen = wire.send("comm_msg", {"comm_id": "c", "data": {"method": "request_states"}})
        answer = next(m for m in seen if m["msg_type"] == "comm_msg")
        data = answer["content"]["data"]
        at = data["buffer_paths"].index([image, "state", "value"])
        good = data["states"][slider]["state"]["value"] == 10 and bytes(answer["buffers"][at]) == b"\x09\x08"
        check(word + "all states, bytes out", good, data)

        for what, content, told in [
            ("an unknown target", ("comm_open", {"comm_id": "x", "target_name": "nobody", "data": {}}), "comm_close"),
            ("an unknown comm", ("comm_msg", {"comm_id": "nobody", "data": {"method": "update"}}), None),
            ("a state that is a list", ("comm_msg", {"comm_id": slider, "data": {"method": "update", "state": [1]}}), "stream"),
            ("no data", ("comm_msg", {"comm_id": slider}), "stream"),
            ("no comm id", ("comm_msg", {}), "stream"),
        ]:
            seen = kinds(wire.send(*content))
            check(word + what, seen == ["busy", *([told] if told else []), "idle"], seen)
        random.seed(5)
        values = [None, 1, -1e300, "x", [], {}, [[["value"]]], {"value": {"a": [None]}}, "IPY_MODEL_" + slider, {"__proto__": 1}]
        pick = lambda: random.choice(values)
        for _ in range(500):
            data = {"method": random.choice(["update", "custom", "request_state", None]), "state": pick(), "content": pick()}
            if random.random() < 0.5:
                data["state"] = {random.choice(["value", "max", "layout", "style", "_model_name"]): pick()}
            data["buffer_paths"] = pick()
            comm = random.choice([slider, upload, image, "c"])
            wire.send("comm_msg", {"comm_id": comm, "data": data}, [b"z"] * random.randrange(3))
        text = wire.run("slider.value = 4; console.log(slider.value, typeof slider.max, slider.layout.constructor.name)")
        check(word + "500 broken messages", text.splitlines()[-1] == "4 number Layout", text)
    finally:
        wire.close()


def rerunning():
    """The ids of cells that JupyterLab sends say which widgets are no longer shown; without them all stay."""
    wire = Wire()
    opened = lambda: len(reply_to(wire.client, wire.client.comm_info("jupyter.widget"))["comms"])
    try:
        make = 'import { IntSlider } from "colpali-lens/widgets"; var made = new IntSlider({ max: 9 }); made'
        cell = lambda code, **metadata: wire.send("execute_request", {"code": code, "silent": False}, metadata=metadata)
        counts = []
        for _ in range(6):
            cell(make, cellId="a")
            counts.append(opened())
        check("six runs of a cell, one widget", counts == [3] * 6, counts)
        for code in ("let broken: number = ''", "throw 1", "0"):
            cell(make, cellId="a")
            seen = cell(code, cellId="a")
            closed = [m for m in seen if m["msg_type"] == "comm_close"]
            check(f"closed before idle: {code}", (len(closed), opened()) == (3, 0), (closed, opened()))
        shown = [m["content"]["data"] for m in cell("made", cellId="b") if m["msg_type"] == "execute_result"]
        model = shown[0]["application/vnd.jupyter.widget-view+json"]["model_id"]
        wire.update(model, {"value": 8})
        text = wire.run("console.log(made.value)")
        check("shown again it is open again", (opened(), text) == (3, "8\n"), (opened(), text))
        cell("0", cellId="c", deletedCells=["b"])
        check("the cell that shows it is deleted", opened() == 0, opened())
        for _ in range(3):
            wire.run(make)
        check("no cell ids: all stay", opened() == 9, opened())
        seen = cell("0", cellId=7, deletedCells="no list")
        check("ids that are none", kinds(seen)[-1] == "idle" and opened() == 9, seen)
    finally:
        wire.close()


def notebook():
    cells = [nbformat.v4.new_code_cell(code) for code in CELLS]
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "colpali-lens", "display_name": "", "language": "typescript"}})
    NotebookClient(book, timeout=60).execute()
    states = book.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    view = book.cells[0].outputs[0].data["application/vnd.jupyter.widget-view+json"]
    check("nbclient stores the state", states[view["model_id"]]["model_name"] == "VBoxModel", list(states))
    held = [s["state"]["outputs"] for s in states.values() if s["model_name"] == "OutputModel"]
    check("nbclient captures", [[o["text"] for o in outputs] for outputs in held] == [["inside\n"]], held)
    text = "".join(o.text for o in book.cells[1].outputs)
    check("and the rest stays below the cell", text == "outside\noutside again\n", text)


if __name__ == "__main__":
    for echo in (True, False):
        conversation(echo)
    rerunning()
    notebook()
    sys.exit(cases.finish())
