"""What pages read of notices, compared with the public book that proves it: each row has its leaf, each leaf its row."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from publicity.notices.tables import Notice, NoticeVersion
from registry.kernel.work import WorkSession
from registry.ledger.tables import EntryRow
from registry.ledger.verify import Discrepancy

_STATE_AFTER = {
    "publish": "current",
    "correct": "current",
    "mark": "current",
    "withdraw": "withdrawn",
    "expire": "expired",
}
_ROWS = 1000


def examine(session: WorkSession) -> Iterator[Discrepancy]:
    """Every contradiction between the rows of notices and the public book, none when all agree; in bounded memory."""
    for statement, rule, message in (
        (_leaves_without_row(), "no_row", "日志中有这一叶，公示表中没有对应的版本"),
        (_rows_without_leaf(), "no_leaf", "公示表中有这个版本，日志中没有对应的叶"),
        (_misstated(), "state", "公示的状态、版次或当事人与日志中最后一叶不符"),
    ):
        place = "entry" if rule == "no_row" else "notice"
        for name in session.scalars(statement.execution_options(yield_per=_ROWS)):
            yield Discrepancy("public", f"{place} {name}", rule, message)


def _same() -> ColumnElement[bool]:
    return and_(
        EntryRow.book == "public",
        EntryRow.position == NoticeVersion.position,
        EntryRow.action == NoticeVersion.action,
        EntryRow.version == NoticeVersion.version,
    )


def _leaves_without_row() -> Select[Any]:
    known = (
        select(NoticeVersion.position)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .where(_same(), Notice.public_id == EntryRow.record)
        .correlate(EntryRow)
        .exists()
    )
    return (
        select(EntryRow.position)
        .where(EntryRow.book == "public", EntryRow.action.in_(_STATE_AFTER), ~known)
        .order_by(EntryRow.position)
    )


def _rows_without_leaf() -> Select[Any]:
    leaf = (
        select(EntryRow.position)
        .where(_same(), EntryRow.record == Notice.public_id)
        .correlate(NoticeVersion, Notice)
        .exists()
    )
    return (
        select(Notice.public_id)
        .join(NoticeVersion, NoticeVersion.notice_id == Notice.id)
        .where(~leaf)
        .order_by(NoticeVersion.position)
    )


def _misstated() -> Select[Any]:
    last = (
        select(NoticeVersion.notice_id, func.max(NoticeVersion.version).label("version"))
        .group_by(NoticeVersion.notice_id)
        .subquery()
    )
    wrong_state = [
        and_(NoticeVersion.action == action, Notice.state != state) for action, state in _STATE_AFTER.items()
    ]
    named = or_(Notice.practitioner_id.is_not(None), Notice.organisation_id.is_not(None))
    return (
        select(Notice.public_id)
        .outerjoin(last, last.c.notice_id == Notice.id)
        .outerjoin(
            NoticeVersion,
            and_(NoticeVersion.notice_id == Notice.id, NoticeVersion.version == last.c.version),
        )
        .where(
            or_(
                last.c.version.is_(None),
                Notice.version != last.c.version,
                *wrong_state,
                and_(Notice.state != "current", named),
            )
        )
        .order_by(Notice.id)
    )
