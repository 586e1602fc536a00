"""Publicity obeys the registry at once.

Where the registry ends an event's publication, or a mark comes or goes, it names the act `credit.disclose`; the closing
step here makes the event's release and notice so in the same transaction. Nobody can see the decision without its
consequence, and no job has to run first. Whoever decided needs no further right: the decision was theirs to take, and
this is what follows from it (信用修复管理办法：终止公示与修复决定同步).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select

from publicity.notices import content, end, publish
from publicity.notices.tables import Notice
from publicity.release import decide, states
from publicity.release.tables import Release
from registry.credit import disclosure
from registry.credit.tables import EndRow, EventRow
from registry.kernel.access import Actor
from registry.kernel.work import Work, WorkSession

ACTS = frozenset({disclosure.ACT, "credit.annul"})
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
    a notice waits for a person, who says on what ground the decision fell (行政处罚法第四十八条). Otherwise a current
    notice gets the marks that the registry has open, and keeps those set by hand. Returns how many of them changed.
    """
    cases = _held(session, events)
    ids = [case.event for case in cases]
    ended, marks, annulled = (
        disclosure.ended(session, ids),
        disclosure.marks(session, ids),
        disclosure.annulled(session, ids),
    )
    stopped = 0
    for case in cases:
        if decide.unpublished(case.release) and (case.event in ended or case.event in annulled):
            reason = content.GROUNDS[ended[case.event].ground] if case.event in ended else _ANNULLED
            decide.stop(session, session.actor, case.release, reason=reason)
            stopped += 1
    current = [(case.event, case.notice) for case in cases if case.notice and _runs(session, case.notice)]
    endings = [(notice, ended[event].ground) for event, notice in current if event in ended]
    marked = [
        publish.marked(session, notice, wanted)
        for event, notice in current
        if event not in ended and (wanted := _wanted(session, notice, marks[event])) is not None
    ]
    session.flush()
    publish.append(session, marked)
    end.close(session, endings)
    return stopped + len(endings) + len(marked)


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


def _runs(session: WorkSession, notice: Notice) -> bool:
    """A notice past its last day has ended already, on a ground of its own."""
    return notice.state == "current" and (notice.until is None or notice.until >= session.today)


def _wanted(session: WorkSession, notice: Notice, registered: Sequence[str]) -> set[str] | None:
    """The marks that the notice should carry, or None if it does."""
    body, _ = publish.contents(session, notice)
    carried = set(body["marks"])
    wanted = (carried - content.REGISTERED_MARKS) | set(registered)
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
        disclosure.was_objected_to() & (Notice.state == "current"),
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
