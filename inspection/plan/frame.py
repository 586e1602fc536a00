"""Freezes the population of one draw into the frame of the specification: everybody stands in it, also the excluded."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select

from inspection.plan.strata import LOOKBACK_DAYS, Adverse, stratum
from inspection.plan.tables import InspectorRow, RecusalRow, TaskRow
from registry.credit import find as credit
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.kinds import ORGANISATION_STATES
from registry.roster.tables import OrganisationRow

GROUNDS = {
    "not_practising": "不在正常执业状态",
    "yearly_cap": "本年度检查次数已达上限",
    "certificate_expired": "执法证件已过有效期",
    "on_leave": "检查期间不在岗",
    "left": "已调离检查岗位",
    "directed": "定向检查",
    "drawn": "上次抽取已抽中",
    "not_drawn": "上次抽取未抽中",
}


def build(
    session: WorkSession,
    *,
    task: TaskRow,
    draw: str,
    as_of: date,
    entropy: Sequence[Mapping[str, str]],
    inspected: Mapping[str, int],
    supersedes: str | None = None,
    drawn: Collection[str] | None = None,
) -> dict[str, object]:
    """The frame of `task` on the day `as_of`, as a JSON document; the caller checks it by the specification.

    `inspected` counts this year's visits by organisation. Strata come from RULE in `inspection.plan.strata`,
    exclusions from the register, both without anybody's choice. `drawn` are the units of an earlier draw whose
    inspectors could not be assigned: they are mandatory now, and nobody else is drawn from (specification section 5.4).
    """
    kind = task.matter.object_kind
    adverse = _adverse(session, as_of)
    rows = {
        row.public_id: row.id
        for row in session.execute(select(OrganisationRow.public_id, OrganisationRow.id))
    }
    units = []
    for member in find.population(session, kind, on=as_of):
        status, ground = _standing(member, inspected.get(member.public_id, 0), task.yearly_cap, drawn)
        units.append(
            {
                "id": member.public_id,
                "kind": kind,
                "stratum": stratum(adverse.get(rows[member.public_id], ()), on=as_of),
                "district": member.district,
                "status": status,
                "ground": ground,
                "note": None,
            }
        )
    units.sort(key=lambda unit: str(unit["id"]))
    return {
        "draw": draw,
        "as_of": as_of.isoformat(),
        "supersedes": supersedes,
        "strata": sorted(task.strata, key=lambda entry: str(entry["id"])),
        "units": units,
        "reserve": task.reserve,
        "team": task.team,
        "inspectors": _inspectors(session, {str(unit["id"]) for unit in units}, as_of, task.deadline),
        "entropy": [dict(item) for item in entropy],
    }


def _standing(
    member: find.Member, visits: int, cap: int | None, drawn: Collection[str] | None
) -> tuple[str, str | None]:
    """The status of a unit in the frame, and its ground."""
    if not ORGANISATION_STATES[member.state].practising:
        return "excluded", "not_practising"
    if drawn is not None:
        return ("mandatory", "drawn") if member.public_id in drawn else ("excluded", "not_drawn")
    if cap is not None and visits >= cap:
        return "excluded", "yearly_cap"
    return "eligible", None


def _adverse(session: WorkSession, as_of: date) -> Mapping[int, Sequence[Adverse]]:
    """The adverse events that stand, by organisation (row id)."""
    found: dict[int, list[Adverse]] = defaultdict(list)
    for event in credit.adverse(session, after=as_of - timedelta(days=LOOKBACK_DAYS), until=as_of):
        if event.organisation is not None:
            found[event.organisation].append(Adverse(event.kind, event.severity, event.decided_on))
    return found


def _inspectors(
    session: WorkSession, unit_ids: set[str], as_of: date, deadline: date
) -> list[dict[str, object]]:
    recused: dict[int, list[str]] = defaultdict(list)
    pairs = session.execute(
        select(RecusalRow.inspector_id, OrganisationRow.public_id).join(
            OrganisationRow, OrganisationRow.id == RecusalRow.organisation_id
        )
    )
    for inspector_id, public_id in pairs:
        if public_id in unit_ids:
            recused[inspector_id].append(public_id)
    entries = []
    for inspector in session.scalars(select(InspectorRow).order_by(InspectorRow.certificate)):
        ground = _inspector_ground(inspector, as_of, deadline)
        entries.append(
            {
                "id": inspector.certificate,
                "lead": inspector.lead,
                "kinds": sorted(inspector.kinds),
                "district": inspector.district,
                "status": "eligible" if ground is None else "excluded",
                "ground": ground,
                "note": None,
                "recused": sorted(recused[inspector.id]),
            }
        )
    # Sorted here, by bytes: a database's collation may put letters and digits in another order.
    return sorted(entries, key=lambda entry: str(entry["id"]).encode())


def _inspector_ground(inspector: InspectorRow, as_of: date, deadline: date) -> str | None:
    if inspector.ended_on is not None and inspector.ended_on <= as_of:
        return "left"
    if inspector.valid_until < deadline:
        return "certificate_expired"
    if inspector.on_leave_until is not None and inspector.on_leave_until >= deadline:
        return "on_leave"
    return None
