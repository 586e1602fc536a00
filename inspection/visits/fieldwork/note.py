"""Takes one fact of a visit: once, however often it is sent; set aside where it comes too late; never lost."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import func, select

from inspection.ceremony.tables import DrawRow, SelectionRow, SubstitutionRow
from inspection.plan.tables import InspectorRow, TaskRow
from inspection.visits import replace
from inspection.visits.fieldwork import checklists, kinds, presence
from inspection.visits.fieldwork.kinds import KINDS, Content
from inspection.visits.fieldwork.tables import FieldNoteRow
from inspection.visits.findings import locked, note_finding
from inspection.visits.tables import RECORDABLE, VisitRow
from registry.accounts.tables import StaffRow
from registry.credit.tables import EvidenceRow
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.clock import local_day
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.work import WorkSession

CONTEXT = "insp_field_notes.content"
Status = Literal["stored", "known", "aside"]

ASIDE: Mapping[str, str] = {
    "closed": "检查已办结，这一项没有计入，已另行保存",
    "replaced": "检查对象已更换，这一项没有计入，已另行保存",
    "draw_voided": "抽取已作废，这一项没有计入，已另行保存",
    "not_of_the_team": "这次检查已改由他人进行，这一项没有计入，已另行保存",
    "certificate_expired": "执法证件在当天已不在有效期内，这一项没有计入，已另行保存",
}


@dataclass(frozen=True)
class Operation:
    """One thing that was noted. `id` is made by whoever noted it, `noted_at` by their clock, set right by its error;
    `base` is the visit's last position that they knew."""

    id: str
    visit: str
    kind: str
    content: Mapping[str, Any]
    noted_at: datetime
    base: int = 0


@dataclass(frozen=True)
class Outcome:
    """`known`: it came before, and `rule` says what became of it then. `aside`: kept, and counts for nothing; `rule` why."""

    status: Status
    rule: str | None
    position: int


def note(session: WorkSession, actor: Actor, *, operation: Operation) -> Outcome:
    """Keeps one fact, and does what follows from it: a finding is recorded, a recusal asked for, a day planned.

    Raises Invalid naming each field; Refused for staff who were never of the team; Conflict for an id that named
    something else (`id_reused`), a file that has not arrived (`file_missing`), a finding that a colleague recorded meanwhile
    (`finding_changed`), and as findings.note_finding and replace.ask do.
    """
    actor.require("visit.record")
    row = locked(session, operation.visit)
    mark = _mark(session, operation)
    known = session.scalar(select(FieldNoteRow).where(FieldNoteRow.operation == operation.id))
    if known is not None:
        if (known.visit_id, known.mark, known.noted_by) != (row.id, mark, actor.id):
            raise Conflict("这个编号已经用于别的内容，请重新录入", rule="id_reused")
        return Outcome("known", known.rule, known.position)
    content = kinds.check(operation.kind, dict(operation.content))
    noted_at = min(operation.noted_at, session.now)
    certificate, why = standing(session, actor, row, local_day(noted_at))
    if why is None:
        content = _EFFECTS.get(operation.kind, _kept)(session, actor, row, content, noted_at)
    position = 1 + (
        session.scalar(select(func.max(FieldNoteRow.position)).where(FieldNoteRow.visit_id == row.id)) or 0
    )
    item = KINDS[operation.kind].item(content)
    session.add(
        FieldNoteRow(
            operation=operation.id,
            visit_id=row.id,
            position=position,
            kind=operation.kind,
            item=item,
            day=_day(content),
            content=session.keys.encrypt(json.dumps(content, ensure_ascii=False), CONTEXT),
            mark=mark,
            base=operation.base,
            outcome="stored" if why is None else "aside",
            rule=why,
            noted_at=noted_at,
            received_at=session.now,
            noted_by=actor.id,
            certificate=certificate,
        )
    )
    session.flush()
    verb = "visit.note" if why is None else "visit.note_aside"
    told = {"rule": why} if why else {}
    session.act(verb, row.public_id, operation=operation.id, kind=operation.kind, position=position, **told)
    return Outcome("stored" if why is None else "aside", why, position)


def _day(content: Content) -> date | None:
    told = content.get("planned_on")
    return date.fromisoformat(told) if told else None


def _mark(session: WorkSession, operation: Operation) -> str:
    try:
        sent = canonical([operation.visit, operation.kind, operation.content])
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid.field("content", "unreadable", "这一项的内容无法读取") from error
    return session.keys.blind(sent.decode(), CONTEXT)


