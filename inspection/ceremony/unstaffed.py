"""Why a frame cannot be frozen, for the officer who has to do something about it: which subjects, whose recusals, what helps."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.draw import frame
from inspection.draw.rules import Invalid as Unfit
from inspection.plan.pseudonyms import Pseudonym
from inspection.plan.tables import InspectorRow
from registry.kernel.faults import FieldFault, Invalid
from registry.roster.tables import OrganisationRow, PractitionerRow

MOST = 20
_HELP = {
    "staffable alone: max_load 0": "任务的每人上限为 0，请改为不限或至少 1 家",
    "staffable alone: everyone recused": "请补充可检查该对象的人员，或者由声明人撤回有误的回避",
    "staffable alone: too few inspectors": "请补充有相应执法资格、不在同一区、证件在期限内的检查人员，或者减少每组人数",
    "staffable alone: no lead": "请补充可任组长的检查人员，或者取消组长要求",
}


def refusal(
    session: Session, fault: Unfit, document: Mapping[str, Any], persons: Sequence[Pseudonym]
) -> Invalid:
    """The refusal of a frame, in the words of the office: the path and rule of the specification; subjects that cannot be
    staffed one by one with their names (MOST at most), who is recused from them, and what helps."""
    if fault.rule not in _HELP:
        return Invalid.field(fault.path, fault.rule, f"名录不符合抽取规范：{fault.message}")
    found = list(islice(frame.unstaffed(document), MOST + 1))
    subjects = {one.unit: one.subject for one in persons}
    named = _names(session, {subjects.get(one.unit, one.unit) for one in found})
    people = _people(session, {name for one in found for name in one.recused})
    places = {unit["id"]: n for n, unit in enumerate(document["units"])}
    faults = []
    for one in found[:MOST]:
        name = named.get(subjects.get(one.unit, one.unit), one.unit)
        recused = (
            f"（已回避：{'、'.join(people.get(who, who) for who in one.recused)}）" if one.recused else ""
        )
        reason = _reason(one.rule)
        faults.append(
            FieldFault(
                f"units[{places[one.unit]}]", one.rule, f"{name}：{reason}{recused}。{_HELP[one.rule]}"
            )
        )
    if len(found) > MOST:
        faults.append(FieldFault("units", fault.rule, f"还有其他检查对象无人可查，以上为前 {MOST} 个"))
    return Invalid("有检查对象无人可查，名录不能冻结", faults)


def _reason(rule: str) -> str:
    return {
        "staffable alone: everyone recused": "回避之后，没有足够的检查人员",
        "staffable alone: no lead": "没有可担任组长的检查人员",
    }.get(rule, "可检查的人员不足")


def _names(session: Session, public_ids: Iterable[str]) -> dict[str, str]:
    wanted = list(public_ids)
    rows = [
        *session.execute(
            select(OrganisationRow.public_id, OrganisationRow.name).where(
                OrganisationRow.public_id.in_(wanted)
            )
        ),
        *session.execute(
            select(PractitionerRow.public_id, PractitionerRow.name).where(
                PractitionerRow.public_id.in_(wanted)
            )
        ),
    ]
    return {row.public_id: row.name for row in rows}


def _people(session: Session, certificates: Iterable[str]) -> dict[str, str]:
    rows = session.execute(
        select(InspectorRow.certificate, InspectorRow.name).where(
            InspectorRow.certificate.in_(list(certificates))
        )
    )
    return {row.certificate: f"{row.name}（{row.certificate}）" for row in rows}
