"""The office's own figures for pledges, from pledge.toml beside this module. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Rules:
    """`assess_workdays` counts from the end of the pledge; `severity` by performance, none for a kept one."""

    assess_workdays: int
    severity: Mapping[str, str]


_TABLES: list[Mapping[str, Any]] = tomllib.loads((Path(__file__).parent / "pledge.toml").read_text("utf-8"))[
    "rule"
]


def on(day: date) -> Rules:
    """What holds on a day. Raises KeyError for a gap in the file."""
    for table in _TABLES:
        if table.get("from", date.min) <= day <= table.get("until", date.max):
            return Rules(table["assess_workdays"], table["severity"])
    raise KeyError(day.isoformat())
