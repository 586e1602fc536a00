"""The acts of a draw, each once, each in the ledger: freeze, commit, supply chance, draw, void.

Specification section 8: a task has one live draw at a time, a draw happens once for a frame, nothing removes a draw.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.ceremony.tables import ChanceRow, DrawRow, SelectionRow
from inspection.draw import chance, rules
from inspection.draw.frame import check, frame_sha256
from inspection.draw.record import draw
from inspection.plan.frame import build
from inspection.plan.tables import TaskRow
from registry.accounts.tables import StaffRow
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession
from registry.ledger import book
from registry.roster.tables import OrganisationRow

# From the commitment to the end of the ceremony: afterwards an undrawn draw shows as overdue.
DRAW_WITHIN = timedelta(days=7)
STATES = {
    "frozen": "名录已冻结",
    "committed": "已提交存证，等待随机源",
    "drawn": "已抽取",
    "unassignable": "已抽取对象，检查人员无法安排",
    "voided": "已作废",
}
VOID_GROUNDS = {"record_invalid": "抽取记录无效", "chance_withheld": "计划中的随机源未按时提供"}


@dataclass(frozen=True)
class Inputs:
    """What a draw is computed from, read before the writing transaction so that no lock waits for the arithmetic."""

    public_id: str
    frame: Mapping[str, object]
    entropy: Sequence[Mapping[str, str]]


def freeze(
    session: WorkSession,
    actor: Actor,
    *,
    task: str,
    plan: Sequence[Mapping[str, str]],
    supersedes: str | None = None,
) -> DrawRow:
    """Freezes the frame of the task with public id `task` under the plan of chance `plan` (specification section 2).

    Raises Conflict while the task has a live draw, Invalid (path and rule of the specification) for a frame that
    cannot be drawn from.
    """
    actor.require("draw.freeze")
    row = session.scalar(select(TaskRow).where(TaskRow.public_id == task).with_for_update())
    if row is None:
        raise NotFound("没有这项抽查任务")
    if session.scalar(
        select(DrawRow.id).where(DrawRow.task_id == row.id, DrawRow.state.in_(("frozen", "committed")))
    ):
        raise Conflict("该任务已有进行中的抽取", rule="live_draw")
    previous = _superseded(session, row, supersedes)
    public_id = session.new_id()
    document = build(
        session,
        task=row,
        draw=public_id,
        as_of=session.today,
        entropy=plan,
        inspected=selected_in_year(session, session.today.year),
        supersedes=supersedes,
    )
    if previous is not None and previous.void_party in {item["by"] for item in plan}:
        raise Refused("上次未提供随机源的一方不得参加本次抽取", rule="barred_party")
    try:
        check(document)
    except rules.InvalidFrame as fault:
        raise Invalid.field(fault.path, fault.rule, f"名录不符合抽取规范：{fault.message}") from fault
    frozen = DrawRow(
        public_id=public_id,
        task_id=row.id,
        state="frozen",
        as_of=session.today,
        deadline=row.deadline,
        frame=canonical(document),
        frame_sha256=frame_sha256(document),
        frozen_at=session.now,
        frozen_by=actor.id,
    )
    session.add(frozen)
    session.flush()
    session.act("draw.freeze", public_id, task=row.public_id, frame_sha256=frozen.frame_sha256)
    return frozen


def commit(session: WorkSession, actor: Actor, *, draw_id: str) -> DrawRow:
    """Appends the frame's digest to the public log. Chance counts only after this."""
    actor.require("draw.commit")
    row = locked(session, draw_id)
    _expect(row, "frozen")
    entry = book.Entry(
        action="frame",
        record=row.public_id,
        version=1,
        body={"draw": row.public_id, "frame_sha256": row.frame_sha256},
    )
    row.state = "committed"
    row.committed_at = session.now
    session.act("draw.commit", row.public_id, frame_sha256=row.frame_sha256)
    [row.commit_index] = book.append(session, "public", [entry])
    return row


