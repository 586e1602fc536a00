"""A bureau that draws sealed: two witnesses each seal a value, then dice are thrown; an auditor holds the deposits."""

import json
from typing import Any

from sqlalchemy import select

from inspection.ceremony import announce, conduct, deposits, sealed
from inspection.ceremony.sealed_announce import announce_sealed
from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.draw.chance import commitment
from inspection.visits import assign, findings
from inspection.visits.tables import VisitRow
from registry.kernel.access import Actor
from registry.kernel.work import Work
from tests.inspection import bureau
from tests.inspection.bureau import DICE, OFFICE, Bureau
from tests.people import Person

VALUES = {"witness": ("a1" * 32, "b1" * 16), "witness2": ("a2" * 32, "b2" * 16)}
PLAN = [
    {"kind": "dice", "by": "witness"},
    {"kind": "reveal", "by": "witness"},
    {"kind": "reveal", "by": "witness2"},
]


def hold(work: Work, auditor: Person) -> bytes:
    """The auditor makes a key to hold deposits under; its private half."""
    with work.write(auditor.actor) as session:
        return deposits.make_key(session, auditor.actor)


def announced(
    work: Work, place: Bureau, *, depositary: str = "auditor", supersedes: str | None = None, **changes: Any
) -> str:
    """An announced sealed draw to which every commitment was handed over; its id."""
    with work.write(OFFICE) as session:
        row = announce_sealed(
            session,
            OFFICE,
            **{
                "task": place.task,
                "plan": PLAN,
                "ground": "unannounced",
                "depositary": depositary,
                "supersedes": supersedes,
                **changes,
            },
        )
    for by, (value, nonce) in VALUES.items():
        party = Actor("command", by, by, OFFICE.permissions)
        with work.write(party) as session:
            told = commitment(row.public_id, by, nonce=nonce, value=value)
            announce.hand_over(session, party, draw_id=row.public_id, commitment=told)
    return row.public_id


def committed(work: Work, place: Bureau, **how: Any) -> str:
    """A sealed draw whose frame is committed to; its id."""
    draw = announced(work, place, **how)
    with work.write(OFFICE) as session:
        conduct.freeze(session, OFFICE, draw_id=draw)
    bureau.commit(work, draw)
    return draw


def supply(work: Work, draw: str, *, dice: str = DICE) -> None:
    """The closed values first, then the dice before everybody."""
    with work.write(OFFICE) as session:
        for position, (value, nonce) in enumerate(VALUES.values()):
            conduct.supply(session, OFFICE, draw_id=draw, position=position, value=value, nonce=nonce)
        conduct.supply(session, OFFICE, draw_id=draw, position=len(VALUES), value=dice)


def drawn(work: Work, place: Bureau, **how: Any) -> str:
    """A sealed draw that was carried out and is closed; its id."""
    draw = committed(work, place, **how)
    supply(work, draw)
    assign.draw_now(work, OFFICE, draw_id=draw)
    return draw


def record(work: Work, draw: str) -> dict[str, Any]:
    """What is sealed, looked at from inside."""
    with work.read(OFFICE) as session:
        row = session.scalars(select(DrawRow).where(DrawRow.public_id == draw)).one()
        return sealed.record_of(session, row)


def visits(work: Work, draw: str) -> dict[str, str]:
    """The visits (public ids) of a draw by unit, looked at from inside."""
    with work.read(OFFICE) as session:
        rows = session.execute(
            select(SelectionRow.unit, VisitRow.public_id)
            .join(VisitRow, VisitRow.selection_id == SelectionRow.id)
            .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
            .where(DrawRow.public_id == draw, VisitRow.state != "replaced")
        )
        return {row.unit: row.public_id for row in rows}


def visit(work: Work, public_id: str) -> None:
    """The team was there and found nothing."""
    with work.write(OFFICE) as session:
        findings.note_finding(
            session,
            OFFICE,
            visit=public_id,
            visited_on=session.today,
            codes=["A"],
            measure="none",
            note="",
        )


def canaries(work: Work, draw: str) -> set[str]:
    """What must not come out while the draw is closed: seed, closed values, tickets, secrets, visits, the record's digest."""
    inside = record(work, draw)
    tickets = {entry["ticket"] for part in ("selected", "reserves") for entry in inside[part]}
    values = {text for pair in VALUES.values() for text in pair}
    return {inside["seed"], *tickets, *values, *visits(work, draw).values()}


def published(text: str) -> dict[str, Any]:
    return dict(json.loads(text))
