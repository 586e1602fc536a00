"""The figures and words of reports.toml. Pure."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

_FILE = tomllib.loads(Path(__file__).with_name("reports.toml").read_text("utf-8"))

BASIS: str = _FILE["basis"]
DAYS: int = _FILE["days"]
"""Working days from receipt to the answer."""
OPEN: int = _FILE["open"]
KEEP_MONTHS: int = _FILE["keep_months"]
GROUNDS: Mapping[str, str] = _FILE["grounds"]
OUTCOMES: Mapping[str, str] = _FILE["outcomes"]
ABOUT: Mapping[str, str] = {"practitioner": "从业人员", "organisation": "执业机构", "notice": "公示"}
"""The kinds of page that a report may be about."""
