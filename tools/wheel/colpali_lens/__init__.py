"""The TypeScript kernel of colpali-lens, with the Node that runs it. Used from notebooks; there is no Python API."""

import copy
import json
from pathlib import Path


def _jupyter_server_extension_points():
    return [{"module": "colpali_lens"}]


def _load_jupyter_server_extension(server):
    """Adds the settings of the server and of its exports; what a person has set stays."""
    from traitlets.config import Config

    ours = Config(json.loads((Path(__file__).parent / "settings.json").read_text()))
    for name, value in ours.pop("ServerApp")["tornado_settings"].items():
        server.web_app.settings.setdefault(name, value)
    theirs = copy.deepcopy(server.config)
    # The server hands this very object to its exporters.
    server.config.merge(ours)
    server.config.merge(theirs)
