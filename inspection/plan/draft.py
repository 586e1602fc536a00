"""Use cases of the plan: matters on the public list, tasks, and the directory of inspectors."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from inspection.draw.frame import check
from inspection.draw.rules import RULES, InvalidFrame
from inspection.plan.directory.change import locked, require_hand
from inspection.plan.matters import drafts
from inspection.plan.strata import rule
from inspection.plan.tables import InspectorRow, MatterRow, RecusalRow, TaskMatterRow, TaskRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.roster.tables import OrganisationRow, PractitionerRow


@dataclass(frozen=True)
class Enlisted:
    """One inspector as a directory names it. `certificate` is the enforcement certificate's number."""

    certificate: str
    valid_until: date
    name: str
    unit: str
    kinds: tuple[str, ...]
    district: str | None = None
    lead: bool = False


def publish_matter(session: WorkSession, actor: Actor, *, valid_from: date, **content: Any) -> MatterRow:
    """Prepares and publishes a matter in one act, for programs: members of staff do each by another hand.

    `content` as `matters.drafts.Matter`. Raises as its `draft` and `publish` do.
    """
    prepared = drafts.draft(
        session, actor, matter=drafts.Matter(**content), effective_on=valid_from, reason="清单首次公布或更新"
    )
    return drafts.publish(session, actor, draft_id=prepared.public_id)


def create_task(
    session: WorkSession,
    actor: Actor,
    *,
    code: str,
    title: str,
    matter: str,
    strata: Sequence[Mapping[str, object]],
    reserve: int,
    team: Mapping[str, object],
    yearly_cap: int | None,
    deadline: date,
    further: Sequence[str] = (),
) -> TaskRow:
    """A task (抽查任务) on matters (public ids) of the list that are in force today.

    `further` matters are looked into at the same visits (综合查一次, 优化营商环境条例 art 54): one draw of one kind of
    object, one visit to each of the drawn. `strata`, `reserve` and `team` are those of the draw's specification,
    section 2. Raises Invalid naming each field (`strata[0].max`, `team.size`), Conflict for a code in use.
    """
    actor.require("inspection.plan")
    rows = [_matter(session, public_id) for public_id in dict.fromkeys((matter, *further))]
    faults = []
    if not re.fullmatch(r"[A-Za-z0-9-]{4,32}", code):
        faults.append(FieldFault("code", "bad_code", "任务编号为 4 至 32 位字母、数字或连字符"))
    if not title.strip():
        faults.append(FieldFault("title", "missing", "请填写任务名称"))
    if not all(row.in_force(session.today) for row in rows):
        faults.append(FieldFault("matter", "not_in_force", "该事项当前不在公布的清单中"))
    if len({row.object_kind for row in rows}) > 1:
        faults.append(FieldFault("matter", "several_kinds", "合并检查的事项应是同一类检查对象"))
    if deadline <= session.today:
        faults.append(FieldFault("deadline", "past", "完成时限应在今天之后"))
    faults += _rule_faults(strata, reserve, team, yearly_cap, session.today)
    if faults:
        raise Invalid("抽查任务填写有误", faults)
    if session.scalar(select(TaskRow.id).where(TaskRow.code == code)):
        raise Conflict("任务编号已使用", rule="code_used")
    task = TaskRow(
        public_id=session.new_id(),
        code=code,
        title=title.strip(),
        matter_id=rows[0].id,
        strata=[dict(entry) for entry in strata],
        reserve=reserve,
        team=dict(team),
        yearly_cap=yearly_cap,
        deadline=deadline,
        created_at=session.now,
    )
    session.add(task)
    session.flush()
    session.add_all(
        TaskMatterRow(task_id=task.id, position=position, matter_id=row.id)
        for position, row in enumerate(rows)
    )
    session.act("task.create", task.public_id, matters=[row.public_id for row in rows], code=code)
    return task


def enlist(session: WorkSession, actor: Actor, entries: Iterable[Enlisted]) -> tuple[int, int, set[Enlisted]]:
    """Adds inspectors to the directory: how many are new, how many stood there alike, which differ from it.

    A certificate that is there with other particulars is left as it is: the office changes it knowingly, not by file.
    """
    actor.require("inspection.plan")
    wanted = list(entries)
    known = {
        row.certificate: row
        for row in session.scalars(
            select(InspectorRow).where(InspectorRow.certificate.in_([entry.certificate for entry in wanted]))
        )
    }
    new, unchanged, differing = 0, 0, set[Enlisted]()
    for entry in wanted:
        row = known.get(entry.certificate)
        if row is None:
            row = InspectorRow(public_id=session.new_id(), **_columns(entry))
            session.add(row)
            known[entry.certificate] = row
            session.act("inspector.enlist", row.public_id, certificate=entry.certificate)
            new += 1
        elif all(getattr(row, column) == value for column, value in _columns(entry).items()):
            unchanged += 1
        else:
            differing.add(entry)
    return new, unchanged, differing


