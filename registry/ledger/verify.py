"""Re-hashes what is stored and tells every contradiction: leaves, bodies, rows, tiles, checkpoints, head.

Any changed byte is found, and the index named. What cannot be found from inside is a book cut back to an older state, with
all that came after it deleted: for that, give a checkpoint that somebody kept elsewhere.
"""

import json
from collections.abc import Iterator
from heapq import merge
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, Text, and_, cast, func, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from registry.kernel.canon import salted_digest
from registry.kernel.secrets import KeyMissing
from registry.kernel.work import WorkSession
from registry.ledger.book import BOOKS, Book, restricted_context
from registry.ledger.checkpoint import open_checkpoint
from registry.ledger.leaf import Leaf, parse_leaf
from registry.ledger.merkle import HASH_SIZE, TILE_HEIGHT, Frontier, Subtree, leaf_hash
from registry.ledger.note import NoteError, Verifier
from registry.ledger.tables import BodyRow, CheckpointRow, EntryRow, HeadRow, TileRow
from registry.ledger.tiles import TILE_WIDTH, Tile

# Rows read at a time; memory stays the same for a book of any length.
_PAGE = 1000
_NOTHING = bytes(HASH_SIZE)
# 256⁶ leaves are more than a city will ever write.
_LEVELS = 6


class Discrepancy(NamedTuple):
    """One contradiction: `place` as `entry 17`, `tile 0/003`, `checkpoint 512`, `head`; `rule` is stable, `message` Chinese."""

    book: str
    place: str
    rule: str
    message: str


class _Claim(NamedTuple):
    """A note that says which root the tree had at `size`; `place` says where it stands."""

    size: int
    place: str
    note: bytes


def verify(session: WorkSession, book: Book, *, kept: str | None = None) -> list[Discrepancy]:
    """Every contradiction in the book, none when it is whole. `kept` is a checkpoint of ours that somebody kept.

    Reads in bounded memory and tolerates appends meanwhile: it judges the tree as it stood at the start.
    """
    return list(examine(session, book, kept=kept))


def examine(session: WorkSession, book: Book, *, kept: str | None = None) -> Iterator[Discrepancy]:
    """What `verify` finds, one by one."""
    return _Examination(session, book).run(kept)


