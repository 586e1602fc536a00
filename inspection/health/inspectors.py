"""Tests of the second random: were inspectors assigned by chance alone?

What the rules and loads force on a draw, they force on places, not on people: among inspectors whom the rules cannot tell
apart every way to put names to the places is as likely as any other. All that follows counts under such renaming.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from inspection.health import chances
from inspection.health.past import Past
from inspection.health.result import Result, Seen

TEAMS = 200
"""So many teams of a draw are looked at for a rotation; the first ones, in the order of tickets."""

READINGS = 4


def load(past: Sequence[Past]) -> Result:
    """Each inspector's number of visits against the exact sum over draws of what its class had to do."""
    terms: dict[str, list[chances.Counts]] = defaultdict(list)
    visits: Counter[str] = Counter()
    for one in past:
        loads = Counter(name for _, team in one.teams for name in team)
        for members in one.classes:
            spread = Counter(loads[name] for name in members)
            most = max(spread)
            counts = chances.Counts(0, tuple(spread[n] / len(members) for n in range(most + 1)))
            for name in members:
                terms[name].append(counts)
        visits.update(loads)
    known: dict[tuple[chances.Counts, ...], chances.Counts] = {}
    seen = []
    for name, given in terms.items():
        key = tuple(sorted(given))
        if key not in known:
            known[key] = chances.total(key)
        tails = chances.tails(known[key], visits[name])
        seen.append(Seen(name, visits[name], known[key].mean, tails.either))
    return Result.of_many("load", seen)


def pairs(past: Sequence[Past]) -> Result:
    """How often one inspector meets one subject, against the exact sum of its chances (Poisson-binomial).

    Who met once or never is not strange, but counts among the cases: every inspector with every subject visited.
    """
    met = Counter((unit, name) for one in past for unit, team in one.teams for name in team)
    again: dict[str, list[str]] = defaultdict(list)
    for (unit, name), times in met.items():
        if times > 1:
            again[unit].append(name)
    odds: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in past:
        class_of = {name: members for members in one.classes for name in members}
        for unit, team in one.teams:
            for name in again.get(unit, ()):
                if members := class_of.get(name):
                    odds[unit, name].append(sum(other in members for other in team) / len(members))
    seen = []
    for (unit, name), given in odds.items():
        counts = chances.trials(tuple(sorted(given)))
        high = chances.tails(counts, met[unit, name]).high
        seen.append(Seen(f"{name} → {unit}", met[unit, name], counts.mean, high))
    people = {name for one in past for members in one.classes for name in members}
    return Result.of_many("pairs", seen, cases=len({unit for unit, _ in met}) * len(people))


def rotation(past: Sequence[Past], *, renamings: int) -> Result:
    """Whether inspectors follow one another in the list by a fixed step, from seat to seat and draw to draw.

    The step is the commonest of all earlier draws, so that each draw is tested by what was known before it. Its chance
    is counted over `renamings` random ones, repeatable by anyone, which with the true names are equally likely.
    """
    steps: list[Counter[int]] = [Counter() for _ in range(READINGS)]
    last: list[str | None] = [None] * READINGS
    p_values = []
    for one in past:
        if not one.teams:
            continue
        rows = _rows(one, last)
        if any(steps):
            wanted = [counted.most_common(1)[0][0] if counted else None for counted in steps]
            hits = _hits(rows, wanted)
            generator = random.Random(one.draw)  # noqa: S311 - repeatable, and decides nothing
            others = sum(
                _hits([row.renamed(renaming) for row in rows], wanted) >= hits
                for renaming in (_renaming(one.classes, generator) for _ in range(renamings))
            )
            p_values.append((1 + others) / (1 + renamings))
        for reading, row in enumerate(rows):
            steps[reading].update(row.steps())
            last[reading] = row.names[-1]
    return Result("rotation", chances.together(p_values), None, None, cases=len(p_values))


class _Row(NamedTuple):
    """Inspectors one after another; the first `kept` come from the draw before and keep their name. A place is which
    list somebody stands in, where, and how long that list is."""

    names: list[str]
    kept: int
    places: Mapping[str, tuple[int, int, int]]

    def steps(self) -> list[int]:
        row = [self.places[name] for name in self.names]
        return [(b[1] - a[1]) % a[2] for a, b in pairwise(row) if a[0] == b[0]]

    def renamed(self, renaming: Mapping[str, str]) -> "_Row":
        return self._replace(
            names=self.names[: self.kept] + [renaming[name] for name in self.names[self.kept :]]
        )


def _rows(past: Past, last: Sequence[str | None]) -> list[_Row]:
    """Four readings of a draw: by tickets or by the list of units; all seats by the whole list of inspectors, or first
    seats alone by the list of their own class, for where leads go round by themselves."""
    everyone = sorted(name for members in past.classes for name in members)
    whole = {name: (0, place, len(everyone)) for place, name in enumerate(everyone)}
    own = {
        name: (number, place, len(members))
        for number, members in enumerate(past.classes)
        for place, name in enumerate(members)
    }
    rows = []
    for reading in range(READINGS):
        teams = past.teams[:TEAMS]
        ordered = teams if reading % 2 == 0 else sorted(teams)
        row = [name for _, team in ordered for name in (team if reading < READINGS // 2 else team[:1])]
        before = last[reading]
        link = [before] if before is not None and before in whole else []
        rows.append(_Row(link + row, len(link), whole if reading < READINGS // 2 else own))
    return rows


def _hits(rows: Sequence[_Row], wanted: Sequence[int | None]) -> int:
    return sum(row.steps().count(step) for row, step in zip(rows, wanted, strict=True) if step is not None)


def _renaming(classes: Sequence[Sequence[str]], generator: random.Random) -> dict[str, str]:
    names: dict[str, str] = {}
    for members in classes:
        shuffled = list(members)
        generator.shuffle(shuffled)
        names.update(zip(members, shuffled, strict=True))
    return names
