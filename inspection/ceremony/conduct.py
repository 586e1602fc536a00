"""The acts of a draw, each once, each in the ledger: freeze, commit, supply chance, draw.

Specification section 8: a task has one live draw at a time, a draw happens once for a frame, nothing removes a draw.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.ceremony import void
from inspection.ceremony.rows import chance_of, expect, frame_of, locked, of_task, overdue
from inspection.ceremony.tables import ChanceRow, DrawRow, SelectionRow
from inspection.draw import chance, rules
from inspection.draw.frame import check, frame_sha256
from inspection.draw.record import draw
from inspection.plan.frame import build
from inspection.plan.tables import TaskRow
from registry.accounts.staff import everybody
from registry.accounts.tables import StaffRow
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession
from registry.ledger import book
from registry.roster.tables import OrganisationRow

# From the freezing to the last dice. The task's own deadline is for its visits, and may be over when the successor of
# a draw that lapsed is frozen.
DRAW_WITHIN = timedelta(days=30)


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

    A frozen draw cannot be thrown away: it is carried out, voided by two people or lapses, and its successor names it.
    If chance had been supplied to it, the successor keeps its frame. Raises Conflict while the task has a live draw,
    Refused for parties who may not supply chance, Invalid (path and rule of the specification) for a frame that cannot
    be drawn from.
    """
    actor.require("draw.freeze")
    row = session.scalar(select(TaskRow).where(TaskRow.public_id == task).with_for_update())
    if row is None:
        raise NotFound("没有这项抽查任务")
    earlier = of_task(session, row.id)
    if earlier and overdue(earlier[0].state, earlier[0].deadline, on=session.today):
        void.lapse(session, actor, draw_id=earlier[0].public_id)
    previous = _previous(earlier, supersedes)
    _refuse_unfit(session, actor, plan, barred={past.void_party for past in earlier})
    public_id = session.new_id()
    if previous is not None and chance_of(session, previous):
        document = {**frame_of(previous), "draw": public_id, "supersedes": supersedes}
        document["entropy"] = [dict(item) for item in plan]
    else:
        document = build(
            session,
            task=row,
            draw=public_id,
            as_of=session.today,
            entropy=plan,
            inspected=selected_in_year(session, session.today.year),
            supersedes=supersedes,
        )
    try:
        check(document)
    except rules.InvalidFrame as fault:
        raise Invalid.field(fault.path, fault.rule, f"名录不符合抽取规范：{fault.message}") from fault
    frozen = DrawRow(
        public_id=public_id,
        task_id=row.id,
        state="frozen",
        as_of=date.fromisoformat(str(document["as_of"])),
        deadline=session.today + DRAW_WITHIN,
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
    expect(row, "frozen", on=session.today)
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
    """Records item `position` of the plan of chance, supplied by the party that the plan names; the last one makes
    the draw ready.

    Raises Refused for another party, Conflict for an item supplied already or out of the plan's order, Invalid for a
    value that breaks specification section 3 (too few dice, a reveal that does not match its commitment).
    """
    actor.require("draw.chance")
    row = locked(session, draw_id)
    expect(row, "committed", on=session.today)
    plan = frame_of(row)["entropy"]
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
    if position == len(plan) - 1:
        row.state = "ready"
    session.act("draw.chance", row.public_id, position=position, kind=planned["kind"])
    return supplied_item


def inputs(session: WorkSession, draw_id: str) -> Inputs:
    """What `compute` needs. Raises Conflict until every planned item has been supplied, and after the draw."""
    row = session.scalar(select(DrawRow).where(DrawRow.public_id == draw_id))
    if row is None:
        raise NotFound("没有这次抽取")
    if row.state == "committed":
        raise Conflict("计划中的随机源尚未全部提供", rule="chance_missing")
    expect(row, "ready", on=session.today)
    frame, supplied = frame_of(row), chance_of(session, row)
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


def awaiting_draw(session: Session) -> list[str]:
    """Draws (public ids) whose chance is complete, so that only the arithmetic is missing."""
    return list(
        session.scalars(select(DrawRow.public_id).where(DrawRow.state == "ready").order_by(DrawRow.id))
    )


def overdue_draws(session: Session, *, on: date) -> list[str]:
    """Draws (public ids) that count as voided on the day `on`, and of which the log does not say so yet."""
    late = select(DrawRow.public_id).where(DrawRow.state.in_(("frozen", "committed")), DrawRow.deadline < on)
    return list(session.scalars(late.order_by(DrawRow.id)))


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


def username(session: Session, actor: Actor) -> str | None:
    """Parties stand in the frame by user name: the record is read by people, for years."""
    return session.scalar(select(StaffRow.username).where(StaffRow.public_id == actor.id))


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


def _previous(earlier: Sequence[DrawRow], supersedes: str | None) -> DrawRow | None:
    """The voided draw that the new one replaces; None for a task's first."""
    last = earlier[0] if earlier else None
    if last is not None and last.state in ("frozen", "committed", "ready"):
        raise Conflict("该任务已有进行中的抽取", rule="live_draw")
    if last is None and supersedes is None:
        return None
    if last is None or last.public_id != supersedes or last.state != "voided":
        raise Conflict("同一任务的新抽取须写明其取代的、已作废的上一次抽取", rule="supersedes")
    return last


def _refuse_unfit(
    session: WorkSession, actor: Actor, plan: Sequence[Mapping[str, str]], *, barred: set[str | None]
) -> None:
    """Whoever plans the draw must not hold its chance: two parties at least, witnesses of the office, none barred."""
    parties = {item["by"] for item in plan}
    if len(parties) < 2 and all(item["kind"] != "beacon" for item in plan):
        raise Invalid.field("by", "two_parties", "随机源至少由两方提供，请选择两名见证人")
    if parties & barred:
        raise Refused("此前未提供随机源的一方不得参加本任务的抽取", rule="barred_party")
    # Programs and the command line plan for parties who have no account here.
    if actor.kind != "staff":
        return
    witnesses = {
        staff.username
        for staff in everybody(session)
        if staff.ended_at is None and "witness" in staff.roles and staff.public_id != actor.id
    }
    if not parties <= witnesses:
        raise Invalid.field("by", "not_a_witness", "掷骰子的须是在职的见证人，且不能是冻结名录的人本人")


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
