"""The audit entry of every act, in the transaction of the act; and finding entries again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, func, select

from registry.kernel.canon import canonical
from registry.kernel.clock import SHANGHAI, instant_text
from registry.kernel.work import WorkSession
from registry.ledger import book
from registry.ledger.book import Entry
from registry.ledger.tables import BodyRow, EntryRow

READ = "audit.read"


def close(session: WorkSession) -> None:
    """The closing step of every write: one leaf in the audit book for each act that the unit named.

    Every leaf is version 1 of its record: an act is a fact of its own and supersedes none. The body says who and what;
    it can be purged at the end of its term, the leaf cannot.
    """
    actor = {"kind": session.actor.kind, "id": session.actor.id}
    entries = [
        Entry(act.verb, act.record, 1, {"actor": actor, "detail": dict(act.detail)}) for act in session.acts
    ]
    book.append(session, "audit", entries)


@dataclass(frozen=True)
class AuditEntry:
    """One act. `actor_kind`, `actor_id` and `detail` are None once the body was purged."""

    position: int
    at: datetime
    verb: str
    record: str
    actor_kind: str | None
    actor_id: str | None
    detail: Mapping[str, Any] | None


def find(
    session: WorkSession,
    *,
    actor_id: str | None = None,
    verb: str | None = None,
    verbs: Sequence[str] = (),
    record: str | None = None,
    day: date | None = None,
    before: int | None = None,
    limit: int,
) -> list[AuditEntry]:
    """Up to `limit` acts, newest first, below position `before`: of one actor, verb (or any of `verbs`), record, or office day."""
    statement = (
        select(EntryRow.position, EntryRow.leaf, EntryRow.action, EntryRow.record, BodyRow.body)
        .outerjoin(BodyRow, and_(BodyRow.book == EntryRow.book, BodyRow.position == EntryRow.position))
        .where(EntryRow.book == "audit")
    )
    if before is not None:
        statement = statement.where(EntryRow.position < before)
    if verb:
        statement = statement.where(EntryRow.action == verb)
    if verbs:
        statement = statement.where(EntryRow.action.in_(verbs))
    if record:
        statement = statement.where(EntryRow.record == record)
    if actor_id:
        # Canonical bytes are in order of keys, so a body begins with its actor's id, closed by a quotation mark.
        prefix = canonical({"actor": {"id": actor_id}}).removesuffix(b"}}")
        statement = statement.where(BodyRow.body >= prefix, BodyRow.body < prefix + b"\xff")
    if day is not None:
        begin = datetime.combine(day, time(), SHANGHAI)
        statement = statement.where(
            leaf_time() >= time_bytes(begin), leaf_time() < time_bytes(begin + timedelta(days=1))
        )
    rows = session.execute(statement.order_by(EntryRow.position.desc()).limit(limit))
    return [_entry(*row) for row in rows]


def size(session: WorkSession) -> int:
    """How many acts the book holds."""
    return book.head(session, "audit").size


# A leaf of this book ends with its time and `,"version":1}`, both of fixed length.
_TAIL = len('2026-11-20T02:00:00Z","version":1}')


def leaf_time() -> Any:
    """The time in a leaf, as bytes that sort as time does."""
    return func.substr(EntryRow.leaf, func.length(EntryRow.leaf) - _TAIL + 1, 20)


def time_bytes(moment: datetime) -> bytes:
    """What `leaf_time` is compared with."""
    return instant_text(moment).encode()


def position_at(session: WorkSession, moment: datetime) -> int:
    """About where `moment` stands in the book: earlier acts have smaller positions, later ones greater or equal ones.

    Units of work append in the order of their commits and carry the time of their beginning, so neighbours may be out of
    order by the length of one; whoever needs the exact moment compares `leaf_time` too.
    """
    low, high = 0, size(session)
    while low < high:
        middle = (low + high) // 2
        at = session.scalar(select(leaf_time()).where(EntryRow.book == "audit", EntryRow.position == middle))
        earlier = at is not None and bytes(at) < time_bytes(moment)
        low, high = (middle + 1, high) if earlier else (low, middle)
    return low


def _entry(position: int, leaf: bytes, verb: str, record: str, body: bytes | None) -> AuditEntry:
    at = datetime.fromisoformat(json.loads(leaf)["time"])
    if body is None:
        return AuditEntry(position, at, verb, record, None, None, None)
    content = json.loads(body)
    return AuditEntry(
        position, at, verb, record, content["actor"]["kind"], content["actor"]["id"], content["detail"]
    )
