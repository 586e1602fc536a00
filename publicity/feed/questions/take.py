"""收取疑问数据: a file that a platform hands out is matched with what it was told, and put on the work list.

A platform links rows to their subjects days after it took them, and says what it could not link in a file alone: so what
was accepted may come to be in doubt. The natural key finds the entry (文书号, 名称, 决定日期), or the platform's own id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from publicity.feed import queue
from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.configure import OPERATE, locked
from publicity.feed.questions import reading
from publicity.feed.questions.reading import Reported
from publicity.feed.questions.tables import QuestionRow
from publicity.feed.states import OPEN
from publicity.notices.tables import Notice
from publicity.release.tables import Release
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Invalid
from registry.kernel.work import WorkSession
from registry.roster.sheet import read_sheets

LARGEST = 8 << 20
_CONTEXT = "pub_questions.message"
WHY_NOT: Mapping[str, str] = {
    "no_key": "没有文书号或名称",
    "no_reason": "没有写明原因",
    "unknown": "没有向该渠道报送过这份文书",
    "several": "有几份文书相符，请按平台编号核对",
    "ended": "公示已经结束",
    "under_way": "新的版本正在报送，平台的这一行说的是旧版本",
}


@dataclass(frozen=True)
class Taken:
    """How many rows of a file came on the list, how many had before, and which could not: (row, key of WHY_NOT)."""

    listed: int
    repeated: int
    unmatched: Sequence[tuple[int, str]]


def take_in(session: WorkSession, actor: Actor, *, channel: str, content: bytes, name: str) -> Taken:
    """Puts what a file says in doubt on the work list. The same file again changes nothing.

    Raises Invalid (as registry.roster.sheet does for what is no spreadsheet, `missing-column`, `too-many`), NotFound,
    Refused. The act is `feed.question`.
    """
    actor.require(OPERATE)
    row = locked(session, channel)
    if len(content) > LARGEST:
        raise Invalid.field("file", "file-too-large", f"文件不能超过 {LARGEST >> 20} MB")
    digest = sha256(content).hexdigest()
    put = select(QuestionRow.sheet, QuestionRow.row)
    of_file = put.where(QuestionRow.channel_id == row.id, QuestionRow.file == digest)
    known = {(one.sheet, one.row) for one in session.execute(of_file)}
    listed, unmatched = 0, []
    reported = list(reading.rows(read_sheets(BytesIO(content), name)))
    for one in reported:
        if (one.sheet, one.row) in known:
            continue
        found = _matched(session, row, one)
        if isinstance(found, str):
            unmatched.append((one.row, found))
            continue
        _put(session, actor, row, found, one, digest)
        listed += 1
    repeated = sum((one.sheet, one.row) in known for one in reported)
    session.act("feed.question", channel, listed=listed, repeated=repeated, unmatched=len(unmatched))
    return Taken(listed, repeated, unmatched)


def message_of(session: WorkSession, row: QuestionRow) -> str:
    """What the platform wrote."""
    return session.keys.decrypt(row.message, f"{_CONTEXT}:{row.delivery_id}")


def _put(
    session: WorkSession, actor: Actor, channel: ChannelRow, row: DeliveryRow, one: Reported, digest: str
) -> None:
    meant = reading.doubt(row.kind, one.message, one.column)
    queue.question(session, row, code=meant.reason, message=one.message)
    session.add(
        QuestionRow(
            channel_id=channel.id,
            delivery_id=row.id,
            file=digest,
            sheet=one.sheet,
            row=one.row,
            columns=" ".join(meant.columns)[:400],
            reason=meant.reason,
            message=session.keys.encrypt(one.message, f"{_CONTEXT}:{row.id}"),
            by=actor.id,
            at=session.now,
        )
    )
    session.flush()


def _matched(session: WorkSession, channel: ChannelRow, one: Reported) -> DeliveryRow | str:
    """The entry that a row is about, or why there is none."""
    if not one.message:
        return "no_reason"
    if one.platform_id:
        told = _last(channel).where(DeliveryRow.platform_id == one.platform_id)
    elif one.document_number and one.name:
        told = _last(channel).where(DeliveryRow.record.in_(_notices(session, one)))
    else:
        return "no_key"
    rows = session.scalars(told.with_for_update(of=DeliveryRow)).all()
    if len(rows) != 1:
        return "several" if rows else "unknown"
    if rows[0].ends:
        return "ended"
    return "under_way" if rows[0].state in OPEN else rows[0]


def _last(channel: ChannelRow) -> Select[DeliveryRow]:
    """The last entry of each record on the channel."""
    later = aliased(DeliveryRow)
    last = (
        select(func.max(later.position))
        .where(later.channel_id == channel.id, later.record == DeliveryRow.record)
        .correlate(DeliveryRow)
        .scalar_subquery()
    )
    return select(DeliveryRow).where(DeliveryRow.channel_id == channel.id, DeliveryRow.position == last)


def _notices(session: WorkSession, one: Reported) -> list[str]:
    """The notices whose decision, as it was recorded or as it reads after a correction, has this number, name and day."""
    correction = aliased(EventRow)
    corrected = select(correction.target_id).where(
        correction.kind == "correction", correction.document_number == one.document_number
    )
    found = session.execute(
        select(Notice.public_id, EventRow.subject_name, Release.decided_on)
        .join(Release, Release.id == Notice.release_id)
        .join(EventRow, EventRow.id == Release.event_id)
        .where(or_(EventRow.document_number == one.document_number, EventRow.id.in_(corrected)))
    )
    return [
        public_id
        for public_id, name, decided_on in found
        if one.is_about(name=name, decided_on=decided_on.isoformat())
    ]
