"""The working days of terms.toml. Pure."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

_FILE = tomllib.loads(Path(__file__).with_name("terms.toml").read_text("utf-8"))

TO_WITHDRAW: int = _FILE["withdraw"]
"""From the fall of a decision to the withdrawal of its notice."""
TO_PUBLISH: Mapping[str, int] = {kind: days for kind, days in _FILE["publish"].items() if kind != "otherwise"}
"""From the decision to its publication, by kind of notice."""
OTHERWISE: int = _FILE["publish"]["otherwise"]
"""For every other kind."""
