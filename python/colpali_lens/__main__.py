"""`python -m colpali_lens kernel FILE` is what Jupyter starts; other arguments are those of the command line `colpali-lens`."""

import os
import subprocess
import sys
from typing import NoReturn

from ._install import KERNEL, node


def main() -> None:
    arguments = sys.argv[1:]
    if arguments[:1] == ["kernel"]:
        # A cell whose stack was terminated leaves async hooks unbalanced; Node would exit over it.
        flags = ["--no-force-async-hooks-checks", "--disable-warning=ExperimentalWarning"]
        run([*flags, str(KERNEL / "main.js"), *arguments[1:]])
    # `doctor` looks at the Jupyter of this environment.
    os.environ.setdefault("COLPALI_LENS_PYTHON", sys.executable)
    run([str(KERNEL / "cli" / "bin.js"), *arguments])


def run(arguments: list[str]) -> NoReturn:
    command = [node(), *arguments]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    # The same process, so that Jupyter's signals and Node's exit code need no one in between.
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
