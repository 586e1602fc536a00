"""Tickets: the SHA-256 that orders units in the first random, and inspectors for a unit in the second.

A ticket is a pair of the digest and its owner's place in a list sorted by id, so that tickets sort as they should:
digests compare like their hex, and equal ones fall back to the smaller id. Every hashed text begins with the seed,
which is exactly one SHA-256 block: `copy()` of a state that has absorbed the prefix saves half of the work.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import compress
from typing import TypeAlias

Ticket: TypeAlias = tuple[bytes, int]

_ABOVE_ALL = b"\xff" * 33
_SELECTORS = bytes.maketrans(b"01", b"\0\1")


def first_units(seed: str, names: Sequence[str], places: Sequence[int], wanted: int) -> list[Ticket]:
    """The first `wanted` tickets, in order, among units given by their ids and, ascending, their places.

    Digests are uniform, so that a bound a little above the wanted share nearly always leaves enough of them; only
    these are kept and sorted. Where it does not, all are: the outcome never depends on the bound.
    """
    wanted = min(wanted, len(names))
    share = ((wanted + wanted // 16 + 64) << 32) // max(1, len(names))
    bound = share.to_bytes(4, "big") if share < 1 << 32 else _ABOVE_ALL
    first = sorted(_tickets_below(bound, seed, names, places))
    if len(first) < wanted:
        first = sorted(_tickets_below(_ABOVE_ALL, seed, names, places))
    return first[:wanted]


def _tickets_below(bound: bytes, seed: str, names: Sequence[str], places: Sequence[int]) -> list[Ticket]:
    absorbed = sha256(f"{seed}|unit|".encode())
    tickets = []
    for name, place in zip(names, places, strict=True):
        state = absorbed.copy()
        state.update(name.encode())
        digest = state.digest()
        if digest < bound:
            tickets.append((digest, place))
    return tickets


class PairTickets:
    """The tickets of inspectors for one unit after another; an inspector's place is its bit in the seating."""

    def __init__(self, seed: str, inspectors: Iterable[str]) -> None:
        self._absorbed = sha256(f"{seed}|pair|".encode())
        self._inspectors = list(enumerate(name.encode() for name in inspectors))

    def of(self, unit: str, mask: int) -> list[Ticket]:
        """One ticket for each inspector whose bit is set in `mask`, in no particular order."""
        absorbed = self._absorbed.copy()
        absorbed.update(f"{unit}|".encode())
        chosen = f"{mask:b}"[::-1].encode().translate(_SELECTORS)
        tickets = []
        for place, name in compress(self._inspectors, chosen):
            state = absorbed.copy()
            state.update(name)
            tickets.append((state.digest(), place))
        return tickets
