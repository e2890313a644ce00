"""What the public suite leaves out of execute_request: abort, silent cells, expressions, input, parents of late output."""

import sys
import time
from queue import Empty

from jupyter_client.manager import start_new_kernel


def reply_to(client, message):
    while True:
        reply = client.get_shell_msg(timeout=30)
        if reply["parent_header"]["msg_id"] == message:
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


def main():
    manager, client = start_new_kernel(kernel_name="colpali-lens", startup_timeout=60)
    bad = 0

    def check(name, ok, seen=""):
        nonlocal bad
        bad += not ok
        print(name.ljust(34), "ok" if ok else f"FAIL {seen}")

    try:
        first, second = client.execute("throw new Error('stop')"), client.execute("1")
        answers = [reply_to(client, first)["status"], reply_to(client, second)["status"]]
        check("stop_on_error aborts what waits", answers == ["error", "aborted"], answers)
        first, second = client.execute("throw 1", stop_on_error=False), client.execute("2")
        answers = [reply_to(client, first)["status"], reply_to(client, second)["status"]]
        check("stop_on_error false goes on", answers == ["error", "ok"], answers)

        count = reply_to(client, client.execute("3"))["execution_count"]
        published(client, 0.3)
        silent = client.execute("4", silent=True)
        same = reply_to(client, silent)["execution_count"]
        kinds = {m["msg_type"] for m in published(client, 0.5) if m["parent_header"].get("msg_id") == silent}
        check("silent", same == count and kinds == {"status"}, (count, same, kinds))
        hidden = reply_to(client, client.execute("5", store_history=False))["execution_count"]
        check("store_history false keeps the count", hidden == count, hidden)

        values = reply_to(client, client.execute("let a = 6", user_expressions={"b": "a + 1", "c": "nope()"}))
        values = values["user_expressions"]
        good = values["b"]["data"]["text/plain"] == "7" and values["c"]["status"] == "error"
        check("user_expressions", good, values)

        asked = client.execute(
            "await (globalThis as any)[Symbol.for('colpali-lens.kernel')].input('name? ')", allow_stdin=True
        )
        request = client.get_stdin_msg(timeout=10)["content"]
        client.input("Ada")
        answer = reply_to(client, asked)["status"]
        check("input", request == {"prompt": "name? ", "password": False} and answer == "ok", (request, answer))

        late = client.execute("setTimeout(() => console.log('late'), 600); 0")
        reply_to(client, late)
        reply_to(client, client.execute("'between'"))
        texts = [m for m in published(client, 1.5) if m["msg_type"] == "stream"]
        good = [m["parent_header"]["msg_id"] for m in texts] == [late]
        check("late output under its own cell", good, texts)

        reply_to(client, client.execute("void Promise.reject(new Error('lost')); setTimeout(() => { throw 1 }); 0"))
        published(client, 0.5)
        answer = reply_to(client, client.execute("8"))["status"]
        check("uncaught errors do not kill it", answer == "ok" and manager.is_alive(), answer)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
