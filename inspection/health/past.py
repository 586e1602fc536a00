"""What a published record tells about chance: pools that were drawn from, and inspectors whom the rules cannot tell apart."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Pool:
    """One stratum of one draw: its eligible units in the order of the list, and the places of those that were drawn."""

    units: tuple[str, ...]
    drawn: tuple[int, ...]

    @property
    def odds(self) -> float:
        return len(self.drawn) / len(self.units)


@dataclass(frozen=True)
class Past:
    """One past draw. `classes` holds inspectors (ids, in the order of the list) who are exchangeable among each other:
    swapping two of them changes nothing that the draw looks at. `teams` are (unit, inspectors by seat) in ticket order.
    `replaced` counts the units and inspectors that fell out afterwards.
    """

    draw: str
    pools: tuple[Pool, ...]
    classes: tuple[tuple[str, ...], ...]
    teams: tuple[tuple[str, tuple[str, ...]], ...]
    replaced: int = 0


def renamed(one: Past, names: Mapping[str, str]) -> Past:
    """The same draw, its units under other names: the places in the list stay."""
    return replace(
        one,
        pools=tuple(
            Pool(tuple(names.get(unit, unit) for unit in pool.units), pool.drawn) for pool in one.pools
        ),
        teams=tuple((names.get(unit, unit), team) for unit, team in one.teams),
    )


def past(record: Mapping[str, Any]) -> Past:
    """A verified record, as far as chance goes. Substitutions come later and are no part of the draw; they are counted."""
    frame = record["frame"]
    chosen = {entry["unit"] for entry in record["selected"]}
    pools: dict[str, list[str]] = defaultdict(list)
    kinds = set()
    for unit in frame["units"]:
        if unit["status"] == "eligible":
            pools[unit["stratum"]].append(unit["id"])
        if unit["id"] in chosen:
            kinds.add(unit["kind"])
    teams = record["assignments"] or ()
    return Past(
        draw=frame["draw"],
        pools=tuple(
            Pool(tuple(units), tuple(place for place, unit in enumerate(units) if unit in chosen))
            for units in pools.values()
        ),
        classes=_classes(frame["inspectors"], frame["team"], chosen, kinds) if teams else (),
        teams=tuple((entry["unit"], tuple(entry["inspectors"])) for entry in teams),
        replaced=len(record["substitutions"]),
    )


def _classes(
    inspectors: Sequence[Mapping[str, Any]], rules: Mapping[str, Any], chosen: set[str], kinds: set[str]
) -> tuple[tuple[str, ...], ...]:
    """By all that decides where an inspector may sit among the selected units."""
    classes: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for person in inspectors:
        if person["status"] == "eligible":
            key = (
                person["lead"] and rules["lead_required"],
                person["district"] if rules["cross_district"] else None,
                frozenset(kinds.intersection(person["kinds"])),
                frozenset(chosen.intersection(person["recused"])),
            )
            classes[key].append(person["id"])
    return tuple(map(tuple, classes.values()))
