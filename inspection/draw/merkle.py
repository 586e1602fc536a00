"""RFC 6962 Merkle trees over the leaves of a sealed draw: root and audit path, from all leaf hashes."""

from collections.abc import Sequence
from hashlib import sha256


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 6962 section 2.1: a leaf can never be taken for an inner node."""
    return sha256(b"\x00" + leaf).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The Merkle tree hash over leaf hashes. ValueError for none: a frame has one unit at least."""
    return _levels(hashes)[-1][0]


def path(hashes: Sequence[bytes], position: int) -> list[bytes]:
    """The audit path of a leaf, from its sibling up to the child of the root. IndexError outside the tree."""
    if not 0 <= position < len(hashes):
        raise IndexError(position)
    found = []
    for level in _levels(hashes)[:-1]:
        sibling = position ^ 1
        if sibling < len(level):
            found.append(level[sibling])
        position >>= 1
    return found


def _levels(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """All levels from the leaves to the root. A node without a sibling rises unhashed, which is the tree of RFC 6962:
    its left part is the largest complete one."""
    if not hashes:
        raise ValueError("a tree without leaves")
    levels = [list(hashes)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [sha256(b"\x01" + below[n] + below[n + 1]).digest() for n in range(0, len(below) - 1, 2)]
        levels.append(above + below[len(below) - len(below) % 2 :])
    return levels
