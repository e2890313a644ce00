"""A model of real size is interrupted while it loads, with a page in it, and while chance is measured: once the kernel is idle, it is."""

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import Cases, kernel, run
from large_model import large_model

LATER = 4
MOST = 0.5
PREPARE = """
import { type Page, explain, loadModel } from "colpali-lens";
const made = (seed: number): Page => {
  const [width, height] = [40, 30];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (2 * seed + 3) * 37) & 255);
  const source = { file: `page${seed}`, number: 1, of: 1, dpi: null, renderer: "test" };
  const sha256 = String(seed);
  const rendered = { pixels: async () => pixels, digest: async () => sha256, words: async () => [] };
  return { kind: "page", width, height, source, sha256, warnings: [], ...rendered };
};
0
"""


def family(pid):
    """A process and all that it started."""
    children = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += [int(child) for child in task.read_text().split()]
        except OSError:  # A thread that has ended.
            continue
    return [pid, *(one for child in children for one in family(child))]


def processor_seconds(pid):
    """Of the family, those included that have ended: once they are waited for, their time is their parent's."""
    while True:
        members = family(pid)
        try:
            ticks = [ticks_of(one) for one in members]
        except OSError:
            continue
        # One that ends meanwhile would count twice, or not at all.
        if family(pid) == members:
            return sum(ticks) / os.sysconf("SC_CLK_TCK")


def ticks_of(pid):
    """Its own, and those of the children that it waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return sum(int(field) for field in fields[11:15])


def idles(cases, manager, client, name, code, begun, seen=lambda shown: True):
    pid = manager.provisioner.pid

    def when_begun():
        started, until = processor_seconds(pid), time.monotonic() + 200
        while not begun(started) and time.monotonic() < until:
            time.sleep(0.02)
        manager.interrupt_kernel()

    shown = run(client, code, timeout=400, interrupt=(0, when_begun))
    at_idle = processor_seconds(pid)
    time.sleep(LATER)
    used = processor_seconds(pid) - at_idle
    stopped = shown.error and shown.error["ename"] == "KeyboardInterrupt"
    cases.check(name, stopped and seen(shown) and used <= MOST, (used, shown), f"{used:.2f} s")


def main():
    cases = Cases()
    with TemporaryDirectory() as root, kernel() as (manager, client):
        folder, pid = Path(root, "model"), manager.provisioner.pid
        large_model(folder)
        run(client, PREPARE)
        load = f'await loadModel({str(folder)!r}, {{ cacheDir: {root!r}, provider: "cpu" }})'
        own = len(family(pid))
        after = lambda seconds: lambda started: processor_seconds(pid) - started > seconds
        print("interrupted".ljust(44), "processor after idle")
        idles(cases, manager, client, "while it loads", load, lambda _: len(family(pid)) > own)
        run(client, f"const model = {load}; 0", timeout=200)
        idles(cases, manager, client, "with a page in it", "await model.embedPage(made(1))", after(2))
        embedded = run(client, "(await model.embedPage(made(2))).vectors.count", timeout=400)
        cases.check("the next page is embedded", embedded.plain == "4096", embedded)
        # The lens is there, chance is not.
        code = "const lens = await explain(model, made(2), 'peak load'); lens"
        idles(cases, manager, client, "while chance is measured", code, after(3), lambda shown: shown.displays)
        left = run(client, "[lens.map('peak').rows, (await model.embedQuery('wind')).vectors.count > 0]", timeout=200)
        cases.check("lens and model live on", left.plain == "[ 64, true ]", left)
        run(client, "await model.dispose()")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