class _Examination:
    def __init__(self, session: WorkSession, book: Book) -> None:
        self._session = session
        self._book = book
        self._verifier = Verifier(session.keys.origin(book), session.keys.signing_key(book).public_key())
        self._tree = Frontier()
        # Hashes of the tile that is being filled, level by level.
        self._filling: dict[int, list[bytes]] = {}
        self._sound = 0
        self._unsound = 0

    def run(self, kept: str | None) -> Iterator[Discrepancy]:
        row = self._session.execute(
            select(HeadRow.size, self._raw(HeadRow.frontier)).where(HeadRow.book == self._book)
        ).one_or_none()
        size, frontier = (row.size, row.frontier) if row else (0, b"")
        yield from self._strays()
        if not isinstance(size, int) or size < 0:
            yield self._found("head", "head", "头记录的叶数不是数")
            return
        checkpoints = self._checkpoints(size, kept)
        upcoming = next(checkpoints, None)
        for entry in self._entries(size):
            yield from self._missing_before(entry.position)
            yield from self._entry(entry)
            yield from self._grow(leaf_hash(entry.leaf))
            while upcoming is not None and upcoming.size <= self._tree.size:
                yield from self._checkpoint(upcoming)
                upcoming = next(checkpoints, None)
        if upcoming is not None:
            yield self._found(
                upcoming.place, "cut", f"检查点有 {upcoming.size} 叶，现存只有 {self._tree.size} 叶"
            )
        yield from self._head(size, frontier)
        if self._unsound > 1:
            yield self._found("checkpoint", "root", f"共有 {self._unsound} 个检查点的根与重算的树不符")

    def _found(self, place: str, rule: str, message: str) -> Discrepancy:
        return Discrepancy(self._book, place, rule, message)

    # What stands where nothing may stand. Each is one statement, so that an append meanwhile is not mistaken for a stray.

    def _strays(self) -> Iterator[Discrepancy]:
        size = (
            select(func.coalesce(func.max(HeadRow.size), 0))
            .where(HeadRow.book == self._book)
            .scalar_subquery()
        )
        unfinished = [
            and_(TileRow.level == level, TileRow.number >= size // TILE_WIDTH ** (level + 1))
            for level in range(_LEVELS)
        ]
        strays: list[tuple[str, Any, Any, ColumnElement[bool]]] = [
            ("entry", EntryRow, EntryRow.position, or_(EntryRow.position < 0, EntryRow.position >= size)),
            (
                "tile",
                TileRow,
                TileRow.number,
                or_(TileRow.level.not_in(range(_LEVELS)), TileRow.number < 0, *unfinished),
            ),
            (
                "checkpoint",
                CheckpointRow,
                CheckpointRow.size,
                or_(CheckpointRow.size <= 0, CheckpointRow.size > size),
            ),
            ("body", BodyRow, BodyRow.position, not_(_same_place(EntryRow, BodyRow))),
        ]
        for kind, table, key, outside in strays:
            count, first = self._first(key, table.book == self._book, outside)
            if count:
                yield self._found(
                    f"{kind} {first}", "beyond", f"{count} 行在头记录的范围之外，或没有对应的叶"
                )
        heads = ("head", HeadRow, HeadRow.size, true())
        for kind, table, key, _ in [heads, *strays]:
            count, first = self._first(key, table.book.not_in(BOOKS))
            if count:
                yield self._found(
                    "head" if kind == "head" else f"{kind} {first}", "book", f"{count} 行的簿名不存在"
                )

    def _first(self, key: Any, *which: ColumnElement[bool]) -> tuple[int, object]:
        """How many rows there are, and the smallest key among them."""
        count, first = self._session.execute(select(func.count(), func.min(key)).where(*which)).one()
        return count, first

    def _entries(self, size: int) -> Iterator[Any]:
        later = aliased(EntryRow)
        superseded = (
            select(later.position)
            .where(
                later.book == EntryRow.book, later.record == EntryRow.record, later.version > EntryRow.version
            )
            .exists()
        )
        statement = (
            select(
                EntryRow.position,
                self._raw(EntryRow.leaf),
                self._raw(EntryRow.hash),
                self._raw(EntryRow.action),
                self._raw(EntryRow.record),
                EntryRow.version,
                BodyRow.position.label("body_position"),
                self._raw(BodyRow.salt),
                self._raw(BodyRow.body),
                self._raw(BodyRow.restricted_salt),
                self._raw(BodyRow.restricted),
                self._raw(BodyRow.until),
                or_(BodyRow.position.is_not(None), superseded).label("accounted"),
            )
            .outerjoin(BodyRow, and_(BodyRow.book == EntryRow.book, BodyRow.position == EntryRow.position))
            .where(EntryRow.book == self._book, EntryRow.position < size)
            .order_by(EntryRow.position)
            .limit(_PAGE)
        )
        after = -1
        while rows := self._session.execute(statement.where(EntryRow.position > after)).all():
            yield from rows
            after = rows[-1].position

    def _raw(self, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
        """A column as it is stored. In SQLite any of them may hold text, or bytes that no driver decodes."""
        binary = isinstance(column.type, LargeBinary) or self._session.get_bind().dialect.name == "sqlite"
        return cast(column, LargeBinary if binary else Text).label(column.key)

    def _missing_before(self, position: int) -> Iterator[Discrepancy]:
        while self._tree.size < position:
            yield self._found(f"entry {self._tree.size}", "missing", "缺少这一叶")
            yield from self._grow(_NOTHING)

    def _grow(self, value: bytes) -> Iterator[Discrepancy]:
        self._filling.setdefault(0, []).append(value)
        self._tree, completed = self._tree.extend([value])
        for subtree in completed:
            yield from self._tile(subtree)

    def _entry(self, row: Any) -> Iterator[Discrepancy]:
        place = f"entry {row.position}"
        if row.hash != leaf_hash(row.leaf):
            yield self._found(place, "hash", "叶的字节与所存哈希不符")
        try:
            leaf = parse_leaf(row.leaf)
        except ValueError:
            yield self._found(place, "leaf", "叶不是规范格式")
            return
        for name in ("action", "record", "version"):
            if _bytes(getattr(row, name)) != _bytes(getattr(leaf, name)):
                yield self._found(place, "row", f"{name} 列与叶不符")
        if row.body_position is not None:
            for rule, message in self._body_faults(row, leaf):
                yield self._found(place, rule, message)
        elif self._book == "public" and not row.accounted:
            yield self._found(place, "body", "正文不在，而此记录没有后续版本说明其终止")

    def _body_faults(self, row: Any, leaf: Leaf) -> Iterator[tuple[str, str]]:
        if salted_digest(row.salt, row.body) != leaf.digest:
            yield "body", "正文或盐与叶中摘要不符"
        elif _bytes(row.until) != _bytes(json.loads(row.body).get("until")):
            yield "until", "until 列与正文不符"
        if leaf.restricted is None:
            if row.restricted is not None or row.restricted_salt is not None:
                yield "restricted", "叶中没有受限正文，却存有一份"
            return
        try:
            opened = self._session.keys.decrypt(row.restricted, restricted_context(self._book, row.position))
            whole = salted_digest(row.restricted_salt, opened.encode()) == leaf.restricted
        except (KeyMissing, ValueError, TypeError):
            whole = False
        if not whole:
            yield "restricted", "受限正文或其盐与叶中摘要不符，或解不开"

    def _tile(self, subtree: Subtree) -> Iterator[Discrepancy]:
        level = subtree.height // TILE_HEIGHT - 1
        hashes = self._filling.pop(level)
        self._filling.setdefault(level + 1, []).append(subtree.root)
        tile = Tile(level, subtree.number)
        place = f"tile {tile.path}"
        stored = self._session.execute(
            select(self._raw(TileRow.hashes), self._raw(TileRow.root)).where(
                TileRow.book == self._book, TileRow.level == level, TileRow.number == subtree.number
            )
        ).one_or_none()
        if stored is None:
            yield self._found(place, "missing", "缺少这一瓦片")
            return
        for at, value in enumerate(hashes):
            if stored.hashes[at * HASH_SIZE : (at + 1) * HASH_SIZE] != value:
                first = (subtree.number * TILE_WIDTH + at) << TILE_HEIGHT * level
                yield self._found(place, "tile", f"第 {at} 个哈希（从叶 {first} 起）与重算的不符")
        if len(stored.hashes) != TILE_WIDTH * HASH_SIZE or stored.root != subtree.root:
            yield self._found(place, "tile", "瓦片的长度或根与重算的不符")

    def _checkpoints(self, size: int, kept: str | None) -> Iterator[_Claim]:
        """What was signed, smallest first, with the checkpoint that somebody kept in its place."""
        statement = (
            select(CheckpointRow.size, self._raw(CheckpointRow.note))
            .where(CheckpointRow.book == self._book, CheckpointRow.size <= size)
            .order_by(CheckpointRow.size)
            .limit(_PAGE)
        )

        def stored() -> Iterator[_Claim]:
            after = 0
            while rows := self._session.execute(statement.where(CheckpointRow.size > after)).all():
                yield from (_Claim(row.size, f"checkpoint {row.size}", row.note) for row in rows)
                after = rows[-1].size

        known = [_Claim(_claimed_size(kept), "kept checkpoint", kept.encode())] if kept is not None else []
        return merge(stored(), known, key=lambda claim: claim.size)

    def _checkpoint(self, claim: _Claim) -> Iterator[Discrepancy]:
        try:
            signed = open_checkpoint(claim.note.decode(), [self._verifier], origin=self._verifier.name)
        except (NoteError, UnicodeDecodeError) as error:
            yield self._found(claim.place, "signature", f"检查点不是本簿签发的：{error}")
            return
        if signed.size != claim.size:
            yield self._found(claim.place, "row", "检查点写明的叶数与所在行不符")
        elif signed.root == self._tree.root:
            self._sound = signed.size
        else:
            # Every later root differs as well; one line says where it began, one at the end says how many there are.
            self._unsound += 1
            if self._unsound == 1:
                where = f"{self._sound} 至 {claim.size - 1}"
                yield self._found(claim.place, "root", f"根与重算的树不符：变动在叶 {where} 之间")

    def _head(self, size: int, frontier: bytes) -> Iterator[Discrepancy]:
        if self._tree.size != size:
            yield self._found(
                f"entry {self._tree.size}", "missing", f"缺少叶 {self._tree.size} 至 {size - 1}"
            )
            yield self._found("head", "head", f"头记录有 {size} 叶，现存 {self._tree.size} 叶")
        elif self._tree.to_bytes() != frontier:
            yield self._found("head", "head", "头记录的前沿哈希与重算的树不符")
        if size and self._sound != size and not self._unsound:
            yield self._found("head", "unsigned", f"最后的可信检查点在 {self._sound} 叶，头记录有 {size} 叶")


def _claimed_size(kept: str) -> int:
    """The size that a checkpoint claims, 0 when it is none; its signature is checked when the tree has that size."""
    size = kept.split("\n", 2)[1:2]
    return int(size[0]) if size and size[0].isascii() and size[0].isdigit() else 0


def _same_place(entry: type[EntryRow], body: type[BodyRow]) -> ColumnElement[bool]:
    return select(entry.position).where(entry.book == body.book, entry.position == body.position).exists()


def _bytes(value: object) -> object:
    return value.encode() if isinstance(value, str) else value
