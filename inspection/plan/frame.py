"""Freezes the population of one draw into the frame of the specification: everybody stands in it, also the excluded."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from inspection.plan import exclusions, placing, pseudonyms
from inspection.plan.directory import presence
from inspection.plan.exclusions import Exclusion, Limits, Past, Scope
from inspection.plan.pseudonyms import Pseudonym
from inspection.plan.tables import InspectorRow, RecusalRow, TaskRow
from registry.kernel.work import WorkSession
from registry.roster import find, kinds

GROUNDS = {
    "not_practising": "不在正常执业状态",
    **exclusions.GROUNDS,
    "certificate_expired": "执法证件已过有效期",
    "on_leave": "检查期间不在岗",
    "left": "已调离检查岗位",
    "directed": "定向检查",
    "drawn": "上次抽取已抽中",
    "not_drawn": "上次抽取未抽中",
}


class Key(NamedTuple):
    """A row of the roster: `kind` is "organisation" or "practitioner"."""

    kind: str
    id: int


@dataclass(frozen=True)
class Built:
    """`document` is the frame. `persons` are who stands behind its units where these are natural persons: not for the
    public, and empty where the units are organisations."""

    document: dict[str, object]
    persons: Sequence[Pseudonym]


def build(
    session: WorkSession,
    *,
    task: TaskRow,
    draw: str,
    as_of: date,
    entropy: Sequence[Mapping[str, str]],
    past: Mapping[str, Sequence[Past]],
    supersedes: str | None = None,
    drawn: Collection[str] | None = None,
) -> Built:
    """The frame of `task` on the day `as_of`, as a JSON document; the caller checks it by the specification.

    `past` has who was drawn before, by the subject's public id. Strata come from the rule in `inspection.plan.strata`,
    exclusions from the register and `inspection.plan.exclusions`, both without anybody's choice. `drawn` are the subjects (public ids) of an earlier draw
    whose inspectors could not be assigned: they are mandatory now, and nobody else is drawn from (specification section
    5.4). Persons stand in it under pseudonyms made for it.
    """
    kind = task.matter.object_kind
    subjects = "practitioner" if kind in kinds.PROFESSIONS else "organisation"
    members = list(find.population(session, kind, on=as_of))
    placed = placing.strata(session, kind, [member.id for member in members], on=as_of)
    strata = sorted(task.strata, key=lambda entry: str(entry["id"]))
    limits = limits_of(task, on=as_of)
    persons: list[Pseudonym] = []
    units: list[dict[str, object]] = []
    reach: dict[Key, set[str]] = defaultdict(set)
    for member in members:
        key = Key(subjects, member.id)
        name = member.public_id
        if subjects == "practitioner":
            persons.append(pseudonyms.made(member.public_id, session.random))
            name = persons[-1].unit
        reach[key].add(name)
        if member.workplace is not None:
            reach[Key("organisation", member.workplace)].add(name)
        left_out = exclusions.exclusion(
            limits,
            past.get(member.public_id, ()),
            stratum=placed[member.id],
            district=member.district,
            on=as_of,
        )
        status, ground, note = _standing(member, left_out, drawn)
        units.append(
            {
                "id": name,
                "kind": kind,
                "stratum": placed[member.id],
                "district": member.district,
                "status": status,
                "ground": ground,
                # The draws that a note names were published with names: beside a pseudonym they would tell whose it is.
                "note": None if persons else note,
            }
        )
    if persons:
        units = pseudonyms.blurred(
            units,
            first_stratum=str(strata[0]["id"]),
            smallest_group=pseudonyms.rule_on(as_of).smallest_group,
        )
    units.sort(key=lambda unit: str(unit["id"]))
    document: dict[str, object] = {
        "draw": draw,
        "as_of": as_of.isoformat(),
        "supersedes": supersedes,
        "strata": strata,
        "units": units,
        "reserve": task.reserve,
        "team": task.team,
        "inspectors": _inspectors(session, reach, kind, as_of, task.deadline),
        "entropy": [dict(item) for item in entropy],
    }
    return Built(document, persons)


def limits_of(task: TaskRow, *, on: date) -> Limits:
    """What the draw of a task asks on the day `on`."""
    ended = [
        f"{matter.code} 本任务所依版本施行至 {matter.valid_until}（不含）"
        for matter in task.matters
        if not matter.in_force(on)
    ]
    return Limits(
        unlisted="；".join(ended) or None,
        repeat_months={matter.code: matter.repeat_months for matter in task.matters if matter.repeat_months},
        cap=task.yearly_cap,
        scope=Scope.read(task.scope),
    )


def _standing(
    member: find.Member, left_out: Exclusion | None, drawn: Collection[str] | None
) -> tuple[str, str | None, str | None]:
    """The status of a unit in the frame, its ground and note."""
    if not kinds.practising(member.state):
        return "excluded", "not_practising", None
    if drawn is not None:
        status, ground = ("mandatory", "drawn") if member.public_id in drawn else ("excluded", "not_drawn")
        return status, ground, None
    if left_out is not None:
        return "excluded", left_out.ground, left_out.note
    return "eligible", None, None


def _inspectors(
    session: WorkSession, reach: Mapping[Key, set[str]], kind: str, as_of: date, deadline: date
) -> list[dict[str, object]]:
    """`reach` are the units that belong to a row of the roster: who is recused from a firm is from its people too."""
    recused: dict[int, set[str]] = defaultdict(set)
    for row in session.scalars(select(RecusalRow).where(RecusalRow.ended_at.is_(None))):
        if row.organisation_id is not None:
            recused[row.inspector_id] |= reach.get(Key("organisation", row.organisation_id), set())
        if row.practitioner_id is not None:
            recused[row.inspector_id] |= reach.get(Key("practitioner", row.practitioner_id), set())
    absent = presence.absent(session, as_of=as_of, deadline=deadline)
    entries = []
    for inspector in session.scalars(select(InspectorRow).order_by(InspectorRow.certificate)):
        ground = _inspector_ground(inspector, as_of, deadline, away=inspector.id in absent)
        entries.append(
            {
                "id": inspector.certificate,
                "lead": inspector.lead,
                "kinds": _covered(inspector.kinds, kind),
                "district": inspector.district,
                "status": "eligible" if ground is None else "excluded",
                "ground": ground,
                "note": absent[inspector.id] if ground == "on_leave" and inspector.id in absent else None,
                "recused": sorted(recused[inspector.id]),
            }
        )
    # Sorted here, by bytes: a database's collation may put letters and digits in another order.
    return sorted(entries, key=lambda entry: str(entry["id"]).encode())


def _covered(certified: Sequence[str], kind: str) -> list[str]:
    """Whom a certificate is for: who may inspect the firms of a sector may inspect the people who practise at them."""
    profession = kinds.PROFESSIONS.get(kind)
    people = {kind} if profession is not None and set(profession.workplaces) & set(certified) else set()
    return sorted({*certified} | people)


def _inspector_ground(inspector: InspectorRow, as_of: date, deadline: date, *, away: bool) -> str | None:
    if inspector.ended_on is not None and inspector.ended_on <= as_of:
        return "left"
    if inspector.valid_until < deadline:
        return "certificate_expired"
    if away or (inspector.on_leave_until is not None and inspector.on_leave_until >= deadline):
        return "on_leave"
    return None
