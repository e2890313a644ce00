"""Interrupts a running cell wherever it may be; each is answered within a second, keeps the variables and lets the next cell run."""

import signal
import sys
from pathlib import Path

from harness import Cases, kernel, run

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


def main():
    cases = Cases()
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
