"""Publication and what follows it while a notice is current: correction and marks. Each is one leaf of the public book."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from inspection.visits.after import publication
from publicity.disclosure.decide import require_told
from publicity.notices import registered
from publicity.notices.content import MARKS, public_body
from publicity.notices.tables import Notice, NoticeVersion
from publicity.release import decide, draft
from publicity.release.allowed import PUBLIC_COLUMNS
from publicity.release.gaps import gaps
from registry.credit import disclosure
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Gone, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.ledger import book
from registry.ledger.book import Entry
from registry.ledger.tree import Inconsistent


class Version(NamedTuple):
    """What is to be appended to a notice."""

    notice: Notice
    action: str
    body: Mapping[str, Any]
    restricted: Mapping[str, Any] | None = None


def publish(session: WorkSession, actor: Actor, *, release: str, revision: int, note: str = "") -> Notice:
    """公开: the release's fifth step. The notice, its leaf and the step stand together or not at all.

    From here on the content stands in the ledger alone; the release keeps no copy of it. Raises NotFound, Conflict
    (`out_of_turn`, `changed`, `term_over`, `annulled`, `ended`, `not_disclosed`) or Refused.
    """
    event = session.get_one(EventRow, decide.locked(session, release).event_id)
    if draft.annulled(session, event.public_id):
        raise Conflict("原记录已被撤销，不再公示", rule="annulled")
    if disclosure.ended(session, [event.id]):
        raise Conflict("该记录已经停止公示", rule="ended")
    require_told(session, event.id)
    row = decide.take(session, actor, release=release, step="publish", revision=revision, note=note)
    if row.until is not None and row.until < session.today:
        raise Conflict("公示期已满，不再公示", rule="term_over")
    body = public_body(
        kind=row.kind,
        title=row.title or "",
        subject=row.subject or {},
        columns=row.columns or {},
        detail=row.detail or {},
        decided_on=row.decided_on,
        until=row.until,
        marks=registered.marks(session, [event.id])[event.id],
    )
    restricted = draft.restricted_of(session, row)
    judged = row.kind in PUBLIC_COLUMNS
    missing = len(gaps(row.kind, {**(row.columns or {}), **restricted})) if judged else None
    draft.clear(session, row)
    notice = Notice(
        public_id=session.new_id(),
        release=row,
        kind=row.kind,
        practitioner_id=event.practitioner_id,
        organisation_id=event.organisation_id,
        state="current",
        until=row.until,
        version=0,
        published_at=session.now,
        published_on=session.today,
        gaps=missing,
    )
    session.add(notice)
    if row.kind == "finding":
        publication.tell_published(
            session, event=event.id, notice=notice.public_id, on=session.today, until=row.until
        )
    session.act("notice.publish", notice.public_id, release=row.public_id)
    append(session, [Version(notice, "publish", body, {"columns": restricted} if restricted else None)])
    return notice


def correct(
    session: WorkSession,
    actor: Actor,
    *,
    notice: str,
    columns: Mapping[str, str],
    restricted: Mapping[str, str] | None = None,
    title: str | None = None,
) -> Notice:
    """更正: a new version of the whole record with these columns instead; what is not named stays as it was.

    Raises NotFound, Gone, Refused.
    """
    actor.require("notice.correct")
    row = current(session, notice)
    body, private = contents(session, row)
    corrected = public_body(
        kind=row.kind,
        title=body["title"] if title is None else title,
        subject=body["subject"],
        columns={**body["columns"], **columns},
        detail=body.get("detail", {}),
        decided_on=date.fromisoformat(body["decided_on"]),
        until=row.until,
        marks=body["marks"],
    )
    numbers = {**(private or {}).get("columns", {}), **(restricted or {})}
    session.act("notice.correct", row.public_id, columns=sorted({*columns, *(restricted or {})}))
    append(session, [Version(row, "correct", corrected, {"columns": numbers} if numbers else None)])
    return row


def mark(session: WorkSession, actor: Actor, *, notice: str, marks: Sequence[str]) -> Notice:
    """标注: the marks that the notice now carries, such as `objection`; none clears them (上海市社会信用条例第三十六条).

    Raises Invalid for an unknown mark, NotFound, Gone, Refused.
    """
    actor.require("notice.mark")
    if unknown := [name for name in marks if name not in MARKS]:
        raise Invalid.field("marks", "unknown_mark", f"没有这种标注：{'、'.join(unknown)}")
    row = current(session, notice)
    append(session, [marked(session, row, marks)])
    return row


def marked(session: WorkSession, row: Notice, marks: Collection[str]) -> Version:
    """The next version of a current notice, held by the caller, with these marks and no other. It names the act."""
    body, private = contents(session, row)
    body["marks"] = [name for name in MARKS if name in marks]
    session.act("notice.mark", row.public_id, marks=body["marks"])
    return Version(row, "mark", body, private)


def current(session: WorkSession, notice: str) -> Notice:
    """The notice, held until the unit of work ends. Raises NotFound, or Gone after its end or its last day."""
    row = session.scalar(select(Notice).where(Notice.public_id == notice).with_for_update())
    if row is None:
        raise NotFound("没有这条公示")
    if row.state != "current" or (row.until is not None and row.until < session.today):
        raise Gone("这条公示已经结束")
    return row


def contents(session: WorkSession, row: Notice) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The public and the restricted body of a current notice, as they stand in the ledger."""
    stored = book.entry(session, "public", row.versions[-1].position, on=session.today)
    if stored.body is None:
        raise Inconsistent(f"{row.public_id}: a current notice without its body")
    return json.loads(stored.body), json.loads(stored.restricted) if stored.restricted else None


def append(session: WorkSession, versions: Sequence[Version]) -> None:
    """The next version of each notice: one leaf, and the row that says where it stands. Call it last."""
    entries = []
    for row, action, body, restricted in versions:
        row.version += 1
        until = row.until if "until" in body else None
        entries.append(Entry(action, row.public_id, row.version, body, restricted, until))
    positions = book.append(session, "public", entries)
    for (row, action, *_), position in zip(versions, positions, strict=True):
        row.versions.append(
            NoticeVersion(version=row.version, action=action, position=position, at=session.now)
        )
