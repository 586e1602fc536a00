"""What letters.toml beside this module says. Pure."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registry.credit.complaint import terms

_FILE: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("letters.toml").read_text("utf-8"))

PREFIX: str = _FILE["prefix"]
RATE: str = _FILE["rate"]
LOOK_UP_RATE: str = _FILE["look_up_rate"]
FILES: int = _FILE["files"]
KEEP_MONTHS: int = _FILE["keep_months"]
RESULT_MONTHS: int = _FILE["result_months"]
BASIS: str = _FILE["basis"]
CHECKED: bool = _FILE["checked"]
KINDS: Mapping[str, str] = _FILE["kinds"]
ABOUT_STAFF: frozenset[str] = frozenset(_FILE["about_staff"]["kinds"])
OUTCOMES: Mapping[str, str] = _FILE["outcomes"]
REFUSALS: Mapping[str, str] = terms.GROUNDS
"""Why a letter is not accepted."""


def result(outcome: str) -> str:
    """How a letter ended, in words."""
    return OUTCOMES.get(outcome) or f"不予受理：{REFUSALS[outcome]}"
