"""What the public book keeps closed, compared with the seals: nothing is hidden without one, nothing under one is shown."""

from collections.abc import Iterator

from sqlalchemy import and_, or_, select

from inspection.ceremony.sealed_tables import SealRow
from registry.kernel.work import WorkSession
from registry.ledger.tables import BodyRow, EntryRow
from registry.ledger.verify import Discrepancy

_RESULTS = ("draw", "other")


def examine(session: WorkSession) -> Iterator[Discrepancy]:
    """Every entry whose flag differs from what the seal of its draw says, none when all agree."""
    closed = and_(SealRow.id.is_not(None), SealRow.opened_at.is_(None), EntryRow.action.in_(_RESULTS))
    rows = session.execute(
        select(EntryRow.position, BodyRow.sealed)
        .join(BodyRow, and_(BodyRow.book == EntryRow.book, BodyRow.position == EntryRow.position))
        .outerjoin(SealRow, SealRow.draw == EntryRow.record)
        .where(
            EntryRow.book == "public",
            # A draw is closed by few entries, and the flag is set on no other.
            or_(BodyRow.sealed.is_(True), closed),
        )
        .order_by(EntryRow.position)
        .add_columns(closed.label("closed"))
    )
    for position, sealed, is_closed in rows:
        if bool(sealed) != bool(is_closed):
            message = "内容被封存，却没有密封抽取的依据" if sealed else "密封抽取尚未启封，内容却已公开"
            yield Discrepancy("public", f"entry {position}", "sealed", message)
