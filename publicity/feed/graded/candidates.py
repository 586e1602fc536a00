"""瞒报 candidates: decisions that no platform was told of, each with why not. Whether a reason is lawful the list says; what has
none is what an inspection from above would find.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Date, Row, select, type_coerce

from publicity.disclosure.attributes import GROUNDS, PROACTIVE
from publicity.disclosure.tables import DisclosureRow
from publicity.feed.graded import count
from publicity.notices.tables import Notice
from publicity.release import states
from publicity.release.tables import Release
from registry.credit import catalogue, disclosure, find
from registry.credit.columns import SCOPES
from registry.credit.find import LATEST, effective, is_latest
from registry.credit.tables import EventRow
from registry.kernel.work import WorkSession


class Candidate(NamedTuple):
    """A decision that no platform was told of. `reason` says why not, `lawful` whether the law lets it be; `days` since the
    decision, by the calendar; `late` whether its term is over. `event` and `release` are public ids."""

    event: str
    release: str | None
    kind: str
    kind_title: str
    document_number: str | None
    decided_on: date
    days: int
    late: bool
    reason: str
    lawful: bool


def candidates(
    session: WorkSession, *, first: date, last: date, channel: str | None = None, limit: int | None = None
) -> list[Candidate]:
    """Decisions of the period that were not told, the oldest first; `limit` cuts the list."""
    told = count.told(session, channel)
    decided_on = type_coerce(effective(EventRow.decided_on, LATEST.decided_on), Date).label("day")
    rows = session.execute(
        select(EventRow, decided_on, Release, Notice, DisclosureRow)
        .select_from(EventRow)
        .outerjoin(LATEST, is_latest(LATEST))
        .outerjoin(Release, Release.event_id == EventRow.id)
        .outerjoin(Notice, Notice.release_id == Release.id)
        .outerjoin(DisclosureRow, DisclosureRow.event_id == EventRow.id)
        .outerjoin(told, told.c.record == Notice.public_id)
        .where(*count.is_decision(), decided_on.between(first, last), told.c.record.is_(None))
        .order_by(decided_on, EventRow.id)
        .limit(limit)
    ).all()
    events = find.events(session, [row.EventRow.public_id for row in rows])
    ended = disclosure.ended(session, [row.EventRow.id for row in rows])
    terms = {day: count.until_of(session, day) for day in {row.day for row in rows}}
    found = []
    for row in rows:
        event = events[row.EventRow.public_id]
        reason, lawful = _reason(row, event, ended=event.id in ended, today=session.today)
        found.append(
            Candidate(
                event=event.public_id,
                release=row.Release.public_id if row.Release else None,
                kind=event.kind.code,
                kind_title=event.kind.title,
                document_number=event.document_number,
                decided_on=row.day,
                days=(session.today - row.day).days,
                late=terms[row.day] <= session.now,
                reason=reason,
                lawful=lawful,
            )
        )
    return found


def by_reason(found: Sequence[Candidate]) -> Mapping[str, int]:
    """How many have each reason, the most frequent first."""
    counts: dict[str, int] = {}
    for one in found:
        counts[one.reason] = counts.get(one.reason, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _reason(
    row: Row[EventRow, date, Release, Notice, DisclosureRow],
    event: find.Event,
    *,
    ended: bool,
    today: date,
) -> tuple[str, bool]:
    attribute: DisclosureRow | None = row[4]
    release: Release | None = row[2]
    if row[3] is not None:
        return (
            ("已公开，公示已经结束，从未报送", False)
            if row[3].state != "current"
            else ("已公开，尚未报送", False)
        )
    if attribute is not None and attribute.attribute != PROACTIVE:
        return f"不主动公开：{GROUNDS[attribute.ground].title}", True
    if event.scope != SCOPES[0]:
        return f"信息使用范围：{event.scope}", True
    if ended:
        return "公示以前已停止（修复、异议或移出）", True
    if not event.term.public:
        return "依法不公示", True
    if event.term.max_until is not None and event.term.max_until < today:
        return "公示期已满，未公开", False
    if release is None:
        return "尚未进入公开流程", False
    return f"公开流程：{states.STATES[release.state]}", False


def title_of_kind(kind: str) -> str:
    """A graded kind in the office's words."""
    return catalogue.KINDS[kind].title
