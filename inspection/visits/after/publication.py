"""Where findings are public. Publicity tells in its own transaction, because nothing here knows it."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select

from inspection.visits.after.tables import PublicationRow
from registry.kernel.work import WorkSession


def tell_published(session: WorkSession, *, event: int, notice: str, on: date, until: date | None) -> None:
    """The notice (public id) of a finding's event (row id) was published on that day, until `until` at the latest."""
    session.add(PublicationRow(event_id=event, notice=notice, published_on=on, until=until, ended_on=None))


def tell_ended(session: WorkSession, *, notices: Iterable[str], on: date) -> None:
    """These notices (public ids) are public no more; those that are not of findings are passed over."""
    rows = session.scalars(
        select(PublicationRow)
        .where(PublicationRow.notice.in_(list(notices)), PublicationRow.ended_on.is_(None))
        .with_for_update()
    )
    for row in rows:
        row.ended_on = on


def is_public(row: PublicationRow, on: date) -> bool:
    """Whether the finding may be shown on the day `on`: not ended, and its last day not past, job or no job."""
    return row.ended_on is None and (row.until is None or row.until >= on)


def public(on: date) -> ColumnElement[bool]:
    """`is_public` as a condition of a query."""
    return and_(
        PublicationRow.ended_on.is_(None), or_(PublicationRow.until.is_(None), PublicationRow.until >= on)
    )


def of_events(session: WorkSession, events: Iterable[int]) -> Mapping[int, PublicationRow]:
    """The publications by event (row id)."""
    found = select(PublicationRow).where(PublicationRow.event_id.in_(list(events)))
    return {row.event_id: row for row in session.scalars(found)}
