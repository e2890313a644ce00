"""Loads the kernel: printed lines counted at idle, and ten thousand messages that no client should send."""

import random
import sys

from jupyter_client.manager import start_new_kernel

FUZZED = 10_000


def run(client, code):
    """Result and number of printed lines of a cell, by the time the kernel is idle."""
    seen = {"result": None, "lines": 0}

    def hook(message):
        if message["msg_type"] == "stream":
            seen["lines"] += message["content"]["text"].count("\n")
        elif message["msg_type"] == "execute_result":
            seen["result"] = message["content"]["data"]["text/plain"]

    client.execute_interactive(code, output_hook=hook, timeout=120)
    return seen["result"], seen["lines"]


def fuzzed(client, choose):
    """Frames of a broken message: cut, unsigned, wrongly signed, replayed, no JSON, of unknown type or content."""
    session = client.session
    kind = choose.choice(["comm_open", "comm_msg", "comm_close", "complete_request", "inspect_request", "nonsense"])
    content = choose.choice([{}, {"comm_id": 7, "data": 3}, {"comm_id": "x", "target_name": "none", "data": {"state": 1}},
                             {"comm_id": "y", "target_name": "jupyter.widget", "data": {"state": []}}, {"code": 4}])
    frames = session.serialize(session.msg(kind, content))
    damage = choose.randrange(7)
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
    return frames, damage == 6


def main():
    manager, client = start_new_kernel(kernel_name="colpali-lens", startup_timeout=60)
    bad = 0

    def check(name, ok, seen=""):
        nonlocal bad
        bad += not ok
        print(name.ljust(34), "ok" if ok else f"FAIL {seen}")

    try:
        for count in (20_000, 1_000_000):
            _, lines = run(client, f"for (let i = 0; i < {count}; i++) console.log(i)")
            check(f"{count} lines at idle", lines == count, lines)
        _, lines = run(client, "console.log('x'.repeat(5_000_000))")
        check("a line of 5 MB", lines == 1, lines)
        run(client, "let kept = 41")
        choose = random.Random(7)
        for _ in range(FUZZED):
            frames, twice = fuzzed(client, choose)
            for _ in range(1 + twice):
                if frames:
                    client.shell_channel.socket.send_multipart(frames)
        result, _ = run(client, "kept + 1")
        check(f"alive after {FUZZED} broken messages", manager.is_alive() and result == "42", result)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
