"""The list of all events, asked by kind, class, days and document number."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, or_, select

from registry.credit.find import LATEST, Event, effective, query, shown
from registry.credit.tables import EventRow
from registry.kernel.work import WorkSession
from registry.roster.cells import read_text


@dataclass(frozen=True)
class Asked:
    """What is looked for; None or "" for any. `since` and `until` are days of decision, both included."""

    kind: str = ""
    severity: str = ""
    since: date | None = None
    until: date | None = None
    number: str = ""


def page(
    session: WorkSession, asked: Asked, *, before: int | None, limit: int
) -> tuple[list[Event], int | None]:
    """Events as they read after their corrections, the last recorded first, and where the next page starts."""
    found = query().where(EventRow.kind != "correction")
    if asked.kind:
        found = found.where(EventRow.kind == asked.kind)
    if asked.severity:
        found = found.where(effective(EventRow.severity, LATEST.severity) == asked.severity)
    if asked.since:
        found = found.where(effective(EventRow.decided_on, LATEST.decided_on) >= asked.since)
    if asked.until:
        found = found.where(effective(EventRow.decided_on, LATEST.decided_on) <= asked.until)
    if number := read_text(asked.number):
        # The number that a record bore before its correction finds it too: whoever asks may hold the old paper.
        found = found.where(or_(EventRow.document_number == number, LATEST.document_number == number))
    if before is not None:
        found = found.where(EventRow.id < before)
    rows = session.execute(found.order_by(EventRow.id.desc()).limit(limit + 1)).all()
    return [shown(session, row) for row in rows[:limit]], rows[limit - 1].EventRow.id if rows[
        limit:
    ] else None


_BRACKETS = ("〔〕", "[]", "［］", "()", "（）", "【】")


def by_document(session: WorkSession, number: str, *, limit: int) -> list[Event]:
    """The events that bear this whole document number, or bore it before a correction, whatever its brackets."""
    number = "".join(read_text(number).split())
    for pair in _BRACKETS:
        number = number.replace(pair[0], "〔").replace(pair[1], "〕")
    spellings = {number.replace("〔", pair[0]).replace("〕", pair[1]) for pair in _BRACKETS}
    # By the index: the first record, or what a correction of it says.
    own = case((EventRow.kind == "correction", EventRow.target_id), else_=EventRow.id)
    bearing = select(own).where(EventRow.document_number.in_(spellings)).limit(4 * limit)
    ids = set(session.scalars(bearing))
    found = query().where(EventRow.id.in_(ids)).order_by(EventRow.id.desc()).limit(limit)
    return [shown(session, row) for row in session.execute(found)] if number else []


def counts(session: WorkSession) -> dict[str, int]:
    """How many events there are of each kind."""
    rows = session.execute(
        select(EventRow.kind, func.count()).where(EventRow.kind != "correction").group_by(EventRow.kind)
    )
    return {row[0]: row[1] for row in rows}


def along(session: WorkSession, event: int) -> list[Event]:
    """The penalties of heads that came along with a firm's (row id)."""
    found = query().where(EventRow.target_id == event, EventRow.kind == "penalty").order_by(EventRow.id)
    return [shown(session, row) for row in session.execute(found)]
