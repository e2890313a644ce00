"""Stages the built JavaScript for the wheel and names the platform that it is for."""

import json
import shutil
import subprocess
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        root = Path(self.root)
        node = shutil.which("node")
        if node is None:
            needed = json.loads((root / "package.json").read_text())["engines"]["node"]
            raise RuntimeError(f"Node is missing: building the wheel needs Node {needed} on PATH")
        staged = subprocess.run(
            [node, str(root / "tools" / "wheel" / "stage.mjs")], cwd=root, check=True, stdout=subprocess.PIPE
        )
        plan = json.loads(staged.stdout)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{plan['platform']}"
        build_data["force_include"].update(plan["include"])
        build_data["shared_data"].update(plan["data"])
