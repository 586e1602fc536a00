"""Reads of draws for pages and the API: frozen values, no rows."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from inspection.ceremony import void
from inspection.ceremony.named import Named, named
from inspection.ceremony.persons import Opened
from inspection.ceremony.rows import BEACON_IS_ONES_OWN, STATES, beacon_due, chance_of, frame_of, overdue
from inspection.ceremony.substitute import GROUNDS
from inspection.ceremony.tables import DrawRow
from inspection.draw.chance import assurance
from inspection.draw.sample import quota
from inspection.plan.tables import MatterRow, TaskRow
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.roster.kinds import PROFESSIONS

ASSURANCE = {
    "beacon": "含公共随机源（任何人无法预知）",
    "parties": "两方以上各自提供并事先封存的随机数",
    "witnessed": "仅现场见证的骰子（取决于在场人员的诚实）",
}
ENTROPY_KINDS = {"dice": "骰子", "beacon": "公共随机源", "reveal": "封存随机数揭示"}


@dataclass(frozen=True)
class Listed:
    """One line of a list; `overdue`: it counts as voided though nobody has voided it."""

    public_id: str
    task: str
    title: str
    state: str
    state_title: str
    overdue: bool
    as_of: date
    drawn_at: datetime | None


@dataclass(frozen=True)
class Stratum:
    id: str
    rate_bp: int
    minimum: int
    maximum: int | None
    eligible: int
    excluded: int
    quota: int
    selected: int

    @property
    def odds(self) -> float:
        """The chance of one eligible unit, in per cent."""
        return 100 * self.quota / self.eligible if self.eligible else 0.0


@dataclass(frozen=True)
class Planned:
    """One item of the plan of chance; `value` is None until it is supplied. A beacon says where anybody finds it
    (`source`, with its round), and from when on (`due`)."""

    position: int
    kind: str
    title: str
    by: str
    value: str | None
    supplied_at: datetime | None
    source: str | None
    due: datetime | None

    def is_turn_of(self, username: str | None, *, now: datetime) -> bool:
        """Whether it is for this witness to supply, being the next."""
        if self.due is None:
            return self.by == username
        return now >= self.due + BEACON_IS_ONES_OWN or (now >= self.due and self.by == username)


@dataclass(frozen=True)
class Chosen:
    """`path` leads to the subject's page; `person` is who stood behind a pseudonym, None for organisations."""

    unit: str
    name: str
    path: str | None
    person: Opened | None
    stratum: str
    ticket: str
    mandatory: bool
    team: Sequence[str]


@dataclass(frozen=True)
class Reserve:
    """Persons stay closed while they only wait: `path` is None."""

    unit: str
    name: str
    path: str | None
    stratum: str
    ticket: str


@dataclass(frozen=True)
class Substituted:
    """One step after the draw: an inspector's seat (`seat` from 0), or the unit itself (None). `came_in` is empty where
    nobody could; `person` is a drawn person who came in."""

    unit: str
    name: str
    seat: int | None
    ground: str
    ground_title: str
    came_in: Sequence[str]
    person: Opened | None


@dataclass(frozen=True)
class Voided:
    """How a draw ended without counting; `party` withheld chance. `on` is None while the second person is awaited."""

    ground: str
    title: str
    party: str | None
    note: str | None
    proposed_by: str | None
    at: datetime | None


@dataclass(frozen=True)
class DrawPage:
    """`deadline` is the last day for the chance of the draw, `visits_by` for the visits that follow."""

    public_id: str
    state: str
    state_title: str
    task: str
    task_title: str
    matter: str
    matter_basis: str
    of_persons: bool
    """Whether the units are natural persons, who stand in the frame under pseudonyms."""
    as_of: date
    deadline: date
    visits_by: date
    overdue: bool
    frozen_at: datetime
    frame_sha256: str
    units: int
    inspectors: int
    excluded: Mapping[str, int]
    strata: Sequence[Stratum]
    plan: Sequence[Planned]
    assurance: str
    committed_at: datetime | None
    commit_index: int | None
    drawn_at: datetime | None
    record_index: int | None
    seed: str | None
    chosen: Sequence[Chosen]
    reserves: Sequence[Reserve]
    substitutions: Sequence[Substituted]
    unassignable: str | None
    voided: Voided | None
    void_proposal: Voided | None
    void_grounds: Mapping[str, str]
    supersedes: str | None
    superseded_by: str | None


