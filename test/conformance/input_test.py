"""A cell that asks the person: prompt, confirm, alert, readline and process.stdin; answered, interrupted, refused."""

import sys
import time
from queue import Empty

from harness import Cases, kernel, run

RL = 'import { createInterface } from "node:readline/promises";'
API = "(globalThis as any)[Symbol.for('colpali-lens.kernel')]"
#: Code, answers given to what is asked, the questions, the result.
ASKS = [
    ("prompt('name?')", ["Ada"], ["name? "], "'Ada'"),
    ("[prompt('é?', 'none'), prompt('b?')]", ["", "", ], ["é? [none] ", "b? "], "[ 'none', null ]"),
    ("prompt()", ["x"], ["Prompt "], "'x'"),
    ("[confirm('sure?'), confirm('sure?'), confirm()]", ["y", "no", ""], ["sure? [y/N] ", "sure? [y/N] ", "Confirm [y/N] "], "[ true, false, false ]"),
    ("alert('look'); 'seen'", [""], ["look [Enter] "], "'seen'"),
    ("function name() { return prompt('in a function?') } [1, 2].map(name)", ["a", "b"], ["in a function? "] * 2, "[ 'a', 'b' ]"),
    ("await new Promise((r) => setTimeout(r, 50)); prompt('after await')", ["a"], ["after await "], "'a'"),
    (f"await Promise.all([{API}.input('a'), {API}.input('b')])", ["1", "2"], ["a", "b"], "[ '1', '2' ]"),
    ("const rl = createInterface({ input: process.stdin, output: process.stdout }); const a = await rl.question('a? '); const b = await rl.question('b? '); rl.close(); [a, b]",
     ["1", "2"], ["", ""], "[ '1', '2' ]"),
    ("const lines = []; for await (const line of createInterface({ input: process.stdin })) { if (line === 'end') break; lines.push(line) } lines",
     ["1", "zwei", "end"], ["", "", ""], "[ '1', 'zwei' ]"),
    ("JSON.stringify(await new Promise((done) => process.stdin.once('data', done)))", ["x"], [""], """'"x\\\\n"'"""),
]  # fmt: skip


def stdin_is_empty(client):
    """Takes the questions that were never answered."""
    try:
        while True:
            client.get_stdin_msg(timeout=0.3)
    except Empty:
        pass


def asking(client, code, answers):
    """Runs a cell that asks. @returns what came of it, and the questions."""
    message, asked, shown = client.execute(code, allow_stdin=True), [], None
    replies = list(answers)
    until = time.monotonic() + 20
    while shown is None and time.monotonic() < until:
        try:
            request = client.get_stdin_msg(timeout=0.05)
            asked.append(request["content"]["prompt"])
            if replies:
                client.input(replies.pop(0))
        except Empty:
            pass
        try:
            reply = client.get_shell_msg(timeout=0.05)
            if reply["parent_header"].get("msg_id") == message:
                shown = reply["content"]
        except Empty:
            pass
    texts = {}
    while True:
        got = client.get_iopub_msg(timeout=10)
        if got["parent_header"].get("msg_id") != message:
            continue
        if got["msg_type"] == "execute_result":
            texts["result"] = got["content"]["data"]["text/plain"]
        elif got["msg_type"] == "stream":
            texts["printed"] = texts.get("printed", "") + got["content"]["text"]
        elif got["content"].get("execution_state") == "idle":
            return shown, asked, texts


def main():
    cases = Cases()
    with kernel() as (manager, client):
        run(client, RL)
        for code, answers, questions, result in ASKS:
            shown, asked, texts = asking(client, code.replace("const ", "var "), answers)
            ok = shown and shown["status"] == "ok" and asked == questions and texts.get("result") == result
            cases.check(code[:60], ok, (shown, asked, texts))

        for name, code in {
            "prompt": "prompt('stay?')",
            "prompt in try": "for (;;) { try { prompt('stay?') } catch {} }",
            "question": "var rl2 = createInterface({ input: process.stdin }); await rl2.question('stay?')",
            "input": f"await {API}.input('stay?')",
        }.items():
            began = time.monotonic()
            shown = run(client, code, timeout=20, interrupt=(0.5, manager.interrupt_kernel), allow_stdin=True)
            seconds = time.monotonic() - began
            stdin_is_empty(client)
            then = asking(client, "prompt('and now?')", ["ok"])
            ok = shown.error and shown.error["ename"] == "KeyboardInterrupt" and then[2].get("result") == "'ok'"
            cases.check(f"interrupted: {name}", ok, (shown, then), f"{seconds:.2f} s")

        for code in ("prompt('x')", "confirm('x')", "alert('x')", "await createInterface({ input: process.stdin }).question('x')",
                     "for await (const line of process.stdin) {}", "process.stdin.on('data', () => {}); await new Promise(() => {})"):  # fmt: skip
            shown = run(client, code, allow_stdin=False)
            ok = shown.error and "this front end cannot ask for input (allow_stdin is off)" in shown.error["evalue"]
            cases.check(f"refused: {code[:46]}", ok, shown)
        shown = run(client, "[typeof process.stdin.isTTY, process.stdin.fd]", allow_stdin=False)
        cases.check("looking at stdin asks nothing", shown.plain == "[ 'undefined', 0 ]", shown)
        shown = run(client, "setTimeout(() => { try { prompt('late') } catch (e) { console.log(e.message) } }, 300); 0", allow_stdin=True)
        time.sleep(0.6)
        shown = run(client, "0", allow_stdin=True)
        client.execute(f"void {API}.input('left').catch((e) => console.log(e.message)); 0", allow_stdin=True)
        seen, until = [], time.monotonic() + 30
        while time.monotonic() < until and not any("the cell has ended" in text for text in seen):
            try:
                got = client.get_iopub_msg(timeout=0.1)
                seen += [got["content"]["text"]] if got["msg_type"] == "stream" else []
            except Empty:
                pass
        cases.check("after the cell nobody is asked", any("the cell has ended" in text for text in seen), seen)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
