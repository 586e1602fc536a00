"""Reads of the list of matters beyond the day's: a matter through its versions, and what is prepared."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.plan.find import MatterPage, matter_page
from inspection.plan.matters.tables import MatterDraftRow
from inspection.plan.tables import MatterRow
from registry.kernel.faults import NotFound
from registry.roster.kinds import titles


@dataclass(frozen=True)
class Draft:
    """What is prepared and not decided. `content` has the fields of drafts.Matter, None for a removal from the list;
    `drafted_by` is an account (public id), and that person does not publish it."""

    public_id: str
    code: str
    name: str
    object_title: str
    content: dict[str, Any] | None
    effective_on: date
    reason: str
    drafted_at: datetime
    drafted_by: str


def history(session: Session, code: str) -> list[MatterPage]:
    """All published versions of a matter, the newest first. Raises NotFound."""
    rows = session.scalars(
        select(MatterRow).where(MatterRow.code == code).order_by(MatterRow.valid_from.desc())
    ).all()
    if not rows:
        raise NotFound("清单中没有这一抽查事项")
    return [matter_page(row) for row in rows]


def coming(session: Session, *, on: date) -> list[MatterPage]:
    """What is published and takes effect after the day `on`."""
    rows = session.scalars(
        select(MatterRow).where(MatterRow.valid_from > on).order_by(MatterRow.valid_from, MatterRow.code)
    )
    return [matter_page(row) for row in rows]


def gone(session: Session, *, on: date) -> list[MatterPage]:
    """What was taken off the list by the day `on`, the latest first."""
    rows = session.scalars(
        select(MatterRow)
        .where(MatterRow.ended_reason.is_not(None), MatterRow.valid_until <= on)
        .order_by(MatterRow.valid_until.desc(), MatterRow.code)
    )
    return [matter_page(row) for row in rows]


def drafts(session: Session) -> list[Draft]:
    """What waits to be published or given up, by code."""
    rows = session.scalars(
        select(MatterDraftRow).where(MatterDraftRow.state == "open").order_by(MatterDraftRow.code)
    )
    return [_draft(session, row) for row in rows]


def draft(session: Session, public_id: str) -> Draft:
    """One open draft. Raises NotFound."""
    row = session.scalar(
        select(MatterDraftRow).where(MatterDraftRow.public_id == public_id, MatterDraftRow.state == "open")
    )
    if row is None:
        raise NotFound("没有这份拟稿，或者已经公布、放弃")
    return _draft(session, row)


def _draft(session: Session, row: MatterDraftRow) -> Draft:
    content: dict[str, Any] = row.content or vars(history(session, row.code)[0])
    return Draft(
        row.public_id,
        row.code,
        content["name"],
        titles()[content["object_kind"]],
        row.content,
        row.effective_on,
        row.reason,
        row.drafted_at,
        row.drafted_by,
    )
