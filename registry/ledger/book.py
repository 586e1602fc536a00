"""The two books: append, read, prove, purge.

`public` holds frames, draws, notices and their ends, and is published; `audit` holds every act of staff and clients.
Whoever appends to both in one transaction appends to `public` first, or two of them could wait for each other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Literal, NamedTuple

from sqlalchemy import Select, and_, delete, insert, select, text, update
from sqlalchemy.engine import CursorResult

from registry.kernel.canon import canonical, salted_digest
from registry.kernel.clock import instant_text
from registry.kernel.work import WorkSession
from registry.ledger import merkle, tree
from registry.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from registry.ledger.leaf import Leaf
from registry.ledger.merkle import EMPTY_ROOT, Frontier
from registry.ledger.note import NoteError, Signer
from registry.ledger.tables import BodyRow, CheckpointRow, EntryRow, HeadRow
from registry.ledger.tree import Inconsistent

Book = Literal["public", "audit"]
BOOKS: tuple[Book, ...] = ("public", "audit")
SALT_BYTES = 32
# Rows built and sent at a time: whole tiles, and few enough that a batch of any length stays within some megabytes.
_CHUNK = 2048


@dataclass(frozen=True)
class Entry:
    """What to append. `body` is published, `restricted` is for the government exchange alone, both JSON objects.

    `until` is the last day on which the content is shown, and stands in the body under the same name. A `sealed` entry
    is shown without its content until its record is unsealed.
    """

    action: str
    record: str
    version: int
    body: Mapping[str, object]
    restricted: Mapping[str, object] | None = None
    until: date | None = None
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as kept: the leaf's bytes, and hex salts with the JCS bytes they salt; all null once purged or
    past `until`, and while sealed."""

    index: int
    leaf: bytes
    action: str
    record: str
    version: int
    salt: str | None
    body: bytes | None
    restricted_salt: str | None
    restricted: bytes | None


class Head(NamedTuple):
    """Number of leaves, root (32 bytes) and the signed note that says so."""

    size: int
    root: bytes
    checkpoint: str


def append(session: WorkSession, book: Book, entries: Sequence[Entry]) -> list[int]:
    """Appends in order and returns the positions. Call it last: it holds the book's lock until the transaction ends.

    One lock, one pass: leaves, bodies, completed tiles, a checkpoint and the head, all or nothing with the caller's
    transaction. Raises ValueError for an entry that has no leaf, IntegrityError when the public book already has that
    version of the record, and Inconsistent when what is stored does not extend the last checkpoint; then nothing is signed.
    """
    if not entries:
        return []
    signer = _signer(session, book)
    frontier = _lock(session, book)
    start = frontier.size
    _check_against_last_checkpoint(session, book, frontier, signer)
    rest = iter(entries)
    while chunk := list(islice(rest, _CHUNK - frontier.size % _CHUNK)):
        rows, bodies = _rows(session, book, frontier.size, chunk)
        session.execute(insert(EntryRow), rows)
        session.execute(insert(BodyRow), bodies)
        frontier = tree.grow(session, book, frontier, [row["hash"] for row in rows])
    note = sign_checkpoint(Checkpoint(signer.name, frontier.size, frontier.root), [signer])
    session.execute(insert(CheckpointRow), {"book": book, "size": frontier.size, "note": note.encode()})
    advanced = session.execute(
        update(HeadRow)
        .where(HeadRow.book == book, HeadRow.size == start)
        .values(size=frontier.size, frontier=frontier.to_bytes())
        .execution_options(synchronize_session=False)
    )
    if not isinstance(advanced, CursorResult) or advanced.rowcount != 1:
        raise Inconsistent(f"{book}: the head moved under its lock")
    return list(range(start, frontier.size))


def read(session: WorkSession, book: Book, *, start: int, limit: int, on: date) -> list[Stored]:
    """Up to `limit` entries from index `start`, as they may be shown on that day; none at or beyond the head."""
    # Positions have no gap, so a limit is a range; told so, PostgreSQL never sorts the whole book for an old cursor.
    statement = _stored().where(
        EntryRow.book == book, EntryRow.position >= start, EntryRow.position < start + limit
    )
    return [_shown(session, row, on) for row in session.execute(statement.order_by(EntryRow.position))]


def entry(session: WorkSession, book: Book, index: int, *, on: date) -> Stored:
    """The entry at `index`, as it may be shown on that day. IndexError when there is none."""
    row = session.execute(_stored().where(EntryRow.book == book, EntryRow.position == index)).one_or_none()
    if row is None:
        raise IndexError(f"{book} has no entry {index}")
    return _shown(session, row, on)


