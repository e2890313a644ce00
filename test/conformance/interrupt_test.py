"""Interrupts a running cell wherever it may be; each is answered within a second, keeps the variables and lets the next cell run."""

import signal
import sys
import time
from pathlib import Path

from harness import Cases, kernel, published, run

REPORT = Path(__file__).parents[2] / "examples" / "energy-report.pdf"
PLACES = {
    "synchronous loop": "for (;;) {}",
    "awaiting": "await new Promise((r) => setTimeout(r, 20_000))",
    "loop after await": "await new Promise((r) => setTimeout(r, 50)); st++; for (;;) {}",
    "microtask storm": "(async () => { for (;;) await 0; })(); await new Promise(() => {})",
    "loop in a timer": "setTimeout(() => { for (;;) {} }, 50); await new Promise(() => {})",
    "printing without end": "for (let i = 0; ; i++) console.log(i)",
    "catching everything": "for (;;) { try { for (;;) {} } catch {} }",
    "regular expression": "/^(a+)+$/.test('a'.repeat(60) + 'b')",
}
INFERENCE = f"""
const pages = await openPages({str(REPORT)!r});
for (let i = 0; i < 40; i++) {{
  const model = await loadModel("mini", {{ cacheDir: null }});
  await explain(model, pages, "peak load " + i);
}}"""
LIMIT = 1.0
ROUNDS = 100


API = "(globalThis as any)[Symbol.for('colpali-lens.kernel')]"


def signals(cases):
    """Whom an interrupt tells: the running cell, or without one what cells have left running; and work for widgets."""
    with kernel() as (manager, client):
        state = lambda: run(client, "signals.map((s: AbortSignal) => s.aborted)").plain
        run(client, f"const kernel = {API}; const signals: AbortSignal[] = []; const take = () => signals.push(kernel.signal); 0")
        run(client, "take(); setTimeout(take, 10); await new Promise((r) => setTimeout(r, 30)); take(); 0")
        same = run(client, "signals.length === 3 && signals.every((s) => s === signals[0]) && signals.splice(1) && kernel.signal !== signals[0]")
        cases.check("one signal a cell, its timers included", same.plain == "true", same)
        run(client, "take(); await new Promise((r) => setTimeout(r, 20_000))", interrupt=(0.5, manager.interrupt_kernel))
        cases.check("the running cell's alone", state() == "[ false, true ]", state())
        run(client, "setTimeout(take, 300); 0")
        manager.interrupt_kernel()
        time.sleep(0.5)
        cases.check("while none runs, those of ended cells", state() == "[ true, true, true ]", state())
        run(client, "signals.length = 0; take(); kernel.registerTarget('work', (comm: any) => { comm.onMessage = () => { take(); setTimeout(take, 700) } }); 0")
        for kind, content in (("comm_open", {"comm_id": "w", "target_name": "work"}), ("comm_msg", {"comm_id": "w", "data": {}})):
            client.shell_channel.send(client.session.msg(kind, {"data": {}, **content}))
        run(client, "await new Promise((r) => setTimeout(r, 20_000))", interrupt=(0.5, manager.interrupt_kernel))
        time.sleep(0.6)
        cases.check("work for a message, whatever runs", state() == "[ false, true, true ]", state())
        message = client.session.msg("comm_msg", {"comm_id": "w", "data": {}})
        client.shell_channel.send(message)
        fresh = run(client, "while (signals.length < 4) await new Promise((r) => setTimeout(r, 20)); signals[3].aborted").plain
        cases.check("the next message has a new one", fresh == "false", fresh)

        going = {
            "awaiting in a loop": "for (;;) { steps++; await new Promise((r) => setTimeout(r, 20)) }",
            "in a function": "const step = async () => { for (;;) { steps++; await new Promise((r) => setTimeout(r, 20)) } }; await step()",
            "not awaited": "const again = async () => { for (;;) { await new Promise((r) => setTimeout(r, 20)); steps++ } }; void again(); await new Promise(() => {})",
            "for await": "for await (const _ of setInterval(20)) steps++",
            "for await, var": "for await (var each of setInterval(20)) { steps++; if (steps > 1e6) break }",
            "behind what fails": "for (;;) { steps++; await new Promise((_, no) => setTimeout(no, 20)).catch(() => {}) }",
        }
        run(client, "import { setInterval } from 'node:timers/promises'; let steps = 0")
        for name, code in going.items():
            shown = run(client, code, interrupt=(0.5, manager.interrupt_kernel))
            before = run(client, "steps").plain
            late = [m["content"] for m in published(client, 0.4) if m["msg_type"] in ("stream", "error")]
            after = run(client, "steps").plain
            ok = shown.error and int(before) > 1 and before == after and not late
            cases.check(f"nothing of the cell goes on: {name}", ok, (before, after, late, shown))
            run(client, "steps = 0")


def main():
    cases = Cases()
    signals(cases)
    print("interrupt while".ljust(44), "idle after")
    with kernel() as (manager, client):
        run(client, "let st = 41")

        def by_message():
            manager.interrupt_kernel()

        def by_signal():
            manager.signal_kernel(signal.SIGINT)

        def stops(name, code, how=by_message, after=0.5):
            shown = run(client, code, timeout=30, interrupt=(after, how))
            then = run(client, "[st > 40, 6 * 7]")
            ok = shown.error and shown.error["ename"] == "KeyboardInterrupt" and shown.reply["status"] == "error"
            ok = ok and shown.seconds <= LIMIT and then.plain == "[ true, 42 ]"
            cases.check(f"  {name}", ok, (shown, then), f"{shown.seconds:.2f} s")

        for name, code in PLACES.items():
            stops(name, code)
        stops("awaiting, by signal", PLACES["awaiting"], by_signal)
        stops("synchronous loop, by signal", PLACES["synchronous loop"], by_signal)
        run(client, 'import { explain, loadModel, openPages } from "colpali-lens"; await loadModel("mini")')
        stops("inference", INFERENCE, after=1.5)

        # What an earlier cell left must not end with the cell that is interrupted: Node keeps all immediates in one list.
        run(client, "let busy = true; const turn = () => { setImmediate(() => {}); if (busy) setImmediate(turn) }; turn()")
        worst, wrong = 0.0, []
        for index in range(ROUNDS):
            code = list(PLACES.values())[index % 3]
            # From the midst of compiling to well within the cell.
            shown = run(client, code, timeout=30, interrupt=(0.03 + index % 4 * 0.07, by_message))
            worst = max(worst, shown.seconds)
            if not shown.error or shown.error["ename"] != "KeyboardInterrupt" or shown.seconds > LIMIT:
                wrong.append((index, code, shown.seconds, shown))
        then = run(client, "busy = false; [st > 40, 6 * 7]")
        healthy = not wrong and then.plain == "[ true, 42 ]"
        cases.check(f"  {ROUNDS} in a row, worst", healthy, (wrong, then), f"{worst:.2f} s")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
