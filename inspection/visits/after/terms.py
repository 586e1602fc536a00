"""Terms of what follows a visit, read from terms.toml: each holds from its day, and a case keeps the one of its own day."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Protocol, TypeVar


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


_Term = TypeVar("_Term", bound=_Dated)


@dataclass(frozen=True)
class Publication:
    """`days`: working days from the end of the inspection to the publication of what it found."""

    valid_from: date
    days: int
    basis: str


@dataclass(frozen=True)
class Rectification:
    """`days` offered and `most` allowed from the order to its last day, extensions counted in; `recheck` in working days."""

    valid_from: date
    days: int
    most: int
    extensions: int
    recheck: int
    basis: str


@dataclass(frozen=True)
class Handover:
    """`file` in working days from the sending to the filing of a case, `decide` in days from there to its decision."""

    valid_from: date
    file: int
    decide: int
    basis: str


@dataclass(frozen=True)
class Outcome:
    """How a case ended (行政处罚法第五十七条). `penalty`: the decision has to be on record."""

    code: str
    title: str
    basis: str
    penalty: bool = False


@dataclass(frozen=True)
class Terms:
    """The whole file. `inspectors`: how many go together at least."""

    publications: Sequence[Publication]
    rectifications: Sequence[Rectification]
    handovers: Sequence[Handover]
    outcomes: dict[str, Outcome]
    inspectors: int
    inspectors_basis: str
    recusal_basis: str


@cache
def terms() -> Terms:
    return read(tomllib.loads((files("inspection.visits.after") / "terms.toml").read_text("utf-8")))


def read(document: dict[str, Any]) -> Terms:
    """What the file says. Raises KeyError or TypeError for one that does not say it."""
    return Terms(
        publications=[Publication(**entry) for entry in document["publication"]],
        rectifications=[Rectification(**entry) for entry in document["rectification"]],
        handovers=[Handover(**entry) for entry in document["handover"]],
        outcomes={entry["code"]: Outcome(**entry) for entry in document["outcome"]},
        **document["law"],
    )


def on(known: Sequence[_Term], day: date) -> _Term:
    """The one that holds on `day`. Raises LookupError before the first."""
    holding = [term for term in known if term.valid_from <= day]
    if not holding:
        raise LookupError(f"no term holds on {day}")
    return max(holding, key=lambda term: term.valid_from)
