"""The standing that events make on one day under the rules of that day, with a reason for each of them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.credit.catalogue import add_months
from registry.credit.standing.fact import Fact, ends, runs
from registry.credit.standing.ruleset import ONE_DAY, Book, Group, Item, Match, Section
from registry.credit.standing.ruleset import on as rules_on

Why = Literal["counts", "full", "expired", "void", "repaired", "removed", "objected", "unruled"]
"""Why an event gives what it gives. `full`: a cap was reached before it. `unruled`: no rule speaks of it."""


@dataclass(frozen=True)
class Reason:
    """What one event gives on the day, by which rule.

    `rule` is the item's title, `points` what it gives, `full` what it would give without the cap that `capped` names,
    `until` the last day on which it counts. `at_most` is the grade that `veto` allows up to `veto_until`.
    """

    event: str
    kind: str
    decided_on: date
    rule: str | None
    points: int
    full: int
    until: date | None
    capped: str | None
    why: Why
    veto: str | None = None
    at_most: str | None = None
    veto_until: date | None = None


@dataclass(frozen=True)
class Standing:
    """A grade with everything that made it. `title` names the grade in words, `points` begin at `base`.

    `by_points` is the grade that the points alone would make; `grade` is lower where a veto holds. `rules` is the row id
    of the rule set, `kind` the profession or kind of organisation whose section was used.
    """

    grade: str
    title: str
    points: int
    base: int
    by_points: str
    reasons: tuple[Reason, ...]
    rules: int
    rules_title: str
    kind: str
    on: date


def standing(events: Iterable[Fact], book: Book, *, kind: str, on: date) -> Standing | None:
    """The standing on a day by the rules of that day; None where none had rules for this kind of subject."""
    window = rules_on(book, on)
    section = window.rules.by_kind.get(kind) if window else None
    if window is None or section is None:
        return None
    reasons = tuple(_reasons(events, section, on))
    points = section.base + sum(reason.points for reason in reasons)
    by_points = section.rank(points)
    vetoes = [section.ranks[reason.at_most] for reason in reasons if reason.at_most is not None]
    band = section.bands[max(by_points, *vetoes) if vetoes else by_points]
    return Standing(
        band.grade,
        band.title,
        points,
        section.base,
        section.bands[by_points].grade,
        reasons,
        window.id,
        window.rules.title,
        kind,
        on,
    )


def _reasons(events: Iterable[Fact], section: Section, day: date) -> Iterator[Reason]:
    """One for each event decided by the day, the oldest first: so do they use up the caps."""
    bounded: tuple[Item | Group, ...] = (*section.items, *section.groups)
    room = {one: one.most for one in bounded if one.most is not None}
    for fact in sorted(events, key=lambda fact: (fact.decided_on, fact.id)):
        if fact.decided_on > day:
            continue
        match = section.match(fact.kind, fact.severity, fact.words)
        veto = _strictest(fact, section, match.vetoes, day)
        if match.item < 0:
            why = _why_without_item(fact, section, match, day)
            yield Reason(fact.id, fact.kind, fact.decided_on, None, 0, 0, None, None, why, *veto)
            continue
        item = section.items[match.item]
        why = _why(fact, section, item.months, day)
        given, capped = _take(room, item, section) if why == "counts" else (0, None)
        yield Reason(
            fact.id,
            fact.kind,
            fact.decided_on,
            item.title,
            given if item.points > 0 else -given,
            item.points,
            _last_day(fact, section, item.months),
            capped,
            "full" if why == "counts" and given == 0 else why,
            *veto,
        )


def _take(room: dict[Item | Group, int], item: Item, section: Section) -> tuple[int, str | None]:
    """What an event of the item still gives, without its sign, and the title of the cap that lessens it."""
    bounds = [
        one for one in (item, section.group_of.get(item.group or "")) if one is not None and one in room
    ]
    full = abs(item.points)
    tightest = min(bounds, key=room.__getitem__, default=None)
    capped = tightest if tightest is not None and room[tightest] < full else None
    given = room[capped] if capped is not None else full
    for one in bounds:
        room[one] -= given
    return given, capped.title if capped is not None else None


def _why_without_item(fact: Fact, section: Section, match: Match, day: date) -> Why:
    if fact.void:
        return "void"
    if not match.vetoes:
        return "unruled"
    return _why(fact, section, max(section.vetoes[place].months for place in match.vetoes), day)


def _strictest(
    fact: Fact, section: Section, vetoes: Sequence[int], day: date
) -> tuple[str | None, str | None, date | None]:
    holding = [
        section.vetoes[place]
        for place in vetoes
        if _why(fact, section, section.vetoes[place].months, day) == "counts"
    ]
    if not holding:
        return None, None, None
    veto = max(holding, key=lambda veto: (section.ranks[veto.at_most], veto.months))
    return veto.title, veto.at_most, _last_day(fact, section, veto.months)


def _why(fact: Fact, section: Section, months: int, day: date) -> Why:
    if fact.void:
        return "void"
    if any(run.since <= day < run.until for run in runs(fact, section, months)):
        return "counts"
    if day > add_months(fact.decided_on, months):
        return "expired"
    if fact.ended_on is not None and fact.ended_on <= day and ends(fact, section):
        return fact.ground or "repaired"
    return "objected"


def _last_day(fact: Fact, section: Section, months: int) -> date | None:
    found = runs(fact, section, months)
    return found[-1].until - ONE_DAY if found else None
