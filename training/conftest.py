"""Lets the tests import `mini` from wherever pytest starts."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