def standing(session: WorkSession, actor: Actor, row: VisitRow, day: date) -> tuple[str | None, str | None]:
    """The actor's certificate, and why what they noted on `day` is set aside (a key of ASIDE), None if it counts."""
    draw, team = session.execute(
        select(DrawRow.state, SelectionRow.inspectors)
        .join(SelectionRow, SelectionRow.draw_id == DrawRow.id)
        .where(SelectionRow.id == row.selection_id)
    ).one()
    why = None
    if draw == "voided":
        why = "draw_voided"
    elif row.state not in RECORDABLE:
        why = "replaced" if row.state == "replaced" else "closed"
    if actor.kind != "staff":
        return None, why
    inspector = session.scalar(
        select(InspectorRow)
        .join(StaffRow, StaffRow.id == InspectorRow.staff_id)
        .where(StaffRow.public_id == actor.id)
    )
    certificate = inspector.certificate if inspector else None
    if inspector is None or certificate not in team:
        if certificate is None or not _was_of_the_team(session, row, certificate):
            raise Refused("只有本次检查的检查人员可以记录", rule="not_of_the_team")
        return certificate, why or "not_of_the_team"
    if inspector.valid_until < day or (inspector.ended_on is not None and inspector.ended_on <= day):
        return certificate, why or "certificate_expired"
    return certificate, why


def _was_of_the_team(session: WorkSession, row: VisitRow, certificate: str) -> bool:
    """Whether somebody was taken off this visit, whose phone may still hold what they noted before they learnt of it."""
    taken_off = select(SubstitutionRow.id).where(
        SubstitutionRow.selection_id == row.selection_id,
        SubstitutionRow.inspector == certificate,
        SubstitutionRow.state == "granted",
    )
    return session.scalar(taken_off.limit(1)) is not None


_Effect = Callable[[WorkSession, Actor, VisitRow, Content, datetime], Content]


def _kept(
    _session: WorkSession, _actor: Actor, _row: VisitRow, content: Content, _noted_at: datetime
) -> Content:
    return content


def _planned(
    session: WorkSession, _actor: Actor, row: VisitRow, content: Content, _noted_at: datetime
) -> Content:
    day = date.fromisoformat(content["planned_on"])
    if day < session.today or day > _task(session, row).deadline:
        raise Invalid.field("planned_on", "out_of_range", "检查日期应在今天至完成时限之间")
    return content


def _checked_in(
    session: WorkSession, _actor: Actor, row: VisitRow, content: Content, noted_at: datetime
) -> Content:
    return {**content, "shown": presence.shown(session.keys, row.public_id, content["code"], at=noted_at)}


def _answered(
    session: WorkSession, _actor: Actor, row: VisitRow, content: Content, _noted_at: datetime
) -> Content:
    """The item's words stand beside the answer as they were asked, with the list's version."""
    task = _task(session, row)
    matter = next((one for one in task.matters if one.code == content["matter"]), None)
    checklist = checklists.table().of(matter.code, matter.object_kind) if matter else None
    item = checklist.items.get(content["item"]) if checklist else None
    if checklist is None or item is None:
        raise Invalid.field("item", "unknown_item", "检查表中没有这一项，请联网刷新后再答")
    return {
        **content,
        "text": item.text,
        "basis": item.basis,
        "checklist": f"{checklist.code}@{checklist.version}",
    }


def _task(session: WorkSession, row: VisitRow) -> TaskRow:
    """Not by way of the draw's row: it carries the whole frame, and this is asked for every answer."""
    return session.scalars(
        select(TaskRow)
        .join(DrawRow, DrawRow.task_id == TaskRow.id)
        .join(SelectionRow, SelectionRow.draw_id == DrawRow.id)
        .where(SelectionRow.id == row.selection_id)
    ).one()


def _attached(
    session: WorkSession, _actor: Actor, row: VisitRow, content: Content, _noted_at: datetime
) -> Content:
    arrived = select(EvidenceRow.id).where(
        EvidenceRow.owner == row.public_id, EvidenceRow.digest == content["digest"]
    )
    if session.scalar(arrived) is None:
        raise Conflict("文件还没有上传", rule="file_missing")
    return content


def _found(
    session: WorkSession, actor: Actor, row: VisitRow, content: Content, _noted_at: datetime
) -> Content:
    before = row.recorded_at.isoformat() if row.recorded_at else None
    if before is not None and before != content["over"] and row.recorded_by != actor.id:
        raise Conflict("同组人员已记录检查结果，请核对后再决定是否更正", rule="finding_changed")
    note_finding(
        session,
        actor,
        visit=row.public_id,
        visited_on=date.fromisoformat(content["visited_on"]),
        codes=content["codes"],
        measure=content["measure"],
        note=content["note"].strip(),
    )
    return content


def _asked(
    session: WorkSession, actor: Actor, row: VisitRow, content: Content, _noted_at: datetime
) -> Content:
    seat, certificate = None, content["inspector"]
    if certificate is not None:
        seats = replace.seats(session, row.public_id)
        if certificate not in seats:
            raise Conflict("本次检查已没有这名检查人员", rule="no_such_seat")
        seat = seats.index(certificate)
    replace.ask(
        session,
        actor,
        visit=row.public_id,
        seat=seat,
        ground=content["ground"],
        reason=content["reason"],
    )
    return content


_EFFECTS: Mapping[str, _Effect] = {
    "appointment": _planned,
    "check_in": _checked_in,
    "answer": _answered,
    "file": _attached,
    "finding": _found,
    "recusal": _asked,
}