def draws(
    session: Session, *, on: date, limit: int, before: int | None = None
) -> tuple[list[Listed], int | None]:
    """Draws, newest first, as they stand on the day `on`, and the cursor of the next page."""
    query = _listing().order_by(DrawRow.id.desc()).limit(limit + 1)
    rows = session.execute(query if before is None else query.where(DrawRow.id < before)).all()
    page = [_listed(row, on) for row in rows[:limit]]
    return page, rows[limit - 1].id if len(rows) > limit else None


def of_task(session: Session, task: str, *, on: date) -> list[Listed]:
    """The draws of the task with public id `task`, newest first; voided ones stay and show."""
    rows = session.execute(_listing().where(TaskRow.public_id == task).order_by(DrawRow.id.desc()))
    return [_listed(row, on) for row in rows]


def latest(session: Session, tasks: Sequence[str], *, on: date) -> dict[str, Listed]:
    """The last draw of each of the tasks (public ids); those without any are left out."""
    last = select(func.max(DrawRow.id)).group_by(DrawRow.task_id)
    rows = session.execute(_listing().where(TaskRow.public_id.in_(tasks), DrawRow.id.in_(last)))
    return {row.task: _listed(row, on) for row in rows}


def draw_page(session: WorkSession, public_id: str, *, on: date) -> DrawPage:
    """Everything that the page of a draw shows on the day `on`. Raises NotFound."""
    row = session.execute(
        select(DrawRow, TaskRow, MatterRow)
        .join(TaskRow, TaskRow.id == DrawRow.task_id)
        .join(MatterRow, MatterRow.id == TaskRow.matter_id)
        .where(DrawRow.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound("没有这次抽取")
    draw, task, matter = row
    frame = frame_of(draw)
    record: dict[str, Any] | None = json.loads(draw.record) if draw.record is not None else None
    supplied = chance_of(session, draw)
    names = _named(session, record, draw.public_id, matter.object_kind) if record else {}
    return DrawPage(
        public_id=draw.public_id,
        state=draw.state,
        state_title=STATES[draw.state],
        task=task.public_id,
        task_title=task.title,
        matter=matter.name,
        matter_basis=matter.basis,
        of_persons=matter.object_kind in PROFESSIONS,
        as_of=draw.as_of,
        deadline=draw.deadline,
        visits_by=task.deadline,
        overdue=overdue(draw.state, draw.deadline, on=on),
        frozen_at=draw.frozen_at,
        frame_sha256=draw.frame_sha256,
        units=len(frame["units"]),
        inspectors=sum(i["status"] == "eligible" for i in frame["inspectors"]),
        excluded=Counter(unit["ground"] for unit in frame["units"] if unit["status"] == "excluded"),
        strata=_strata(frame, record),
        plan=[
            Planned(
                position,
                item["kind"],
                ENTROPY_KINDS[item["kind"]],
                item["by"],
                supplied[position].value if position < len(supplied) else None,
                supplied[position].supplied_at if position < len(supplied) else None,
                f"{item['source']} · {item['round']}" if item["kind"] == "beacon" else None,
                beacon_due(session, draw) if item["kind"] == "beacon" else None,
            )
            for position, item in enumerate(frame["entropy"])
        ],
        assurance=ASSURANCE[assurance(frame["entropy"])],
        committed_at=draw.committed_at,
        commit_index=draw.commit_index,
        drawn_at=draw.drawn_at,
        record_index=draw.record_index,
        seed=record["seed"] if record else None,
        chosen=_chosen(record, names) if record else [],
        reserves=[
            Reserve(
                entry["unit"],
                names[entry["unit"]].name,
                names[entry["unit"]].path,
                entry["stratum"],
                entry["ticket"],
            )
            for entry in (record["reserves"] if record else ())
        ],
        substitutions=_substituted(record, names) if record else [],
        unassignable=record["unassignable"]["why"] if record and record["unassignable"] else None,
        voided=_voided(draw) if draw.state == "voided" else None,
        void_proposal=_voided(draw) if void.standing(session, draw) else None,
        void_grounds={ground: void.GROUNDS[ground] for ground in void.grounds_of(draw)},
        supersedes=frame["supersedes"],
        superseded_by=session.scalar(
            select(DrawRow.public_id)
            .where(DrawRow.task_id == draw.task_id, DrawRow.id > draw.id)
            .order_by(DrawRow.id)
            .limit(1)
        ),
    )


def record_bytes(session: Session, public_id: str) -> bytes:
    """The published record (specification section 6). Raises NotFound before the draw has happened."""
    record = session.scalar(select(DrawRow.record).where(DrawRow.public_id == public_id))
    if record is None:
        raise NotFound("没有这次抽取，或尚未抽取")
    return record


def frame_bytes(session: Session, public_id: str) -> bytes:
    """The frozen frame's canonical bytes, public from the commitment on. Raises NotFound."""
    frame = session.scalar(
        select(DrawRow.frame).where(DrawRow.public_id == public_id, DrawRow.commit_index.is_not(None))
    )
    if frame is None:
        raise NotFound("没有这次抽取，或名录尚未提交存证")
    return frame


def _strata(frame: Mapping[str, Any], record: Mapping[str, Any] | None) -> list[Stratum]:
    eligible: Counter[str] = Counter(u["stratum"] for u in frame["units"] if u["status"] == "eligible")
    excluded: Counter[str] = Counter(u["stratum"] for u in frame["units"] if u["status"] == "excluded")
    selected: Counter[str] = Counter(s["stratum"] for s in record["selected"]) if record else Counter()
    return [
        Stratum(
            entry["id"],
            entry["rate_bp"],
            entry["min"],
            entry["max"],
            eligible[entry["id"]],
            excluded[entry["id"]],
            quota(eligible[entry["id"]], rate_bp=entry["rate_bp"], least=entry["min"], most=entry["max"]),
            selected[entry["id"]],
        )
        for entry in frame["strata"]
    ]


def _listing() -> Select[*tuple[Any, ...]]:
    return select(
        DrawRow.id,
        DrawRow.public_id,
        TaskRow.public_id.label("task"),
        TaskRow.title,
        DrawRow.state,
        DrawRow.as_of,
        DrawRow.deadline,
        DrawRow.drawn_at,
    ).join(TaskRow, TaskRow.id == DrawRow.task_id)


def _listed(row: Row[*tuple[Any, ...]], on: date) -> Listed:
    late = overdue(row.state, row.deadline, on=on)
    return Listed(
        row.public_id, row.task, row.title, row.state, STATES[row.state], late, row.as_of, row.drawn_at
    )


def _voided(row: DrawRow) -> Voided:
    ground = row.void_ground or void.LAPSED
    return Voided(
        ground, void.TITLES[ground], row.void_party, row.void_note, row.void_proposed_by, row.voided_at
    )


def _named(session: WorkSession, record: Mapping[str, Any], draw: str, kind: str) -> Mapping[str, Named]:
    wanted = [entry["unit"] for part in ("selected", "reserves") for entry in record[part]]
    return named(session, draw, kind, wanted)


def _substituted(record: Mapping[str, Any], names: Mapping[str, Named]) -> list[Substituted]:
    steps = []
    for entry in record["substitutions"]:
        if entry["seat"] is not None:
            came_in = [entry["inspector_in"]] if entry["inspector_in"] is not None else []
        else:
            unit_in = entry["unit_in"]
            came_in = [names[unit_in].name, *entry["inspectors"]] if unit_in is not None else []
        unit, ground, new = entry["unit"], entry["ground"], names.get(entry.get("unit_in") or "")
        steps.append(
            Substituted(
                unit,
                names[unit].name,
                entry["seat"],
                ground,
                GROUNDS.get(ground, ground),
                came_in,
                new.person if new else None,
            )
        )
    return steps


def _chosen(record: Mapping[str, Any], names: Mapping[str, Named]) -> list[Chosen]:
    teams = {entry["unit"]: entry["inspectors"] for entry in record["assignments"] or ()}
    return [
        Chosen(
            entry["unit"],
            names[entry["unit"]].name,
            names[entry["unit"]].path,
            names[entry["unit"]].person,
            entry["stratum"],
            entry["ticket"],
            entry["mandatory"],
            teams.get(entry["unit"], ()),
        )
        for entry in record["selected"]
    ]
