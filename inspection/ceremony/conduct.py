"""The acts of a draw, each once, each in the ledger: freeze, commit, supply chance, draw.

Specification section 8: a task has one live draw at a time, a draw happens once for a frame, nothing removes a draw.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.ceremony import deposits, persons, sealed, selections
from inspection.ceremony.announce import DRAW_WITHIN, Party, opened, parties, predecessor, username
from inspection.ceremony.past import past
from inspection.ceremony.rows import (
    BEACON_IS_ONES_OWN,
    beacon_due,
    chance_began,
    chance_of,
    expect,
    frame_of,
    locked,
    of_task,
    refuse_programs,
)
from inspection.ceremony.tables import ChanceRow, DrawRow
from inspection.ceremony.unstaffed import refusal
from inspection.draw import chance, rules
from inspection.draw.frame import check, frame_sha256
from inspection.draw.record import draw
from inspection.draw.sealed import check_plan
from inspection.plan.frame import Built, build
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession
from registry.ledger import book


@dataclass(frozen=True)
class Inputs:
    """What a draw is computed from, read before the writing transaction so that no lock waits for the arithmetic."""

    public_id: str
    frame: Mapping[str, object]
    entropy: Sequence[Mapping[str, str]]


def freeze(session: WorkSession, actor: Actor, *, draw_id: str) -> DrawRow:
    """Freezes the frame of an announced draw under its plan of chance (specification section 2).

    A frozen draw cannot be thrown away: it is carried out, voided by two people or lapses, and its successor names it.
    Once chance existed for one of the voided draws before it, the successor keeps the frame; after a draw without
    assignment the same units are mandatory. Raises Conflict while a commitment is missing, Refused for somebody who holds
    chance of this draw, Invalid (path and rule of the specification) for a frame that cannot be drawn from.
    """
    actor.require("draw.freeze")
    announced = opened(session, draw_id)
    row, plan = announced.task, parties(session, announced)
    if any(party.awaited for party in plan):
        raise Conflict("还有一方没有提交承诺值，不能冻结名录", rule="commitment_missing")
    if actor.kind == "staff" and username(session, actor) in {party.by for party in plan}:
        raise Refused("提供随机源的人不能冻结名录", rule="four_eyes")
    entropy = [_planned(party) for party in plan]
    earlier = of_task(session, row.id)
    previous = predecessor(earlier, announced.supersedes)
    is_sealed = sealed.seal_row(session, draw_id) is not None
    if not is_sealed and sealed.closed(session, [past_draw.public_id for past_draw in earlier]):
        raise Conflict("本任务上一次抽取尚未启封，新的抽取也须密封", rule="must_be_sealed")
    if previous is not None and _frame_is_kept(session, earlier):
        kept = {**frame_of(previous), "draw": draw_id, "supersedes": announced.supersedes, "entropy": entropy}
        built = Built(kept, persons.of_draw(session, previous.id))
    else:
        built = build(
            session,
            task=row,
            draw=draw_id,
            as_of=session.today,
            entropy=entropy,
            past=past(session, on=session.today),
            supersedes=announced.supersedes,
            drawn=_first_random(session, earlier),
        )
    document = built.document
    try:
        check(document)
        if is_sealed:
            check_plan(entropy)
    except rules.Invalid as fault:
        raise refusal(session, fault, document, built.persons) from fault
    announced.ended_at = session.now
    frozen = DrawRow(
        public_id=draw_id,
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
    persons.keep(session, frozen, built.persons)
    session.act("draw.freeze", draw_id, task=row.public_id, frame_sha256=frozen.frame_sha256)
    return frozen


def commit(session: WorkSession, actor: Actor, *, draw_id: str) -> DrawRow:
    """Appends the frame's digest to the public log. Chance counts only after this.

    Raises Conflict for a draw that is not frozen or overdue, and once a beacon of its plan is public: a commitment to
    what can be computed already would bind nobody.
    """
    actor.require("draw.commit")
    row = locked(session, draw_id)
    expect(row, "frozen", on=session.today)
    due = beacon_due(session, row)
    if due is not None and session.now >= due:
        raise Conflict("公共随机源已到公布时间，名录不能再提交存证，请作废后重新安排", rule="beacon_known")
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
    the draw ready. Of a sealed draw a reveal is deposited, and shown to nobody.

    Raises Refused for another party (a beacon's value, being public, is every witness's to enter a day after its
    publication), Conflict for an item supplied already or out of the plan's order, for a beacon before its publication
    and for anything else after it, Invalid for a value that breaks specification section 3 (too
    few dice, a reveal that does not match its commitment).
    """
    refuse_programs(actor)
    actor.require("draw.chance")
    row = locked(session, draw_id)
    expect(row, "committed", on=session.today)
    plan = frame_of(row)["entropy"]
    supplied = chance_of(session, row)
    if position != len(supplied) or position >= len(plan):
        raise Conflict("随机源须按计划的顺序逐项提供，已提供的不能更改", rule="order")
    planned = plan[position]
    _expect_in_time(session, row, actor, planned)
    item: dict[str, str] = {"kind": planned["kind"], "by": planned["by"], "value": value.replace(" ", "")}
    if planned["kind"] == "reveal":
        item["nonce"] = nonce or ""
    try:
        chance.check_item(item, planned, f"entropy[{position}]", draw=row.public_id)
    except rules.Invalid as fault:
        raise Invalid.field("value", fault.rule, rules.RULES[fault.rule]) from fault
    seal = sealed.seal_row(session, row.public_id)
    is_deposit = seal is not None and planned["kind"] == "reveal"
    if seal is not None and is_deposit:
        deposits.add(session, seal, position, item)
    supplied_item = ChanceRow(
        draw_id=row.id,
        position=position,
        value="" if is_deposit else item["value"],
        nonce=None if is_deposit else item.get("nonce"),
        supplied_by=actor.id,
        supplied_at=session.now,
    )
    session.add(supplied_item)
    if position == len(plan) - 1:
        row.state = "ready"
    session.act("draw.chance", row.public_id, position=position, kind=planned["kind"])
    return supplied_item