def entries(session: WorkSession, book: Book, indices: Collection[int], *, on: date) -> dict[int, Stored]:
    """Those of the entries that there are, by index, as they may be shown on that day; one statement for all of them."""
    rows = session.execute(_stored().where(EntryRow.book == book, EntryRow.position.in_(indices)))
    return {row.position: _shown(session, row, on) for row in rows}


def sealed_entry(session: WorkSession, book: Book, index: int) -> Stored:
    """The entry at `index` with its content, sealed or not: for whoever keeps the seal. IndexError when there is none."""
    row = session.execute(_stored().where(EntryRow.book == book, EntryRow.position == index)).one_or_none()
    if row is None:
        raise IndexError(f"{book} has no entry {index}")
    return Stored(
        row.position, row.leaf, row.action, row.record, row.version, row.salt.hex(), row.body, None, None
    )


def unseal(session: WorkSession, book: Book, record: str) -> int:
    """From now on all entries of the record are shown with their content. Returns how many were sealed."""
    positions = select(EntryRow.position).where(EntryRow.book == book, EntryRow.record == record)
    closed = update(BodyRow).where(
        BodyRow.book == book, BodyRow.position.in_(positions), BodyRow.sealed.is_(True)
    )
    opened = session.execute(closed.values(sealed=False).execution_options(synchronize_session=False))
    return opened.rowcount if isinstance(opened, CursorResult) else 0


def purge(session: WorkSession, book: Book, record: str, *, before_version: int) -> int:
    """Deletes salts and bodies of the record's versions below `before_version`; their leaves stay. Returns how many.

    Without the salt the digest in the leaf no longer tells what it was made of, not even to one who guesses the body.
    """
    positions = select(EntryRow.position).where(
        EntryRow.book == book, EntryRow.record == record, EntryRow.version < before_version
    )
    found = delete(BodyRow).where(BodyRow.book == book, BodyRow.position.in_(positions))
    purged = session.execute(found.execution_options(synchronize_session=False))
    return purged.rowcount if isinstance(purged, CursorResult) else 0


def head(session: WorkSession, book: Book) -> Head:
    """The newest checkpoint. An empty book has one too, made on the spot: any tree extends the empty one."""
    row = session.execute(
        select(HeadRow.size, HeadRow.frontier, CheckpointRow.note)
        .outerjoin(
            CheckpointRow, and_(CheckpointRow.book == HeadRow.book, CheckpointRow.size == HeadRow.size)
        )
        .where(HeadRow.book == book)
    ).one_or_none()
    if row is None or row.size == 0:
        signer = _signer(session, book)
        return Head(0, EMPTY_ROOT, sign_checkpoint(Checkpoint(signer.name, 0, EMPTY_ROOT), [signer]))
    if row.note is None:
        raise Inconsistent(f"{book}: the head of {row.size} leaves has no checkpoint")
    return Head(row.size, Frontier.from_bytes(row.size, row.frontier).root, row.note.decode())


def first_checkpoint(session: WorkSession, book: Book, index: int) -> str:
    """The first signed head that covers the leaf at `index`, the same for ever. ValueError outside the book."""
    _within(session, book, index + 1)
    covering = select(CheckpointRow.note).where(CheckpointRow.book == book, CheckpointRow.size > index)
    note = session.scalar(covering.order_by(CheckpointRow.size).limit(1))
    if note is None:
        raise Inconsistent(f"{book}: no checkpoint covers leaf {index}")
    return note.decode()


def inclusion(session: WorkSession, book: Book, index: int, size: int) -> list[bytes]:
    """RFC 6962 §2.1.1 audit path of the leaf at `index` in the tree of `size`. ValueError outside the book."""
    _within(session, book, size)
    return merkle.inclusion_proof(index, size, tree.nodes(session, book, size))


def consistency(session: WorkSession, book: Book, old: int, new: int) -> list[bytes]:
    """RFC 6962 §2.1.2 proof that the tree of `new` leaves begins with that of `old`. ValueError outside the book."""
    _within(session, book, new)
    return merkle.consistency_proof(old, new, tree.nodes(session, book, new))


def vkey(session: WorkSession, book: Book) -> str:
    """The C2SP verifier key that opens the book's checkpoints."""
    return _signer(session, book).verifier.vkey


def restricted_context(book: str, position: int) -> str:
    """What a restricted body is sealed to: it opens at its own place only."""
    return f"reg_ledger_bodies.restricted:{book}:{position}"


def _signer(session: WorkSession, book: str) -> Signer:
    return Signer(session.keys.origin(book), session.keys.signing_key(book))


