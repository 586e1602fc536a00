"""The frame: what is drawn from, by which rules, with which chance (spec section 2)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from operator import itemgetter
from typing import Any, NamedTuple

from inspection.draw import fields
from inspection.draw.canon import canonical
from inspection.draw.rules import Invalid, InvalidFrame, refusing
from inspection.draw.seating import Seating, seat

_FRAME = frozenset(
    ("draw", "as_of", "supersedes", "strata", "units", "reserve", "team", "inspectors", "entropy")
)
_STRATUM = frozenset(("id", "rate_bp", "min", "max"))
_UNIT = frozenset(("id", "kind", "stratum", "district", "status", "ground", "note"))
_BUT_THE_ID = itemgetter("kind", "stratum", "district", "status", "ground", "note")
_TEAM = frozenset(("size", "lead_required", "cross_district", "max_load"))
_INSPECTOR = frozenset(("id", "lead", "kinds", "district", "status", "ground", "note", "recused"))
_PLANNED = {
    "dice": frozenset(("kind", "by")),
    "beacon": frozenset(("kind", "by", "source", "round")),
    "reveal": frozenset(("kind", "by", "commitment")),
}
_UNIT_STATES = frozenset(("eligible", "mandatory", "excluded"))
_INSPECTOR_STATES = frozenset(("eligible", "excluded"))


class Frame(NamedTuple):
    """A frame that keeps every rule. `document` is the value that was checked; nobody may change it any more."""

    document: dict[str, Any]
    seating: Seating


def check(value: object) -> Frame:
    """The frame in a JSON value. Raises InvalidFrame with the path of the first field that breaks a rule."""
    with refusing(InvalidFrame):
        frame = fields.members(value, "", _FRAME)
        fields.identifier(frame["draw"], "draw")
        _check_day(frame["as_of"])
        if frame["supersedes"] is not None:
            fields.identifier(frame["supersedes"], "supersedes")
        strata = _each(frame["strata"], "strata", _check_stratum)
        if not strata:
            raise Invalid("strata", "empty")
        names = {stratum["id"] for stratum in strata}
        units = _each(frame["units"], "units", _unit_check(names))
        if not units:
            raise Invalid("units", "empty")
        fields.integer(frame["reserve"], "reserve", high=100)
        _check_team(frame["team"])
        population = {unit["id"] for unit in units}
        inspectors = _each(
            frame["inspectors"], "inspectors", lambda inspector: _check_inspector(inspector, population)
        )
        _check_plan(frame["entropy"])
        seating = seat(frame["team"], inspectors)
        _check_staffable(units, seating, frame["team"]["max_load"])
    return Frame(frame, seating)


class Unstaffed(NamedTuple):
    """A unit whose seats nobody fills, by which rule, and the eligible inspectors whom recusals alone keep from it."""

    unit: str
    rule: str
    recused: list[str]


def unstaffed(document: Mapping[str, Any]) -> Iterator[Unstaffed]:
    """Every unit for which `check` refuses a frame that is otherwise as it should be; it names the first alone."""
    seating = seat(document["team"], document["inspectors"])
    for unit in document["units"]:
        if unit["status"] == "excluded":
            continue
        try:
            _check_staffable([unit], seating, document["team"]["max_load"])
        except Invalid as fault:
            kept_off = seating.may_sit(unit, recusals=False) & ~seating.may_sit(unit)
            names = [name for n, name in enumerate(seating.inspectors) if kept_off >> n & 1]
            yield Unstaffed(unit["id"], fault.rule, names)


def frame_sha256(document: dict[str, Any]) -> str:
    """What is committed to before chance exists: SHA-256 of the frame's canonical JSON, in hex."""
    return sha256(canonical(document)).hexdigest()


def _each(value: object, path: str, check_item: Callable[[Any], None]) -> list[dict[str, Any]]:
    """A list of objects sorted by id; a fault inside one is named by its place in the list."""
    listed = fields.items(value, path)
    for n, item in enumerate(listed):
        try:
            check_item(item)
        except Invalid as fault:
            below = "" if fault.path in ("", "frame") else f".{fault.path}"
            raise Invalid(f"{path}[{n}]{below}", fault.rule) from None
    fields.ascending([item["id"] for item in listed], path, repeated="repeated id")
    return listed


def _check_day(value: object) -> None:
    try:
        day = date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Invalid("as_of", "no date") from None
    if day.isoformat() != value:
        raise Invalid("as_of", "no date")  # 20261120 and 2026-W47-5 are dates in other forms


def _check_stratum(value: object) -> None:
    stratum = fields.members(value, "", _STRATUM)
    fields.identifier(stratum["id"], "id")
    fields.integer(stratum["rate_bp"], "rate_bp", high=10000)
    least = fields.integer(stratum["min"], "min")
    if stratum["max"] is not None and fields.integer(stratum["max"], "max") < least:
        raise Invalid("max", "below min")


