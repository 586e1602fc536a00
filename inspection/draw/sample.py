"""The first random: which units are inspected, and which stand by (spec section 4)."""

from collections import Counter
from typing import NamedTuple

from inspection.draw.frame import Frame
from inspection.draw.tickets import DIRECTED, Ticket, first_units


class Drawn(NamedTuple):
    """A unit that came up: `place` is its index in the frame's units, `ticket` 64 hex digits."""

    place: int
    unit: str
    stratum: str
    ticket: str
    mandatory: bool


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
    eligible = Counter(unit["stratum"] for unit in units if unit["status"] == "eligible")
    quotas = {
        stratum["id"]: quota(
            eligible[stratum["id"]], rate_bp=stratum["rate_bp"], least=stratum["min"], most=stratum["max"]
        )
        for stratum in document["strata"]
    }
    wanted = {name: number + document["reserve"] for name, number in quotas.items()}
    first = first_units(seed, units, wanted, eligible)
    selected = first[DIRECTED] + [ticket for name, last in quotas.items() for ticket in first[name][:last]]
    reserves = [ticket for name, last in quotas.items() for ticket in first[name][last:]]

    def drawn(ticket: Ticket) -> Drawn:
        digest, place = ticket
        unit = units[place]
        return Drawn(place, unit["id"], unit["stratum"], digest.hex(), unit["status"] == "mandatory")

    return Sample([drawn(ticket) for ticket in sorted(selected)], [drawn(ticket) for ticket in reserves])
