"""How long each step of an objection may take, and by which rule. Pure; terms.toml beside this module holds the figures."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

Name = Literal["mark", "transfer", "own", "source", "tell", "appeal", "review"]


@dataclass(frozen=True)
class Terms:
    """Working days by step; `own` are the steps whose figure is the office's promise, not the statute's."""

    title: str
    basis: str
    days: Mapping[str, int]
    own: frozenset[str]

    def basis_of(self, step: Name) -> str:
        """What a term rests on, as pages and papers say it."""
        return "本机关承诺时限" if step in self.own else self.basis


def of(region: str, received_on: date) -> Terms:
    """The terms of a region (GB/T 2260, six digits) for an objection received on that day."""
    fitting = [
        table
        for table in _TABLES
        if region.startswith(table["region"])
        and table.get("from", date.min) <= received_on <= table.get("until", date.max)
    ]
    table = max(fitting, key=lambda found: len(found["region"]))
    return Terms(
        table["title"], table["basis"], {name: table[name] for name in _STEPS}, frozenset(table["own_terms"])
    )


_STEPS: tuple[Name, ...] = ("mark", "transfer", "own", "source", "tell", "appeal", "review")
_TABLES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "terms.toml").read_text("utf-8"))[
    "terms"
]
