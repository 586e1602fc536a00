"""What a visit found: recorded by its team, closed by a second person, and then a credit event in one transaction."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.ceremony import sealed
from inspection.plan.find import certificate_of
from inspection.plan.tables import TaskRow
from inspection.visits import joint
from inspection.visits.codes import table
from inspection.visits.tables import NOTE_CONTEXT, RECORDABLE, VisitRow
from registry.credit.record import Subject, record
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession


def note_finding(
    session: WorkSession,
    actor: Actor,
    *,
    visit: str,
    visited_on: date,
    codes: Sequence[str],
    measure: str,
    note: str,
) -> VisitRow:
    """Records what was found. May be repeated until the visit is closed; the last one counts, each is an act.

    Raises Refused for staff who are not of the team, Invalid naming each field.
    """
    actor.require("visit.record")
    row = locked(session, visit)
    if row.state not in RECORDABLE:
        raise Conflict("检查已办结或已更换，结果不能更改", rule="closed")
    refuse_voided(row)
    refuse_stranger(session, actor, row)
    known = table()
    faults = []
    if visited_on > session.today or visited_on < row.selection.draw.as_of:
        faults.append(FieldFault("visited_on", "out_of_range", "检查日期不得早于名录基准日，也不得晚于今天"))
    if not codes or any(code not in known.findings for code in codes):
        faults.append(FieldFault("codes", "unknown_code", "请选择检查结果"))
    elif len(codes) > 1 and any(known.findings[code].alone for code in codes):
        faults.append(FieldFault("codes", "excludes_others", "“未发现问题”不能与其他结果同时选择"))
    if measure not in known.measures:
        faults.append(FieldFault("measure", "unknown_measure", "请选择处理方式"))
    if len(note) > 4000:
        faults.append(FieldFault("note", "too_long", "说明不超过 4000 字"))
    if faults:
        raise Invalid("检查记录填写有误", faults)
    row.state = "recorded"
    row.visited_on, row.codes, row.measure = visited_on, sorted(codes), measure
    row.note, row.sealed_note = None, session.keys.encrypt(note, NOTE_CONTEXT)
    row.recorded_at, row.recorded_by = session.now, actor.id
    joint.settle(session, row)
    told = (
        {}
        if sealed.is_closed(session, row.selection.draw.public_id)
        else {"codes": row.codes, "measure": measure}
    )
    session.act("visit.record", row.public_id, **told)
    return row


def close(session: WorkSession, actor: Actor, *, visit: str) -> VisitRow:
    """Reviewed by a second person and closed: the finding becomes a credit event, which publicity proposes once. Raises
    Conflict for a visit that waits for no review, and while its draw is closed."""
    actor.require("visit.review")
    row = locked(session, visit)
    if row.state != "recorded" or row.visited_on is None or row.codes is None or row.measure is None:
        raise Conflict("只有已记录、未办结的检查可以办结", rule="state")
    refuse_voided(row)
    refuse_own(actor, row)
    if sealed.is_closed(session, row.selection.draw.public_id):
        # A credit event is public business: it would tell who was drawn while others still wait for their visit.
        raise Conflict("密封的抽取启封之后才能办结：其余检查全部完成或到期后自动启封", rule="sealed")
    draw, known = row.selection.draw, table()
    matters, basis = looked_at(draw.task)
    event = record(
        session,
        actor,
        kind="inspection_finding",
        subject=subject_of(row),
        decided_on=row.visited_on,
        document_number=f"{draw.task.code}-{row.public_id}",
        authority=None,
        columns=None,
        restricted=None,
        severity=None,
        summary=f"{matters}：{'；'.join(known.titles(row.codes))}",
        detail={
            "draw": draw.public_id,
            "task": draw.task.title,
            "matter": matters,
            "basis": basis,
            "visit": row.public_id,
            "inspectors": row.selection.inspectors,
            "codes": row.codes,
            "results": known.titles(row.codes),
            "measure": known.measures[row.measure],
            "closed_on": session.today.isoformat(),
        },
    )
    row.state, row.closed_at, row.closed_by, row.event_id = "closed", session.now, actor.id, event.id
    session.act("visit.close", row.public_id, event=event.public_id)
    return row


def looked_at(task: TaskRow) -> tuple[str, str]:
    """What the visits of a task look at, and what that rests on, as a public record says it: all its matters."""
    names = [matter.name for matter in task.matters]
    return "、".join(names), "；".join(dict.fromkeys(matter.basis for matter in task.matters))


def subject_of(row: VisitRow) -> Subject:
    """Whom the visit was about, as a credit event names them."""
    chosen = row.selection
    if chosen.practitioner_id is not None:
        return Subject(practitioner=chosen.practitioner_id)
    return Subject(organisation=chosen.organisation_id)


def locked(session: WorkSession, visit: str) -> VisitRow:
    """The visit's row, held until the unit of work ends. Raises NotFound, for a visit of a closed draw to everybody who
    must not know of it."""
    row = session.scalar(select(VisitRow).where(VisitRow.public_id == visit).with_for_update())
    if row is None:
        raise NotFound("没有这次检查")
    sealed.refuse_blind(session, row.selection)
    return row


def refuse_voided(row: VisitRow) -> None:
    """Raises Conflict for a visit whose draw counts no more."""
    if row.selection.draw.state == "voided":
        raise Conflict("抽取已作废，这次检查不再进行", rule="draw_voided")


def refuse_stranger(session: Session, actor: Actor, row: VisitRow) -> None:
    """Raises Refused for staff who are not of the visit's team."""
    if actor.kind == "staff" and certificate_of(session, actor.id) not in row.selection.inspectors:
        raise Refused("只有本次检查的检查人员可以记录结果", rule="not_of_the_team")


def refuse_own(actor: Actor, row: VisitRow) -> None:
    """Raises Refused (`four_eyes`) for whoever recorded the finding."""
    if row.recorded_by == actor.id:
        raise Refused("检查结果须由记录人以外的人复核", rule="four_eyes")
