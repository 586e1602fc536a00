"""The first random: which units are inspected, and which stand by (spec section 4)."""

from typing import NamedTuple

from inspection.draw.frame import Frame
from inspection.draw.tickets import Ticket, first_units


class Drawn(NamedTuple):
    """A unit that came up: `place` is its index in the frame's units, `ticket` 64 hex digits."""

    place: int
    unit: str
    stratum: str
    ticket: str
    mandatory: bool


class _Pool(NamedTuple):
    names: list[str]
    places: list[int]


class Sample(NamedTuple):
    """`selected` in ticket order across strata; `reserves` by stratum id, then ticket."""

    selected: list[Drawn]
    reserves: list[Drawn]


def quota(population: int, *, rate_bp: int, least: int, most: int | None) -> int:
    """How many of a stratum's `population` eligible units are selected, all on integers."""
    wanted = min(population, max(least, (population * rate_bp + 9999) // 10000))
    return wanted if most is None else min(wanted, most)


def sample(frame: Frame, seed: str) -> Sample:
    """The units that a seed selects from a frame."""
    document = frame.document
    units = document["units"]
    pools: dict[str, _Pool] = {stratum["id"]: _Pool([], []) for stratum in document["strata"]}
    directed = _Pool([], [])
    for place, unit in enumerate(units):
        status = unit["status"]
        if status != "excluded":
            pool = pools[unit["stratum"]] if status == "eligible" else directed
            pool.names.append(unit["id"])
            pool.places.append(place)

    selected = first_units(seed, *directed, len(directed.places))
    reserves: list[Ticket] = []
    for stratum in document["strata"]:
        pool = pools[stratum["id"]]
        last = quota(len(pool.places), rate_bp=stratum["rate_bp"], least=stratum["min"], most=stratum["max"])
        first = first_units(seed, *pool, last + document["reserve"])
        selected += first[:last]
        reserves += first[last:]

    def drawn(ticket: Ticket) -> Drawn:
        digest, place = ticket
        unit = units[place]
        return Drawn(place, unit["id"], unit["stratum"], digest.hex(), unit["status"] == "mandatory")

    return Sample([drawn(ticket) for ticket in sorted(selected)], [drawn(ticket) for ticket in reserves])
