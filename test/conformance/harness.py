"""What the scripts here share: a kernel to talk to, what a cell shows, and cases whose last line is "N passed, N failed"."""

import time
from contextlib import contextmanager
from queue import Empty

from jupyter_client.manager import KernelManager

OURS = "colpali-lens"


class Cases:
    """Counts what was tried; `finish` prints the counts and gives the exit code."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, name, ok, seen=None, note=""):
        self.count(name, ok, seen)
        print(name.ljust(44), note.rjust(10), "ok" if ok else f"FAIL {seen}", flush=True)

    def count(self, name, ok, seen=None):
        """As `check`, for cases too many to print when they pass."""
        self.passed, self.failed = self.passed + bool(ok), self.failed + (not ok)
        return ok

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


@contextmanager
def kernel(name=OURS, settings=None, **options):
    """A kernel that is ready and a client of it; `settings` are the manager's, `options` those of its process."""
    manager = KernelManager(kernel_name=name, **(settings or {}))
    manager.start_kernel(**options)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


class Shown:
    """What came of one cell, in the order it came. `result` and `displays` are MIME bundles."""

    def __init__(self):
        self.number, self.result, self.error, self.reply = None, None, None, None
        self.displays, self.updates, self.messages = [], [], []
        self.text = {"stdout": "", "stderr": ""}
        self.seconds = None

    def take(self, message):
        kind, content = message["msg_type"], message["content"]
        self.messages.append(message)
        if kind == "execute_input":
            self.number = content["execution_count"]
        elif kind == "execute_result":
            self.result = content["data"]
        elif kind == "error":
            self.error = content
        elif kind == "stream":
            self.text[content["name"]] += content["text"]
        elif kind == "display_data":
            self.displays.append(content)
        elif kind == "update_display_data":
            self.updates.append(content)

    @property
    def plain(self):
        return None if self.result is None else self.result["text/plain"]

    def __repr__(self):
        error = self.error and [self.error["ename"], self.error["evalue"], self.error["traceback"]]
        texts = {name: text[:200] for name, text in self.text.items() if text}
        shown = [each["data"] for each in self.displays]
        return f"<result {self.plain}, error {error}, printed {texts}, displayed {shown}>"


def run(client, code, timeout=60, interrupt=None, **options):
    """
    Runs a cell until it is idle and answered. `interrupt` is (seconds, function) to call that long after the cell was
    sent; `seconds` of what is returned then counts from there.
    """
    shown, message, began = Shown(), client.execute(code, **options), time.monotonic()
    idle, since = False, began
    while not idle or shown.reply is None:
        if time.monotonic() - began > timeout:
            raise TimeoutError(f"{timeout} s without the end of: {code}")
        if interrupt and time.monotonic() - began > interrupt[0]:
            since = time.monotonic()
            interrupt[1]()
            interrupt = None
        try:
            got = client.get_shell_msg(timeout=0.02) if idle else client.get_iopub_msg(timeout=0.02)
        except Empty:
            continue
        if got["parent_header"].get("msg_id") != message:
            continue
        if idle:
            shown.reply = got["content"]
            continue
        if got["msg_type"] == "status":
            idle = idle or got["content"]["execution_state"] == "idle"
            shown.seconds = time.monotonic() - since
        shown.take(got)
    return shown


def reply_to(client, message):
    """Content of the reply to a request on the shell channel."""
    while True:
        reply = client.get_shell_msg(timeout=30)
        if reply["parent_header"].get("msg_id") == message:
            return reply["content"]


def published(client, seconds):
    """Everything that arrives on iopub within a time."""
    seen, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            seen.append(client.get_iopub_msg(timeout=0.1))
        except Empty:
            pass
    return seen
