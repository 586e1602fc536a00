"""Reads of draws for pages and the API: frozen values, no rows."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.ceremony import sealed, void
from inspection.ceremony.listed import shown_state
from inspection.ceremony.named import Named, named
from inspection.ceremony.persons import Opened
from inspection.ceremony.rows import BEACON_IS_ONES_OWN, STATES, beacon_due, chance_of, frame_of, overdue
from inspection.ceremony.substitute import GROUNDS
from inspection.ceremony.tables import ChanceRow, DrawRow
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
    """`deadline` is the last day for the chance of the draw, `visits_by` for the visits that follow; `unstaffed` are the
    names of those drawn whose seats cannot all be filled together. `matter` and `matter_basis` name all matters of the task."""

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
    seal: sealed.Seal | None
    """Of a sealed draw; while it is closed, what it hides is empty or None on this page."""
    units: int | None
    inspectors: int | None
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
    unstaffed: Sequence[str]
    voided: Voided | None
    void_proposal: Voided | None
    void_grounds: Mapping[str, str]
    supersedes: str | None
    superseded_by: str | None


def draw_page(session: WorkSession, public_id: str, *, on: date, frame_known: bool = False) -> DrawPage:
    """Everything that the page of a draw shows on the day `on`; with `frame_known` the counts of a closed frame too, for
    those who freeze it. Raises NotFound."""
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
    seal = sealed.seals(session, [public_id], on=on).get(public_id)
    is_closed = seal is not None and seal.closed
    state = shown_state(draw.state, is_closed=is_closed)
    hides_frame = is_closed and not frame_known
    record: dict[str, Any] | None = json.loads(draw.record) if draw.record is not None else None
    supplied = chance_of(session, draw)
    names = _named(session, record, draw.public_id, matter.object_kind) if record else {}
    return DrawPage(
        public_id=draw.public_id,
        state=state,
        state_title=STATES[state],
        task=task.public_id,
        task_title=task.title,
        matter="、".join(one.name for one in task.matters),
        matter_basis="；".join(dict.fromkeys(one.basis for one in task.matters)),
        of_persons=matter.object_kind in PROFESSIONS,
        as_of=draw.as_of,
        deadline=draw.deadline,
        visits_by=task.deadline,
        overdue=overdue(draw.state, draw.deadline, on=on),
        frozen_at=draw.frozen_at,
        frame_sha256=draw.frame_sha256,
        seal=seal,
        units=None if hides_frame else len(frame["units"]),
        inspectors=None if hides_frame else sum(i["status"] == "eligible" for i in frame["inspectors"]),
        excluded=Counter(
            unit["ground"] for unit in frame["units"] if unit["status"] == "excluded" and not hides_frame
        ),
        strata=[] if hides_frame else _strata(frame, record),
        plan=[
            Planned(
                position,
                item["kind"],
                ENTROPY_KINDS[item["kind"]],
                item["by"],
                _value(supplied, position, record),
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
        unstaffed=[names[unit].name for unit in record["unassignable"]["units"]]
        if record and record["unassignable"]
        else [],
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


def _value(supplied: Sequence[ChanceRow], position: int, record: Mapping[str, Any] | None) -> str | None:
    """A closed value is kept elsewhere, and stands in the record once that is open."""
    if position >= len(supplied):
        return None
    return supplied[position].value or (record["entropy"][position]["value"] if record else None)


def record_bytes(session: Session, public_id: str) -> bytes:
    """The published record (specification section 6). Raises NotFound before the draw has happened."""
    record = session.scalar(select(DrawRow.record).where(DrawRow.public_id == public_id))
    if record is None:
        raise NotFound("没有这次抽取，或尚未抽取")
    return record


def frame_bytes(session: Session, public_id: str) -> bytes:
    """The frozen frame's canonical bytes, public from the commitment on, of a sealed draw from the opening on. Raises
    NotFound."""
    sealed.refuse_closed(session, public_id)
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
