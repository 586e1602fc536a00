"""The use cases of a repair, from the request to the decision. Each takes one step under the request's lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from registry.credit import disclosure
from registry.credit import find as credit
from registry.credit.casework import identity, steps
from registry.credit.find import Event
from registry.credit.pledge import give, template
from registry.credit.record import Subject
from registry.credit.repair import rules, states
from registry.credit.repair.tables import RepairRow
from registry.credit.sealing import opened, seal
from registry.credit.tables import EventRow, EvidenceRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.kernel.workdays import add_workdays

WORDING = "reg_repairs.wording"


@dataclass(frozen=True)
class Asked:
    """A request for repair on record."""

    id: int
    public_id: str


def admit(session: WorkSession, event: Event) -> None:
    """Raises Conflict when the event cannot be repaired at all, or not any more, or not yet (`too_early`, with the day)."""
    if event.kind.code not in rules.KINDS:
        raise Conflict(f"“{event.kind.title}”不适用信用修复", rule="not_repairable")
    if event.annulled_by is not None:
        raise Conflict("原记录已被撤销，不需要修复", rule="annulled")
    if disclosure.ended(session, [event.id]):
        raise Conflict("该记录已经停止公示", rule="ended")
    if event.term.max_until is not None and session.today > event.term.max_until:
        raise Conflict(
            f"最长公示期已于 {event.term.max_until} 届满，公示自行停止，不需要修复", rule="term_over"
        )
    first = rules.from_day(event.term)
    if first is not None and session.today < first:
        raise Conflict(
            f"未达到最短公示期：自 {first} 起可以申请信用修复（{event.term.basis}）", rule="too_early"
        )


def apply(session: WorkSession, actor: Actor, *, event: str, number: str, duties: str, contact: str) -> Asked:
    """申请: the subject of the event, told by `number`, asks for its repair; `duties` is what was done to make good.

    Raises Refused (`not_subject`), Conflict (as `admit`; `asked` while another request waits), Invalid naming
    fields, NotFound. The act is `repair.apply`.
    """
    actor.require(states.RECEIVE)
    held = session.scalar(select(EventRow.id).where(EventRow.public_id == event).with_for_update())
    if held is None:
        raise NotFound("没有这条信用事件")
    found = credit.event(session, event)
    told = identity.verify(session, found, number)
    admit(session, found)
    open_ = select(RepairRow.id).where(RepairRow.event_id == found.id, RepairRow.state.in_(states.OPEN))
    if session.scalar(open_) is not None:
        raise Conflict("这条记录的信用修复申请正在办理", rule="asked")
    due = add_workdays(session, session.today, rules.of(session.today).accept)
    row = RepairRow(
        public_id=session.new_id(),
        event_id=found.id,
        state=states.MOVES["apply"].after,
        applied_on=session.today,
        received_at=session.now,
        identified_by=told,
        wording=seal(
            session,
            {
                "duties": steps.required("duties", duties, "请填写义务履行和纠正失信行为的情况"),
                "contact": steps.required("contact", contact, "请填写联系方式，用于送达决定"),
            },
            WORDING,
        ),
        pledge=None,
        extended=False,
        due_on=due.day,
        due_provisional=due.provisional,
    )
    session.add(row)
    session.flush()
    steps.take(session, actor, row.public_id, "apply")
    session.act("repair.apply", row.public_id, event=found.public_id)
    return Asked(row.id, row.public_id)


def pledge(
    session: WorkSession,
    actor: Actor,
    *,
    repair: str,
    signed_on: date,
    accepted_by: str,
    accepted_by_code: str,
    number: str = "",
) -> give.Pledge:
    """信用承诺书: the public pledge as it was signed goes into the register of pledges; the signed sheet is its evidence.

    `number` is what a subject without a number in the register showed. Raises Invalid, Conflict (`out_of_turn`,
    `pledged`), NotFound, Refused. The acts are `pledge.give` and `repair.pledge`.
    """
    row = _held(session, repair)
    move = states.move(row.state, "pledge")
    actor.require(move.permission)
    if row.pledge is not None:
        raise Conflict("信用承诺书已经提交", rule="pledged")
    if signed_on > session.today:
        raise Invalid.field("signed_on", "future", "签署日期晚于今天")
    event = session.get_one(EventRow, row.event_id)
    given = give.give(
        session,
        actor,
        subject=Subject(
            practitioner=event.practitioner_id, organisation=event.organisation_id, name=event.subject_name
        ),
        kind=template.REPAIR,
        reason=f"申请信用修复：{event.document_number or event.public_id}",
        content=rules.PLEDGE["content"],
        liability=rules.PLEDGE["liability"],
        given_on=signed_on,
        accepted_by=accepted_by,
        accepted_by_code=accepted_by_code,
        promiser_code=number,
        promiser_kind=template.PERSON if event.organisation_id is None else template.ORGANISATION,
    )
    row.pledge = given.public_id
    steps.take(session, actor, row.public_id, "pledge")
    session.act("repair.pledge", row.public_id, pledge=given.public_id)
    return given


def accept(session: WorkSession, actor: Actor, *, repair: str) -> None:
    """受理: every condition is met. Raises Conflict (`conditions`) naming those that are not, NotFound, Refused."""
    row = _held(session, repair)
    states.move(row.state, "accept")
    _require_conditions(session, row)
    due = add_workdays(session, session.today, rules.of(row.applied_on).decide)
    _move(session, actor, row, "accept", note="")
    row.due_on, row.due_provisional = due.day, due.provisional


def decline(session: WorkSession, actor: Actor, *, repair: str, reason: str) -> None:
    """不予受理, with the reason. Raises Invalid, Conflict, NotFound, Refused."""
    row = _held(session, repair)
    _move(session, actor, row, "decline", note=steps.required("reason", reason, "请写明不予受理的理由"))


def extend(session: WorkSession, actor: Actor, *, repair: str, reason: str) -> None:
    """延期, once, with the reason. Raises Conflict (`extended`) the second time, Invalid, NotFound, Refused."""
    row = _held(session, repair)
    if row.extended:
        raise Conflict("办理期限只能延长一次", rule="extended")
    written = steps.required("reason", reason, "请写明延长期限的理由")
    before = row.due_on
    _move(session, actor, row, "extend", note=written)
    due = add_workdays(session, before or session.today, rules.of(row.applied_on).extend)
    row.extended, row.due_on, row.due_provisional = True, due.day, due.provisional


def decide(session: WorkSession, actor: Actor, *, repair: str, grant: bool, reason: str) -> None:
    """The leader's decision. Granted: publication ends with this very transaction (终止公示与修复决定同步).

    Raises Refused (`four_eyes`) for whoever received or accepted the request or recorded the event, Conflict
    (`conditions`, `out_of_turn`), Invalid without a reason, NotFound. The acts are `repair.grant` and `repair.refuse`.
    """
    row = _held(session, repair)
    step = "grant" if grant else "refuse"
    move = states.move(row.state, step)
    actor.require(move.permission)
    event = session.scalars(select(EventRow).where(EventRow.id == row.event_id).with_for_update()).one()
    steps.bar(
        actor,
        barred(session, row, event.public_id),
        why="录入该记录、登记或者受理过本申请的人，不能作出信用修复决定",
    )
    if grant:
        _require_conditions(session, row)
    _move(session, actor, row, step, note=steps.required("reason", reason, "请写明决定的理由"))
    session.flush()
    if grant:
        disclosure.end(session, event=event.id, ground="repaired")


def barred(session: WorkSession, row: RepairRow, event: str) -> frozenset[str]:
    """Who may not decide: whoever received or accepted the request, or recorded the event."""
    return steps.recorders(session, event) | steps.actors(
        session, row.public_id, "apply", "pledge", "accept", "extend"
    )


def conditions(session: WorkSession, row: RepairRow, event: Event) -> tuple[rules.Condition, ...]:
    """The conditions of a request as they stand today."""
    return rules.conditions(
        event.term,
        rules.of(row.applied_on),
        today=session.today,
        proofs=_files(session, row.public_id),
        pledged=row.pledge is not None and _files(session, row.pledge) > 0,
    )


def wording(session: WorkSession, row: RepairRow) -> Mapping[str, str]:
    """What was done to make good (`duties`) and how to reach the subject (`contact`)."""
    return opened(session, row.wording, WORDING)


def _require_conditions(session: WorkSession, row: RepairRow) -> None:
    event = credit.event(session, session.get_one(EventRow, row.event_id).public_id)
    admit(session, event)
    unmet = [condition for condition in conditions(session, row, event) if not condition.met]
    if unmet:
        said = "；".join(f"{condition.title}：{condition.found}" for condition in unmet)
        raise Conflict(f"信用修复条件尚未全部具备（{said}）", rule="conditions")


def _files(session: WorkSession, owner: str) -> int:
    return (
        session.scalar(select(func.count()).select_from(EvidenceRow).where(EvidenceRow.owner == owner)) or 0
    )


def _move(session: WorkSession, actor: Actor, row: RepairRow, step: str, *, note: str) -> None:
    move = states.move(row.state, step)
    actor.require(move.permission)
    due_on = None if step == "extend" else row.due_on
    steps.take(session, actor, row.public_id, step, due_on=due_on, note=note)
    row.state, row.due_on, row.due_provisional = move.after, None, False
    session.act(f"repair.{step}", row.public_id)


def _held(session: WorkSession, repair: str) -> RepairRow:
    row = session.scalar(select(RepairRow).where(RepairRow.public_id == repair).with_for_update())
    if row is None:
        raise NotFound("没有这件信用修复申请")
    return row
