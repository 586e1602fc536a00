"""The platform's copy: one row a record in its latest version, and the place up to which it was read and proved.

A batch and the place behind it are one transaction, so a copy is whole at every moment, and whoever was killed goes on.
Its tables are the platform's own and may stand in a database beside others.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    collate,
    delete,
    false,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url

from publicity.feed.envelope import Fold
from publicity.sync.reading import Entry, commits
from registry.kernel.store import make_engine
from registry.ledger.merkle import Frontier

METADATA = MetaData()
PLACE = Table(
    "legalcredit_place",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("vkey", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("checkpoint", Text, nullable=False),
    Column("answered", BigInteger, nullable=False),
)
"""One row: the key that is trusted, how many entries were read with the frontier of their tree, the newest checkpoint
that was seen, up to where receipts were sent."""
RECORDS = Table(
    "legalcredit_records",
    METADATA,
    Column("record", String(120), primary_key=True),
    Column("bucket", SmallInteger, nullable=False, index=True),
    Column("version", BigInteger, nullable=False),
    Column("action", String(40), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("shown", Boolean, nullable=False),
    Column("until", Date, index=True),
    Column("digest", String(64), nullable=False),
    Column("salt", String(64)),
    Column("body", Text),
    Column("restricted_digest", String(64)),
    Column("restricted_salt", String(64)),
    Column("restricted", Text),
)
"""The latest version of every record: of one that has ended, its end alone. `shown`: whether its content is here."""

_CONTENT = ("salt", "body", "restricted_salt", "restricted")
_ROWS = 2000


class Moved(Exception):
    """Another process went on with this copy meanwhile; what this one was storing is rolled back."""


class Place(NamedTuple):
    """How far the copy has come. `checkpoint` is the newest note that was seen, `answered` where receipts go on."""

    vkey: str
    frontier: Frontier
    checkpoint: str
    answered: int


@dataclass(frozen=True)
class Folded:
    """The copy's own 256 digests, and the buckets in which a row's content is not what its digest says."""

    digests: Sequence[str]
    damaged: frozenset[int]
    live: int


class Copy:
    """The copy in `into`: a folder, where it is one SQLite file, or a database address."""

    def __init__(self, into: str) -> None:
        self._engine = _engine(into)
        METADATA.create_all(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def place(self) -> Place | None:
        """None before the first contact."""
        with self._engine.connect() as connection:
            row = connection.execute(select(PLACE)).one_or_none()
        if row is None:
            return None
        frontier = Frontier.from_bytes(row.size, row.frontier)
        return Place(row.vkey, frontier, row.checkpoint, row.answered)

    def begin(self, vkey: str, checkpoint: str) -> Place:
        """Pins the key at the first contact, before anything is read."""
        with self._writing() as connection:
            connection.execute(
                insert(PLACE),
                {"id": 1, "vkey": vkey, "size": 0, "frontier": b"", "checkpoint": checkpoint, "answered": 0},
            )
        return Place(vkey, Frontier(), checkpoint, 0)

    def apply(self, before: Place, entries: Sequence[Entry], frontier: Frontier, checkpoint: str) -> Place:
        """Takes proved entries in, and the place behind them. Raises Moved when `before` is no longer the place."""
        with self._writing() as connection:
            _store(connection, entries)
            _move(
                connection,
                before,
                size=frontier.size,
                frontier=frontier.to_bytes(),
                checkpoint=checkpoint,
            )
        return before._replace(frontier=frontier, checkpoint=checkpoint)

    def answer(self, before: Place, up_to: int) -> Place:
        """Notes that receipts were sent for every entry below `up_to`. Raises Moved."""
        with self._writing() as connection:
            _move(connection, before, answered=up_to)
        return before._replace(answered=up_to)

    def forget(self, today: date) -> int:
        """Takes the content of records whose last day is over out of the copy; returns of how many. Their end follows in
        the feed, and is not waited for."""
        over = update(RECORDS).where(RECORDS.c.until < today, RECORDS.c.shown)
        gone = {name: null() for name in _CONTENT}
        with self._writing() as connection:
            return connection.execute(over.values(gone | {"shown": false()})).rowcount

    def fold(self) -> Folded:
        """Recomputes every digest from the rows, contents included; streamed, in flat memory."""
        fold, damaged = Fold(), set()
        order = "C" if self._engine.dialect.name == "postgresql" else "BINARY"
        rows = select(RECORDS).order_by(collate(RECORDS.c.record, order))
        with self._engine.connect() as connection:
            streamed = connection.execution_options(yield_per=_ROWS).execute(rows)
            for row in streamed:
                if not row.ended:
                    fold.add(row.record, row.version, row.digest)
                if not _intact(row):
                    damaged.add(row.bucket)
        buckets = fold.buckets()
        return Folded(
            [bucket["digest"] for bucket in buckets],
            frozenset(damaged),
            sum(bucket["count"] for bucket in buckets),
        )

    def heal(self, before: Place, entries: Iterable[Sequence[Entry]], buckets: Collection[int]) -> None:
        """Replaces all rows of these buckets by what the entries, from the first on, make of them: all or nothing.

        `entries` come in batches and raise at the end if they are not those of the tree that the copy stands on.
        """
        with self._writing() as connection:
            connection.execute(delete(RECORDS).where(RECORDS.c.bucket.in_(buckets)))
            for batch in entries:
                _store(connection, [entry for entry in batch if entry.bucket in buckets])
            _move(connection, before, size=before.frontier.size)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.execution_options(unit="write").begin() as connection:
            yield connection


def _engine(into: str) -> Engine:
    if "://" not in into:
        folder = Path(into)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return make_engine(f"sqlite:///{folder.resolve()}/copy.db")
    url = make_url(into)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return make_engine(url.render_as_string(hide_password=False))


def _move(connection: Connection, before: Place, **values: object) -> None:
    moved = update(PLACE).where(PLACE.c.size == before.frontier.size, PLACE.c.answered == before.answered)
    if connection.execute(moved.values(values)).rowcount != 1:
        raise Moved("another process works on this copy")


def _store(connection: Connection, entries: Iterable[Entry]) -> None:
    latest: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        known = latest.get(entry.leaf.record)
        if known is None or known["version"] < entry.leaf.version:
            latest[entry.leaf.record] = _row(entry)
    if not latest:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    stored = dialect.insert(RECORDS)
    given = {column.name: stored.excluded[column.name] for column in RECORDS.columns}
    newer = stored.excluded.version > RECORDS.c.version
    connection.execute(
        stored.on_conflict_do_update(index_elements=["record"], set_=given, where=newer),
        list(latest.values()),
    )


def _row(entry: Entry) -> dict[str, Any]:
    leaf = entry.leaf
    return {
        "record": leaf.record,
        "bucket": entry.bucket,
        "version": leaf.version,
        "action": leaf.action,
        "position": entry.index,
        "ended": entry.ended,
        "shown": entry.body is not None,
        "until": _until(entry.body),
        "digest": leaf.digest,
        "salt": entry.salt,
        "body": entry.body.decode() if entry.body is not None else None,
        "restricted_digest": leaf.restricted,
        "restricted_salt": entry.restricted_salt,
        "restricted": entry.restricted.decode() if entry.restricted is not None else None,
    }


def _until(body: bytes | None) -> date | None:
    until = orjson.loads(body).get("until") if body else None
    try:
        return date.fromisoformat(until) if isinstance(until, str) else None
    except ValueError:
        return None


def _intact(row: Any) -> bool:
    if row.shown != (row.body is not None):
        return False
    for digest, salt, content in (
        (row.digest, row.salt, row.body),
        (row.restricted_digest, row.restricted_salt, row.restricted),
    ):
        if (salt is None) != (content is None):
            return False
        if content is not None and (digest is None or not commits(digest, salt, content.encode())):
            return False
    return True
