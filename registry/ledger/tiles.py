"""Tiles and entry bundles (C2SP tlog-tiles): which there are, how their paths read, how entries are packed. Pure.

A tile of level L holds up to 256 hashes of complete subtrees of height 8·L, and tile N of a level begins at hash 256·N.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

TILE_WIDTH = 256
ENTRIES = "entries"
MOST_LEAF_BYTES = 0xFFFF

_PATH = re.compile(
    r"(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.A,
)


class Tile(NamedTuple):
    """A tile (`level` 0…63) or an entry bundle (`level` None) with `width` 1…256 of its places filled."""

    level: int | None
    number: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Its path below `tile/`, for example `0/x001/x234/067.p/8`."""
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        *upper, last = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        number = "".join(f"x{part}/" for part in upper) + last
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"{ENTRIES if self.level is None else self.level}/{number}{partial}"

    def within(self, size: int) -> bool:
        """Whether a tree of `size` leaves has all places of this tile."""
        return self.number * TILE_WIDTH + self.width <= hashes_at(self.level or 0, size)


def parse_path(path: str) -> Tile:
    """Read a path below `tile/`. ValueError unless it is spelled exactly as the specification spells it."""
    found = _PATH.fullmatch(path)
    if not found:
        raise ValueError(f"not the path of a tile: {path}")
    level = None if found["level"] == ENTRIES else int(found["level"])
    number = int(found["number"].replace("x", "").replace("/", ""))
    tile = Tile(level, number, int(found["width"] or TILE_WIDTH))
    if tile.path != path or (level or 0) > 63 or tile.width > TILE_WIDTH:
        raise ValueError(f"not the path of a tile: {path}")
    return tile


def hashes_at(level: int, size: int) -> int:
    """How many hashes a tree of `size` leaves has at a tile level: floor(size / 256**level)."""
    return size >> 8 * level


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile and entry bundle that a tree of `size` leaves is served as: full ones, then the partial one of each level."""
    yield from _row(None, size)
    level = 0
    while hashes := hashes_at(level, size):
        yield from _row(level, hashes)
        level += 1


def _row(level: int | None, places: int) -> Iterator[Tile]:
    full, rest = divmod(places, TILE_WIDTH)
    for number in range(full):
        yield Tile(level, number)
    if rest:
        yield Tile(level, full, rest)


def pack_entries(leaves: Iterable[bytes]) -> bytes:
    """An entry bundle: each leaf after its length as big-endian uint16. OverflowError for a leaf above 65,535 bytes."""
    return b"".join(len(leaf).to_bytes(2) + leaf for leaf in leaves)


def unpack_entries(bundle: bytes) -> list[bytes]:
    """The leaves of an entry bundle. ValueError when it ends in the middle of one."""
    leaves, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2])
        if end > len(bundle) or at + 2 > len(bundle):
            raise ValueError("an entry bundle ends in the middle of an entry")
        leaves.append(bundle[at + 2 : end])
        at = end
    return leaves
