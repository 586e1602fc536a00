"""The use cases of an objection, from the desk to the answer. Each takes one step under the objection's lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from registry.credit import disclosure
from registry.credit import find as credit
from registry.credit.casework import identity, steps
from registry.credit.objection import states, terms
from registry.credit.objection.tables import ObjectionRow
from registry.credit.sealing import opened, seal
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.kernel.workdays import add_workdays

WORDING = "reg_objections.wording"


@dataclass(frozen=True)
class Received:
    """An objection on record."""

    id: int
    public_id: str


def receive(
    session: WorkSession,
    actor: Actor,
    *,
    event: str,
    number: str,
    region: str,
    received_on: date,
    asked: str,
    statement: str,
    contact: str,
) -> Received:
    """受理: the subject of the event, told by `number`, says that it is wrong; from this moment the record carries its mark.

    `asked` is a key of states.ASKED, `region` (GB/T 2260) chooses the terms. Raises Refused (`not_subject`), Invalid naming
    fields, Conflict (`objected`, `annulled`) while another is open or when the event was annulled, NotFound. The act is
    `objection.receive`.
    """
    actor.require(states.RECEIVE)
    found = _event(session, event)
    told = identity.verify(session, found, number)
    if asked not in states.ASKED:
        raise Invalid.field("asked", "required", "请选择请求事项")
    if not found.decided_on <= received_on <= session.today:
        raise Invalid.field("received_on", "date-range", "收到日期不得早于原决定，也不得晚于今天")
    if found.annulled_by is not None:
        raise Conflict("原记录已被撤销，不需要再提出异议", rule="annulled")
    open_ = select(ObjectionRow.id).where(
        ObjectionRow.event_id == found.id, ObjectionRow.state.in_(states.OPEN)
    )
    if session.scalar(open_) is not None:
        raise Conflict("这条记录已有异议正在处理", rule="objected")
    rules = terms.of(region, received_on)
    due = add_workdays(session, received_on, rules.days["transfer"])
    row = ObjectionRow(
        public_id=session.new_id(),
        event_id=found.id,
        state=states.MOVES["receive"].after,
        round=1,
        region=region,
        received_on=received_on,
        received_at=session.now,
        identified_by=told,
        asked=asked,
        wording=seal(
            session,
            {
                "statement": steps.required("statement", statement, "请填写异议的内容和理由"),
                "contact": steps.required("contact", contact, "请填写联系方式，用于告知处理结果"),
            },
            WORDING,
        ),
        source_unit=None,
        due_on=due.day,
        due_provisional=due.provisional,
        outcome=None,
        appeal_until=None,
    )
    session.add(row)
    session.flush()
    mark = add_workdays(session, received_on, rules.days["mark"])
    steps.take(session, actor, row.public_id, "receive", due_on=mark.day)
    session.act("objection.receive", row.public_id, event=found.public_id)
    disclosure.announce(session, found.id)
    return Received(row.id, row.public_id)


def assign(session: WorkSession, actor: Actor, *, objection: str, source_unit: str | None) -> None:
    """分办: the office looks into it itself, or `source_unit`, from which the record came, does.

    Raises Invalid, Conflict (`out_of_turn`), NotFound, Refused. The acts are `objection.own` and `objection.transfer`.
    """
    row = _held(session, objection)
    unit = None
    if source_unit is not None:
        unit = steps.required("source_unit", source_unit, "请填写来源单位")
        if len(unit) > 100:
            raise Invalid.field("source_unit", "too_long", "来源单位不超过 100 字")
    step = "transfer" if unit else "own"
    start = session.today if unit else row.received_on
    _move(session, actor, row, step, since=start)
    row.source_unit = unit


def decide(session: WorkSession, actor: Actor, *, objection: str, outcome: str, reason: str) -> None:
    """处理决定, with `outcome` of states.OUTCOMES. Deleted: publication ends with this very transaction.

    Raises Refused (`four_eyes`) for whoever recorded the event or received the objection, Invalid, Conflict, NotFound. The
    act is `objection.decide`.
    """
    _answer(session, actor, objection, "decide", outcome, reason)


def review(session: WorkSession, actor: Actor, *, objection: str, outcome: str, reason: str) -> None:
    """复核决定: as `decide`, by somebody who did not decide before. The act is `objection.review`."""
    _answer(session, actor, objection, "review", outcome, reason)


def tell(session: WorkSession, actor: Actor, *, objection: str, how: str) -> None:
    """告知: the subject knows the answer, and the record loses its mark.

    Raises Conflict (`not_corrected`) while a correction that was decided has not been made, Invalid, NotFound, Refused. The
    act is `objection.tell`.
    """
    row = _held(session, objection)
    note = steps.required("how", how, "请填写告知方式，例如当面送达、挂号信")
    states.move(row.state, "tell")
    if row.outcome in states.CHANGING and not _corrected(session, row):
        raise Conflict("已决定更正或补充，请先更正原记录，再告知", rule="not_corrected")
    _move(session, actor, row, "tell", note=note)
    if row.round == 1 and row.outcome != "deleted":
        row.appeal_until = add_workdays(session, session.today, _terms(row).days["appeal"]).day
    session.flush()
    disclosure.announce(session, row.event_id)


def appeal(session: WorkSession, actor: Actor, *, objection: str, number: str, statement: str) -> None:
    """复核申请: the subject is not content with the answer; the record is marked again until the review is told.

    Raises Refused (`not_subject`), Conflict (`reviewed`, `too_late`, `objected`, `out_of_turn`), Invalid, NotFound. The
    act is `objection.appeal`.
    """
    row = _held(session, objection)
    event = _event(session, session.get_one(EventRow, row.event_id).public_id)
    identity.verify(session, event, number)
    states.move(row.state, "appeal")
    if row.round > 1 or row.outcome == "deleted":
        raise Conflict("复核决定是最终的处理结果", rule="reviewed")
    if row.appeal_until is None or session.today > row.appeal_until:
        raise Conflict(f"申请复核的期限（{row.appeal_until}）已过", rule="too_late")
    later = select(ObjectionRow.id).where(ObjectionRow.event_id == row.event_id, ObjectionRow.id > row.id)
    if session.scalar(later) is not None:
        raise Conflict("这条记录已有新的异议", rule="objected")
    _move(session, actor, row, "appeal", note=steps.required("statement", statement, "请填写申请复核的理由"))
    row.round, row.appeal_until = 2, None
    session.flush()
    disclosure.announce(session, row.event_id)


def barred(session: WorkSession, row: ObjectionRow, event: str) -> frozenset[str]:
    """Who may not decide on the objection now: who recorded the event, received the objection, or decided before."""
    return steps.recorders(session, event) | steps.actors(
        session, row.public_id, "receive", "appeal", "decide"
    )


def wording(session: WorkSession, row: ObjectionRow) -> Mapping[str, str]:
    """What the subject said (`statement`) and how to reach them (`contact`)."""
    return opened(session, row.wording, WORDING)


def _answer(session: WorkSession, actor: Actor, objection: str, step: str, outcome: str, reason: str) -> None:
    row = _held(session, objection)
    states.move(row.state, step)
    actor.require(states.MOVES[step].permission)
    event = session.scalars(select(EventRow).where(EventRow.id == row.event_id).with_for_update()).one()
    steps.bar(
        actor,
        barred(session, row, event.public_id),
        why="录入该记录、受理该异议或者作出过处理决定的人，不能作出本次决定",
    )
    if outcome not in states.OUTCOMES:
        raise Invalid.field("outcome", "required", "请选择处理结果")
    note = steps.required("reason", reason, "请写明认定的事实和理由")
    _move(session, actor, row, step, outcome=outcome, note=note)
    row.outcome = outcome
    session.flush()
    if outcome == "deleted" and not disclosure.ended(session, [event.id]):
        disclosure.end(session, event=event.id, ground="deleted")


def _move(
    session: WorkSession,
    actor: Actor,
    row: ObjectionRow,
    step: str,
    *,
    since: date | None = None,
    outcome: str | None = None,
    note: str = "",
) -> None:
    """Takes a step; the term of what waits next runs from `since`, today unless it is given."""
    move = states.move(row.state, step)
    actor.require(move.permission)
    steps.take(session, actor, row.public_id, step, due_on=row.due_on, outcome=outcome, note=note)
    row.state, row.due_on, row.due_provisional = move.after, None, False
    if move.term is not None:
        due = add_workdays(session, since or session.today, _terms(row).days[move.term])
        row.due_on, row.due_provisional = due.day, due.provisional
    session.act(f"objection.{step}", row.public_id, **({"outcome": outcome} if outcome else {}))


def _terms(row: ObjectionRow) -> terms.Terms:
    return terms.of(row.region, row.received_on)


def _corrected(session: WorkSession, row: ObjectionRow) -> bool:
    """Whether a second event has corrected the record since the objection came in."""
    answer = select(EventRow.id).where(
        EventRow.target_id == row.event_id,
        EventRow.kind == "correction",
        EventRow.recorded_at >= row.received_at,
    )
    return session.scalar(answer.limit(1)) is not None


def _event(session: WorkSession, public_id: str) -> credit.Event:
    """The event, held until the unit of work ends: two objections to it at once are one."""
    held = session.scalar(select(EventRow.id).where(EventRow.public_id == public_id).with_for_update())
    if held is None:
        raise NotFound("没有这条信用事件")
    return credit.event(session, public_id)


def _held(session: WorkSession, objection: str) -> ObjectionRow:
    row = session.scalar(select(ObjectionRow).where(ObjectionRow.public_id == objection).with_for_update())
    if row is None:
        raise NotFound("没有这件异议")
    return row
