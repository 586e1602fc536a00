"""What repair requires and how long its steps may take. Pure; rules.toml beside this module holds texts and figures."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from registry.credit.catalogue import Term


@dataclass(frozen=True)
class Regime:
    """The order in force on the day of a request: terms in working days, and the words of each condition."""

    title: str
    accept: int
    decide: int
    extend: int
    conditions: Mapping[str, str]


class Condition(NamedTuple):
    """One condition: what it is, what it rests on, whether it is met, and what was found."""

    name: str
    title: str
    basis: str
    met: bool
    found: str


TITLES: Mapping[str, str] = {
    "term": "达到最短公示期",
    "duties": "纠正失信行为、履行义务",
    "pledge": "公开作出信用承诺",
}


def of(day: date) -> Regime:
    """The regime for a request made on that day."""
    table = next(
        table
        for table in _FILE["regime"]
        if table.get("from", date.min) <= day <= table.get("until", date.max)
    )
    return Regime(table["title"], table["accept"], table["decide"], table["extend"], table["conditions"])


def from_day(term: Term) -> date | None:
    """The first day on which repair may be asked for; None where it may be as soon as the duty is done."""
    return term.min_until + timedelta(days=1) if term.min_until else None


def conditions(
    term: Term, regime: Regime, *, today: date, proofs: int = 0, pledged: bool = False
) -> tuple[Condition, ...]:
    """The cumulative conditions as they stand today. `proofs` are the papers that show the duty done."""
    first = from_day(term)
    met = {
        "term": (
            first is None or today >= first,
            "没有最短公示期，履行义务后即可申请" if first is None else f"自 {first.isoformat()} 起可以申请",
        ),
        "duties": (proofs > 0, f"已提交证明材料 {proofs} 份" if proofs else "尚未提交履行义务的证明材料"),
        "pledge": (pledged, "已提交签署的信用承诺书" if pledged else "尚未提交签署的信用承诺书"),
    }
    # How long an event is public first is the law of its decision's day, everything else that of the request's.
    order = {"term": term.basis}
    return tuple(
        Condition(name, title, f"{order.get(name, regime.title)}：{regime.conditions[name]}", *met[name])
        for name, title in TITLES.items()
    )


_FILE: dict[str, Any] = tomllib.loads((Path(__file__).parent / "rules.toml").read_text("utf-8"))
KINDS = frozenset(_FILE["kinds"])
"""Kinds of events that can be repaired."""
PLEDGE: Mapping[str, str] = _FILE["pledge"]
"""What is promised (`content`) and at what risk (`liability`)."""
