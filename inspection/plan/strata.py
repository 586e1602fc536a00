"""The published rule that puts a subject into a stratum, read from strata.toml. Pure; nobody types a stratum in."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from registry.credit.catalogue import add_months

COMPLAINT = "complaint_upheld"


@dataclass(frozen=True)
class Adverse:
    """One adverse, unended credit event of a subject, as far as the rule looks at it."""

    kind: str
    severity: str | None
    decided_on: date


@dataclass(frozen=True)
class Stratum:
    """One stratum with the figures that a new task starts from; `corridor` is the office's range in words."""

    id: str
    title: str
    rate_bp: int
    least: int
    most: int | None
    corridor: str


@dataclass(frozen=True)
class Sign:
    """An event of this kind (and severity, None for any) puts its subject into no better stratum than `stratum`."""

    kind: str
    severity: str | None
    stratum: str


@dataclass(frozen=True)
class Rule:
    """One version of the rule, in force from `since` until the next. `strata` run from the lowest risk to the highest."""

    version: str
    since: date
    lookback_months: int
    text: str
    grades: Mapping[str, str]
    complaints: Sequence[tuple[int, str]]
    events: Sequence[Sign]
    strata: Sequence[Stratum]

    @property
    def ids(self) -> list[str]:
        return [stratum.id for stratum in self.strata]

    def looks_back_to(self, on: date) -> date:
        """The last day that is too long ago to count on the day `on`."""
        return add_months(on, -self.lookback_months)


def rule(on: date) -> Rule:
    """The rule of the day `on`; before the first one that one. Shown, text and version, beside every frame."""
    return next((one for one in reversed(_rules()) if one.since <= on), _rules()[0])


def stratum(found: Rule, events: Iterable[Adverse], *, grade: str | None, on: date) -> str:
    """Where the rule puts whoever bears the credit grade `grade` (None: no credit rules in force) and these events."""
    counted = [event for event in events if found.looks_back_to(on) < event.decided_on <= on]
    complaints = sum(event.kind == COMPLAINT for event in counted)
    reached = [name for count, name in found.complaints if complaints >= count]
    graded = found.grades.get(grade or "")
    if graded is None:
        reached += [
            sign.stratum
            for sign in found.events
            for event in counted
            if event.kind == sign.kind and sign.severity in (None, event.severity)
        ]
    return max([graded or found.ids[0], *reached], key=found.ids.index)


@cache
def _rules() -> tuple[Rule, ...]:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())["rule"]
    return tuple(
        Rule(
            version=table["version"],
            since=table["from"],
            lookback_months=table["lookback_months"],
            text=table["text"],
            grades=table["grades"],
            complaints=[(line["count"], line["stratum"]) for line in table["complaints"]],
            events=[Sign(line["kind"], line.get("severity"), line["stratum"]) for line in table["events"]],
            strata=[
                Stratum(
                    line["id"], line["title"], line["rate_bp"], line["min"], line.get("max"), line["range"]
                )
                for line in table["stratum"]
            ],
        )
        for table in sorted(tables, key=lambda table: table["from"])
    )
