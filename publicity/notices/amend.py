"""A notice takes in the corrections of its event, when somebody else than the one who corrected it has looked.

Nothing becomes public on one person's word: the record is corrected in the registry, and a head of office puts what it
says now into the notice (政府信息公开条例第四十一条). Until then the notice stands on the work list.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from publicity.notices.content import public_body
from publicity.notices.publish import Version, append, contents, current
from publicity.notices.tables import Notice
from publicity.release import draft
from publicity.release.redaction import keep
from publicity.release.redaction.propose import masked, propose
from publicity.release.tables import Release
from registry.credit import correction, find
from registry.credit.columns import RESTRICTED
from registry.credit.correction import Correction
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import Conflict, NotFound, Refused
from registry.kernel.part import Duty
from registry.kernel.work import WorkSession
from registry.kernel.workdays import add_workdays


class Pending(NamedTuple):
    """The corrections of an event that its notice has not taken in, the oldest first, and who made them."""

    corrections: Sequence[Correction]
    recorded_by: frozenset[str]


def amend(session: WorkSession, actor: Actor, *, notice: str) -> Notice:
    """更正: the notice says what its event says now. What was filled in or corrected by hand elsewhere stays.

    Raises Conflict (`same`) when there is nothing to take in, Refused (`four_eyes`) for whoever made one of the corrections,
    NotFound, Gone. The act is `notice.correct`.
    """
    actor.require("notice.correct")
    # The release is the outer lock of whoever settles; taken in its order, two writers wait instead of deadlocking.
    release = session.scalar(
        select(Release)
        .join(Notice, Notice.release_id == Release.id)
        .where(Notice.public_id == notice)
        .with_for_update(of=Release)
    )
    if release is None:
        raise NotFound("没有这条公示")
    row = current(session, notice)
    waiting = pending(session, release)
    if not waiting.corrections:
        raise Conflict("公示与更正后的记录一致", rule="same")
    if actor.id in waiting.recorded_by:
        raise Refused("更正该记录的人，不能核准公示的更正", rule="four_eyes")
    event = find.event(session, session.get_one(EventRow, release.event_id).public_id)
    now = draft.content(session, event)
    said = keep.as_decided(session, release, now.said, keep.around(session, event))
    changed = {change.field for one in waiting.corrections for change in one.changes}
    if now.until != row.until:
        changed.add("CF_GSJZQ")
    body, private = contents(session, row)
    columns = _taken(body["columns"], said.columns, changed)
    numbers = _taken((private or {}).get("columns", {}), now.restricted, changed)
    corrected = public_body(
        kind=row.kind,
        title=said.title if changed & {"document_number", "summary"} else body["title"],
        subject=body["subject"],
        columns=columns,
        detail=dict(said.detail)
        if any(name.startswith("detail.") for name in changed)
        else body.get("detail", {}),
        decided_on=now.decided_on,
        until=now.until,
        marks=body["marks"],
    )
    row.until = release.until = now.until
    release.decided_on, release.correction_id = now.decided_on, now.correction
    session.act("notice.correct", row.public_id, columns=sorted(changed))
    append(session, [Version(row, "correct", corrected, {"columns": numbers} if numbers else None)])
    return row


def pending(session: WorkSession, release: Release) -> Pending:
    """What the notice of a release has not taken in yet."""
    rows = session.execute(
        select(EventRow.public_id, EventRow.recorded_by)
        .where(
            EventRow.target_id == release.event_id,
            EventRow.kind == "correction",
            EventRow.id > (release.correction_id or 0),
        )
        .order_by(EventRow.id)
    ).all()
    ids = {row.public_id for row in rows}
    chain = correction.chain(session, release.event_id) if rows else []
    found = [_masked(one, session.today) for one in chain if one.public_id in ids]
    return Pending(found, frozenset(row.recorded_by for row in rows if row.recorded_by))


def pending_of(session: WorkSession, notice: str) -> Pending:
    """What a notice (public id) has not taken in yet."""
    release = session.scalar(
        select(Release).join(Notice, Notice.release_id == Release.id).where(Notice.public_id == notice)
    )
    return pending(session, release) if release is not None else Pending([], frozenset())


def waiting(session: WorkSession, limit: int) -> Sequence[Duty]:
    """The work list 更正公示: current notices whose event reads otherwise, the earliest correction first."""
    # From the corrections, which are few, to their notices: the page of everybody's work asks this each time.
    last = (
        select(EventRow.target_id, func.max(EventRow.id).label("id"))
        .where(EventRow.kind == "correction")
        .group_by(EventRow.target_id)
        .subquery()
    )
    rows = session.execute(
        select(Notice.public_id, Release.id, EventRow.subject_name, EventRow.recorded_at)
        .select_from(last)
        .join(EventRow, EventRow.id == last.c.id)
        .join(Release, Release.event_id == last.c.target_id)
        .join(Notice, Notice.release_id == Release.id)
        .where(Notice.state == "current", last.c.id > func.coalesce(Release.correction_id, 0))
        .order_by(last.c.id)
        .limit(limit)
    ).all()
    made_by = _recorded_by(session, [row.id for row in rows])
    return [_duty(session, row, made_by.get(row.id, frozenset())) for row in rows]


def _recorded_by(session: WorkSession, releases: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """By release (row id), who made the corrections that its notice has not taken in."""
    rows = session.execute(
        select(Release.id, EventRow.recorded_by)
        .join(EventRow, EventRow.target_id == Release.event_id)
        .where(
            Release.id.in_(releases),
            EventRow.kind == "correction",
            EventRow.id > func.coalesce(Release.correction_id, 0),
        )
    )
    found: dict[int, frozenset[str]] = {}
    for release, person in rows:
        found[release] = found.get(release, frozenset()) | ({person} if person else set())
    return found


def is_behind() -> ColumnElement[bool]:
    """The condition that the event of a release has a correction that the release has not taken in."""
    return _last() > func.coalesce(Release.correction_id, 0)


def _last() -> ColumnElement[int]:
    later = aliased(EventRow)
    found = select(func.max(later.id)).where(later.target_id == Release.event_id, later.kind == "correction")
    return found.correlate(Release).scalar_subquery()


def _workdays(since: date) -> int:
    """Working days from a correction of that day to the correction of what is public."""
    terms = tomllib.loads((Path(__file__).parent / "amend.toml").read_text("utf-8"))["term"]
    workdays: int = next(
        term["workdays"]
        for term in terms
        if term.get("from", date.min) <= since <= term.get("until", date.max)
    )
    return workdays


def _duty(session: WorkSession, row: Any, barred: frozenset[str]) -> Duty:
    since: date = local_day(row.recorded_at)
    due = add_workdays(session, since, _workdays(since))
    return Duty(
        title=f"按更正后的记录更正公示：{row.subject_name}",
        endpoint="release.notice",
        values={"public_id": row.public_id},
        since=since,
        due=due.day,
        provisional=due.provisional,
        barred=barred,
    )


def _masked(one: Correction, today: date) -> Correction:
    """Numbers of people's papers are said to have changed, and not shown; words are covered as the rules propose."""
    return one._replace(
        changes=tuple(
            change._replace(was="不显示", now="不显示")
            if change.field in RESTRICTED
            else change._replace(was=_covered(change.was, today), now=_covered(change.now, today))
            for change in one.changes
        )
    )


def _covered(text: str, today: date) -> str:
    return masked(text, propose(text, today=today)) if text else text


def _taken(before: dict[str, str], now: Any, changed: set[str]) -> dict[str, str]:
    """What stood, with the changed columns as they are now; what a correction emptied goes."""
    kept = {name: text for name, text in before.items() if name not in changed}
    return {**kept, **{name: now[name] for name in changed if now.get(name)}}
