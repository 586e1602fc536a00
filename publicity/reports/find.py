"""Reads reports of errors: for whoever has the tracking number, and for the office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from publicity.reports import handle, rules
from publicity.reports.tables import ErrorReportRow
from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession


@dataclass(frozen=True)
class Followed:
    """What whoever has the tracking number is told: nothing that the reporter wrote, which stands in no page again."""

    public_id: str
    about: str
    about_id: str
    ground_title: str
    received_at: datetime
    due_on: date
    due_provisional: bool
    open: bool
    outcome_title: str | None
    reply: str | None
    answered_at: datetime | None


@dataclass(frozen=True)
class Report:
    """A report as the office sees it, with what was written (empty once deleted)."""

    followed: Followed
    statement: str
    name: str
    contact: str


def followed(session: WorkSession, public_id: str) -> Followed:
    """Raises NotFound."""
    return _followed(session, _row(session, public_id))


def report(session: WorkSession, public_id: str) -> Report:
    """Raises NotFound."""
    row = _row(session, public_id)
    texts = handle.wording(session, row)
    return Report(
        _followed(session, row), texts.get("statement", ""), texts.get("name", ""), texts.get("contact", "")
    )


def reports(
    session: WorkSession, *, open_: bool, before: int | None, limit: int
) -> tuple[list[Followed], int | None]:
    """Those that wait, or those that were answered, the newest first, and the cursor of the next page."""
    wanted = select(ErrorReportRow).where(ErrorReportRow.state == ("open" if open_ else "answered"))
    if before is not None:
        wanted = wanted.where(ErrorReportRow.id < before)
    rows = session.scalars(wanted.order_by(ErrorReportRow.id.desc()).limit(limit + 1)).all()
    return [_followed(session, row) for row in rows[:limit]], rows[limit - 1].id if len(
        rows
    ) > limit else None


def _open(session: WorkSession, limit: int) -> Sequence[Duty]:
    rows = session.scalars(
        select(ErrorReportRow)
        .where(ErrorReportRow.state == "open")
        .order_by(ErrorReportRow.due_on, ErrorReportRow.id)
        .limit(limit)
    )
    return [
        Duty(
            title=f"{rules.ABOUT[row.about]} · {rules.GROUNDS[row.ground]}",
            endpoint="error_reports.report",
            values={"public_id": row.public_id},
            since=local_day(row.received_at),
            due=row.due_on,
            provisional=row.due_provisional,
        )
        for row in rows
    ]


WORKLIST = Worklist("答复公众报告的错误", handle.ANSWER, _open)


def _row(session: WorkSession, public_id: str) -> ErrorReportRow:
    row = session.scalar(select(ErrorReportRow).where(ErrorReportRow.public_id == public_id))
    if row is None:
        raise NotFound("没有这件报告，请核对受理编号")
    return row


def _followed(session: WorkSession, row: ErrorReportRow) -> Followed:
    return Followed(
        public_id=row.public_id,
        about=row.about,
        about_id=row.about_id,
        ground_title=rules.GROUNDS.get(row.ground, row.ground),
        received_at=row.received_at,
        due_on=row.due_on,
        due_provisional=row.due_provisional,
        open=row.state == "open",
        outcome_title=rules.OUTCOMES.get(row.outcome, row.outcome) if row.outcome else None,
        reply=handle.reply(session, row),
        answered_at=row.answered_at,
    )
