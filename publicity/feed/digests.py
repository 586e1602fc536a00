"""The fold of the public log, read in one pass in the order of its records."""

from typing import Any

import orjson
from sqlalchemy import collate, select
from sqlalchemy.orm import Session

from publicity.feed.envelope import ENDS, Fold
from registry.ledger.tables import EntryRow

_ROWS = 5000


def digests(session: Session, *, size: int) -> dict[str, Any]:
    """`{"size", "buckets"}` over the entries below `size`; streamed, so memory stays flat however long the log is."""
    fold = Fold()
    # Sorted lines are sorted by their bytes; a locale's order on PostgreSQL would give another digest.
    order = "C" if session.get_bind().dialect.name == "postgresql" else "BINARY"
    rows = session.execute(
        select(EntryRow.record, EntryRow.version, EntryRow.action, EntryRow.leaf)
        .where(EntryRow.book == "public", EntryRow.position < size)
        .order_by(collate(EntryRow.record, order), EntryRow.version)
        .execution_options(yield_per=_ROWS)
    )
    latest = None
    for row in rows:
        if latest is not None and latest.record != row.record:
            _take(fold, latest)
        latest = row
    if latest is not None:
        _take(fold, latest)
    return {"size": size, "buckets": fold.buckets()}


def _take(fold: Fold, row: Any) -> None:
    if row.action not in ENDS:
        fold.add(row.record, row.version, orjson.loads(row.leaf)["digest"])
