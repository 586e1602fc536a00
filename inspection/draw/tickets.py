"""Tickets: the SHA-256 that orders units in the first random, and inspectors for a unit in the second.

A ticket is a pair of the digest and its owner's place in a list sorted by id, so that tickets sort as they should:
digests compare like their hex, and equal ones fall back to the smaller id. Every hashed text begins with the seed,
which is exactly one SHA-256 block: `copy()` of a state that has absorbed the prefix saves half of the work.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import compress
from typing import Any, TypeAlias

Ticket: TypeAlias = tuple[bytes, int]

DIRECTED = ""
"""The pool of the mandatory units, beside the strata: no id is empty."""

_ABOVE_ALL = b"\xff" * 33
_SELECTORS = bytes.maketrans(b"01", b"\0\1")


def first_units(
    seed: str, units: Sequence[Mapping[str, Any]], wanted: Mapping[str, int], among: Mapping[str, int]
) -> dict[str, list[Ticket]]:
    """The first `wanted` tickets of each stratum, in order, of the eligible units, of which it has so many (`among`);
    under DIRECTED those of all mandatory units.

    Digests are uniform, so that a bound a little above the wanted share nearly always leaves enough of them; only
    these are kept and sorted. Where it does not, all are: the outcome never depends on the bound.
    """
    bounds = {name: _bound(wanted[name], among[name]) for name in wanted}
    first = _tickets_below({**bounds, DIRECTED: _ABOVE_ALL}, seed, units)
    short = [name for name in wanted if len(first[name]) < min(wanted[name], among[name])]
    if short:
        first = _tickets_below(dict.fromkeys(first, _ABOVE_ALL), seed, units)
    return {name: sorted(kept)[: wanted.get(name)] for name, kept in first.items()}


def _bound(wanted: int, among: int) -> bytes:
    share = ((wanted + wanted // 16 + 64) << 32) // max(1, among)
    return share.to_bytes(4, "big") if share < 1 << 32 else _ABOVE_ALL


def _tickets_below(
    bounds: Mapping[str, bytes], seed: str, units: Sequence[Mapping[str, Any]]
) -> dict[str, list[Ticket]]:
    """In one pass over the population: with a million units, what is looked up, stored or allocated for each of them
    costs as much as its hash."""
    absorbed = sha256(f"{seed}|unit|".encode())
    kept: dict[str, list[Ticket]] = {name: [] for name in bounds}
    for place, unit in enumerate(units):
        status = unit["status"]
        if status == "excluded":
            continue
        state = absorbed.copy()
        state.update(unit["id"].encode())
        digest = state.digest()
        pool = unit["stratum"] if status == "eligible" else DIRECTED
        if digest < bounds[pool]:
            kept[pool].append((digest, place))
    return kept


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
