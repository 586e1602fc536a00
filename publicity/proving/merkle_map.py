"""A Merkle map: one hash stands for a whole table of keys and values, and for what is not in it. Pure.

A binary tree over 256-bit keys, walked from their first bit. A subtree without entries is `EMPTY`; one with a single entry
is that entry's leaf, wherever it stands; any other is the hash of its two halves. Leaves and nodes are told apart by their
first byte, as in RFC 6962, so a root opens at each place in one way only: whoever can find no SHA-256 collision, the
maker of the map included, can prove a key present or absent under one root, never both.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

EMPTY = bytes(32)
_BITS = 256


class InvalidProof(ValueError):
    """The proof does not lead to the root."""


class Entry(NamedTuple):
    """A key and its value, 32 bytes each."""

    key: bytes
    value: bytes


class Proof(NamedTuple):
    """Where the walk to a key ends: at `terminal`, which may be another key's entry, or in an empty subtree (None).

    `siblings` are the hashes beside the way, from the root downwards.
    """

    siblings: tuple[bytes, ...]
    terminal: Entry | None


def root(entries: Mapping[bytes, bytes]) -> bytes:
    """The hash of the whole map. Raises ValueError for a key or value that is not 32 bytes."""
    return _root(_sorted(entries), 0)


def prove(entries: Mapping[bytes, bytes], key: bytes) -> Proof:
    """The proof that `key` has its value in the map, or that it has none."""
    rest = _sorted(entries)
    siblings: list[bytes] = []
    while len(rest) > 1:
        halves, bit = _halves(rest, len(siblings)), _bit(key, len(siblings))
        siblings.append(_root(halves[1 - bit], len(siblings) + 1))
        rest = halves[bit]
    return Proof(tuple(siblings), rest[0] if rest else None)


def proven(root: bytes, key: bytes, proof: Proof) -> bytes | None:
    """The value of `key` in the map with this root, None if it has none there. Raises InvalidProof."""
    depth = len(proof.siblings)
    if depth > _BITS or any(
        len(hash_) != len(EMPTY) for hash_ in (key, *proof.siblings, *(proof.terminal or ()))
    ):
        raise InvalidProof("malformed")
    found = EMPTY if proof.terminal is None else _leaf(proof.terminal)
    for at in reversed(range(depth)):
        beside = proof.siblings[at]
        found = _node(beside, found) if _bit(key, at) else _node(found, beside)
    if found != root:
        raise InvalidProof("the way does not lead to the root")
    if proof.terminal is None or proof.terminal.key != key:
        return None
    return proof.terminal.value


def _sorted(entries: Mapping[bytes, bytes]) -> Sequence[Entry]:
    rows = sorted(Entry(key, value) for key, value in entries.items())
    if any(len(row.key) != len(EMPTY) or len(row.value) != len(EMPTY) for row in rows):
        raise ValueError("keys and values have 32 bytes")
    return rows


def _root(rows: Sequence[Entry], depth: int) -> bytes:
    if not rows:
        return EMPTY
    if len(rows) == 1:
        return _leaf(rows[0])
    left, right = _halves(rows, depth)
    return _node(_root(left, depth + 1), _root(right, depth + 1))


def _halves(rows: Sequence[Entry], depth: int) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """The sorted rows of a subtree, which agree in their first `depth` bits, by the next one."""
    middle = bisect_left(rows, True, key=lambda row: bool(_bit(row.key, depth)))
    return rows[:middle], rows[middle:]


def _bit(key: bytes, at: int) -> int:
    return key[at // 8] >> (7 - at % 8) & 1


def _leaf(entry: Entry) -> bytes:
    return sha256(b"\x00" + entry.key + entry.value).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
