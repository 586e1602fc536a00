"""The second random: which inspectors sit on which unit (spec section 5).

The outcome is the lexicographically smallest assignment. One feasible assignment is made first, then rerouted seat by
seat: a candidate is taken if it serves the unit already, has load left, or can hand one of its later duties on along a
chain of swaps; otherwise no whole assignment has it there, and the next in ticket order is tried.
"""

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop
from typing import Any, NamedTuple

from inspection.draw.matching import Matching, Search, Shortage, bits, lowest
from inspection.draw.seating import Seating
from inspection.draw.tickets import PairTickets, Ticket


class Assignment(NamedTuple):
    """Teams by seat, in the units' order, and the most units for one inspector that they were made under."""

    teams: list[list[int]]
    max_load: int


def assign(
    units: Sequence[Mapping[str, Any]], seating: Seating, *, seed: str, max_load: int | None
) -> Assignment | Shortage:
    """The assignment of these units in this order, or a proof that none exists (only under a `max_load`)."""
    matching = Matching([seating.may_sit(unit) for unit in units], seating, max_load or 0)
    if max_load is None:
        _fill_evenly(matching)
    elif (shortage := matching.fill()) is not None:
        return shortage
    rerouting = _Rerouting(matching, PairTickets(seed, seating.inspectors))
    return Assignment([rerouting.settle(n, unit["id"]) for n, unit in enumerate(units)], matching.cap)


def load_limit(units: Sequence[Mapping[str, Any]], seating: Seating, *, max_load: int | None) -> int:
    """The most units for one inspector: `max_load`, or what null means for the selected units."""
    if max_load is not None:
        return max_load
    matching = Matching([seating.may_sit(unit) for unit in units], seating, 0)
    _fill_evenly(matching)
    return matching.cap


def shortage_of(units: Sequence[Mapping[str, Any]], seating: Seating, *, max_load: int) -> Shortage | None:
    """The proof that these units cannot be served together, or None: then they can."""
    return Matching([seating.may_sit(unit) for unit in units], seating, max_load).fill()


def smallest_team(unit: Mapping[str, Any], seating: Seating, *, seed: str, free: int) -> list[int] | None:
    """The lexicographically smallest team for one unit alone among the inspectors in the mask `free`."""
    mask = seating.may_sit(unit) & free
    if not seating.staffable(mask):
        return None
    order = [inspector for _, inspector in sorted(PairTickets(seed, seating.inspectors).of(unit["id"], mask))]
    head = next(inspector for inspector in order if seating.leads >> inspector & 1)
    order.remove(head)
    return [head, *order[: seating.size - 1]]


def _fill_evenly(matching: Matching) -> None:
    """Fill every seat under the smallest cap that allows it, then leave room for one unit more."""
    everybody = 0
    for mask in matching.may:
        everybody |= mask
    matching.raise_cap(-(-len(matching.may) * matching.size // max(1, everybody.bit_count())))
    matching.fill_raising()
    matching.raise_cap(matching.cap + 1)


class _Rerouting:
    """Settles unit after unit; every later unit keeps a provisional team, so that the rest stays feasible."""

    def __init__(self, matching: Matching, tickets: PairTickets) -> None:
        self._matching = matching
        self._tickets = tickets
        # Nobody in these can take on anything new: the spent serve settled units alone, and the duties of a bound
        # group can only go round within it. Both stay so to the end. A unit with one of a bound group in its
        # provisional team can still swap it for another of them; to every other unit the group is closed.
        self._spent = 0
        self._bound: list[int] = []

    def settle(self, unit: int, name: str) -> list[int]:
        """The team of the next unit, by seats."""
        matching = self._matching
        mask, leads = matching.may[unit], matching.leads
        provisional = matching.teams[unit]
        for inspector in bits(provisional):
            matching.serving[inspector].discard(unit)
        closed = self._closed_to(provisional)
        heads = self._tickets.of(name, mask & leads & ~closed)
        others: list[Ticket] = []
        heapify(heads)
        team: list[int] = []
        while provisional:
            released = 0
            while not released:
                # A heap begins with its smallest ticket: the smaller heap holds the next candidate.
                _, inspector = heappop(min(filter(None, (heads, others))))
                released = self._admit(inspector, provisional, closed)
            team.append(inspector)
            provisional &= ~released
            closed = self._closed_to(provisional)
            if len(team) == 1 and mask & ~leads:
                others = self._tickets.of(name, mask & ~leads & ~closed)
                heapify(others)
        matching.teams[unit] = sum(1 << inspector for inspector in team)
        return team

    def _admit(self, inspector: int, provisional: int, closed: int) -> int:
        """Seat the inspector if a whole assignment is possible with that: the bit of the provisional member whose
        place is taken (the inspector itself, if it is one), or 0."""
        matching = self._matching
        bit = 1 << inspector
        if provisional & bit:
            return bit
        if matching.spare & bit:
            matching.burden(inspector, 1)
            matching.burden(lowest(provisional), -1)
            return provisional & -provisional
        if closed & bit:
            return 0
        search = matching.search(bit, matching.spare | provisional, closed)
        if not search.chain:
            self._close(search)
            return 0
        matching.move(search.chain)
        end = search.chain[-1].entering
        if not provisional >> end & 1:
            matching.burden(end, 1)
            end = lowest(provisional)
            matching.burden(end, -1)
        return 1 << end

    def _closed_to(self, provisional: int) -> int:
        closed = self._spent
        for group in self._bound:
            if not group & provisional:
                closed |= group
        return closed

    def _close(self, search: Search) -> None:
        """Remember what a failed search found, for as long as the draw lasts."""
        group = search.reached
        if group.bit_count() == 1 and not self._matching.serving[lowest(group)]:
            self._spent |= group
            return
        if search.refused:
            group |= self._matching.search(search.refused, 0).reached
        self._bound.append(group)
