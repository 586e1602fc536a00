"""How notices end: withdrawn by a decision, or expired on their day. What stays is a tombstone that names nobody."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from inspection.visits.after import publication
from publicity.notices.content import WITHDRAWABLE, document_number, end_body
from publicity.notices.publish import Version, append, contents, current
from publicity.notices.tables import Notice
from publicity.release import decide
from registry.kernel.access import Actor
from registry.kernel.faults import Invalid
from registry.kernel.work import Work, WorkSession
from registry.ledger import book

_BATCH = 200


class _Ending(NamedTuple):
    notice: Notice
    action: str
    ground: str
    on: date
    document_number: str | None = None


def withdraw(session: WorkSession, actor: Actor, *, notice: str, ground: str) -> Notice:
    """撤下, with `ground` of content.WITHDRAWABLE. Where the decision itself fell, its number and the reason stay public
    (行政处罚法第四十八条: within three working days); in all other cases nothing stays but the ground and the day.

    Raises Invalid for an unknown ground, NotFound, Gone, Refused.
    """
    actor.require("notice.withdraw")
    if ground not in WITHDRAWABLE:
        raise Invalid.field("ground", "unknown_ground", "请选择撤下理由")
    row = current(session, notice)
    close(session, [(row, ground)])
    return row


def close(session: WorkSession, endings: Sequence[tuple[Notice, str]]) -> None:
    """Withdraws current notices, held by the caller, each on its ground; who may is the caller's to check. Call it last."""
    ended = []
    for row, ground in endings:
        body, _ = contents(session, row)
        session.act("notice.withdraw", row.public_id, ground=ground)
        ended.append(_Ending(row, "withdraw", ground, session.today, document_number(body)))
    _end(session, ended)


def expire(session: WorkSession, actor: Actor, *, limit: int = _BATCH) -> int:
    """Ends up to `limit` notices whose last day is over, and returns how many.

    Readers see nothing of them from the first minute of the next day, whether or not this has run.
    """
    actor.require("notice.withdraw")
    over = session.scalars(
        select(Notice).where(*_over(session)).order_by(Notice.until, Notice.id).limit(limit).with_for_update()
    ).all()
    for row in over:
        session.act("notice.expire", row.public_id)
    _end(
        session,
        [_Ending(row, "expire", "expired", row.until + timedelta(days=1)) for row in over if row.until],
    )
    return len(over)


def run(work: Work) -> Mapping[str, int]:
    """The job `expire`: ends every notice past its last day and stops drafts that can no longer be published, in batches
    that each stand by themselves."""
    expired = stopped = 0
    while _waiting(work):
        with work.write(Actor.job("expire")) as session:
            stopped += decide.stop_overdue(session, session.actor, limit=_BATCH)
            expired += expire(session, session.actor)
    return {"expired": expired, "stopped": stopped}


def _waiting(work: Work) -> bool:
    with work.read() as session:
        over = select(Notice.id).where(*_over(session)).limit(1)
        return session.scalar(over) is not None or decide.any_overdue(session)


def _over(session: WorkSession) -> tuple[ColumnElement[bool], ...]:
    return Notice.state == "current", Notice.until < session.today


def _end(session: WorkSession, endings: Sequence[_Ending]) -> None:
    for row, action, ground, on, _ in endings:
        row.state = "withdrawn" if action == "withdraw" else "expired"
        row.ground, row.ended_on = ground, on
        row.practitioner_id = row.organisation_id = None
        if row.kind == "finding":
            publication.tell_ended(session, notices=[row.public_id], on=on)
    append(
        session,
        [
            Version(row, action, end_body(ground=ground, on=on, document_number=number))
            for row, action, ground, on, number in endings
        ],
    )
    for row, *_ in endings:
        book.purge(session, "public", row.public_id, before_version=row.version)
