"""Use cases of the directory: particulars change as facts, nobody is taken out of it."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select

from inspection.plan.directory.tables import InspectorChangeRow
from inspection.plan.tables import InspectorRow
from registry.accounts.tables import StaffRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession
from registry.roster.kinds import titles

OWN = "inspection.own"


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What may change about an inspector; the certificate's number is who it is. `kinds` are kinds of organisations and
    professions; `district` is the own one (GB/T 2260), None for the city's own staff."""

    name: str
    valid_until: date
    unit: str
    district: str | None
    lead: bool
    kinds: Sequence[str]


def change(session: WorkSession, actor: Actor, *, inspector: str, particulars: Particulars) -> InspectorRow:
    """Changes particulars from now on, and keeps what they were. Draws that were frozen before stay as they are.

    Raises Invalid naming each field, Conflict for somebody who has left, and when nothing is different.
    """
    actor.require("inspection.plan")
    row = locked(session, inspector)
    if faults := _faults(particulars):
        raise Invalid("检查人员信息填写有误", faults)
    wanted = {**asdict(particulars), "kinds": sorted(set(particulars.kinds))}
    _changed(session, actor, row, wanted)
    session.act("inspector.change", row.public_id)
    return row


def end(session: WorkSession, actor: Actor, *, inspector: str, on: date) -> InspectorRow:
    """Ends the service of an inspector: frames from the day `on` leave them out. Raises Invalid for a past day."""
    actor.require("inspection.plan")
    row = locked(session, inspector)
    if on < session.today:
        raise Invalid.field("ended_on", "past", "离岗日期不得早于今天")
    _changed(session, actor, row, {"ended_on": on})
    session.act("inspector.end", row.public_id)
    return row


def locked(session: WorkSession, public_id: str) -> InspectorRow:
    """An inspector's row, held until the unit of work ends. Raises NotFound."""
    row = session.scalar(select(InspectorRow).where(InspectorRow.public_id == public_id).with_for_update())
    if row is None:
        raise NotFound("名录中没有这名检查人员")
    return row


def require_hand(session: WorkSession, actor: Actor, row: InspectorRow) -> None:
    """Raises Refused unless the actor keeps the directory, or is the inspector."""
    if actor.may("inspection.plan"):
        return
    actor.require(OWN)
    if (
        actor.kind != "staff"
        or row.staff_id is None
        or row.staff_id != session.scalar(select(StaffRow.id).where(StaffRow.public_id == actor.id))
    ):
        raise Refused("只能登记本人的回避和请假", rule="other_inspector")


def _changed(session: WorkSession, actor: Actor, row: InspectorRow, wanted: dict[str, object]) -> None:
    if row.ended_on is not None:
        raise Conflict("该检查人员已离岗", rule="ended")
    before = {name: getattr(row, name) for name in wanted}
    differing = [name for name in wanted if before[name] != wanted[name]]
    if not differing:
        raise Conflict("内容没有变化", rule="unchanged")
    for name in differing:
        setattr(row, name, wanted[name])
    session.add(
        InspectorChangeRow(
            inspector_id=row.id,
            before={name: _plain(before[name]) for name in differing},
            after={name: _plain(wanted[name]) for name in differing},
            changed_at=session.now,
            changed_by=actor.id,
        )
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _faults(particulars: Particulars) -> list[FieldFault]:
    faults = [
        FieldFault(path, "missing", wanted)
        for path, text, wanted in (
            ("name", particulars.name, "请填写姓名"),
            ("unit", particulars.unit, "请填写单位"),
        )
        if not text.strip()
    ]
    if not particulars.kinds or not set(particulars.kinds) <= set(titles()):
        faults.append(FieldFault("kinds", "unknown_kind", "请选择检查范围"))
    if particulars.district is not None and not re.fullmatch(r"\d{6}", particulars.district):
        faults.append(FieldFault("district", "district-code", "区划代码为六位数字（GB/T 2260）"))
    return faults
