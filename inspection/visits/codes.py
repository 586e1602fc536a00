"""The table of finding codes and measures, read from findings.toml; offices may change it."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Code:
    """A finding. `alone`: it excludes every other (nothing was found)."""

    code: str
    title: str
    alone: bool = False


@dataclass(frozen=True)
class Codes:
    findings: dict[str, Code]
    measures: dict[str, str]

    def titles(self, codes: Sequence[str]) -> list[str]:
        """The titles of `codes`, in the table's order."""
        return [code.title for code in self.findings.values() if code.code in codes]


@cache
def table() -> Codes:
    document = tomllib.loads((files("inspection.visits") / "findings.toml").read_text("utf-8"))
    return Codes(
        findings={entry["code"]: Code(**entry) for entry in document["code"]},
        measures={entry["code"]: entry["title"] for entry in document["measure"]},
    )
