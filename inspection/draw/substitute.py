"""Substitution: what replaces a unit that cannot be inspected, or an inspector who drops out (spec section 7).

A substitution is as little a matter of choice as the draw: the office names who falls out and the ground, and the
seed's tickets say who comes in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from inspection.draw import fields, frame
from inspection.draw.assign import load_limit, smallest_team
from inspection.draw.frame import Frame
from inspection.draw.rules import Invalid, InvalidSubstitution, refusing
from inspection.draw.tickets import PairTickets

_UNIT_STEP = frozenset(("unit", "seat", "ground", "note", "unit_in", "inspectors"))
_SEAT_STEP = frozenset(("unit", "seat", "ground", "note", "inspector_in"))


def replace_unit(
    record: Mapping[str, Any], *, unit: str, ground: str, note: str | None = None
) -> dict[str, Any]:
    """The next entry of `record["substitutions"]`, for a unit that can't be inspected; the record stays as it is.

    `unit_in` is null and `inspectors` empty where nothing comes in: a mandatory unit, or no reserve that can be staffed.
    Raises InvalidSubstitution where the unit is not under inspection, or an earlier entry is not what it should be.
    """
    return _next(record, {"unit": unit, "seat": None, "ground": ground, "note": note})


def replace_seat(
    record: Mapping[str, Any], *, unit: str, seat: int, ground: str, note: str | None = None
) -> dict[str, Any]:
    """The next entry of `record["substitutions"]`, for an inspector who drops out of one seat of one unit.

    `inspector_in` is null where nobody can take the seat; the same seat may be asked for again once loads have changed.
    Raises InvalidSubstitution like replace_unit, or where the team has no such seat.
    """
    return _next(record, {"unit": unit, "seat": seat, "ground": ground, "note": note})


def _next(record: Mapping[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    drawn_from = frame.check(record["frame"])
    with refusing(InvalidSubstitution):
        course = Course(drawn_from, record)
        for n, entry in enumerate(record["substitutions"]):
            check_step(entry, f"substitutions[{n}]")
            if course.step(entry) != entry:
                raise Invalid(f"substitutions[{n}]", "differs")
        _check_asked(asked, "")
        return course.step(asked)


def check_step(value: object, path: str) -> dict[str, Any]:
    """One recorded entry: its keys, and the types of what was asked for. Raises Invalid."""
    is_seat = isinstance(value, dict) and value.get("seat") is not None
    entry = fields.members(value, path, _SEAT_STEP if is_seat else _UNIT_STEP)
    _check_asked(entry, f"{path}.")
    return entry


def _check_asked(entry: Mapping[str, Any], path: str) -> None:
    fields.identifier(entry["unit"], f"{path}unit")
    if entry["seat"] is not None:
        fields.integer(entry["seat"], f"{path}seat")
    fields.identifier(entry["ground"], f"{path}ground")
    if entry["note"] is not None:
        fields.text(entry["note"], f"{path}note")


class Course:
    """Who inspects what, and with how much load left, after the draw and each step taken since.

    `drawn` needs `seed`, `selected`, `reserves` and `assignments` as a record has them. Raises Invalid where nothing
    was assigned.
    """

    def __init__(self, drawn_from: Frame, drawn: Mapping[str, Any]) -> None:
        if drawn["assignments"] is None:
            raise Invalid("assignments", "nothing assigned")
        document, self._seating = drawn_from.document, drawn_from.seating
        self._seed: str = drawn["seed"]
        wanted = {entry["unit"] for entry in (*drawn["selected"], *drawn["reserves"])}
        self._units = {unit["id"]: unit for unit in document["units"] if unit["id"] in wanted}
        self._directed = {entry["unit"] for entry in drawn["selected"] if entry["mandatory"]}
        self._reserves: dict[str, list[str]] = {}
        for entry in drawn["reserves"]:
            self._reserves.setdefault(entry["stratum"], []).append(entry["unit"])
        self._limit = load_limit(
            [self._units[entry["unit"]] for entry in drawn["selected"]],
            self._seating,
            max_load=document["team"]["max_load"],
        )
        self._loads = [0] * len(self._seating.inspectors)
        self._teams: dict[str, list[int | None]] = {}  # None: a seat for which nobody was left
        self._taken_off: dict[str, int] = {}
        places = {name: place for place, name in enumerate(self._seating.inspectors)}
        for entry in drawn["assignments"]:
            self._place(entry["unit"], [places[name] for name in entry["inspectors"]])

    def step(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Take one step: the complete entry for what is asked. Raises Invalid where it can't be asked for."""
        entry = {key: asked[key] for key in ("unit", "seat", "ground", "note")}
        if asked["unit"] not in self._teams:
            raise Invalid("unit", "not under inspection")
        if asked["seat"] is None:
            unit_in, team = self._replace_unit(asked["unit"])
            return {**entry, "unit_in": unit_in, "inspectors": [self._seating.inspectors[n] for n in team]}
        if asked["seat"] >= self._seating.size:
            raise Invalid("seat", "no such seat")
        successor = self._replace_seat(asked["unit"], asked["seat"])
        return {**entry, "inspector_in": None if successor is None else self._seating.inspectors[successor]}

    def _replace_unit(self, unit: str) -> tuple[str | None, list[int]]:
        for inspector in self._teams.pop(unit):
            if inspector is not None:
                self._loads[inspector] -= 1
        if unit in self._directed:
            return None, []
        waiting = self._reserves.get(self._units[unit]["stratum"], [])
        for reserve in waiting:
            team = smallest_team(self._units[reserve], self._seating, seed=self._seed, free=self._free())
            if team is not None:
                waiting.remove(reserve)
                self._place(reserve, team)
                return reserve, team
        return None, []

    def _replace_seat(self, unit: str, seat: int) -> int | None:
        team = self._teams[unit]
        leaving = team[seat]
        if leaving is not None:
            self._loads[leaving] -= 1
            self._taken_off[unit] = self._taken_off.get(unit, 0) | 1 << leaving
            team[seat] = None
        sitting = sum(1 << inspector for inspector in team if inspector is not None)
        mask = self._seating.may_sit(self._units[unit]) & self._free()
        mask &= ~(sitting | self._taken_off.get(unit, 0))
        if seat == 0:
            mask &= self._seating.leads
        tickets = PairTickets(self._seed, self._seating.inspectors).of(unit, mask)
        if not tickets:
            return None
        _, successor = min(tickets)
        self._loads[successor] += 1
        team[seat] = successor
        return successor

    def _place(self, unit: str, team: Sequence[int]) -> None:
        self._teams[unit] = list(team)
        for inspector in team:
            self._loads[inspector] += 1

    def _free(self) -> int:
        return sum(1 << n for n, load in enumerate(self._loads) if load < self._limit)
