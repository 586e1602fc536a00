"""The course of a standing through all days, past and future, as periods. Pure.

When an event is known, so is the last day on which it counts. The whole course therefore follows from the events alone,
and no clock has to expire anything.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from registry.credit.standing.fact import Fact, Run, runs
from registry.credit.standing.ruleset import Book, Section, Window


class Period(NamedTuple):
    """Days with one standing: `since` the first, `until` the first day after, None for no end."""

    since: date
    until: date | None
    grade: str
    points: int
    rules: int


def timeline(events: Iterable[Fact], book: Book, *, kind: str) -> list[Period]:
    """The standing through all days that had rules for this kind, as the fewest periods, in order."""
    facts = list(events)
    return [
        period
        for window in book
        if (section := window.rules.by_kind.get(kind)) is not None
        for period in _periods(facts, window, section)
    ]


def _periods(facts: Sequence[Fact], window: Window, section: Section) -> list[Period]:
    """Sweeps over the days on which something begins or ends within the window."""
    turns = _turns(facts, window, section)
    sums = dict.fromkeys((item for changes in turns.values() for item, _ in changes if item >= 0), 0)
    held = [0] * len(section.bands)
    found: list[Period] = []
    for day in sorted({window.since, *turns}):
        for item, change in turns.get(day, ()):
            if item >= 0:
                sums[item] += change
            else:
                held[-item - 1] += change
        points = section.base + _total(section, sums)
        rank = max(section.rank(points), next((r for r in range(len(held) - 1, 0, -1) if held[r]), 0))
        grade = section.bands[rank].grade
        if found and (found[-1].grade, found[-1].points) == (grade, points):
            continue
        if found:
            found[-1] = found[-1]._replace(until=day)
        found.append(Period(day, window.until, grade, points, window.id))
    return found


def _turns(facts: Sequence[Fact], window: Window, section: Section) -> dict[date, list[tuple[int, int]]]:
    """What changes on a day: (place of an item, points), or (-1 - rank of a grade, one veto more or less)."""
    turns: dict[date, list[tuple[int, int]]] = defaultdict(list)
    for fact in facts:
        match = section.match(fact.kind, fact.severity, fact.words)
        if match.item >= 0:
            item = section.items[match.item]
            _turn(turns, window, runs(fact, section, item.months), match.item, item.points)
        for place in match.vetoes:
            veto = section.vetoes[place]
            _turn(turns, window, runs(fact, section, veto.months), -1 - section.ranks[veto.at_most], 1)
    return turns


def _turn(
    turns: dict[date, list[tuple[int, int]]], window: Window, days: Iterable[Run], what: int, change: int
) -> None:
    for since, until in days:
        if until <= window.since or (window.until is not None and since >= window.until):
            continue
        turns[max(since, window.since)].append((what, change))
        if window.until is None or until < window.until:
            turns[until].append((what, -change))


def _total(section: Section, sums: dict[int, int]) -> int:
    """The sum under the caps, which bound it without its sign: of every item first, then of its group."""
    total = 0
    groups: dict[str, int] = {}
    for place, given in sums.items():
        item = section.items[place]
        bounded = given if item.most is None else max(-item.most, min(item.most, given))
        if item.group is None:
            total += bounded
        else:
            groups[item.group] = groups.get(item.group, 0) + bounded
    for code, given in groups.items():
        most = section.group_of[code].most
        total += max(-most, min(most, given))
    return total
