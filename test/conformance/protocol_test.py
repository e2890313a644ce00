"""What the public suite leaves out of the protocol: abort, silent cells, input, late output, displays, cursors, comms, endings, failures."""

import signal
import sys
import tempfile
import time
from queue import Empty

from harness import OURS, Cases, kernel, published, reply_to, run
from jupyter_client.manager import KernelManager

API = "(globalThis as any)[Symbol.for('colpali-lens.kernel')]"


def executing(cases):
    with kernel() as (manager, client):
        first, second = client.execute("throw new Error('stop')"), client.execute("1")
        answers = [reply_to(client, first)["status"], reply_to(client, second)["status"]]
        cases.check("stop_on_error aborts what waits", answers == ["error", "aborted"], answers)
        first, second = client.execute("throw 1", stop_on_error=False), client.execute("2")
        answers = [reply_to(client, first)["status"], reply_to(client, second)["status"]]
        cases.check("stop_on_error false goes on", answers == ["error", "ok"], answers)
        failed = run(client, "throw new RangeError('far')").reply
        fields = [failed[key] for key in ("status", "ename", "evalue")] + [len(failed["traceback"]) > 0]
        cases.check("the reply carries the error", fields == ["error", "RangeError", "far", True], failed)

        plain = run(client, "3")
        kinds = [message["msg_type"] for message in plain.messages]
        wanted = ["status", "execute_input", "execute_result", "status"]
        cases.check("busy, input, result, idle", kinds == wanted, kinds)
        silent = run(client, "console.log('heard'); 4", silent=True)
        kinds = [message["msg_type"] for message in silent.messages]
        ok = silent.reply["execution_count"] == plain.reply["execution_count"] and kinds == ["status", "stream", "status"]
        cases.check("silent", ok, (silent.reply, kinds))
        hidden = run(client, "5", store_history=False).reply["execution_count"]
        cases.check("store_history false keeps the count", hidden == plain.reply["execution_count"], hidden)
        values = run(client, "let a = 6", user_expressions={"b": "a + 1", "c": "nope()"}).reply["user_expressions"]
        ok = values["b"]["data"]["text/plain"] == "7" and values["c"]["status"] == "error"
        cases.check("user_expressions", ok, values)
        reply = reply_to(client, client.history(hist_access_type="tail", n=2, raw=True, output=True))["history"]
        cases.check("history with output", [line[2] for line in reply] == [["3", "3"], ["let a = 6", None]], reply)

        asked = client.execute(f"const given = await {API}.input('name? ')", allow_stdin=True)
        request = client.get_stdin_msg(timeout=10)["content"]
        client.input("Ada")
        answer = reply_to(client, asked)["status"], run(client, "given").plain
        ok = request == {"prompt": "name? ", "password": False} and answer == ("ok", "'Ada'")
        cases.check("input", ok, (request, answer))
        refused = run(client, f"await {API}.input('?')", allow_stdin=False)
        ok = refused.error and "cannot ask for input" in refused.error["evalue"]
        cases.check("input refused by the front end", ok, refused)

        late = client.execute("setTimeout(() => console.log('late'), 600); 0")
        reply_to(client, late)
        run(client, "'between'")
        texts = [message for message in published(client, 1.5) if message["msg_type"] == "stream"]
        cases.check("late output under its own cell", [m["parent_header"]["msg_id"] for m in texts] == [late], texts)
        run(client, "void Promise.reject(new Error('lost')); setTimeout(() => { throw 1 }); 0")
        published(client, 0.5)
        cases.check("uncaught errors do not end it", run(client, "8").plain == "8" and manager.is_alive())

        looping = client.execute("const until = Date.now() + 1500; while (Date.now() < until);")
        time.sleep(0.3)
        began = time.monotonic()
        info = client.session.msg("kernel_info_request", {})
        client.control_channel.send(info)
        answer = client.get_control_msg(timeout=10)
        seconds = time.monotonic() - began
        ok = answer["parent_header"]["msg_id"] == info["header"]["msg_id"] and answer["content"]["status"] == "ok"
        cases.check("control answers during a loop", ok and seconds < 1, answer, f"{seconds:.2f} s")
        reply_to(client, looping)


