"""An entry on a list: how it begins by a decision, and how it ends by another, by its term, or with its record."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select

from registry.credit import disclosure
from registry.credit.catalogue import add_months
from registry.credit.columns import SCOPES
from registry.credit.listing import moves
from registry.credit.listing.lists import BOOK, List
from registry.credit.listing.tables import ListingActRow, ListingRow
from registry.credit.record import NewEvent, Subject, answer, record
from registry.credit.sealing import opened, seal
from registry.credit.tables import EndRow, EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import NotFound
from registry.kernel.work import Work, WorkSession

WORDING, ACT_WORDING = "reg_listings.wording", "reg_listing_acts.wording"
EVENT_KINDS: Mapping[str, str] = {"black": "listing", "red": "red_listing"}
_BATCH = 100


def enter(session: WorkSession, row: ListingRow, rules: List, on: date, number: str) -> None:
    """Puts the subject on the list by a decision of the day `on`, and the decision on record."""
    wording = opened(session, row.wording, WORDING)
    row.listed_on, row.until = on, add_months(on, rules.term_months)
    kind = "organisation" if row.organisation_id else "practitioner"
    event = record(
        session,
        session.actor,
        kind=EVENT_KINDS[row.colour],
        subject=_subject(row),
        decided_on=on,
        summary=f"列入{rules.title}",
        document_number=number,
        authority=row.authority,
        severity="严重" if row.colour == "black" else None,
        scope=SCOPES[0] if kind in rules.public else SCOPES[2],
        detail={
            "listing": row.public_id,
            "list": rules.title,
            "cause": wording["cause"],
            "criteria": [rules.criteria[code] for code in row.criteria if code in rules.criteria],
            "basis": rules.basis_text,
            "authority": row.authority,
            "document_number": number,
            "until": row.until.isoformat(),
            "removal": rules.removal,
            "remedies": rules.remedies,
            "responsible": [f"{role}：{name}" for role, name in wording["responsible"]],
        },
        key=row.public_id,
    )
    row.event_id = event.id


def leave(session: WorkSession, row: ListingRow, on: date, *, removal: str, number: str | None) -> None:
    """Ends the entry and its publication; what was listed by mistake is annulled too, what was right stays on record."""
    row.removed_on, row.removal = on, removal
    if row.event_id is None:
        return
    event = session.scalars(select(EventRow).where(EventRow.id == row.event_id)).one()
    if not disclosure.ended(session, [row.event_id]):
        disclosure.end(session, event=row.event_id, ground="removed")
    if removal == "revoked":
        if not disclosure.annulled(session, [row.event_id]):
            _annul(session, event, on)
    elif row.colour == "black":
        record(
            session,
            session.actor,
            kind="delisting",
            subject=_subject(row),
            decided_on=on,
            summary=f"移出{rules_of(row).title}：{moves.REMOVALS[removal]}",
            document_number=number,
            authority=row.authority,
            # A public note of the removal would tell for another year what has just left the public.
            scope=SCOPES[1],
            target=row.event_id,
            detail={"listing": row.public_id, "event": event.public_id, "ground": removal},
            key=row.public_id,
        )


def _annul(session: WorkSession, event: EventRow, on: date) -> None:
    """Takes the record of a listing back. The decision was the leader's to take, who need not hold the clerks' right to
    correct records."""
    ground = moves.REMOVALS["revoked"]
    new = NewEvent(
        kind="annulment",
        subject=Subject(
            practitioner=event.practitioner_id, organisation=event.organisation_id, name=event.subject_name
        ),
        decided_on=on,
        summary=f"撤销：{ground}",
        document_number=event.document_number,
        authority=event.authority,
        detail={"ground": ground, "event": event.public_id},
        key=event.public_id,
    )
    answer(session, session.actor, to=event, act="credit.annul", new=new)


def lapse(work: Work) -> Mapping[str, int]:
    """The job `listings`: entries whose term is over, or whose record was repaired or deleted, are closed. Reading does
    not wait for it."""
    closed = 0
    while True:
        with work.read() as session:
            some = session.scalars(select(ListingRow.id).where(_over(session.today)).limit(_BATCH)).all()
        if not some:
            return {"closed": closed}
        with work.write(Actor.job("listings")) as session:
            closed += lapse_over(session, ListingRow.id.in_(some))


def lapse_over(session: WorkSession, which: ColumnElement[bool]) -> int:
    """Closes those of the entries that have run out. The act of each is `listing.lapse`."""
    rows = session.scalars(
        select(ListingRow).where(which, _over(session.today)).order_by(ListingRow.id).with_for_update()
    ).all()
    for row in rows:
        event = row.event_id or 0
        end = disclosure.ended(session, [event]).get(event)
        annulled = bool(disclosure.annulled(session, [event]))
        removal = "revoked" if annulled else end.ground if end else "term"
        over = (row.until or session.today) + timedelta(days=1)
        on = end.on if end else min(over, session.today)
        leave(session, row, on, removal=removal, number=None)
        session.add(
            ListingActRow(
                listing_id=row.id,
                act=moves.LAPSE,
                step=None,
                round="removal",
                on=on,
                ground=removal,
                wording=seal(session, {"text": ""}, ACT_WORDING),
                actor=session.actor.id,
                actor_name=session.actor.name,
                at=session.now,
            )
        )
        row.state, row.state_since, row.due_on, row.due_provisional = moves.REMOVED, on, None, False
        row.revision += 1
        session.act("listing.lapse", row.public_id, list=row.list_code, ground=removal)
    session.flush()
    return len(rows)


def rules_of(row: ListingRow) -> List:
    """The version of the list that this procedure follows to its end."""
    found = BOOK.on(row.list_code, row.version)
    if found is None:
        raise NotFound("名单规则文件中没有这个名单")
    return found


def earliest_removal(row: ListingRow, rules: List) -> date | None:
    """The first day on which an entry may be taken off before its term, None while it is not listed."""
    return add_months(row.listed_on, rules.early_months) if row.listed_on else None


def _over(today: date) -> ColumnElement[bool]:
    ended = select(EndRow.event_id).where(EndRow.event_id == ListingRow.event_id).exists()
    annulled = (
        select(EventRow.id).where(EventRow.id == ListingRow.event_id, disclosure.is_annulled()).exists()
    )
    listed = ListingRow.state.in_((moves.LISTED, moves.REMOVING))
    return listed & ((ListingRow.until < today) | ended | annulled)


def _subject(row: ListingRow) -> Subject:
    return Subject(practitioner=row.practitioner_id, organisation=row.organisation_id)
