"""Was I in the drum? Where a unit stands in a frame, why, with which chance, and what came of it.

Of organisations nothing beyond the published frame and record: who reads these two can work all of it out. Persons are found
by the full number of their licence alone. Whoever was not drawn is told how they stood and which chance they had, and
nothing that leads to their unit: not the pseudonym, and neither ticket nor rank, from which it follows.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.ceremony import find as draws
from inspection.ceremony import frames, persons
from inspection.ceremony.tables import DrawRow
from inspection.draw.canon import sha
from inspection.draw.sample import quota
from registry.kernel.faults import Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.roster import find

MOST = 20
OUTCOMES = {
    "selected": "抽中",
    "reserve": "候补",
    "came_in": "候补，已递补",
    "not_selected": "未抽中",
    "directed": "定向检查，不靠抽签",
    "excluded": "不参加抽取",
}


@dataclass(frozen=True)
class Place:
    """One unit in the frame. `chance` is exact; `rank` counts the tickets of its stratum from 1; what only the draw tells
    (`outcome`, `ticket`, `rank`) is None before it."""

    unit: str
    stratum: str
    status: str
    ground: str | None
    chance: Fraction
    eligible: int
    quota: int
    rate_bp: int
    minimum: int
    maximum: int | None
    outcome: str | None
    ticket: str | None
    rank: int | None
    reserve: int | None
    """Its turn among the reserves of its stratum, from 1."""

    @property
    def outcome_title(self) -> str:
        return OUTCOMES[self.outcome] if self.outcome else ""


@dataclass(frozen=True)
class Located:
    """A place as it is told: `name`, `path` and `unit` are None for a person who was not drawn, as are ticket and rank."""

    name: str | None
    path: str | None
    unit: str | None
    place: Place


@dataclass(frozen=True)
class Answer:
    """`found` are at most MOST, `more` if there were others. `of_persons`: a licence number finds, and nothing else."""

    draw: str
    title: str
    as_of: date
    drawn: bool
    of_persons: bool
    found: list[Located]
    more: bool


def places(
    document: Mapping[str, Any], wanted: Collection[str], record: Mapping[str, Any] | None = None
) -> list[Place]:
    """The places of these units (ids) in a checked frame, in its order; with its record also what came of them."""
    strata = {entry["id"]: entry for entry in document["strata"]}
    pools: dict[str, list[str]] = {name: [] for name in strata}
    for unit in document["units"]:
        if unit["status"] == "eligible":
            pools[unit["stratum"]].append(unit["id"])
    found = [unit for unit in document["units"] if unit["id"] in wanted]
    orders = _orders(record["seed"], pools, {unit["stratum"] for unit in found}) if record else {}
    return [_place(unit, strata[unit["stratum"]], pools, orders, record) for unit in found]


def answer(session: WorkSession, public_id: str, asked: str, *, of_firms: bool = False) -> Answer:
    """Whom `asked` names in the frame of a draw: an id, a licence number, a credit code, or (a part of) a name; of a frame
    of persons, the holder of this licence number, or nobody with `of_firms`.

    Raises NotFound while the frame is not public.
    """
    document = json.loads(draws.frame_bytes(session, public_id))
    record = _record(session, public_id)
    listed = frames.frame(session, public_id, committed=True)
    units = {unit.id: unit for unit in listed.units}
    if listed.of_persons:
        wanted = set() if of_firms else _of_person(session, public_id, asked, document) & units.keys()
    else:
        wanted = _by_number(session, asked) & units.keys()
        if not wanted and asked:
            wanted = {unit.id for unit in frames.matching(listed.units, q=asked)}
    found = places(document, set(sorted(wanted)[:MOST]), record)
    return Answer(
        draw=public_id,
        title=listed.title,
        as_of=listed.as_of,
        drawn=record is not None,
        of_persons=listed.of_persons,
        found=[_located(place, units[place.unit]) for place in found],
        more=len(wanted) > MOST,
    )


def _located(place: Place, unit: frames.Unit) -> Located:
    """Without what leads to the unit of a person who was not drawn: with the ticket, the rank, or that they are one of two
    reserves, anybody could pick it out of the record."""
    if unit.path is not None:
        return Located(unit.name, unit.path, unit.id, place)
    outcome = "not_selected" if place.outcome == "reserve" else place.outcome
    return Located(
        None, None, None, replace(place, unit="", outcome=outcome, ticket=None, rank=None, reserve=None)
    )


def _of_person(session: WorkSession, draw: str, asked: str, document: Mapping[str, Any]) -> set[str]:
    kinds = {unit["kind"] for unit in document["units"]}
    if not asked or len(kinds) != 1:
        return set()
    try:
        people = find.by_licence(session, asked, profession=kinds.pop())
    except Invalid:  # no number at all
        return set()
    row = session.scalars(select(DrawRow.id).where(DrawRow.public_id == draw)).one()
    return {unit for person in people for unit in persons.units_of(session, row, person.id)}


def _by_number(session: WorkSession, asked: str) -> set[str]:
    if not asked:
        return set()
    try:
        owners = find.by_licence(session, asked)
        firm = find.by_uscc(session, asked)
    except Invalid:  # no number at all
        return {asked}
    return {asked, *(owner.public_id for owner in owners), *([firm.public_id] if firm else [])}


def _record(session: Session, public_id: str) -> Mapping[str, Any] | None:
    try:
        return json.loads(draws.record_bytes(session, public_id))  # type: ignore[no-any-return]
    except NotFound:
        return None


def _orders(seed: str, pools: Mapping[str, list[str]], strata: Collection[str]) -> dict[str, dict[str, int]]:
    """The rank of every ticket in these strata."""
    orders = {}
    for name in strata:
        ordered = sorted((sha(f"{seed}|unit|{unit}"), unit) for unit in pools[name])
        orders[name] = {unit: rank for rank, (_, unit) in enumerate(ordered, start=1)}
    return orders


def _place(
    unit: Mapping[str, Any],
    stratum: Mapping[str, Any],
    pools: Mapping[str, list[str]],
    orders: Mapping[str, Mapping[str, int]],
    record: Mapping[str, Any] | None,
) -> Place:
    eligible = len(pools[unit["stratum"]])
    wanted = quota(eligible, rate_bp=stratum["rate_bp"], least=stratum["min"], most=stratum["max"])
    rank = orders.get(unit["stratum"], {}).get(unit["id"])
    outcome, ticket, reserve = None, None, None
    if record is not None:
        outcome, reserve = _outcome(unit, rank, wanted, record)
        ticket = sha(f"{record['seed']}|unit|{unit['id']}") if outcome != "excluded" else None
    return Place(
        unit=unit["id"],
        stratum=unit["stratum"],
        status=unit["status"],
        ground=unit["ground"],
        chance={"eligible": Fraction(wanted, max(1, eligible)), "mandatory": Fraction(1)}.get(
            unit["status"], Fraction(0)
        ),
        eligible=eligible,
        quota=wanted,
        rate_bp=stratum["rate_bp"],
        minimum=stratum["min"],
        maximum=stratum["max"],
        outcome=outcome,
        ticket=ticket,
        rank=rank,
        reserve=reserve,
    )


def _outcome(
    unit: Mapping[str, Any], rank: int | None, wanted: int, record: Mapping[str, Any]
) -> tuple[str, int | None]:
    if unit["status"] == "mandatory":
        return "directed", None
    if rank is None:
        return "excluded", None
    if rank <= wanted:
        return "selected", None
    behind = rank - wanted
    if any(step.get("unit_in") == unit["id"] for step in record["substitutions"]):
        return "came_in", behind
    return ("reserve", behind) if behind <= record["frame"]["reserve"] else ("not_selected", None)