def showing(cases):
    with kernel() as (_, client):
        run(client, f"const kernel = {API}; const bundle = (text: string) => ({{ 'text/plain': text }})")
        shown = run(client, "await kernel.display(bundle('one'), { displayId: 'd' })")
        first = shown.displays[0]["transient"]["display_id"]
        shown = run(client, "await kernel.display(bundle('two'), { displayId: 'd', update: true, metadata: { m: 1 } })")
        update = shown.updates[0]
        ok = first == update["transient"]["display_id"] == "d" and update["data"] == {"text/plain": "two"}
        cases.check("display_id and its update", ok and update["metadata"] == {"m": 1} and not shown.displays, update)
        shown = run(client, "import * as tslab from 'tslab'; const d = tslab.newDisplay(); d.text('a'); d.html('<b/>')")
        ids = [each["transient"]["display_id"] for each in shown.displays + shown.updates]
        cases.check("tslab's display updates in place", len(ids) == 2 and len(set(ids)) == 1, shown)
        steps = "{ async *[Symbol.for('Jupyter.display')]() { yield bundle('one'); await new Promise((on) => setTimeout(on, 50)); yield bundle('two') } }"
        for how, code in {"as a value": f"({steps})", "by display()": f"await kernel.display({steps}, {{ displayId: 's' }})"}.items():
            shown = run(client, code)
            told = [(each["data"]["text/plain"], each["transient"]["display_id"]) for each in shown.displays + shown.updates]
            ok = [text for text, _ in told] == ["one", "two"] and len({name for _, name in told}) == 1 and shown.result is None
            cases.check(f"a value in steps, {how}: each in the place of the one before", ok and len(shown.displays) == 1, shown)
        shown = run(client, "kernel.until(new Promise((on) => setTimeout(on, 300)).then(() => console.log('late'))); 'value'")
        kinds = [m["msg_type"] for m in shown.messages if m["msg_type"] in ("execute_result", "stream")]
        cases.check("what a cell puts off its end for comes before idle, after its value", kinds == ["execute_result", "stream"], kinds)
        shown = run(client, "kernel.until(Promise.reject(new RangeError('too late'))); 'value'")
        ok = shown.plain == "'value'" and shown.error and shown.error["ename"] == "RangeError"
        cases.check("  and its failure is the cell's", ok, shown)
        shown = run(client, "kernel.display(bundle('x')); console.log('y'); kernel.clearOutput(true); console.log('z')")
        kinds = [m["msg_type"] for m in shown.messages if m["msg_type"] not in ("status", "execute_input")]
        cases.check("displays, prints and clears in order", kinds == ["display_data", "stream", "clear_output", "stream"], kinds)
        shown = run(client, "process.stdout.write('no end'); process.stderr.write(Buffer.from('é').subarray(0, 1)); process.stderr.write(Buffer.from('é').subarray(1))")
        cases.check("bytes of one character in two writes", shown.text == {"stdout": "no end", "stderr": "é"}, shown)


