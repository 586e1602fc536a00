"""The registered subject that an address or a form names: `organisation=<public id>` or `practitioner=<public id>`."""

from collections.abc import Mapping

from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.find import Found


def asked_for(session: WorkSession, asked: Mapping[str, str]) -> Found | None:
    """None where none is named. Raises NotFound for one that is not there."""
    if organisation := asked.get("organisation"):
        place = find.organisation(session, organisation)
        return Found("organisation", place.id, place.public_id, place.name)
    if practitioner := asked.get("practitioner"):
        person = find.practitioner(session, practitioner)
        return Found("practitioner", person.id, person.public_id, person.name)
    return None