def supply(
    session: WorkSession, actor: Actor, *, draw_id: str, position: int, value: str, nonce: str | None = None
) -> ChanceRow:
    """Records item `position` of the plan of chance, supplied by the party that the plan names.

    Raises Refused for another party, Conflict for an item supplied already or out of the plan's order, Invalid for a
    value that breaks specification section 3 (too few dice, a reveal that does not match its commitment).
    """
    actor.require("draw.chance")
    row = locked(session, draw_id)
    _expect(row, "committed")
    frame = frame_of(row)
    plan = frame["entropy"]
    supplied = chance_of(session, row)
    if position != len(supplied) or position >= len(plan):
        raise Conflict("随机源须按计划的顺序逐项提供，已提供的不能更改", rule="order")
    planned = plan[position]
    if actor.kind == "staff" and planned["by"] != username(session, actor):
        raise Refused("此项随机源由计划中的另一方提供", rule="other_party")
    item: dict[str, str] = {"kind": planned["kind"], "by": planned["by"], "value": value.replace(" ", "")}
    if planned["kind"] == "reveal":
        item["nonce"] = nonce or ""
    try:
        chance.check_item(item, planned, f"entropy[{position}]", draw=row.public_id)
    except rules.Invalid as fault:
        raise Invalid.field("value", fault.rule, rules.RULES[fault.rule]) from fault
    supplied_item = ChanceRow(
        draw_id=row.id,
        position=position,
        value=item["value"],
        nonce=item.get("nonce"),
        supplied_by=actor.id,
        supplied_at=session.now,
    )
    session.add(supplied_item)
    session.act("draw.chance", row.public_id, position=position, kind=planned["kind"])
    return supplied_item


def inputs(session: Session, draw_id: str) -> Inputs:
    """What `compute` needs. Raises Conflict until every planned item has been supplied."""
    row = session.scalar(select(DrawRow).where(DrawRow.public_id == draw_id))
    if row is None:
        raise NotFound("没有这次抽取")
    _expect(row, "committed")
    frame = frame_of(row)
    supplied = chance_of(session, row)
    if len(supplied) < len(frame["entropy"]):
        raise Conflict("计划中的随机源尚未全部提供", rule="chance_missing")
    return Inputs(
        row.public_id,
        frame,
        [_item(planned, got) for planned, got in zip(frame["entropy"], supplied, strict=True)],
    )


def compute(given: Inputs) -> dict[str, object]:
    """The record of the draw, `log` still null; pure, and slow for large frames, so it runs outside transactions."""
    return draw(check(dict(given.frame)), list(given.entropy))


def publish(session: WorkSession, actor: Actor, *, draw_id: str, record: Mapping[str, object]) -> DrawRow:
    """Stores the computed record with the proof of its commitment, who was selected, and publishes its digest.

    Raises Conflict if the draw has happened already: two officers who press at once get one draw. An unassignable
    draw keeps its first random (specification section 5.4) and assigns nobody.
    """
    actor.require("draw.run")
    row = locked(session, draw_id)
    _expect(row, "committed")
    given = inputs(session, draw_id)
    seed = chance.seed(row.public_id, row.frame_sha256, given.entropy)
    if row.commit_index is None or (record["frame_sha256"], record["seed"]) != (row.frame_sha256, seed):
        raise Conflict("抽取记录与提交的名录或随机源不符", rule="record_differs")
    document = {**record, "log": _log(session, row.commit_index)}
    row.record = canonical(document)
    row.state = "unassignable" if record["assignments"] is None else "drawn"
    row.drawn_at = session.now
    row.drawn_by = actor.id
    if row.state == "drawn":
        _select(session, row, document)
    session.act("draw.run", row.public_id, seed=record["seed"], state=row.state)
    body = {
        "draw": row.public_id,
        "frame_sha256": row.frame_sha256,
        "record_sha256": hashlib.sha256(row.record).hexdigest(),
        "seed": record["seed"],
        "assurance": record["assurance"],
    }
    [row.record_index] = book.append(
        session, "public", [book.Entry(action="draw", record=row.public_id, version=2, body=body)]
    )
    return row


def propose_void(
    session: WorkSession, actor: Actor, *, draw_id: str, ground: str, note: str, party: str | None = None
) -> DrawRow:
    """The first of the two people who void a draw. `ground` is a key of VOID_GROUNDS; `party` who withheld chance."""
    actor.require("draw.void")
    row = locked(session, draw_id)
    if row.state == "voided" or row.void_proposed_by is not None:
        raise Conflict("已有作废申请", rule="void_proposed")
    if ground not in VOID_GROUNDS:
        raise Invalid.field("ground", "unknown_ground", "作废只能基于规定的两种情形")
    if ground == "chance_withheld":
        _refuse_unless_withheld(session, row, party)
    row.void_ground, row.void_note, row.void_party, row.void_proposed_by = ground, note, party, actor.id
    session.act("draw.void_proposed", row.public_id, ground=ground)
    return row


