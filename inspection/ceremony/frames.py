"""Reads the frame of a draw for people: who stands in it, as what, why, and what is other than in the last one."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.ceremony.find import ASSURANCE
from inspection.ceremony.named import Named, named
from inspection.ceremony.sealed import is_open, refuse_closed
from inspection.ceremony.sitters import Sitter, SitterChange, sitters
from inspection.ceremony.sitters import changes as changes_of_sitters
from inspection.ceremony.tables import DrawRow
from inspection.draw.chance import assurance
from inspection.plan.tables import MatterRow, TaskRow
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.roster.kinds import PROFESSIONS, district_name
from registry.roster.names import fold

STATUSES = {"eligible": "参加抽取", "mandatory": "定向检查", "excluded": "排除"}


Standing = tuple[str, str, str | None]
"""Stratum, status and ground."""


class Unit(NamedTuple):
    """One unit of a frame. `ground` is None for those that are drawn from, `note` the evidence for it; `path` leads to the subject's page, None for
    a person who was not drawn."""

    id: str
    name: str
    path: str | None
    stratum: str
    district: str
    status: str
    ground: str | None
    note: str | None


@dataclass(frozen=True)
class Change:
    """A unit that stands otherwise than in the last frame; `was` is None for a new one, `now` for one that is gone."""

    id: str
    name: str
    path: str | None
    was: Standing | None
    now: Standing | None


@dataclass(frozen=True)
class Comparison:
    """This frame against the last one of the same matter: `changes` by name, stratum and status of each. Pseudonyms
    have nothing in common, so of persons only `groups` can be told: how many stood so, then and now, where that differs."""

    draw: str
    as_of: date
    changes: Sequence[Change]
    inspectors: Sequence[SitterChange]
    groups: Sequence[tuple[Standing, int, int]] = ()


@dataclass(frozen=True)
class Frame:
    """The frame of one draw as people read it; `counts` by status."""

    draw: str
    title: str
    as_of: date
    digest: str
    committed: bool
    of_persons: bool
    strata: Sequence[str]
    counts: Mapping[str, int]
    units: Sequence[Unit]
    inspectors: Sequence[Sitter]
    assurance: str


def frame(session: WorkSession, public_id: str, *, committed: bool) -> Frame:
    """The frame of a draw, its units by id. Raises NotFound; with `committed`, which asks for what is public, also before its
    digest is in the log and while the draw is closed."""
    row = _row(session, public_id)
    if row is None or (committed and row.commit_index is None):
        raise NotFound("没有这次抽取，或名录尚未提交存证")
    if committed:
        refuse_closed(session, public_id)
    document = json.loads(row.frame)
    kind = row.task.matter.object_kind
    names = named(session, row.public_id, kind, [unit["id"] for unit in document["units"]])
    return Frame(
        draw=row.public_id,
        title=row.task.title,
        as_of=row.as_of,
        digest=row.frame_sha256,
        committed=row.commit_index is not None,
        of_persons=kind in PROFESSIONS,
        strata=[entry["id"] for entry in document["strata"]],
        counts=Counter(unit["status"] for unit in document["units"]),
        units=[_unit(unit, names) for unit in document["units"]],
        inspectors=sitters(document),
        assurance=ASSURANCE[assurance(document["entropy"])],
    )


def matching(units: Sequence[Unit], *, q: str = "", status: str = "", stratum: str = "") -> Iterator[Unit]:
    """Those whose name or id holds `q`, of this status and stratum; an empty filter lets everybody pass."""
    wanted = fold(q)
    for unit in units:
        if (
            (not wanted or wanted in fold(unit.name) or q == unit.id)
            and (not status or unit.status == status)
            and (not stratum or unit.stratum == stratum)
        ):
            yield unit


def compared(session: WorkSession, public_id: str) -> Comparison | None:
    """What is other than in the last frame of the same matter that stands in the log, None if there is none."""
    row = _row(session, public_id)
    if row is None:
        raise NotFound("没有这次抽取")
    last = session.scalars(
        select(DrawRow)
        .join(TaskRow, TaskRow.id == DrawRow.task_id)
        .join(MatterRow, MatterRow.id == TaskRow.matter_id)
        .where(
            MatterRow.code == row.task.matter.code,
            DrawRow.id < row.id,
            DrawRow.commit_index.is_not(None),
            is_open(),
        )
        .order_by(DrawRow.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return None
    was, now = json.loads(last.frame), json.loads(row.frame)
    held, holding = _by_id(was), _by_id(now)
    kind = row.task.matter.object_kind
    people = changes_of_sitters(was, now, by_number=kind in PROFESSIONS)
    if kind in PROFESSIONS:
        before, after = Counter(held.values()), Counter(holding.values())
        ordered = sorted(before.keys() | after.keys(), key=lambda one: (one[0], one[1], one[2] or ""))
        groups = [(one, before[one], after[one]) for one in ordered if before[one] != after[one]]
        return Comparison(last.public_id, last.as_of, (), people, groups)
    changed = [unit for unit in sorted(held.keys() | holding.keys()) if held.get(unit) != holding.get(unit)]
    names = named(session, row.public_id, kind, changed)
    changes = [
        Change(unit, names[unit].name, names[unit].path, held.get(unit), holding.get(unit))
        for unit in changed
    ]
    return Comparison(last.public_id, last.as_of, changes, people)


def _row(session: Session, public_id: str) -> DrawRow | None:
    return session.scalar(select(DrawRow).where(DrawRow.public_id == public_id))


def _unit(unit: Mapping[str, Any], names: Mapping[str, Named]) -> Unit:
    return Unit(
        unit["id"],
        names[unit["id"]].name,
        names[unit["id"]].path,
        unit["stratum"],
        district_name(unit["district"]),
        unit["status"],
        unit["ground"],
        unit["note"],
    )


def _by_id(document: Mapping[str, Any]) -> dict[str, Standing]:
    return {unit["id"]: (unit["stratum"], unit["status"], unit["ground"]) for unit in document["units"]}
