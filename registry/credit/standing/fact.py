"""What rules look at in an event, and the days on which it counts. Pure.

Every event counts from the day of its decision to the end of its term. One that was quashed, found void, or deleted after
an objection never counted (行政处罚法第三十八条; 行政复议法第六十四条、第六十七条: what is void or revoked has no effect from the
beginning). A repaired one was lawful and counted until its repair; whether it goes on counting is for the rule set to say.
"""

from datetime import date
from typing import Literal, NamedTuple

from registry.credit.catalogue import add_months
from registry.credit.standing.ruleset import ONE_DAY, Section


class Objection(NamedTuple):
    """Days on which an objection was open: from `since` up to the day before `until`, None while it is."""

    since: date
    until: date | None


class Fact(NamedTuple):
    """What rules look at in an event. `void`: it never counted. `ended_on`: repaired, or removed from its list."""

    id: str
    kind: str
    decided_on: date
    severity: str | None = None
    words: frozenset[str] = frozenset()
    void: bool = False
    ended_on: date | None = None
    ground: Literal["repaired", "removed"] | None = None
    objections: tuple[Objection, ...] = ()


class Run(NamedTuple):
    """Days on which an event counts: `since` the first, `until` the first day after."""

    since: date
    until: date


def ends(fact: Fact, section: Section) -> bool:
    """Removal from a list ends what the listing did; of a repair the rule set says it."""
    return fact.ground == "removed" or section.repaired == "ends"


def runs(fact: Fact, section: Section, months: int) -> list[Run]:
    """The days on which an event counts for `months` (民法典第二百零一条、第二百零二条), in order, apart from each other."""
    if fact.void:
        return []
    until = add_months(fact.decided_on, months) + ONE_DAY
    if fact.ended_on is not None and ends(fact, section):
        until = min(until, fact.ended_on)
    since = fact.decided_on
    if section.objected == "counts" or not fact.objections:
        return [Run(since, until)] if since < until else []
    found = []
    for objection in sorted(fact.objections):
        if since < min(objection.since, until):
            found.append(Run(since, min(objection.since, until)))
        since = max(since, objection.until or until)
    return [*found, Run(since, until)] if since < until else found
