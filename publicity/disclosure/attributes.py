"""The attributes and grounds of disclosure.toml, and what a fact is before anybody has decided. Pure."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from registry.kernel.faults import Invalid

Attribute = Literal["proactive", "request", "closed"]
PROACTIVE: Attribute = "proactive"
NOT_TOLD: tuple[Attribute, ...] = ("request", "closed")
"""What is assessed again (政府信息公开条例第十八条)."""

_FILE = tomllib.loads(Path(__file__).with_name("disclosure.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Ground:
    """Why a fact has its attribute; `basis` is the law with its article, `memory` says that nobody compared it yet."""

    code: str
    attribute: Attribute
    title: str
    basis: str
    memory: bool


@dataclass(frozen=True)
class Review:
    """The clocks of assessment: `months` between two, `lead_days` on the work list before its day, `workdays` from finding that
    something may be told to its publication. Counts by ground below `least` are not told in public."""

    basis: str
    months: int
    lead_days: int
    workdays: int
    least: int


TITLES: Mapping[Attribute, str] = _FILE["attributes"]
GROUNDS: Mapping[str, Ground] = {
    table["code"]: Ground(
        table["code"], table["attribute"], table["title"], table["basis"], table.get("memory", False)
    )
    for table in _FILE["ground"]
}
REVIEW = Review(**_FILE["review"])
KINDS: Mapping[str, str] = _FILE["kinds"]
"""The kinds of event that are facts of their own, with their ground."""


def default(kind: str, *, scope: str, term_public: bool) -> Ground | None:
    """What a fact is by itself; None for an event that tells of another fact.

    `scope` is its 信息使用范围, `term_public` whether the law lets its kind be published (registry.credit.catalogue.Term).
    """
    if kind not in KINDS:
        return None
    if (narrow := _FILE["scopes"].get(scope)) is not None:
        return GROUNDS[narrow]
    own = GROUNDS[KINDS[kind]]
    return own if term_public or own.attribute != PROACTIVE else GROUNDS[_FILE["terms"]["unpublished"]]


def chosen(ground: str, among: Collection[Attribute]) -> Ground:
    """The ground that a form names; it tells the attribute. Raises Invalid where it is none, or of no attribute in `among`."""
    found = GROUNDS.get(ground)
    if found is None or found.attribute not in among:
        raise Invalid.field("ground", "unknown_ground", "请选择法律依据")
    return found
