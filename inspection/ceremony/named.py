"""How the units of a frame are shown to people: organisations by name, persons only once they were drawn."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from inspection.ceremony.persons import Opened, opened
from registry.kernel.work import WorkSession
from registry.roster.kinds import PROFESSIONS
from registry.roster.tables import OrganisationRow

_ONE_BY_ONE = 1_000  # more than these are read as the whole kind, not as thousands of ids


@dataclass(frozen=True)
class Named:
    """`path` leads to the subject's page, None for a person who is not opened; `person` is one who is."""

    name: str
    path: str | None
    person: Opened | None = None


def named(session: WorkSession, draw: str, kind: str, units: Collection[str]) -> dict[str, Named]:
    """Every one of `units` of the draw (public id) whose frame is of `kind`, for the public."""
    if kind in PROFESSIONS:
        people = opened(session, draw, kind)
        return {unit: _person(people[unit]) if unit in people else closed(unit) for unit in units}
    places = select(OrganisationRow.public_id, OrganisationRow.name)
    wanted = (
        OrganisationRow.public_id.in_(units) if len(units) < _ONE_BY_ONE else OrganisationRow.kind == kind
    )
    names = {row.public_id: row.name for row in session.execute(places.where(wanted))}
    return {unit: Named(names.get(unit, unit), f"/organisations/{unit}") for unit in units}


def closed(unit: str) -> Named:
    """A person who stays closed: the beginning of the pseudonym, enough to find it in the frame."""
    return Named(f"化名 {unit[:12]}", None)


def _person(person: Opened) -> Named:
    return Named(person.name, f"/practitioners/{person.practitioner}", person)
