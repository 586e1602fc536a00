"""Publicity obeys the registry at once.

Where the registry ends an event's publication, or a mark comes or goes, it names the act `credit.disclose`; the closing
step here makes the event's release and notice so in the same transaction. Nobody can see the decision without its
consequence, and no job has to run first. Whoever decided needs no further right: the decision was theirs to take, and
this is what follows from it (信用修复管理办法：终止公示与修复决定同步).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select

from inspection.visits.after import rectification
from publicity.disclosure import register
from publicity.notices import amend, content, end, publish, registered
from publicity.notices.tables import Notice
from publicity.release import decide, draft, states
from publicity.release.tables import Release
from registry.credit import correction, disclosure, find
from registry.credit.tables import EndRow, EventRow
from registry.kernel.access import Actor
from registry.kernel.work import Work, WorkSession

ACTS = frozenset({disclosure.ACT, "credit.annul", correction.ACT, rectification.FOLLOWED})
_BATCH = 200
_ANNULLED = "原记录已被撤销"


def close(session: WorkSession) -> None:
    """The closing step of every write: settles the events that its acts name."""
    if named := {act.record for act in session.acts if act.verb in ACTS}:
        session.flush()
        settle(session, named)


def settle(session: WorkSession, events: Collection[str]) -> int:
    """Makes releases and notices of these events (public ids) what the registry lets them be; idempotent.

    An ended event: its draft is stopped, its notice withdrawn on the same ground. An annulled one: its draft is stopped;
    a notice waits for a person, who says on what ground the decision fell (行政处罚法第四十八条). A corrected one: its draft
    is made anew and goes round again; a notice waits for a second person (publicity.notices.amend), unless the event may
    no longer be public at all. Otherwise a current notice gets the marks that the registry has open, and keeps those set
    by hand. Returns how many of them changed.
    """
    cases = _held(session, events)
    grounds = _grounds(session, cases)
    marks = registered.marks(session, [case.event for case in cases])
    changed = 0
    endings, marked = [], []
    for case in cases:
        ground = grounds.get(case.event)
        if decide.unpublished(case.release):
            changed += _settle_draft(session, case, ground)
        elif case.notice and _runs(session, case.notice):
            if ground is not None and ground in content.GROUNDS:
                endings.append((case.notice, ground))
            elif (wanted := _wanted(session, case.notice, marks[case.event])) is not None:
                marked.append(publish.marked(session, case.notice, wanted))
    session.flush()
    publish.append(session, marked)
    end.close(session, endings)
    return changed + len(endings) + len(marked)


def nightly(work: Work) -> Mapping[str, int]:
    """The job `expire`: what `end.run` does, and whatever differs from the registry all the same, such as a draft taken
    in while its event was being ended."""
    settled = after = 0
    while True:
        with work.read() as session:
            events = _differing(session, after=after)
        if not events:
            break
        after = events[-1].id
        with work.write(Actor.job("expire")) as session:
            settled += settle(session, [event.public_id for event in events])
    return {**end.run(work), "settled": settled}


class _Case(NamedTuple):
    event: int
    release: Release
    notice: Notice | None


def _held(session: WorkSession, events: Collection[str]) -> list[_Case]:
    """Releases and notices of the events, locked in the order in which every other writer takes them."""
    wanted = select(Release).join(EventRow, EventRow.id == Release.event_id)
    # Read again under the lock: what this session saw of a row before may be what another has just changed.
    fresh = {"populate_existing": True}
    releases = session.scalars(
        wanted.where(EventRow.public_id.in_(events)).order_by(Release.id).with_for_update(of=Release),
        execution_options=fresh,
    ).all()
    notices = {
        notice.release_id: notice
        for notice in session.scalars(
            select(Notice)
            .where(Notice.release_id.in_([release.id for release in releases]))
            .order_by(Notice.id)
            .with_for_update(),
            execution_options=fresh,
        )
    }
    return [_Case(release.event_id, release, notices.get(release.id)) for release in releases]


def _grounds(session: WorkSession, cases: Sequence[_Case]) -> dict[int, str]:
    """Why events may not be public any more: a ground of content.GROUNDS, or `_ANNULLED`, whose ground a person has to say."""
    ids = [case.event for case in cases]
    corrected = draft.corrections(session, ids)
    stale = [case.event for case in cases if case.release.correction_id != corrected.get(case.event)]
    read = find.events(
        session, list(session.scalars(select(EventRow.public_id).where(EventRow.id.in_(stale))))
    )
    opened = register.opened(session, stale)
    no_longer = {
        event.id: "mistaken"
        for event in read.values()
        if event.id not in opened and not draft.proposable(event, today=session.today)
    }
    ended = {event: end_.ground for event, end_ in disclosure.ended(session, ids).items()}
    return {**no_longer, **dict.fromkeys(disclosure.annulled(session, ids), _ANNULLED), **ended}


def _settle_draft(session: WorkSession, case: _Case, ground: str | None) -> int:
    if ground is not None:
        decide.stop(session, session.actor, case.release, reason=content.GROUNDS.get(ground, ground))
        return 1
    if case.release.correction_id == draft.corrections(session, [case.event]).get(case.event):
        return 0
    decide.redraft(
        session,
        session.actor,
        case.release,
        find.event(session, session.get_one(EventRow, case.event).public_id),
    )
    return 1


def _runs(session: WorkSession, notice: Notice) -> bool:
    """A notice past its last day has ended already, on a ground of its own."""
    return notice.state == "current" and (notice.until is None or notice.until >= session.today)


def _wanted(session: WorkSession, notice: Notice, marks: Sequence[str]) -> set[str] | None:
    """The marks that the notice should carry, or None if it does."""
    body, _ = publish.contents(session, notice)
    carried = set(body["marks"])
    wanted = (carried - content.REGISTERED_MARKS) | set(marks)
    return wanted if wanted != carried else None


class _Named(NamedTuple):
    id: int
    public_id: str


def _differing(session: WorkSession, *, after: int) -> list[_Named]:
    """Events that may have a release or notice other than the registry lets it be, the earliest first."""
    unpublished = Release.state.in_(states.STOPPABLE)
    ended = select(EndRow.event_id).scalar_subquery()
    wrong: ColumnElement[bool] = or_(
        EventRow.id.in_(ended) & (unpublished | (Notice.state == "current")),
        disclosure.is_annulled() & unpublished,
        registered.may_have_changed() & (Notice.state == "current"),
        amend.is_behind() & (unpublished | (Notice.state == "current")),
    )
    found = (
        select(EventRow.id, EventRow.public_id)
        .join(Release, Release.event_id == EventRow.id)
        .outerjoin(Notice, Notice.release_id == Release.id)
        .where(wrong, EventRow.id > after)
        .order_by(EventRow.id)
        .limit(_BATCH)
    )
    return [_Named(*row) for row in session.execute(found)]
