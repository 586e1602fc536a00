"""Reads the work list of 疑问数据."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.configure import title_of_kind
from publicity.feed.questions import reading
from publicity.feed.questions.tables import QuestionRow
from publicity.feed.questions.take import message_of
from publicity.feed.queue import answer_of
from publicity.notices.tables import Notice
from publicity.release.tables import Release
from registry.credit.columns import FIELDS
from registry.credit.tables import EventRow
from registry.kernel.work import WorkSession


@dataclass(frozen=True)
class Question:
    """One entry that a platform refuses. `row` is the row of the file that said so, None for an answer; `code` is the
    platform's own, `reason` ours; `message` the platform's words; `days` since it is in doubt, by the calendar."""

    id: int
    channel: str
    channel_name: str
    position: int
    record: str
    kind_title: str
    document_number: str | None
    event: str | None
    row: int | None
    columns: tuple[str, ...]
    reason: str
    code: str | None
    message: str | None
    since: datetime
    days: int
    attempts: int

    @property
    def reason_title(self) -> str:
        return reading.title_of_reason(self.reason)

    @property
    def column_titles(self) -> list[str]:
        return [FIELDS[code].spoken for code in self.columns]


def of_delivery(session: WorkSession, channel: str, position: int) -> Question | None:
    """What is in doubt about one entry of a channel (public id); None for an entry that is not."""
    found = _listed().where(ChannelRow.public_id == channel, DeliveryRow.position == position)
    row = session.execute(found).one_or_none()
    if row is None:
        return None
    filed = _from_files(session, [row.DeliveryRow.id]).get(row.DeliveryRow.id)
    return _question(session, row[0], row[1], row[2], row[3], filed)


def listed(
    session: WorkSession, *, channel: str | None, after: int = 0, limit: int
) -> tuple[list[Question], int | None]:
    """What is in doubt, on one channel (public id) or on all, the oldest entries first, and where the next page starts."""
    found = _listed().where(DeliveryRow.id > after)
    if channel is not None:
        found = found.where(ChannelRow.public_id == channel)
    rows = session.execute(found.order_by(DeliveryRow.id).limit(limit + 1)).all()
    from_files = _from_files(session, [row.DeliveryRow.id for row in rows])
    questions = []
    for row, place, event, number in rows[:limit]:
        questions.append(_question(session, row, place, event, number, from_files.get(row.id)))
    return questions, questions[-1].id if len(rows) > limit else None


def _listed() -> Select[Any, Any, Any, Any]:
    return (
        select(DeliveryRow, ChannelRow, EventRow.public_id, EventRow.document_number)
        .join(ChannelRow, ChannelRow.id == DeliveryRow.channel_id)
        .outerjoin(Notice, Notice.public_id == DeliveryRow.record)
        .outerjoin(Release, Release.id == Notice.release_id)
        .outerjoin(EventRow, EventRow.id == Release.event_id)
        .where(DeliveryRow.state == "rejected")
    )


def _question(
    session: WorkSession,
    row: DeliveryRow,
    channel: ChannelRow,
    event: str | None,
    number: str | None,
    filed: QuestionRow | None,
) -> Question:
    if filed and row.settled_at and filed.at < row.settled_at:
        filed = None  # the platform has refused it anew since
    message = message_of(session, filed) if filed else answer_of(session, row)
    meant = reading.doubt(row.kind, message or "")
    since = row.settled_at or row.queued_at
    return Question(
        id=row.id,
        channel=channel.public_id,
        channel_name=channel.name,
        position=row.position,
        record=row.record,
        kind_title=title_of_kind(row.kind),
        document_number=number,
        event=event,
        row=filed.row if filed else None,
        columns=tuple(filed.columns.split()) if filed else meant.columns,
        reason=filed.reason if filed else meant.reason,
        code=None if filed else row.code,
        message=message,
        since=since,
        days=(session.now - since).days,
        attempts=row.attempts,
    )


def _from_files(session: WorkSession, deliveries: Sequence[int]) -> Mapping[int, QuestionRow]:
    """The last question that a file put for each delivery."""
    rows = session.scalars(
        select(QuestionRow).where(QuestionRow.delivery_id.in_(deliveries)).order_by(QuestionRow.id)
    )
    return {row.delivery_id: row for row in rows}