def helping(cases):
    with kernel() as (_, client):
        run(client, "/** Adds two.\n * @param a the first */\nfunction addTwo(a: number, b = 2): number { return a + b }\nconst zed = { alpha: 1, alphb: 2 }")

        def complete(code, position=None):
            return reply_to(client, client.complete(code, position))

        def inspect(code, position=None):
            return reply_to(client, client.inspect(code, position))

        reply = complete("zed.al")
        ok = (reply["matches"], reply["cursor_start"], reply["cursor_end"]) == (["alpha", "alphb"], 4, 6)
        cases.check("complete: members", ok, reply)
        reply = complete("'😀😀'; zed.al + 1", 12)
        ok = (reply["matches"], reply["cursor_start"], reply["cursor_end"]) == (["alpha", "alphb"], 10, 12)
        cases.check("complete: emoji before the cursor", ok, reply)
        reply = complete("addT")
        entry = reply["metadata"]["_jupyter_types_experimental"][0]
        ok = entry == {"text": "addTwo", "type": "function", "signature": "(a: number, b?: number): number"}
        cases.check("complete: type and signature", ok, entry)
        reply = complete("import { readFileSy } from 'fs'", 18)
        cases.check("complete: what a module exports", reply["matches"][0] == "readFileSync", reply)
        reply = complete("const = ;; zed.", 15)
        cases.check("complete: in a broken cell", {"alpha", "alphb"} <= set(reply["matches"]), reply["matches"][:5])
        reply = complete("zed.al", 9999)
        cases.check("complete: cursor beyond the end", reply["matches"] == ["alpha", "alphb"], reply)
        reply = complete("__c")
        cases.check("complete: nothing of the kernel's own", "__cells" not in reply["matches"], reply["matches"])
        text = inspect("'😀'; addTwo(1)", 8)["data"].get("text/plain", "")
        ok = "function addTwo(a: number, b?: number): number" in text and "Adds two." in text and "@param a" in text
        cases.check("inspect: signature and documentation", ok, text)
        text = inspect("addTwo(", 7)["data"].get("text/plain", "")
        cases.check("inspect: behind an open bracket", "function addTwo" in text, text)
        text = inspect("zed", 1)["data"].get("text/plain", "")
        cases.check("inspect: type of a variable", "alpha: number" in text, text)
        reply = inspect("   ", 1)
        cases.check("inspect: nothing there", reply["status"] == "ok" and not reply["found"], reply)
        states = {
            "await (": "incomplete", "const o = {": "incomplete", "`a${": "incomplete", "/* open": "incomplete",
            "a(": "incomplete", "x.": "incomplete", "<b/>": "complete", "await f()": "complete", "'a": "invalid",
            "} {": "invalid", "": "complete", "if (a)\n  b": "complete", "@deco": "incomplete",
        }  # fmt: skip
        for code, state in states.items():
            reply = reply_to(client, client.is_complete(code))
            cases.check(f"is_complete: {code!r}", reply["status"] == state, reply)


def talking(cases):
    with kernel() as (_, client):
        def comm(kind, content):
            message = client.session.msg(kind, content)
            client.shell_channel.send(message)
            return message["header"]["msg_id"]

        run(client, "0")
        unknown = comm("comm_open", {"comm_id": "u", "target_name": "nobody", "data": {}})
        seen = [m for m in published(client, 0.5) if m["parent_header"].get("msg_id") == unknown]
        closed = [m["content"]["comm_id"] for m in seen if m["msg_type"] == "comm_close"]
        states = [m["content"]["execution_state"] for m in seen if m["msg_type"] == "status"]
        cases.check("unknown target is closed on iopub", closed == ["u"] and states == ["busy", "idle"], seen)
        run(client, f"const kernel = {API}; kernel.registerTarget('echo', (comm: any) => {{ comm.onMessage = ({{ data }}: any) => comm.send(data) }})")
        comm("comm_open", {"comm_id": "e", "target_name": "echo", "data": {}})
        sent = comm("comm_msg", {"comm_id": "e", "data": {"n": 1}})
        seen = [m for m in published(client, 0.5) if m["parent_header"].get("msg_id") == sent]
        answers = [m["content"] for m in seen if m["msg_type"] == "comm_msg"]
        cases.check("a comm answers under its message", answers == [{"comm_id": "e", "data": {"n": 1}}], seen)
        infos = [reply_to(client, client.comm_info(target)).get("comms") for target in (None, "echo", "other")]
        cases.check("comm_info", infos == [{"e": {"target_name": "echo"}}, {"e": {"target_name": "echo"}}, {}], infos)
        looping = client.execute("await new Promise((r) => setTimeout(r, 600))")
        time.sleep(0.2)
        comm("comm_msg", {"comm_id": "e", "data": {"n": 2}})
        seen = [m["msg_type"] for m in published(client, 0.3)]
        cases.check("comms are served while a cell awaits", "comm_msg" in seen, seen)
        reply_to(client, looping)
        sessions = {m["header"]["session"] for m in published(client, 0.1) + run(client, "1").messages}
        cases.check("one session id of the kernel's own", len(sessions) == 1 and client.session.session not in sessions, sessions)


