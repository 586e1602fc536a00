"""How a draw ends without having counted: voided by two people for a lawful ground, or lapsed at its deadline."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from inspection.ceremony import sealed
from inspection.ceremony.rows import (
    BEACON_IS_ONES_OWN,
    STATES,
    beacon_due,
    chance_began,
    chance_of,
    frame_of,
    locked,
    overdue,
    refuse_programs,
)
from inspection.ceremony.tables import DrawRow
from inspection.draw.verify import verify
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.work import WorkSession
from registry.ledger import book

GROUNDS = {
    "frame_fault": "名录有误，尚未提供任何随机源",
    "chance_withheld": "计划中的随机源未提供",
    "record_invalid": "抽取记录经核验无效",
}
LAPSED = "overdue"
TITLES = {**GROUNDS, LAPSED: "逾期未抽取，视为作废"}
_STATES_OF = {
    "frame_fault": ("frozen", "committed"),
    "chance_withheld": ("committed",),
    "record_invalid": ("drawn", "unassignable"),
}


@dataclass(frozen=True)
class _Case:
    """Whether a ground holds, why not, and who withheld chance."""

    refusal: tuple[str, str] | None = None
    party: str | None = None


def propose(session: WorkSession, actor: Actor, *, draw_id: str, ground: str, note: str) -> DrawRow:
    """The first of the two people who void a draw; `ground` is a key of GROUNDS, `note` states the fault.

    The service itself looks whether the ground holds: a record that verifies is not invalid, and who withheld chance
    is whose turn it is. Raises Invalid otherwise, Conflict while another proposal stands.
    """
    refuse_programs(actor)
    actor.require("draw.void")
    row = locked(session, draw_id)
    if row.state == "voided":
        raise Conflict("本次抽取已作废", rule="state")
    if standing(session, row):
        raise Conflict("已有作废申请", rule="void_proposed")
    if ground not in GROUNDS:
        raise Invalid.field("ground", "unknown_ground", "作废只能基于规定的情形")
    if not note.strip():
        raise Invalid.field("note", "missing", "请写明具体情况")
    case = _case(session, row, ground)
    if case.refusal is not None:
        rule, reason = case.refusal
        raise Invalid.field("ground", rule, reason)
    row.void_ground, row.void_note, row.void_party = ground, note.strip(), case.party
    row.void_proposed_by = actor.id
    session.act("draw.void_proposed", row.public_id, ground=ground, party=case.party)
    return row


def confirm(session: WorkSession, actor: Actor, *, draw_id: str) -> DrawRow:
    """The second person; the ground goes into the public log.

    Raises Conflict when the ground holds no longer: chance that was supplied after the proposal completes the draw,
    and a draw whose outcome can be known is not voided for chance that came late.
    """
    refuse_programs(actor)
    actor.require("draw.void")
    row = locked(session, draw_id)
    if row.state == "voided" or row.void_proposed_by is None or row.void_ground is None:
        raise Conflict("没有待确认的作废申请", rule="no_void_proposed")
    if row.void_proposed_by == actor.id:
        raise Refused("作废须由另一人确认", rule="four_eyes")
    if not standing(session, row):
        raise Conflict("申请时的情形已不存在，不能作废", rule="ground_gone")
    _end(session, row, actor, ground=row.void_ground, party=row.void_party)
    session.act("draw.void", row.public_id, ground=row.void_ground, party=row.void_party)
    _publish(session, row)
    return row


def lapse(session: WorkSession, actor: Actor, *, draw_id: str) -> DrawRow:
    """Writes down that a draw was not carried out by its deadline; whoever withheld chance is named.

    Nobody decides this, so it asks for no permission. Raises Conflict for a draw that is not overdue.
    """
    row = locked(session, draw_id)
    if not overdue(row.state, row.deadline, on=session.today):
        raise Conflict("本次抽取没有逾期", rule="not_overdue")
    party = _next_party(session, row) if chance_began(session, row, at=session.now) else None
    _end(session, row, actor, ground=LAPSED, party=party)
    session.act("draw.lapse", row.public_id, party=party)
    _publish(session, row)
    return row


def standing(session: WorkSession, row: DrawRow) -> bool:
    """Whether a proposal to void waits for its second person, its ground still holding."""
    if row.void_proposed_by is None or row.void_ground is None or row.state == "voided":
        return False
    case = _case(session, row, row.void_ground)
    return case.refusal is None and case.party == row.void_party


def grounds_of(row: DrawRow) -> list[str]:
    """The grounds that a draw in this state may be voided for at all; `propose` looks whether one holds."""
    return [ground for ground in GROUNDS if row.state in _STATES_OF[ground]]


def _case(session: WorkSession, row: DrawRow, ground: str) -> _Case:
    if row.state not in _STATES_OF[ground]:
        return _Case(("state", f"本次抽取当前状态为“{STATES[row.state]}”，不能基于此情形作废"))
    if ground == "frame_fault" and chance_began(session, row, at=session.now):
        return _Case(("chance_supplied", "已有随机源提供或公布，名录不能再作废"))
    if ground == "record_invalid" and not verify(sealed.record_of(session, row)):
        return _Case(("record_valid", "抽取记录核验无误，不能作废"))
    if ground == "chance_withheld" and _anybody_may_supply(session, row):
        return _Case(("beacon_public", "公共随机源人人可查，请录入；公布一天之后仍无人录入的，才可以作废"))
    return _Case(party=_next_party(session, row) if ground == "chance_withheld" else None)


def _anybody_may_supply(session: WorkSession, row: DrawRow) -> bool:
    """Whether only a beacon is missing, and its time is not over: nobody has withheld anything yet."""
    due, next_item = beacon_due(session, row), frame_of(row)["entropy"][len(chance_of(session, row))]
    return next_item["kind"] == "beacon" and due is not None and session.now < due + BEACON_IS_ONES_OWN


def _next_party(session: Session, row: DrawRow) -> str:
    """Whose turn it is. Chance enters in the plan's order, so nobody later can be said to have withheld theirs."""
    return str(frame_of(row)["entropy"][len(chance_of(session, row))]["by"])


def _end(session: WorkSession, row: DrawRow, actor: Actor, *, ground: str, party: str | None) -> None:
    if row.record is None and sealed.is_drawn(session, row.public_id):
        sealed.open_now(session, actor, draw_id=row.public_id)  # what is called invalid is not kept closed
    row.state, row.void_ground, row.void_party = "voided", ground, party
    row.voided_at, row.voided_by = session.now, actor.id


def _publish(session: WorkSession, row: DrawRow) -> None:
    body = {
        "draw": row.public_id,
        "ground": row.void_ground,
        "party": row.void_party,
        "date": session.today.isoformat(),
    }
    book.append(
        session, "public", [book.Entry("void", row.public_id, sealed.next_version(session, row), body)]
    )