def _expect_in_time(session: WorkSession, row: DrawRow, actor: Actor, planned: Mapping[str, str]) -> None:
    """Whoever knows the beacon could throw dice that suit it, or keep a value back that does not."""
    due, is_beacon = beacon_due(session, row), planned["kind"] == "beacon"
    is_everybodys = is_beacon and due is not None and session.now >= due + BEACON_IS_ONES_OWN
    if actor.kind == "staff" and planned["by"] != username(session, actor) and not is_everybodys:
        raise Refused("此项随机源由计划中的另一方提供", rule="other_party")
    if due is not None and is_beacon and session.now < due:
        raise Conflict("公共随机源尚未到公布时间", rule="beacon_ahead")
    if due is not None and not is_beacon and session.now >= due:
        raise Conflict("公共随机源已到公布时间，不能再提供骰子或揭示，请由两人办理作废", rule="beacon_known")


def inputs(session: WorkSession, draw_id: str) -> Inputs:
    """What `compute` needs. Raises Conflict until every planned item has been supplied, and after the draw."""
    row = session.scalar(select(DrawRow).where(DrawRow.public_id == draw_id))
    if row is None:
        raise NotFound("没有这次抽取")
    if row.state == "committed":
        raise Conflict("计划中的随机源尚未全部提供", rule="chance_missing")
    expect(row, "ready", on=session.today)
    frame, supplied, seal = frame_of(row), chance_of(session, row), sealed.seal_row(session, draw_id)
    return Inputs(
        row.public_id,
        frame,
        [
            deposits.item(session, seal, got.position) if seal and not got.value else _item(planned, got)
            for planned, got in zip(frame["entropy"], supplied, strict=True)
        ],
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
    document: dict[str, Any] = {**record, "log": _log(session, row.commit_index)}
    row.state = "unassignable" if record["assignments"] is None else "drawn"
    row.drawn_at = session.now
    row.drawn_by = actor.id
    persons.open_units(session, row, [entry["unit"] for entry in document["selected"]])
    if row.state == "drawn":
        selections.add(
            session, row, {entry["unit"]: entry["inspectors"] for entry in document["assignments"]}
        )
    seal = sealed.seal_row(session, row.public_id)
    if seal is not None:
        session.act("draw.run_sealed", row.public_id)
        sealed.commit(session, row, seal, document)
        return row
    row.record = canonical(document)
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


def _item(planned: Mapping[str, str], supplied: ChanceRow) -> dict[str, str]:
    item = {"kind": planned["kind"], "by": planned["by"], "value": supplied.value}
    return item if supplied.nonce is None else {**item, "nonce": supplied.nonce}


def _planned(party: Party) -> dict[str, str]:
    """An item of the plan as the frame has it."""
    named = {"source": party.source, "round": party.round, "commitment": party.commitment}
    return {
        "kind": party.kind,
        "by": party.by,
        **{key: value for key, value in named.items() if value is not None},
    }


def _frame_is_kept(session: Session, earlier: Sequence[DrawRow]) -> bool:
    """Whether chance existed for any of the voided draws that the next one follows, one after another. A draw in
    between that was given up before its first dice must not set the frame free again."""
    for row in earlier:
        if row.state != "voided":
            return False
        if row.voided_at is not None and chance_began(session, row, at=row.voided_at):
            return True
    return False


def _first_random(session: WorkSession, earlier: Sequence[DrawRow]) -> set[str] | None:
    """The subjects (public ids) of the task that are drawn already and still without inspectors (specification section
    5.4).

    Looked for in all its draws: a follow-up that was voided gives nobody a new first random.
    """
    stands = next((row for row in earlier if row.state == "unassignable"), None)
    if stands is None:
        return None
    known = persons.subjects(session, stands.id)
    units = [entry["unit"] for entry in sealed.record_of(session, stands)["selected"]]
    return {known.get(unit, unit) for unit in units}


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