def exit_code(manager, seconds=5):
    process = manager.provisioner.process
    until = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    return process.poll()


def ending(cases):
    model = 'import { loadModel } from "colpali-lens"; const model = await loadModel("mini"); 0'
    for channel in ("control", "shell"):
        with kernel() as (manager, client):
            run(client, model)
            request = client.session.msg("shutdown_request", {"restart": True})
            getattr(client, f"{channel}_channel").send(request)
            reply = getattr(client, f"get_{channel}_msg")(timeout=10)
            while reply["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                reply = getattr(client, f"get_{channel}_msg")(timeout=10)
            code = exit_code(manager)
            ok = reply["content"] == {"status": "ok", "restart": True} and code == 0
            cases.check(f"shutdown on {channel}, a model loaded", ok, (reply["content"], code))
    with kernel() as (manager, client):
        run(client, model)
        manager.signal_kernel(signal.SIGTERM)
        cases.check("SIGTERM ends it in order", (code := exit_code(manager)) == 0, code)
    with kernel() as (manager, client):
        run(client, "0")
        client.execute("for (;;) {}")
        time.sleep(0.5)
        manager.signal_kernel(signal.SIGTERM)
        cases.check("SIGTERM ends a loop", (code := exit_code(manager)) == -signal.SIGTERM, code)
    with kernel() as (manager, client):
        run(client, model)
        client.execute("console.log('last words'); process.exit(3)")
        texts = [m["content"]["text"] for m in published(client, 1) if m["msg_type"] == "stream"]
        code = exit_code(manager)
        cases.check("process.exit in a cell, output kept", texts == ["last words\n"] and code == 3, (texts, code))


FAIL_SOCKETS = """
import { Session } from "node:inspector";
const debuggee = new Session();
debuggee.connect();
debuggee.on("NodeWorker.attachedToWorker", ({ params: { sessionId } }: any) => {
  const expression = "setTimeout(() => { throw new Error('out of files') }, 300)";
  const message = JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } });
  debuggee.post("NodeWorker.sendMessageToWorker" as any, { sessionId, message } as any);
});
debuggee.post("NodeWorker.enable" as any, { waitForDebuggerOnStart: false } as any);"""


def failing(cases):
    """A kernel whose sockets are gone ends, so that Jupyter starts another one; the server's log has the reason."""
    for name, after in {"idle": "0", "in a loop": "setTimeout(() => { for (;;) {} }, 100); 0"}.items():
        with tempfile.TemporaryFile() as log, kernel(stderr=log) as (manager, client):
            run(client, f"{FAIL_SOCKETS}; {after}")
            code = exit_code(manager)
            log.seek(0)
            text = log.read().decode()
            told = "thread of the sockets failed: Error: out of files" in text
            cases.check(f"the sockets' thread fails, {name}", code not in (None, 0) and told, (code, text))


def starting(cases):
    """What a client sends from the first moment on is answered."""
    lost = []
    for _ in range(3):
        manager = KernelManager(kernel_name=OURS)
        manager.start_kernel()
        client = manager.client()
        client.start_channels()
        sent, until = [], time.monotonic() + 3
        while time.monotonic() < until:
            sent.append(client.execute(str(len(sent))))
            sent.append(client.is_complete("1"))
            time.sleep(0.02)
        answered, until = set(), time.monotonic() + 30
        while len(answered) < len(sent) and time.monotonic() < until:
            try:
                answered.add(client.get_shell_msg(timeout=0.5)["parent_header"]["msg_id"])
            except Empty:
                pass
        lost.append(len(sent) - len(answered))
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    cases.check("nothing sent while it starts is lost", lost == [0, 0, 0], lost)


def main():
    cases = Cases()
    for part in (executing, showing, helping, talking, starting, ending, failing):
        part(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
