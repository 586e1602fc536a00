"""A rule set of standing: what each event gives or takes, for how long, and which grade the points make. Pure.

Points are whole numbers. A day belongs to exactly one rule set, and every event is weighed by the rule set of the day
that is asked about, with the terms that this one lays down, however old the event is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import zip_longest
from typing import Literal, NamedTuple

Repaired = Literal["ends", "counts"]
"""Whether a repaired event stops counting on the day of its repair, or runs to the end of its term."""

Objected = Literal["counts", "waits"]
"""Whether an event counts while an objection to it is open, or waits for the decision."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Band:
    """A grade from `least` points upwards; None for the lowest, which takes everything below."""

    grade: str
    title: str
    least: int | None


@dataclass(frozen=True)
class Group:
    """Items whose sum, taken without its sign, goes no further than `most`."""

    code: str
    title: str
    most: int


@dataclass(frozen=True)
class When:
    """Which events a rule is about: one of `kinds`, and one of each further set that is not empty.

    `words` are kinds of penalty and results, in the words of vocabulary.toml.
    """

    kinds: frozenset[str]
    severities: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    def matches(self, kind: str, severity: str | None, words: frozenset[str]) -> bool:
        return (
            kind in self.kinds
            and (not self.severities or severity in self.severities)
            and (not self.words or not self.words.isdisjoint(words))
        )

    def covers(self, other: "When") -> bool:
        """Whether every event of `other` is one of these."""
        return (
            self.kinds >= other.kinds
            and (not self.severities or (bool(other.severities) and self.severities >= other.severities))
            and (not self.words or (bool(other.words) and self.words >= other.words))
        )


@dataclass(frozen=True)
class Item:
    """Points for an event through its term (记分周期) of `months`; `most` bounds what all events of the item give."""

    code: str
    title: str
    when: When
    points: int
    months: int
    most: int | None = None
    group: str | None = None


@dataclass(frozen=True)
class Veto:
    """While an event of these is within `months`, the grade is `at_most` this, whatever the points."""

    code: str
    title: str
    when: When
    at_most: str
    months: int


class Match(NamedTuple):
    """What a section has for an event: the first item that fits (its place, -1 for none) and every veto."""

    item: int
    vetoes: tuple[int, ...]


@dataclass(frozen=True)
class Section:
    """The rules for some kinds of organisation and professions. `bands` stand from the best to the lowest."""

    title: str
    kinds: tuple[str, ...]
    base: int
    bands: tuple[Band, ...]
    groups: tuple[Group, ...]
    items: tuple[Item, ...]
    vetoes: tuple[Veto, ...]
    repaired: Repaired
    objected: Objected

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """Place of each grade, the best 0."""
        return {band.grade: place for place, band in enumerate(self.bands)}

    @cached_property
    def group_of(self) -> Mapping[str, Group]:
        return {group.code: group for group in self.groups}

    @cached_property
    def base_grade(self) -> str:
        """The grade of whoever has no event that counts."""
        return self.bands[self.rank(self.base)].grade

    @cached_property
    def _matches(self) -> dict[tuple[str, str | None, frozenset[str]], Match]:
        return {}

    def rank(self, points: int) -> int:
        """Place of the grade that these points make."""
        return next(
            place for place, band in enumerate(self.bands) if band.least is None or points >= band.least
        )

    def match(self, kind: str, severity: str | None, words: frozenset[str]) -> Match:
        """Kept for the next event alike: a register has millions of events and some hundred sorts."""
        key = (kind, severity, words)
        found = self._matches.get(key)
        if found is None:
            item = next((n for n, one in enumerate(self.items) if one.when.matches(*key)), -1)
            vetoes = tuple(n for n, one in enumerate(self.vetoes) if one.when.matches(*key))
            found = self._matches[key] = Match(item, vetoes)
        return found


@dataclass(frozen=True)
class RuleSet:
    """`since` is its first day, `until` its last, None while no end is laid down. `sample`: shipped to be adapted."""

    title: str
    basis: str
    sample: bool
    since: date
    until: date | None
    sections: tuple[Section, ...]

    @cached_property
    def by_kind(self) -> Mapping[str, Section]:
        return {kind: section for section in self.sections for kind in section.kinds}


class Window(NamedTuple):
    """A rule set with the days on which it decides: `since` the first, `until` the first day after, None while open.

    `id` is the row that keeps it.
    """

    id: int
    rules: RuleSet
    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


Book = Sequence[Window]
"""The rule sets in force, in the order of their days; windows never overlap."""


def windows(sets: Mapping[int, RuleSet]) -> list[Window]:
    """The days of each rule set (by row id): to the day that it names as its last, or until the next one begins."""
    ordered = sorted(sets.items(), key=lambda entry: entry[1].since)
    successors = [rules.since for _, rules in ordered][1:]
    found = []
    for (key, rules), successor in zip_longest(ordered, successors):
        stated = rules.until + ONE_DAY if rules.until else None
        until = min(filter(None, (stated, successor)), default=None)
        found.append(Window(key, rules, rules.since, until))
    return found


def on(book: Book, day: date) -> Window | None:
    """What decides on a day, None where no rule set was in force."""
    return next((window for window in book if window.holds(day)), None)