def confirm_void(session: WorkSession, actor: Actor, *, draw_id: str) -> DrawRow:
    """The second person; the ground goes into the public log."""
    actor.require("draw.void")
    row = locked(session, draw_id)
    if row.state == "voided" or row.void_proposed_by is None:
        raise Conflict("没有待确认的作废申请", rule="no_void_proposed")
    if row.void_proposed_by == actor.id:
        raise Refused("作废须由另一人确认", rule="four_eyes")
    row.state, row.voided_at, row.voided_by = "voided", session.now, actor.id
    session.act("draw.void", row.public_id, ground=row.void_ground)
    body = {
        "draw": row.public_id,
        "ground": row.void_ground,
        "party": row.void_party,
        "date": session.today.isoformat(),
    }
    book.append(session, "public", [book.Entry(action="void", record=row.public_id, version=3, body=body)])
    return row


def selected_in_year(session: Session, year: int) -> dict[str, int]:
    """How often each organisation (public id) was drawn to be inspected in `year`; what the yearly cap counts."""
    rows = session.execute(
        select(OrganisationRow.public_id, func.count().label("visits"))
        .join(SelectionRow, SelectionRow.organisation_id == OrganisationRow.id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .where(DrawRow.as_of.between(date(year, 1, 1), date(year, 12, 31)), DrawRow.state == "drawn")
        .group_by(OrganisationRow.public_id)
    )
    return {row.public_id: row.visits for row in rows}


def locked(session: Session, draw_id: str) -> DrawRow:
    """The draw's row, held until the unit of work ends. Raises NotFound."""
    row = session.scalar(select(DrawRow).where(DrawRow.public_id == draw_id).with_for_update())
    if row is None:
        raise NotFound("没有这次抽取")
    return row


def username(session: Session, actor: Actor) -> str | None:
    """Parties stand in the frame by user name: the record is read by people, for years."""
    return session.scalar(select(StaffRow.username).where(StaffRow.public_id == actor.id))


def frame_of(row: DrawRow) -> dict[str, Any]:
    return json.loads(row.frame)  # type: ignore[no-any-return]


def chance_of(session: Session, row: DrawRow) -> Sequence[ChanceRow]:
    """The supplied items in the plan's order."""
    return session.scalars(
        select(ChanceRow).where(ChanceRow.draw_id == row.id).order_by(ChanceRow.position)
    ).all()


def _select(session: WorkSession, row: DrawRow, record: Mapping[str, Any]) -> None:
    teams = {assignment["unit"]: assignment["inspectors"] for assignment in record["assignments"]}
    organisations = session.execute(
        select(OrganisationRow.public_id, OrganisationRow.id).where(
            OrganisationRow.public_id.in_(list(teams))
        )
    )
    session.add_all(
        SelectionRow(draw_id=row.id, organisation_id=organisation_id, inspectors=teams[public_id])
        for public_id, organisation_id in organisations
    )


def _item(planned: Mapping[str, str], supplied: ChanceRow) -> dict[str, str]:
    item = {"kind": planned["kind"], "by": planned["by"], "value": supplied.value}
    return item if supplied.nonce is None else {**item, "nonce": supplied.nonce}


def _expect(row: DrawRow, state: str) -> None:
    if row.state != state:
        raise Conflict(f"本次抽取当前状态为“{STATES[row.state]}”，不能进行此操作", rule="state")


def _superseded(session: Session, task: TaskRow, draw_id: str | None) -> DrawRow | None:
    last = session.scalar(
        select(DrawRow).where(DrawRow.task_id == task.id).order_by(DrawRow.id.desc()).limit(1)
    )
    if last is None and draw_id is None:
        return None
    if last is None or last.public_id != draw_id or last.state != "voided":
        raise Conflict("同一任务的新抽取须写明其取代的、已作废的上一次抽取", rule="supersedes")
    return last


def _refuse_unless_withheld(session: Session, row: DrawRow, party: str | None) -> None:
    _expect(row, "committed")
    missing = {item["by"] for item in frame_of(row)["entropy"][len(chance_of(session, row)) :]}
    if party not in missing:
        raise Invalid.field("party", "not_missing", "该方没有未提供的随机源")


def _log(session: WorkSession, index: int) -> dict[str, object]:
    head = book.head(session, "public")
    stored = book.entry(session, "public", index, on=session.today)
    return {
        "origin": head.checkpoint.split("\n", 1)[0],
        "index": index,
        "leaf": base64.b64encode(stored.leaf).decode(),
        "salt": stored.salt,
        "proof": [node.hex() for node in book.inclusion(session, "public", index, head.size)],
        "checkpoint": head.checkpoint,
    }
