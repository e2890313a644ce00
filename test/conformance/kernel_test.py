"""
The public jupyter_kernel_test suite against colpali-lens, and beside it tslab, Deno and ipykernel where they are installed.
All tests must pass; what ipykernel is asked, colpali-lens is asked as well.
"""

import io
import sys
import unittest

import jupyter_kernel_test
from harness import OURS, Cases
from jupyter_client.kernelspec import KernelSpecManager

TYPESCRIPT = dict(
    language_name="typescript",
    file_extension=".ts",
    code_hello_world='console.log("hello, world")',
    code_stderr='console.error("oops")',
    completion_samples=[
        {"text": "const zed = {alpha: 1, alphb: 2}; zed.alp", "matches": {"alpha", "alphb"}},
        {"text": "Math.cbr", "matches": {"cbrt"}},
    ],
    complete_code_samples=["1", "const a = 1", "for (const x of [1]) { console.log(x) }"],
    incomplete_code_samples=["function f() {", "[1, 2,", "const s = `abc"],
    invalid_code_samples=["let = = 3", "1 +* 2", "}"],
    code_generate_error='throw new Error("boom")',
    code_execute_result=[
        {"code": "6*7", "result": "42"},
        {"code": "[1,2].length", "result": "2"},
        {"code": "await Promise.resolve(5)", "result": "5"},
    ],
    code_display_data=[{"code": 'import * as tslab from "tslab"; tslab.display.html("<b>x</b>")', "mime": "text/html"}],
    code_inspect_sample="Math.sqrt",
    supported_history_operations=("tail", "range", "search"),
    code_history_pattern="6*",
)
PYTHON = dict(
    language_name="python",
    file_extension=".py",
    code_hello_world='print("hello, world")',
    code_stderr='import sys; print("oops", file=sys.stderr)',
    completion_samples=[{"text": "zi", "matches": {"zip"}}],
    complete_code_samples=["1", "def f(x):\n  return x\n\n\n"],
    incomplete_code_samples=["def f(x):\n  x*2"],
    invalid_code_samples=["import = 7q"],
    code_page_something="zip?",
    code_generate_error="raise",
    code_execute_result=[{"code": "6*7", "result": "42"}],
    code_display_data=[{"code": "from IPython.display import HTML, display; display(HTML('<b>x</b>'))", "mime": "text/html"}],
    code_inspect_sample="zip",
    code_clear_output="from IPython.display import clear_output; clear_output()",
    supported_history_operations=("tail", "range", "search"),
    code_history_pattern="1?2*",
)
DENO = dict(
    TYPESCRIPT,
    code_display_data=[
        {"code": 'await Deno.jupyter.display({"text/html": "<b>x</b>"}, { raw: true })', "mime": "text/html"}
    ],
    code_clear_output='await Deno.jupyter.broadcast("clear_output", { wait: false })',
)
# The pager is a payload of IPython's own `zip?` syntax; TypeScript has no such cell.
KERNELS = {
    OURS: dict(TYPESCRIPT, code_clear_output='(globalThis as any)[Symbol.for("colpali-lens.kernel")].clearOutput()'),
    "tslab": TYPESCRIPT,
    "deno": DENO,
    "python3": PYTHON,
}


def results(name):
    """Outcome of every test of the suite for one kernel, as {test: (outcome, detail)}."""
    case = type(name, (jupyter_kernel_test.KernelTests,), dict(KERNELS[name], kernel_name=name))
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    names = [test.id().rsplit(".", 1)[1] for test in suite]
    run = unittest.TextTestRunner(stream=io.StringIO(), verbosity=0).run(suite)
    outcome = {test: ("pass", "") for test in names}
    for kind, entries in (("skip", run.skipped), ("FAIL", run.failures), ("FAIL", run.errors)):
        for test, detail in entries:
            # A failed subtest names its test; a failed set-up belongs to all of them.
            method = getattr(getattr(test, "test_case", test), "_testMethodName", None)
            for each in [method] if method in outcome else names:
                if outcome[each][0] != "FAIL":
                    outcome[each] = (kind, detail)
    return outcome


def main():
    installed = KernelSpecManager().find_kernel_specs()
    if OURS not in installed:
        print(f"no kernel {OURS} found in this Python environment: run `colpali-lens install --sys-prefix` first")
        return 1
    cases = Cases()
    table = {name: results(name) for name in KERNELS if name in installed}
    print("jupyter_kernel_test".ljust(34), *(name.ljust(13) for name in table))
    for test in table[OURS]:
        print(test.ljust(34), *(table[name][test][0].ljust(13) for name in table))
        kind, detail = table[OURS][test]
        if test != "test_pager" and not cases.count(test, kind == "pass"):
            print(detail)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
