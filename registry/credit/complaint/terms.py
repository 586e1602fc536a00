"""How long each step of a complaint may take, how it comes in, and what of it may be public. Pure but for the calendar.

terms.toml beside this module holds every figure, by whom the complaint is about and by its day of receipt.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from registry.kernel.work import WorkSession
from registry.kernel.workdays import Deadline, add_workdays, days_of

Name = Literal["accept", "conclude", "extend", "tell"]
_FILE: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "terms.toml").read_text("utf-8"))

CHANNELS: Mapping[str, str] = {code: entry["title"] for code, entry in _FILE["channels"].items()}
GROUNDS: Mapping[str, str] = _FILE["grounds"]
SOURCES: Mapping[str, str] = {"1": "交办转办", "2": "投诉举报", "3": "日常巡查", "4": "数据监测"}
"""任务来源 of an inspection outside the draw that follows a complaint."""


@dataclass(frozen=True)
class Term:
    """A number of days, working or calendar ones."""

    days: int
    working: bool

    @property
    def text(self) -> str:
        return f"{self.days} 个工作日" if self.working else f"{self.days} 日"


@dataclass(frozen=True)
class Terms:
    """The terms of one rule. `checked`: the figures were compared with the text in force."""

    title: str
    by_step: Mapping[Name, Term]
    checked: bool


def of(received_on: date, *, kind: str | None = None, professions: frozenset[str] = frozenset()) -> Terms:
    """The rule for a complaint received on that day about an organisation of `kind` or a person of these professions."""
    for table in _FILE["terms"]:
        named = {*table.get("kinds", ()), *table.get("professions", ())}
        about = not named or kind in named or bool(professions & named)
        if about and table.get("from", date.min) <= received_on <= table.get("until", date.max):
            steps: dict[Name, Term] = {
                step: Term(table[step]["days"], table[step]["unit"] == "working") for step in _STEPS
            }
            return Terms(table["title"], steps, table["checked"])
    raise KeyError(received_on.isoformat())


def due(session: WorkSession, start: date, term: Term) -> Deadline:
    """The last day of a term that began with `start` (民法典第二百零一条至第二百零三条)."""
    if term.working:
        return add_workdays(session, start, term.days)
    last = start + timedelta(days=term.days)
    for day in days_of(session, last, last + timedelta(days=30)):
        if day.works:
            return Deadline(day.day, not day.official)
    return Deadline(last, provisional=True)


def source(channel: str) -> str:
    """The code of SOURCES of an inspection that follows."""
    return str(_FILE["channels"][channel]["source"])


def scope(subject: Literal["organisation", "practitioner"], on: date) -> str:
    """One of registry.credit.columns.SCOPES: how far a proven complaint about such a subject may be known."""
    for table in _FILE["publication"]:
        if table.get("from", date.min) <= on <= table.get("until", date.max):
            return str(table[subject])
    raise KeyError(on.isoformat())


_STEPS: tuple[Name, ...] = ("accept", "conclude", "extend", "tell")