def link_account(session: WorkSession, actor: Actor, *, inspector: str, staff_id: int | None) -> InspectorRow:
    """Lets the staff account `staff_id` record the visits of the inspector with public id `inspector`."""
    actor.require("inspection.plan")
    row = locked(session, inspector)
    row.staff_id = staff_id
    session.act("inspector.link", row.public_id, staff=staff_id)
    return row


def declare_recusal(
    session: WorkSession, actor: Actor, *, inspector: str, organisation: str, reason: str
) -> RecusalRow:
    """A recusal known before the draw (行政处罚法 art 43), from an organisation and its people, or from a practitioner,
    whichever has the public id `organisation`. Inspectors declare their own, the office declares for all. The reason is
    sealed; only the pair enters a frame. Raises Refused for somebody else's, Conflict for one that stands."""
    row = locked(session, inspector)
    require_hand(session, actor, row)
    place, person = (
        session.scalar(select(table.id).where(table.public_id == organisation))
        for table in (OrganisationRow, PractitionerRow)
    )
    if place is None and person is None:
        raise NotFound("名册中没有这家机构或这名人员")
    if not reason.strip():
        raise Invalid.field("reason", "missing", "请写明回避事由")
    if session.scalar(
        select(RecusalRow.id).where(
            RecusalRow.inspector_id == row.id,
            RecusalRow.ended_at.is_(None),
            RecusalRow.organisation_id == place
            if place is not None
            else RecusalRow.practitioner_id == person,
        )
    ):
        raise Conflict("已登记过这项回避", rule="recused")
    recusal = RecusalRow(
        inspector_id=row.id,
        organisation_id=place,
        practitioner_id=person,
        reason=session.keys.encrypt(reason.strip(), "insp_recusals.reason"),
        declared_at=session.now,
        declared_by=actor.id,
    )
    session.add(recusal)
    session.act("inspector.recuse", row.public_id, subject=organisation)
    return recusal


def _rule_faults(
    strata: Sequence[Mapping[str, object]],
    reserve: int,
    team: Mapping[str, object],
    yearly_cap: int | None,
    on: date,
) -> list[FieldFault]:
    """What the specification would refuse in every frame of the task: better told now than at the freezing."""
    faults = []
    if team.get("max_load") == 0:
        faults.append(FieldFault("team.max_load", "no_load", "每人至少要能检查一家"))
    if yearly_cap == 0:
        faults.append(FieldFault("yearly_cap", "no_visits", "每年至少要能检查一次"))
    if {str(entry.get("id")) for entry in strata} != set(rule(on).ids):
        faults.append(FieldFault("strata", "not_the_rule", "各层应与公布的分层规则一致"))
    ordered = sorted((dict(entry) for entry in strata), key=lambda entry: str(entry.get("id")))
    nobody = {"id": "nobody", "kind": "nobody", "district": None, "status": "excluded", "ground": "nobody"}
    try:
        check(
            {
                "draw": "task",
                "as_of": on.isoformat(),
                "supersedes": None,
                "strata": ordered,
                "units": [{**nobody, "stratum": entry.get("id"), "note": None} for entry in ordered[:1]],
                "reserve": reserve,
                "team": dict(team),
                "inspectors": [],
                "entropy": [{"kind": "dice", "by": "nobody"}],
            }
        )
    except InvalidFrame as fault:
        faults.append(FieldFault(fault.path, fault.rule, RULES[fault.rule]))
    return faults


def _matter(session: WorkSession, public_id: str) -> MatterRow:
    row = session.scalar(select(MatterRow).where(MatterRow.public_id == public_id))
    if row is None:
        raise NotFound("抽查事项清单中没有这一事项")
    return row


def _columns(entry: Enlisted) -> dict[str, object]:
    return {
        "certificate": entry.certificate,
        "valid_until": entry.valid_until,
        "name": entry.name,
        "unit": entry.unit,
        "district": entry.district,
        "lead": entry.lead,
        "kinds": list(entry.kinds),
    }
