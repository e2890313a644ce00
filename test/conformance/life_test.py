"""Where the kernel can be installed, that removing it leaves nothing, several at once, and a start without any network."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import OURS, Cases, kernel, run
from jupyter_client.kernelspec import KernelSpecManager

ROOT = Path(__file__).parents[2]
SPEC = KernelSpecManager().get_kernel_spec(OURS)


def command(*arguments, **variables):
    """Runs the command line with the Node that the installed kernel runs on."""
    argv = [SPEC.argv[0], str(ROOT / "lib/kernel/cli/bin.js"), *arguments]
    subprocess.run(argv, check=True, capture_output=True, env={**os.environ, **variables})


def found(**variables):
    """Folder in which Jupyter finds the kernel, asked in a process of its own."""
    asked = "from jupyter_client.kernelspec import KernelSpecManager as K; print(K().find_kernel_specs().get('colpali-lens', ''))"
    hidden = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER_", "XDG_", "VIRTUAL_ENV"))}
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, env={**hidden, **variables})
    return answer.stdout.strip()


def installing(cases):
    with tempfile.TemporaryDirectory() as scratch:
        home, prefix = Path(scratch).resolve() / "home", Path(scratch).resolve() / "prefix"
        home.mkdir()
        prefix.mkdir()
        data = home / ".local/share/jupyter"
        env = {"HOME": str(home), "XDG_DATA_HOME": "", "JUPYTER_DATA_DIR": ""}
        targets = {
            "for one user": (["--user"], {**env, "XDG_DATA_HOME": str(home / ".local/share")}, data),
            "JUPYTER_DATA_DIR": (["--user"], {**env, "JUPYTER_DATA_DIR": str(home / "data")}, home / "data"),
            "into a prefix": (["--prefix", str(prefix)], env, prefix / "share/jupyter"),
        }
        for name, (target, variables, folder) in targets.items():
            command("install", *target, **variables)
            seen = {"JUPYTER_PATH": str(folder)} if "prefix" in name else {"JUPYTER_DATA_DIR": str(folder), "JUPYTER_PREFER_ENV_PATH": "0"}
            spec = folder / "kernels" / OURS
            ok = Path(found(**seen)) == spec and json.loads((spec / "kernel.json").read_text())["language"] == "typescript"
            command("uninstall", *target, **variables)
            cases.check(f"installed {name}, found", ok, found(**seen))
            cases.check("  removed, nothing left", not folder.exists(), list(folder.rglob("*")) if folder.exists() else "")
        other = prefix / "share/jupyter/kernels/other"
        other.mkdir(parents=True)
        command("install", "--prefix", str(prefix))
        command("uninstall", "--prefix", str(prefix))
        cases.check("  what others installed stays", other.exists())

    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", scratch], check=True)
        python = Path(scratch).resolve() / "bin/python"
        command("install", "--sys-prefix", "--python", str(python))
        spec = Path(scratch).resolve() / "share/jupyter/kernels" / OURS
        installed = (spec / "kernel.json").exists() and (spec / "logo-64x64.png").exists()
        cases.check("installed into an environment", installed, spec)
        command("uninstall", "--sys-prefix", "--python", str(python))
        cases.check("  removed, nothing left", not spec.parents[1].exists())


def several(cases):
    def session(index):
        with kernel() as (_, client):
            run(client, f"let mine = {index}")
            run(client, "await new Promise((r) => setTimeout(r, 300)); mine += 10")
            return run(client, "mine").plain

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(session, range(4)))
    cases.check("four at once, each with its own variables", answers == ["10", "11", "12", "13"], answers)


def offline(cases):
    """In a network namespace without even a loopback device; the sockets are files."""
    unshare = shutil.which("unshare")
    if not unshare or subprocess.run([unshare, "-rn", "true"], capture_output=True).returncode != 0:
        print("no network namespaces here: the start without a network is not tried")
        return
    with tempfile.TemporaryDirectory() as scratch:
        spec = Path(scratch) / "kernels" / "offline"
        spec.mkdir(parents=True)
        argv = [unshare, "-rn", *SPEC.argv]
        content = {"argv": argv, "display_name": "offline", "language": "typescript", "interrupt_mode": "message"}
        (spec / "kernel.json").write_text(json.dumps(content))
        manager = KernelSpecManager(kernel_dirs=[str(spec.parent)])
        settings = {"kernel_spec_manager": manager, "transport": "ipc", "ip": str(Path(scratch) / "kernel")}
        with kernel("offline", settings) as (_, client):
            code = 'import { loadModel } from "colpali-lens"; (await loadModel("mini")).info.id'
            shown = run(client, code)
            cases.check("starts and loads mini without a network", shown.error is None and "mini" in shown.plain, shown)
            shown = run(client, "await fetch('http://127.0.0.1:9').then(() => 0, () => 'no network')")
            cases.check("  and there was none", shown.plain == "'no network'", shown)


def globals_of_node(cases):
    """Every name that the running Node has in its global object compiles, and stands for what it has."""
    with kernel() as (_, client):
        names = json.loads(run(client, "JSON.stringify(Object.getOwnPropertyNames(globalThis))").plain.strip("'"))
        missing = [name for name in names if run(client, f"Object.is({name}, (globalThis as any)['{name}'])").plain != "true"]
        cases.check("every global of Node compiles and runs", len(names) > 100 and missing == [], missing, str(len(names)))
        shown = run(client, "new WebAssembly.Memory({ initial: 1 }).buffer.byteLength.toFixed()")
        cases.check("  WebAssembly with its types", shown.plain == "'65536'", shown)
        shown = run(client, "document")
        cases.check("  and no name that only browsers have", shown.error and "Cannot find name 'document'" in shown.error["evalue"], shown)


def main():
    cases = Cases()
    for part in (installing, several, offline, globals_of_node):
        part(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
