"""One feasible assignment that is kept feasible while teams change: a flow from units to inspectors, as bit masks.

Units are numbered from 0 by the caller and inspectors by their bit in the seating. A team is the mask of those who
serve a unit; it always holds somebody for seat 0. Moving a duty along a chain (x leaves a team, y takes the place, y
leaves another, …) is the residual path of the flow. Only shortest chains are applied: they are the ones whose steps
never undo each other where two of them meet on one team.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from inspection.draw.seating import Seating


class Step(NamedTuple):
    """`leaving` hands the unit over to `entering`."""

    leaving: int
    unit: int
    entering: int


class Search(NamedTuple):
    """A chain; or no chain, and the masks of all that were reached and of those that were not entered though they
    could have been. None of the reached can hand on a duty so that it ends where it should."""

    chain: list[Step]
    reached: int
    refused: int


class Shortage(NamedTuple):
    """Proof that no assignment exists: `units` need more seats from the inspectors in `group` (a mask) than these
    can take, however many duties everyone else takes on."""

    units: list[int]
    group: int


class _Wave(NamedTuple):
    """All who were reached at once: they may enter `unit` for `leaving`, who was reached in the wave `before`."""

    before: int
    leaving: int
    unit: int
    entering: int


class Matching:
    """Teams, loads and who still has load left, under `cap` units for one inspector."""

    def __init__(self, may: Sequence[int], seating: Seating, cap: int) -> None:
        self.may = may
        self.leads = seating.leads
        self.size = seating.size
        self.cap = cap
        self.teams = [0] * len(may)
        self._open = list(may)  # who may sit on a unit and does not serve it
        self.load = [0] * len(seating.inspectors)
        self.serving: list[set[int]] = [set() for _ in seating.inspectors]
        self.spare = (1 << len(seating.inspectors)) - 1 if cap else 0
        self._levels = {0: (1 << len(seating.inspectors)) - 1}  # the inspectors by their load

    def join(self, unit: int, inspector: int) -> None:
        self.teams[unit] |= 1 << inspector
        self._open[unit] &= ~(1 << inspector)
        self.serving[inspector].add(unit)

    def leave(self, unit: int, inspector: int) -> None:
        self.teams[unit] &= ~(1 << inspector)
        self._open[unit] |= 1 << inspector
        self.serving[inspector].discard(unit)

    def burden(self, inspector: int, by: int) -> None:
        """Count one duty more (1) or less (-1)."""
        bit, load = 1 << inspector, self.load[inspector]
        self._levels[load] &= ~bit
        if not self._levels[load]:
            del self._levels[load]
        self.load[inspector] = load = load + by
        self._levels[load] = self._levels.get(load, 0) | bit
        if load < self.cap:
            self.spare |= bit
        else:
            self.spare &= ~bit

    def raise_cap(self, cap: int) -> None:
        """Let every inspector take up to `cap` units."""
        self.cap = cap
        self.spare = sum(1 << n for n, load in enumerate(self.load) if load < cap)

    def search(self, start: int, goal: int, closed: int = 0) -> Search:
        """The shortest chain from an inspector in `start` to one in `goal`, breadth first over inspectors, without
        entering `closed`."""
        unreached, refused = ~start, 0
        waves = [_Wave(0, -1, -1, start)]
        teams, open_to, leads, serving = self.teams, self._open, self.leads, self.serving
        for number, wave in enumerate(waves):
            for leaving in bits(wave.entering):
                for unit in serving[leaving]:
                    entering = open_to[unit] & unreached
                    if entering and teams[unit] & leads == 1 << leaving:
                        entering &= leads
                    if not entering:
                        continue
                    if found := entering & goal:
                        return Search(_trace(waves, number, Step(leaving, unit, lowest(found))), 0, 0)
                    if entering & closed:
                        refused |= entering & closed
                        entering &= ~closed
                    unreached &= ~entering
                    waves.append(_Wave(number, leaving, unit, entering))
        return Search([], ~unreached, refused)

    def move(self, chain: Sequence[Step]) -> None:
        """Hand duties on along a chain; loads change only at its ends, which the caller counts."""
        for leaving, unit, entering in chain:
            self.leave(unit, leaving)
            self.join(unit, entering)

    def fill(self) -> Shortage | None:
        """Fill every seat of every unit, scarcest unit first, the least loaded first; or say why it can't be."""
        for unit in self._scarcest_first():
            if (shortage := self._staff(unit)) is not None:
                return shortage
        return None

    def fill_raising(self) -> None:
        """Fill every seat under the smallest cap with which that is possible, from `cap` up.

        Each shortage proves the cap too small and tells the next one worth trying, so that the last is the smallest.
        """
        for unit in self._scarcest_first():
            while (shortage := self._staff(unit)) is not None:
                seats = sum(needed(mask, shortage.group, self.leads, self.size) for mask in self.may)
                self.raise_cap(-(-seats // shortage.group.bit_count()))

    def _scarcest_first(self) -> list[int]:
        def choice(unit: int) -> int:
            mask = self.may[unit]
            return min(mask.bit_count() - self.size + 1, (mask & self.leads).bit_count())

        return sorted(range(len(self.may)), key=choice)

    def _staff(self, unit: int) -> Shortage | None:
        while self.teams[unit].bit_count() < self.size:
            open_to = self.may[unit] & ~self.teams[unit]
            if not self.teams[unit]:
                open_to &= self.leads
            inspector = self._least_loaded(open_to & self.spare)
            if inspector is None:
                chain, reached, _ = self.search(open_to, self.spare)
                if not chain:
                    return self._shortage(unit, reached)
                self.move(chain)
                self.burden(chain[-1].entering, 1)
                inspector = chain[0].leaving
            else:
                self.burden(inspector, 1)
            self.join(unit, inspector)
        return None

    def _least_loaded(self, mask: int) -> int | None:
        for load in sorted(self._levels):
            if found := self._levels[load] & mask:
                return lowest(found)
        return None

    def _shortage(self, unit: int, group: int) -> Shortage:
        """The fewest units that prove it against the inspectors whom a failed search for `unit` reached."""
        need = {
            other: needed(self.may[other], group, self.leads, self.size)
            for other, team in enumerate(self.teams)
            if team & group or other == unit
        }
        room = self.cap * group.bit_count()
        units = []
        for other in sorted(need, key=lambda other: (-need[other], other)):
            units.append(other)
            room -= need[other]
            if room < 0:
                return Shortage(units, group)
        raise AssertionError("a failed search did not prove a shortage")


def needed(mask: int, group: int, leads: int, size: int) -> int:
    """How many seats of one unit the inspectors in `group` must take, even if all others in `mask` serve it."""
    others = mask & ~group
    return max(size - others.bit_count(), 0 if others & leads else 1)


def lowest(mask: int) -> int:
    """The lowest inspector in a mask that is not empty."""
    return (mask & -mask).bit_length() - 1


def bits(mask: int) -> Iterator[int]:
    """The inspectors in a mask, ascending."""
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1


def _trace(waves: Sequence[_Wave], number: int, last: Step) -> list[Step]:
    chain = [last]
    while number:
        wave = waves[number]
        chain.append(Step(wave.leaving, wave.unit, chain[-1].leaving))
        number = wave.before
    return chain[::-1]
