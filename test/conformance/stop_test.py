"""After an interrupt nothing of the cell works on, what was done is kept, and asked again it is not done again."""

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import Cases, kernel, run

PAGES = 200
DONE = 7
LATER = 10
SOON = 3
"""Pages of noise, each of its own; the folder of the embeddings tells how many are done."""
PREPARE = """
import { type Page, explain, explainPage, loadModel, openPages } from "colpali-lens";
import { createHash } from "node:crypto";
const made = (seed: number): Page => {
  const [width, height] = [40, 30];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (2 * seed + 3) * 37) & 255);
  const source = { file: `page${seed}`, number: 1, of: 1, dpi: null, renderer: "test" };
  const sha256 = createHash("sha256").update(pixels).update(`${seed}`).digest("hex");
  const rendered = { pixels: async () => pixels, digest: async () => sha256, words: async () => [] };
  return { kind: "page", width, height, source, sha256, warnings: [], ...rendered };
};
const pages = Array.from({ length: %d }, (_, seed) => made(seed));
const own = new AbortController();
"""
MODEL = 'const model = await loadModel("mini", { cacheDir: %r, provider: "cpu" })'
WORK = {
    "explain": "await explain(model, pages, 'wind', { baseline: false })",
    "a signal of its own": "await explain(model, pages, 'wind', { baseline: false, signal: own.signal })",
    "embedPages": "await model.embedPages(pages)",
    "page by page": "for (const page of pages) await model.embedPage(page)",
    "all at once": "await Promise.all(pages.map((page) => model.embedPage(page)))",
    "catching everything": "for (const page of pages) { try { await explainPage(model, page, 'wind', { baseline: null }) } catch {} }",
}
SIZE = 200_000_000


class Hub(BaseHTTPRequestHandler):
    """A model hub with one model, whose graph comes slowly."""

    sent = 0

    def do_GET(self):
        if "/revision/" in self.path:
            return self.json('{"_id": "1", "id": "team/slow", "sha": "%s"}' % ("0" * 40))
        if "/tree/" in self.path:
            return self.json(
                '[{"type": "file", "path": "model.onnx", "size": %d, "oid": "x", "lfs": {"oid": "%s", "size": %d, "pointerSize": 130}}]'
                % (SIZE, "0" * 64, SIZE)
            )
        self.send_response(200)
        self.send_header("content-length", str(SIZE))
        self.end_headers()
        try:
            while Hub.sent < SIZE:
                self.wfile.write(bytes(1 << 16))
                Hub.sent += 1 << 16
                time.sleep(0.02)
        except OSError:
            pass

    def json(self, text):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def inodes(folder):
    """A file that is written again has another one."""
    return {file.name: file.stat().st_ino for file in Path(folder, "embeddings").glob("*.safetensors")}


def stops(cases, manager, client, name, code, count, done, slack, wait=SOON):
    """Interrupts `code` when `count()` has reached `done`; counts when the kernel says idle, and some time later."""

    def when_done():
        until = time.monotonic() + 120
        while count() < done and time.monotonic() < until:
            time.sleep(0.01)
        manager.interrupt_kernel()

    shown = run(client, code, timeout=180, interrupt=(0, when_done))
    idle = count()
    time.sleep(wait)
    later = count()
    ok = shown.error and shown.error["ename"] == "KeyboardInterrupt" and done <= idle
    cases.check(f"  {name}", ok and later <= idle + slack, (idle, later, shown), f"{idle}, {later}")
    return later


def pages_stop(cases, manager, client):
    print(f"interrupted after {DONE} of {PAGES} pages".ljust(44), "idle, later")
    run(client, PREPARE % PAGES)
    for name, code in WORK.items():
        with TemporaryDirectory() as folder:
            run(client, MODEL % folder)
            wait = LATER if name == "explain" else SOON
            # The run that is under way cannot be stopped.
            later = stops(cases, manager, client, name, code, lambda: len(inodes(folder)), DONE, 1, wait)
            if name == "explain":
                before = inodes(folder)
                again = run(client, f"(await model.embedPages(pages.slice(0, {later}))).length")
                same = inodes(folder) == before
                cases.check("  what was done is kept", again.plain == str(later) and same, (before, again))
            run(client, "await model.dispose()")


def download_stops(cases, manager, client):
    with TemporaryDirectory() as folder, ThreadingHTTPServer(("127.0.0.1", 0), Hub) as hub:
        threading.Thread(target=hub.serve_forever, daemon=True).start()
        run(client, f"process.env.HF_ENDPOINT = 'http://127.0.0.1:{hub.server_port}'")
        code = f'await loadModel("team/slow", {{ cacheDir: {folder!r} }})'
        # What the sockets of both ends hold is sent already.
        stops(cases, manager, client, "a download", code, lambda: Hub.sent, 2_000_000, 8_000_000)
        kept = [file.stat().st_size for file in Path(folder).rglob("model.onnx.part")]
        cases.check("  the part is kept", len(kept) == 1 and kept[0] > 1_000_000, kept)
        hub.shutdown()


def main():
    cases = Cases()
    with kernel() as (manager, client):
        pages_stop(cases, manager, client)
        download_stops(cases, manager, client)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
