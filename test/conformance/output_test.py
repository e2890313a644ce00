"""Whatever a cell causes to be printed is below the cell: by child processes, through descriptors, from threads; in order."""

import sys

from harness import Cases, kernel, published, run

SETUP = """
import { exec, execSync, fork, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { Worker } from "node:worker_threads";
const ended = (child: any) => new Promise((done) => child.on("close", done));
"""
#: Code, what it prints to stdout, and to stderr.
PRINTS = [
    ("spawnSync('echo', ['x'], { stdio: 'inherit' })", "x\n", ""),
    ("console.log('a'); spawnSync('echo', ['b'], { stdio: 'inherit' }); console.log('c')", "a\nb\nc\n", ""),
    ("execSync('echo b; echo é >&2', { stdio: 'inherit' }); console.log('c')", "b\nc\n", "é\n"),
    ("execSync('echo quiet; echo loud >&2').toString()", "", "loud\n"),
    ("console.log('a'); await ended(spawn('sh', ['-c', 'sleep .2; echo b; exit 3'], { stdio: 'inherit' })); console.log('c')", "a\nb\nc\n", ""),
    ("spawnSync('sh', ['-c', 'echo e >&2'], { stdio: ['ignore', 'pipe', 2] }); spawnSync('echo', ['o'], { stdio: [0, 1] })", "o\n", "e\n"),
    ("for (let i = 0; i < 3; i++) { console.log('js', i); fs.writeSync(1, `fd ${i}\\n`) }", "".join(f"js {i}\nfd {i}\n" for i in range(3)), ""),
    ("fs.writeSync(2, 'to '); process.stderr.write('the '); fs.writeSync(2, 'end\\n')", "", "to the end\n"),
    ("(process as any)._rawDebug('native')", "", "native\n"),
    ("fs.writeSync(1, Buffer.from([0xf0, 0x9f])); fs.writeSync(1, Buffer.from([0x98, 0x80]))", "\U0001f600", ""),
    ("console.log('a'); await ended(new Worker('console.log(`b`)', { eval: true }).on('exit', function () { this.emit('close') })); console.log('c')", "a\nb\nc\n", ""),
    ("spawnSync('sh', ['-c', 'yes | head -c 3000000'], { stdio: 'inherit' }); 0", "y\n" * 1_500_000, ""),
]


def main():
    cases = Cases()
    with kernel() as (_, client):
        run(client, SETUP)
        for code, stdout, stderr in PRINTS:
            shown = run(client, f"{code}; undefined")
            cases.check(code[:60], shown.text == {"stdout": stdout, "stderr": stderr} and not shown.error, shown)
        shown = run(client, "void spawn('sh', ['-c', 'for i in 1 2 3; do echo $i; sleep .3; done'], { stdio: 'inherit' }); 0")
        seen = [m["content"]["text"] for m in published(client, 2) if m["msg_type"] == "stream"]
        cases.check("what goes on after the cell, as it comes", seen == ["1\n", "2\n", "3\n"][len(seen) * -1:] and len(seen) > 1, (shown, seen))
        shown = run(client, "const out = spawnSync('cat', { input: 'piped' }).stdout.toString(); out")
        cases.check("pipes are left alone", shown.plain == "'piped'" and not shown.text["stdout"], shown)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
