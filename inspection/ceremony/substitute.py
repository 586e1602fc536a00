"""Somebody falls out of a draw that was carried out: asked for, decided by a second person, and then the seed says who
comes in (specification section 7). The record grows by one entry, and its new digest goes into the public log."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from inspection.ceremony import sealed
from inspection.ceremony.rows import locked
from inspection.ceremony.tables import SelectionRow, SubstitutionRow
from inspection.draw import substitute
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession
from registry.ledger import book

SEAT_GROUNDS: Mapping[str, str] = {
    "recused": "检查人员回避",
    "objected_to": "检查对象申请回避",
    "unavailable": "检查人员因故不能参加",
    "certificate_expired": "执法证件在检查前到期",
}
UNIT_GROUNDS: Mapping[str, str] = {
    "ended": "机构已注销、吊销或迁出",
    "not_operating": "机构已停业或无法联系",
}
GROUNDS: Mapping[str, str] = {**SEAT_GROUNDS, **UNIT_GROUNDS}
STATES: Mapping[str, str] = {"asked": "待决定", "granted": "已同意", "refused": "未同意"}

_REASON = "insp_substitutions.reason"


def ask(
    session: WorkSession,
    actor: Actor,
    *,
    selection: SelectionRow,
    seat: int | None,
    ground: str,
    reason: str,
) -> SubstitutionRow:
    """Asks for another inspector on a seat of a selected unit, or for another unit in its place (None).

    `ground` is published, `reason` stays sealed. Raises Invalid naming the field, Conflict while the same is asked
    already, for a seat that the team has not, and for a draw that does not stand.
    """
    if ground not in (UNIT_GROUNDS if seat is None else SEAT_GROUNDS):
        raise Invalid.field("ground", "unknown_ground", "请选择事由")
    if not reason.strip():
        raise Invalid.field("reason", "required", "请写明具体情况")
    draw = locked(session, selection.draw.public_id)
    if draw.state != "drawn":
        raise Conflict("抽取已作废，不再更换", rule="draw_voided")
    team = team_of(sealed.record_of(session, draw), selection.unit)
    if not team or (seat is not None and not 0 <= seat < len(team)):
        raise Conflict("本次检查没有这个席位", rule="no_such_seat")
    waiting = select(SubstitutionRow.seat).where(
        SubstitutionRow.selection_id == selection.id, SubstitutionRow.state == "asked"
    )
    if seat in session.scalars(waiting).all():
        raise Conflict("已有相同的申请等待决定", rule="asked")
    row = SubstitutionRow(
        public_id=session.new_id(),
        selection_id=selection.id,
        seat=seat,
        inspector=team[seat] if seat is not None else None,
        ground=ground,
        reason=session.keys.encrypt(reason.strip(), _REASON),
        state="asked",
        asked_at=session.now,
        asked_by=actor.id,
    )
    session.add(row)
    session.act("draw.substitution_asked", row.public_id, draw=draw.public_id, ground=ground)
    return row


def refuse(session: WorkSession, actor: Actor, *, substitution: str) -> SubstitutionRow:
    """Leaves everybody where they are. Raises as `grant`."""
    row = _asked(session, actor, substitution)
    _decide(session, actor, row, "refused")
    session.act("draw.substitution_refused", row.public_id)
    return row


def grant(session: WorkSession, actor: Actor, *, substitution: str) -> Mapping[str, Any]:
    """Takes the step of the specification and publishes the record's new digest. Gives the entry, whose `unit_in` or
    `inspector_in` is None where nobody can come in.

    Raises Refused for whoever asked, Conflict for a request that was decided or is overtaken, NotFound.
    """
    row = _asked(session, actor, substitution)
    draw = row.selection.draw
    record = sealed.record_of(session, draw)
    entry = _step(record, row.selection.unit, row)
    version = sealed.next_version(session, draw)
    record["substitutions"].append(entry)
    row.position = len(record["substitutions"]) - 1
    _decide(session, actor, row, "granted")
    session.act("draw.substitute", draw.public_id, position=row.position, ground=row.ground)
    seal = sealed.seal_row(session, draw.public_id)
    if seal is not None and seal.opened_at is None:
        sealed.commit(session, draw, seal, record)
        return entry
    draw.record = canonical(record)
    body = {
        "draw": draw.public_id,
        "record_sha256": hashlib.sha256(draw.record).hexdigest(),
        "substitution": row.position,
    }
    book.append(session, "public", [book.Entry("other", draw.public_id, version, body)])
    return entry


def reason(session: WorkSession, row: SubstitutionRow) -> str:
    """What was written for the office alone."""
    return session.keys.decrypt(row.reason, _REASON)


def _asked(session: WorkSession, actor: Actor, substitution: str) -> SubstitutionRow:
    row = session.scalar(select(SubstitutionRow).where(SubstitutionRow.public_id == substitution))
    if row is None:
        raise NotFound("没有这项更换申请")
    # The draw before its rows: every act of the ceremony takes them in this order.
    draw = locked(session, row.selection.draw.public_id)
    session.refresh(row, with_for_update=True)
    if row.state != "asked":
        raise Conflict("这项申请已经决定", rule="decided")
    if draw.state != "drawn":
        raise Conflict("抽取已作废，不再更换", rule="draw_voided")
    # A job chooses nothing: it carries out a rule, which was decided long before by somebody else.
    if row.asked_by == actor.id and actor.kind != "job":
        raise Refused("更换须由申请人以外的人决定", rule="four_eyes")
    return row


def _step(record: Mapping[str, Any], unit: str, row: SubstitutionRow) -> dict[str, Any]:
    team = team_of(record, unit)
    if not team or (row.seat is not None and team[row.seat] != row.inspector):
        raise Conflict("此前的更换已改变了这次检查，申请不再成立", rule="overtaken")
    if row.seat is None:
        return substitute.replace_unit(record, unit=unit, ground=row.ground)
    return substitute.replace_seat(record, unit=unit, seat=row.seat, ground=row.ground)


def team_of(record: Mapping[str, Any], unit: str) -> list[str | None]:
    """Who inspects a unit after all steps taken so far, by seats; None for a seat that nobody could take. Empty for a
    unit that is not inspected."""
    teams: dict[str, list[str | None]] = {
        entry["unit"]: list(entry["inspectors"]) for entry in record["assignments"] or ()
    }
    for entry in record["substitutions"]:
        if entry["seat"] is not None:
            teams[entry["unit"]][entry["seat"]] = entry["inspector_in"]
        else:
            teams.pop(entry["unit"], None)
            if entry["unit_in"] is not None:
                teams[entry["unit_in"]] = list(entry["inspectors"])
    return teams.get(unit, [])


def _decide(session: WorkSession, actor: Actor, row: SubstitutionRow, state: str) -> None:
    row.state, row.decided_at, row.decided_by = state, session.now, actor.id