def _lock(session: WorkSession, book: str) -> Frontier:
    """The head, locked until the transaction ends. On SQLite the whole transaction already holds the write lock."""
    locked = select(HeadRow.size, HeadRow.frontier).where(HeadRow.book == book).with_for_update()
    row = session.execute(locked).one_or_none()
    if row is None:
        # Two first appends at once: the second waits here for the first to commit, and then finds its row.
        create = text(
            "INSERT INTO reg_ledger_heads (book, size, frontier) VALUES (:book, 0, :none) ON CONFLICT DO NOTHING"
        )
        session.execute(create, {"book": book, "none": b""})
        row = session.execute(locked).one()
    try:
        return Frontier.from_bytes(row.size, row.frontier)
    except ValueError as damaged:
        raise Inconsistent(f"{book}: {damaged}") from damaged


def _check_against_last_checkpoint(
    session: WorkSession, book: str, frontier: Frontier, signer: Signer
) -> None:
    """Refuses to go on from a frontier that is not the tree we signed last.

    The peaks are complete subtrees of every later tree, so a tree grown from them is consistent with the checkpoint
    whose root they hash to. A log that signs two histories is worth nothing from then on: better to stop.
    """
    last = session.execute(
        select(CheckpointRow.size, CheckpointRow.note)
        .where(CheckpointRow.book == book)
        .order_by(CheckpointRow.size.desc())
        .limit(1)
    ).one_or_none()
    if last is None and frontier.size == 0:
        return
    try:
        signed = open_checkpoint(last.note.decode() if last else "", [signer.verifier], origin=signer.name)
    except (NoteError, UnicodeDecodeError) as damaged:
        raise Inconsistent(f"{book}: the last checkpoint does not open: {damaged}") from damaged
    if (signed.size, signed.root) != (frontier.size, frontier.root):
        raise Inconsistent(f"{book}: the head is not the tree of {signed.size} leaves that was signed last")


def _rows(
    session: WorkSession, book: str, start: int, entries: Sequence[Entry]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    time = instant_text(session.now)
    rows, bodies = [], []
    for position, entry in enumerate(entries, start):
        salt, body = session.random(SALT_BYTES), canonical(entry.body)
        restricted_salt = restricted = sealed = None
        if entry.body.get("until") != (entry.until and entry.until.isoformat()):
            raise ValueError(f"{entry.record}: the body's until is not the entry's")
        if entry.restricted is not None:
            restricted_salt, restricted = session.random(SALT_BYTES), canonical(entry.restricted)
            sealed = session.keys.encrypt(restricted.decode(), restricted_context(book, position))
        leaf = Leaf(
            action=entry.action,
            record=entry.record,
            version=entry.version,
            time=time,
            digest=salted_digest(salt, body),
            restricted=salted_digest(restricted_salt, restricted) if restricted_salt and restricted else None,
        ).encode()
        row = {"book": book, "position": position}
        rows.append(
            row
            | {"action": entry.action, "record": entry.record, "version": entry.version}
            | {"leaf": leaf, "hash": merkle.leaf_hash(leaf)}
        )
        bodies.append(
            row
            | {"salt": salt, "body": body, "until": entry.until, "sealed": entry.sealed}
            | {"restricted_salt": restricted_salt, "restricted": sealed}
        )
    return rows, bodies


def _stored() -> Select[*tuple[Any, ...]]:
    return select(
        EntryRow.book,
        EntryRow.position,
        EntryRow.leaf,
        EntryRow.action,
        EntryRow.record,
        EntryRow.version,
        BodyRow.salt,
        BodyRow.body,
        BodyRow.restricted_salt,
        BodyRow.restricted,
        BodyRow.until,
        BodyRow.sealed,
    ).outerjoin(BodyRow, and_(BodyRow.book == EntryRow.book, BodyRow.position == EntryRow.position))


def _shown(session: WorkSession, row: Any, on: date) -> Stored:
    kept = (row.position, row.leaf, row.action, row.record, row.version)
    if row.salt is None or row.sealed or (row.until is not None and on > row.until):
        return Stored(*kept, None, None, None, None)
    if row.restricted is None:
        return Stored(*kept, row.salt.hex(), row.body, None, None)
    opened = session.keys.decrypt(row.restricted, restricted_context(row.book, row.position)).encode()
    return Stored(*kept, row.salt.hex(), row.body, row.restricted_salt.hex(), opened)


def _within(session: WorkSession, book: str, size: int) -> None:
    stored = session.scalar(select(HeadRow.size).where(HeadRow.book == book)) or 0
    if size > stored:
        raise ValueError(f"{book} has {stored} leaves, not {size}")
