"""The Merkle hash tree of RFC 6962 §2.1 with SHA-256: hashes, roots, proofs and their verification.

Pure. A tree is reached through a `NodeOf` function, `(height, index) -> hash` of the complete subtree that covers the
leaves `[index << height, (index + 1) << height)`, so the same code proves from a list in memory and from stored tiles.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
TILE_HEIGHT = 8

NodeOf = Callable[[int, int], bytes]


class Subtree(NamedTuple):
    """A complete subtree: its height, its number among the subtrees of that height, its root."""

    height: int
    number: int
    root: bytes


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 ‖ leaf), RFC 6962 §2.1."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1."""
    return sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Merkle tree hash of leaves that are already hashed; `EMPTY_ROOT` of none."""
    return Frontier().extend(hashes)[0].root


class Frontier(NamedTuple):
    """The roots of the complete subtrees that make up a tree of `size` leaves, largest first: one for each bit set in `size`.

    All that is needed to append and to know the root, in at most 64 hashes.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """Root of the tree so far (RFC 6962 §2.1), `EMPTY_ROOT` when it is empty."""
        if not self.peaks:
            return EMPTY_ROOT
        whole = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            whole = node_hash(peak, whole)
        return whole

    def extend(self, hashes: Iterable[bytes]) -> "tuple[Frontier, list[Subtree]]":
        """The frontier after these leaf hashes, and the subtrees of height 8, 16, 24 … that they completed, lowest first."""
        size, peaks, completed = self.size, list(self.peaks), []
        for leaf in hashes:
            whole, number, height = leaf, size, 0
            while number & 1:
                whole = sha256(b"\x01" + peaks.pop() + whole).digest()
                number >>= 1
                height += 1
                if height % TILE_HEIGHT == 0:
                    completed.append(Subtree(height, number, whole))
            peaks.append(whole)
            size += 1
        return Frontier(size, tuple(peaks)), completed

    def to_bytes(self) -> bytes:
        """The peaks one after another, 32 bytes each; `size` is kept beside them."""
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, stored: bytes) -> "Frontier":
        """Read what `to_bytes` wrote. ValueError when the number of peaks does not fit the size."""
        if size < 0 or len(stored) != HASH_SIZE * size.bit_count():
            raise ValueError(f"a tree of {size} leaves does not have a frontier of {len(stored)} bytes")
        return cls(size, tuple(stored[i : i + HASH_SIZE] for i in range(0, len(stored), HASH_SIZE)))


def inclusion_proof(index: int, size: int, node: NodeOf) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962 §2.1.1, from the leaf's sibling up. ValueError unless 0 ≤ index < size."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(range_root(middle, high, node))
            high = middle
        else:
            proof.append(range_root(low, middle, node))
            low = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, node: NodeOf) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 6962 §2.1.2; empty from the empty tree and from a tree to itself.

    ValueError unless 0 ≤ old ≤ new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"no consistency proof from {old} to {new}")
    if old in (0, new):
        return []
    proof: list[bytes] = []
    low, high, known = 0, new, True
    while old < high:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(range_root(middle, high, node))
            high = middle
        else:
            proof.append(range_root(low, middle, node))
            low, known = middle, False
    # `known`: the old tree is itself a complete subtree on the left edge, and the verifier has its root already.
    if not known:
        proof.append(range_root(low, high, node))
    return proof[::-1]


def range_root(low: int, high: int, node: NodeOf) -> bytes:
    """Merkle tree hash of leaves [low, high), where `low` is a multiple of the largest power of two below the length."""
    length = high - low
    if length & (length - 1) == 0:
        height = length.bit_length() - 1
        return node(height, low >> height)
    middle = low + _split(length)
    return node_hash(range_root(low, middle, node), range_root(middle, high, node))


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes) -> bool:
    """Whether `proof` shows that the leaf with hash `leaf` stands at `index` in the tree of that size and root.

    The algorithm of RFC 9162 §2.1.3.2 (same tree, same proofs as RFC 6962).
    """
    if not 0 <= index < size:
        return False
    value = leaf
    sides = _sides(index, size - 1)
    for sibling, on_left in zip(proof, sides, strict=False):
        value = node_hash(sibling, value) if on_left else node_hash(value, sibling)
    return len(proof) == len(sides) and value == tree_root


def consistent(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether `proof` shows that the tree (new, new_root) begins with the tree (old, old_root).

    The algorithm of RFC 9162 §2.1.4.2.
    """
    if not 0 < old < new:
        same = old_root == (new_root if old == new else EMPTY_ROOT)
        return 0 <= old <= new and not proof and same
    # A tree of 2^k leaves is itself a node of the new tree, so its root starts the path and the proof leaves it out.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    climbed = (old & -old).bit_length() - 1
    sides = _sides((old - 1) >> climbed, (new - 1) >> climbed)
    if len(path) != len(sides) + 1:
        return False
    old_value = new_value = path[0]
    for sibling, on_left in zip(path[1:], sides, strict=True):
        if on_left:
            old_value, new_value = node_hash(sibling, old_value), node_hash(sibling, new_value)
        else:
            new_value = node_hash(new_value, sibling)
    return (old_value, new_value) == (old_root, new_root)


def _sides(index: int, last: int) -> list[bool]:
    """On the way from node `index` to the root of a level that ends with node `last`: is each sibling on the left?

    The right-most node of a level has no sibling there until it is itself a right child, and climbs on alone.
    """
    sides = []
    while last:
        if index & 1 or index < last:
            sides.append(bool(index & 1))
        index >>= 1
        last >>= 1
    return sides


def _split(length: int) -> int:
    """The largest power of two below `length` (RFC 6962 §2.1 calls it k)."""
    return 1 << (length - 1).bit_length() - 1
