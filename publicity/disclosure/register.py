"""Every fact is entered with what it is by itself; what is not told by itself stands here until its next assessment.

It follows the audit book with a cursor of its own, as the intake does: what was recorded before there was a register is
entered by its first run.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from publicity.disclosure import attributes
from publicity.disclosure.attributes import NOT_TOLD, PROACTIVE, REVIEW, Ground
from publicity.disclosure.tables import DisclosureDecisionRow, DisclosureRow
from publicity.release import cursor as cursors
from publicity.release import draft
from registry.credit import find
from registry.credit.catalogue import KINDS, add_months
from registry.credit.find import Event
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, NotFound
from registry.kernel.work import Work, WorkSession

CURSOR = "disclosure"
REASON = "pub_disclosure_decisions.reason"


def run(work: Work) -> Mapping[str, int]:
    """The job `disclosure`: everything recorded since it last ran. Returns how many facts were entered."""
    return {"entered": cursors.follow(work, CURSOR, take_in)}


def take_in(session: WorkSession) -> int:
    """Enters the next events of the audit book; idempotent. Returns how many."""
    cursor = cursors.locked(session, CURSOR)
    acts = cursors.ahead(session, cursor.position)
    known = select(DisclosureRow.id).where(DisclosureRow.event_id == EventRow.id).exists()
    rows = session.execute(
        select(EventRow.id, EventRow.public_id, EventRow.kind, EventRow.scope)
        .where(EventRow.public_id.in_([act.record for act in acts]), ~known)
        .order_by(EventRow.id)
    ).all()
    # What a decision imposed stands in its sealed columns, and opening them takes most of the time; few kinds need it.
    corrected = draft.corrections(session, [row.id for row in rows])
    opened = find.events(
        session, [row.public_id for row in rows if row.id in corrected or KINDS[row.kind].months is None]
    )
    entered = []
    for row in rows:
        event = opened.get(row.public_id)
        ground = (
            by_itself(event)
            if event
            else attributes.default(row.kind, scope=row.scope, term_public=KINDS[row.kind].releasable)
        )
        if ground is not None:
            entered.append(_new(session, row.id, row.kind, ground))
    session.add_all(entered)
    if acts:
        cursor.position = acts[-1].position + 1
    session.act("disclosure.enter", CURSOR, through=cursor.position, entered=len(entered))
    return len(entered)


def read_again(session: WorkSession, corrected: Sequence[str]) -> None:
    """Corrected events (public ids) are what they are by themselves now; what somebody decided stays."""
    if not corrected:
        return
    session.flush()
    for event in find.events(session, corrected).values():
        row = session.scalar(
            select(DisclosureRow).where(DisclosureRow.event_id == event.id).with_for_update()
        )
        ground = by_itself(event)
        if row is not None and ground is not None and not row.decisions and row.ground != ground.code:
            put(session, row, ground)


def by_itself(event: Event) -> Ground | None:
    """What an event is before anybody decides; None for one that tells of another fact."""
    return attributes.default(event.kind.code, scope=event.scope, term_public=event.term.public)


def held(session: WorkSession, event: Event) -> DisclosureRow:
    """The entry of an event, held until the unit of work ends; entered now if it was not yet. Raises Conflict (`no_fact`)."""
    row = session.scalar(select(DisclosureRow).where(DisclosureRow.event_id == event.id).with_for_update())
    if row is None:
        ground = by_itself(event)
        if ground is None:
            raise Conflict("这类记录没有公开属性", rule="no_fact")
        row = _new(session, event.id, event.kind.code, ground)
        session.add(row)
        session.flush()
    return row


def entry(session: WorkSession, public_id: str) -> DisclosureRow:
    """An entry, held until the unit of work ends. Raises NotFound."""
    row = session.scalar(select(DisclosureRow).where(DisclosureRow.public_id == public_id).with_for_update())
    if row is None:
        raise NotFound("没有这条公开属性")
    return row


def closed(session: WorkSession, events: Collection[int]) -> set[int]:
    """Those of the events (row ids) that are not told by themselves, by somebody's decision or before one."""
    return set(
        session.scalars(
            select(DisclosureRow.event_id).where(
                DisclosureRow.event_id.in_(events), DisclosureRow.attribute.in_(NOT_TOLD)
            )
        )
    )


def opened(session: WorkSession, events: Collection[int]) -> set[int]:
    """Those of the events (row ids) that an assessment found may be told, whatever they were by themselves."""
    rows = (
        select(DisclosureRow.event_id)
        .join(DisclosureDecisionRow, DisclosureDecisionRow.disclosure_id == DisclosureRow.id)
        .where(
            DisclosureRow.event_id.in_(events),
            DisclosureRow.attribute == PROACTIVE,
            DisclosureDecisionRow.step == "open",
        )
    )
    return set(session.scalars(rows))


def note(
    session: WorkSession,
    actor: Actor,
    row: DisclosureRow,
    *,
    step: str,
    ground: Ground,
    reason: str = "",
    behalf: str | None = None,
) -> None:
    """Keeps a decision; the reason is sealed, because people name people in reasons."""
    row.decisions.append(
        DisclosureDecisionRow(
            step=step,
            attribute=ground.attribute,
            ground=ground.code,
            reason=session.keys.encrypt(reason, REASON) if reason else None,
            review_on=row.review_on,
            actor=actor.id,
            actor_name=actor.name,
            behalf=behalf,
            at=session.now,
        )
    )


def put(session: WorkSession, row: DisclosureRow, ground: Ground) -> None:
    """The attribute from now on, with the day of the next assessment where it has one."""
    row.attribute, row.ground, row.proposed, row.proposed_ground = ground.attribute, ground.code, None, None
    row.review_on = add_months(session.today, REVIEW.months) if ground.attribute in NOT_TOLD else None


def event_of(session: WorkSession, row: DisclosureRow) -> Event:
    return find.event(session, session.get_one(EventRow, row.event_id).public_id)


def _new(session: WorkSession, event: int, kind: str, ground: Ground) -> DisclosureRow:
    row = DisclosureRow(
        public_id=session.new_id(),
        event_id=event,
        kind=draft.NOTICE_KINDS.get(kind, kind),
        entered_at=session.now,
    )
    put(session, row, ground)
    return row
