"""Reads all past draws for the tests of their health."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from inspection.ceremony import persons, void
from inspection.ceremony.rows import overdue
from inspection.ceremony.tables import ChanceRow, DrawRow, SubstitutionRow
from inspection.health import units
from inspection.health.assess import Health, assess, rule_on
from inspection.health.past import Past, past, renamed
from inspection.plan.tables import TaskRow
from registry.kernel.work import WorkSession

_PERSON = "person:"
CLOSED = "个人（不公开）"


@dataclass(frozen=True)
class Ended:
    """A draw that came to nothing. `with_chance`: something of its plan had been supplied before."""

    public_id: str
    title: str
    ground: str
    party: str | None
    at: datetime | None
    with_chance: bool


@dataclass(frozen=True)
class Overview:
    """`times`: how many units were drawn so many times, and how many were to be expected."""

    health: Health
    draws: int
    selections: int
    visits: int
    ended: Sequence[Ended]
    times: Sequence[tuple[int, int, float]]


def overview(session: WorkSession, *, on: date) -> Overview:
    """The health of all draws whose record is public on the day `on`, oldest first."""
    known = session.execute(
        select(DrawRow.id, DrawRow.frame_sha256, DrawRow.record_index)
        .where(DrawRow.record.is_not(None), DrawRow.state.in_(("drawn", "unassignable")))
        .order_by(DrawRow.drawn_at, DrawRow.id)
    ).all()
    ended = _ended(session, on)
    voided = sum(one.with_chance for one in ended)
    replaced = session.scalar(
        select(func.count()).select_from(SubstitutionRow).where(SubstitutionRow.state == "granted")
    )
    key = (tuple((row.frame_sha256, row.record_index) for row in known), voided, replaced, rule_on(on))
    found = _last.get(key)
    if found is None:
        drawn = [_past(session, row.id) for row in known]
        found = Overview(
            health=_unnamed(assess(drawn, voided=voided, rule=rule_on(on))),
            draws=len(drawn),
            selections=sum(len(pool.drawn) for one in drawn for pool in one.pools),
            visits=sum(len(team) for one in drawn for _, team in one.teams),
            ended=ended,
            times=units.times_drawn(drawn),
        )
        _last.clear()
        _last[key] = found
    return replace(found, ended=ended)


# What was found last: it stays until another draw ends, and a large city's draws take seconds to read.
_last: dict[object, Overview] = {}


def _past(session: WorkSession, draw: int) -> Past:
    """Persons bear another pseudonym in every draw; here, and nowhere else, they are brought together."""
    record = session.scalars(select(DrawRow.record).where(DrawRow.id == draw)).one()
    found = past(json.loads(record or b"{}"))
    people = persons.of_draw(session, draw)
    if not people:
        return found
    rows = persons.present(session, {one.subject for one in people})
    return renamed(found, {one.unit: f"{_PERSON}{rows[one.subject]}" for one in people})


def _unnamed(health: Health) -> Health:
    """Without what would tell which pseudonyms are one person's."""
    return replace(
        health,
        results=tuple(
            replace(
                result,
                extremes=tuple(
                    replace(seen, name=re.sub(f"{_PERSON}[0-9]+", CLOSED, seen.name))
                    for seen in result.extremes
                ),
            )
            for result in health.results
        ),
    )


def _ended(session: Session, on: date) -> list[Ended]:
    supplied = exists().where(ChanceRow.draw_id == DrawRow.id)
    rows = session.execute(
        select(
            DrawRow.public_id,
            TaskRow.title,
            DrawRow.state,
            DrawRow.deadline,
            DrawRow.void_ground,
            DrawRow.void_party,
            DrawRow.voided_at,
            supplied.label("supplied"),
        )
        .join(TaskRow, TaskRow.id == DrawRow.task_id)
        .order_by(DrawRow.id.desc())
    )
    return [
        Ended(
            row.public_id,
            row.title,
            void.TITLES[row.void_ground if row.state == "voided" else void.LAPSED],
            row.void_party,
            row.voided_at,
            row.supplied,
        )
        for row in rows
        if row.state == "voided" or overdue(row.state, row.deadline, on=on)
    ]
