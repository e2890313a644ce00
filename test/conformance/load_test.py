"""Loads the kernel: printed lines counted at idle, its memory meanwhile, and messages that no client should send."""

import random
import sys
import threading
import time
from pathlib import Path

from harness import Cases, kernel, run

FUZZED = 10_000
REPEATED = 50
MORE_MB = 400


class Peak(threading.Thread):
    """Largest resident size of a process, in MB, sampled every 20 ms."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.file, self.peak, self.done = Path(f"/proc/{pid}/status"), 0, False
        self.first = self.read()

    def read(self):
        lines = self.file.read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024

    def run(self):
        while not self.done:
            self.peak = max(self.peak, self.read())
            time.sleep(0.02)


def fuzzed(session, choose):
    """Frames of a broken message: cut, unsigned, wrongly signed, replayed, no JSON, of unknown type or content."""
    kinds = ["comm_open", "comm_msg", "comm_close", "complete_request", "inspect_request", "is_complete_request"]
    kind = choose.choice([*kinds, "history_request", "comm_info_request", "execute_request", "nonsense", ""])
    contents = [
        {},
        {"comm_id": 7, "data": 3},
        {"comm_id": "x", "target_name": "none", "data": {"state": 1}},
        {"comm_id": "y", "target_name": "jupyter.widget", "data": {"state": []}},
        {"code": 4},
        {"code": "a" * 300, "cursor_pos": -5},
        {"code": "\U0001f600.", "cursor_pos": 1e300},
        {"hist_access_type": "search", "pattern": "(" * 50, "n": "many"},
    ]
    # What makes the compiler work is rare, or this would take minutes.
    content = choose.choice(contents if choose.random() < 0.05 else contents[:4])
    frames = session.serialize(session.msg(kind, content))
    damage = choose.randrange(9)
    if damage == 0:
        frames = frames[: choose.randrange(len(frames))]
    elif damage == 1:
        frames[1] = b""
    elif damage == 2:
        frames[1] = b"0" * 64
    elif damage == 3:
        frames[-1] = frames[-1][: choose.randrange(len(frames[-1]))]
    elif damage == 4:
        frames[2:] = [bytes(choose.randrange(256) for _ in range(20)) for _ in frames[2:]]
        frames[1] = session.sign(frames[2:])
    elif damage == 5:
        frames += [b"\xff" * choose.randrange(100)]
    elif damage == 6:
        wrong = [b"null", b"[]", b"7", b'"text"', b"{}", b'{"code": "\\ud83d", "cursor_pos": 1}']
        frames[2 + choose.randrange(4)] = choose.choice(wrong)
        frames[1] = session.sign(frames[2:6])
    return frames, 1 + (damage == 7)


def oversized(session):
    """A message of 64 MB, and one of 20,000 frames."""
    yield session.serialize(session.msg("comm_msg", {"comm_id": "x", "data": {"text": "x" * 64_000_000}}))
    yield session.serialize(session.msg("comm_msg", {"comm_id": "x", "data": {}})) + [b"0123"] * 20_000


def main():
    cases = Cases()
    with kernel() as (manager, client):
        pid = manager.provisioner.pid
        for count in (20_000, 1_000_000):
            memory = Peak(pid)
            memory.start()
            shown = run(client, f"for (let i = 0; i < {count}; i++) console.log(i)", timeout=120)
            memory.done = True
            text = shown.text["stdout"]
            lines, ordered = text.count("\n"), text.startswith("0\n1\n") and text.endswith(f"\n{count - 1}\n")
            grown = memory.peak - memory.first
            note = f"{shown.seconds:.2f} s"
            cases.check(f"{count} lines, all there at idle", lines == count and ordered, lines, note)
            cases.check("  memory on top while printing", grown < MORE_MB, grown, f"{grown:.0f} MB")
        shown = run(client, "console.log('x'.repeat(5_000_000))")
        cases.check("a printed line of 5 MB", len(shown.text["stdout"]) == 5_000_001, shown)
        shown = run(client, f"'{'y' * 5_000_000}'.length", timeout=120)
        cases.check("a cell with a line of 5 MB", shown.plain == "5000000", shown, f"{shown.seconds:.2f} s")
        shown = run(client, f"const broken = '{'y' * 5_000_000}", timeout=120)
        trace = "\n".join(shown.error["traceback"]) if shown.error else ""
        short = shown.error and "Unterminated string" in shown.error["evalue"] and len(trace) < 1000
        cases.check("a syntax error in a line of 5 MB", short, len(trace), f"{shown.seconds:.2f} s")

    # Another session: this one's history would be sent again and again.
    with kernel() as (manager, client):
        run(client, "let kept = 41")
        choose, sent = random.Random(7), 0
        for channel in (client.shell_channel, client.control_channel, client.stdin_channel):
            share = FUZZED if channel is client.shell_channel else FUZZED // 10
            for _ in range(share):
                frames, times = fuzzed(client.session, choose)
                for _ in range(times):
                    if frames:
                        channel.socket.send_multipart(frames)
                        sent += 1
        # The last of them may fail and take what waits behind it along.
        run(client, "0", timeout=120)
        shown = run(client, "kept + 1", timeout=120)
        alive = manager.is_alive() and shown.plain == "42"
        cases.check(f"alive after {sent} broken messages", alive, shown)
        for channel in (client.shell_channel, client.control_channel):
            for frames in oversized(client.session):
                channel.socket.send_multipart(frames)
        shown = run(client, "kept + 1", timeout=120)
        cases.check("alive after oversized messages", manager.is_alive() and shown.plain == "42", shown)

        frames = client.session.serialize(client.session.msg("execute_request", {"code": "kept++", "silent": False}))
        for _ in range(REPEATED):
            client.shell_channel.socket.send_multipart(frames)
        shown = run(client, "kept")
        cases.check("a replayed request runs once", shown.plain == "42", shown)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