def _unit_check(strata: Collection[str]) -> Callable[[Any], None]:
    """Checks one unit after another. In a population most differ by their id alone: what is known to be good is not
    looked at again, which makes a million units three times as quick."""
    good: set[tuple[object, ...]] = set()

    def check_unit(unit: Any) -> None:
        try:
            is_good = unit.keys() == _UNIT and _BUT_THE_ID(unit) in good
        except (AttributeError, TypeError):  # no object, or a list where there should be a text
            is_good = False
        if is_good:
            fields.identifier(unit["id"], "id")
        else:
            _check_unit(unit, strata)
            good.add(_BUT_THE_ID(unit))

    return check_unit


def _check_unit(value: object, strata: Collection[str]) -> None:
    unit = fields.members(value, "", _UNIT)
    fields.identifier(unit["id"], "id")
    fields.identifier(unit["kind"], "kind")
    if fields.identifier(unit["stratum"], "stratum") not in strata:
        raise Invalid("stratum", "stratum not declared")
    _check_standing(unit, _UNIT_STATES)


def _check_team(value: object) -> None:
    team = fields.members(value, "team", _TEAM)
    if team["size"] == 1 and type(team["size"]) is int:
        raise Invalid("team.size", "one inspector")
    fields.integer(team["size"], "team.size", low=2, high=5)
    fields.boolean(team["lead_required"], "team.lead_required")
    fields.boolean(team["cross_district"], "team.cross_district")
    if team["max_load"] is not None:
        fields.integer(team["max_load"], "team.max_load")


def _check_inspector(value: object, population: Collection[str]) -> None:
    inspector = fields.members(value, "", _INSPECTOR)
    fields.identifier(inspector["id"], "id")
    fields.boolean(inspector["lead"], "lead")
    _check_standing(inspector, _INSPECTOR_STATES)
    kinds = _ids(inspector["kinds"], "kinds")
    fields.ascending(kinds, "kinds", repeated="repeated value")
    recused = _ids(inspector["recused"], "recused")
    fields.ascending(recused, "recused", repeated="repeated value")
    if not all(unit in population for unit in recused):
        raise Invalid("recused", "unknown unit")


def _ids(value: object, path: str) -> list[str]:
    return [fields.identifier(item, f"{path}[{n}]") for n, item in enumerate(fields.items(value, path))]


def _check_standing(entry: dict[str, Any], states: Collection[str]) -> None:
    """What units and inspectors share: district, status, and the published ground of every status but eligible."""
    if entry["district"] is not None:
        fields.identifier(entry["district"], "district")
    if not isinstance(entry["status"], str):
        raise Invalid("status", "not a text")
    if entry["status"] not in states:
        raise Invalid("status", "unknown status")
    if entry["status"] != "eligible":
        fields.identifier(entry["ground"], "ground")
    elif entry["ground"] is not None:
        raise Invalid("ground", "eligible with a ground")
    if entry["note"] is not None:
        fields.text(entry["note"], "note")


def _check_plan(value: object) -> None:
    plan = fields.items(value, "entropy")
    for n, item in enumerate(plan):
        _check_planned(item, f"entropy[{n}]")
    if not plan:
        raise Invalid("entropy", "empty plan")
    reveals = [item for item in plan if item["kind"] == "reveal"]
    if _repeats(item["by"] for item in reveals):
        raise Invalid("entropy", "same party twice")
    if _repeats(item["commitment"] for item in reveals):
        raise Invalid("entropy", "repeated commitment")
    if len(plan) == len(reveals) == 1:
        raise Invalid("entropy", "one reveal alone")


def _check_planned(item: object, path: str) -> None:
    kind = item.get("kind") if isinstance(item, dict) else None
    if isinstance(item, dict) and "kind" in item and not (isinstance(kind, str) and kind in _PLANNED):
        raise Invalid(f"{path}.kind", "unknown kind")
    planned = fields.members(item, path, _PLANNED[kind or "dice"])
    for key in planned.keys() & {"by", "source", "round"}:
        fields.identifier(planned[key], f"{path}.{key}")
    if kind == "reveal":
        fields.hexadecimal(planned["commitment"], f"{path}.commitment", low=64, high=64)


def _repeats(values: Iterable[str]) -> bool:
    listed = list(values)
    return len(set(listed)) != len(listed)


def _check_staffable(units: list[dict[str, Any]], seating: Seating, max_load: int | None) -> None:
    """Every unit that can be drawn can be staffed alone; otherwise recusing everyone from one firm would make
    every draw that hits it fail."""
    settled: set[tuple[str, str | None]] = set()  # staffable kinds and districts, where nobody is recused
    for n, unit in enumerate(units):
        if unit["status"] == "excluded":
            continue
        if max_load == 0:
            raise Invalid(f"units[{n}]", "staffable alone: max_load 0")
        place = (unit["kind"], unit["district"])
        is_plain = unit["id"] not in seating.recused
        if is_plain and place in settled:
            continue
        mask = seating.may_sit(unit)
        if not seating.staffable(mask):
            raise Invalid(f"units[{n}]", f"staffable alone: {_want_of(unit, mask, seating)}")
        if is_plain:
            settled.add(place)


def _want_of(unit: dict[str, Any], mask: int, seating: Seating) -> str:
    if seating.staffable(seating.may_sit(unit, recusals=False)):
        return "everyone recused"
    return "too few inspectors" if mask.bit_count() < seating.size else "no lead"
