"""The Merkle tree in the database: grows by leaf hashes, and gives tiles, entry bundles and nodes."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import and_, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.ledger.merkle import HASH_SIZE, TILE_HEIGHT, Frontier, NodeOf, root
from registry.ledger.tables import EntryRow, HeadRow, TileRow
from registry.ledger.tiles import TILE_WIDTH, Tile, hashes_at, pack_entries


class Inconsistent(Exception):
    """What is stored contradicts itself or a checkpoint we signed; `legalcredit ledger verify` tells where."""


def grow(session: Session, book: str, frontier: Frontier, hashes: Sequence[bytes]) -> Frontier:
    """The frontier after `hashes`, whose entry rows are stored already; stores the tiles that they complete."""
    grown, completed = frontier.extend(hashes)
    for subtree in completed:
        tile = Tile(subtree.height // TILE_HEIGHT - 1, subtree.number)
        row = {"book": book, "level": tile.level, "number": tile.number, "root": subtree.root}
        session.execute(insert(TileRow), row | {"hashes": b"".join(_hashes_below(session, book, tile))})
    return grown


def resource(session: Session, book: str, tile: Tile) -> bytes | None:
    """The bytes of a tile or entry bundle as served, or None when the book has not grown that far."""
    size = session.scalar(select(HeadRow.size).where(HeadRow.book == book)) or 0
    if not tile.within(size):
        return None
    if tile.level is None:
        return pack_entries(_children(session, book, tile, EntryRow.leaf))
    return b"".join(tile_hashes(session, book, tile))


def tile_hashes(session: Session, book: str, tile: Tile) -> Sequence[bytes]:
    """The hashes of a tile within the tree. Full tiles are stored whole, partial ones are gathered from below."""
    if tile.width < TILE_WIDTH:
        return _hashes_below(session, book, tile)
    stored = session.scalar(
        select(TileRow.hashes).where(
            TileRow.book == book, TileRow.level == tile.level, TileRow.number == tile.number
        )
    )
    if stored is None or len(stored) != TILE_WIDTH * HASH_SIZE:
        raise Inconsistent(f"{book}: tile {tile.path} is not stored")
    return [stored[i : i + HASH_SIZE] for i in range(0, len(stored), HASH_SIZE)]


def nodes(session: Session, book: str, size: int) -> NodeOf:
    """Reads complete subtrees of the tree of `size` leaves, each tile once."""

    @cache
    def hashes(level: int, number: int) -> Sequence[bytes]:
        width = min(TILE_WIDTH, hashes_at(level, size) - number * TILE_WIDTH)
        return tile_hashes(session, book, Tile(level, number, width))

    def node(height: int, index: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        number, place = divmod(index << above, TILE_WIDTH)
        return root(hashes(level, number)[place : place + (1 << above)])

    return node


def _hashes_below(session: Session, book: str, tile: Tile) -> Sequence[bytes]:
    return _children(session, book, tile, EntryRow.hash if tile.level == 0 else TileRow.root)


def _children(
    session: Session, book: str, tile: Tile, column: InstrumentedAttribute[bytes]
) -> Sequence[bytes]:
    """What stands below the places of a tile: the entries' column, or the roots of the tiles one level down."""
    first = tile.number * TILE_WIDTH
    if not tile.level:
        place, below = EntryRow.position, EntryRow.book == book
    else:
        place, below = TileRow.number, and_(TileRow.book == book, TileRow.level == tile.level - 1)
    statement = select(column).where(below, place >= first, place < first + tile.width).order_by(place)
    found = session.scalars(statement).all()
    if len(found) != tile.width:
        raise Inconsistent(f"{book}: {len(found)} of {tile.width} places below tile {tile.path} are stored")
    return found
