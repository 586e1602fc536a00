"""How the roster is asked: by public id, code, number or name; by search; and for everyone of a kind on a day."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, bindparam, select

from registry.accounts import lookups
from registry.kernel.identifiers import parse_resident_id
from registry.kernel.work import WorkSession
from registry.roster.admission import ID_CONTEXT
from registry.roster.asof import NOT_YET, Late, late, organisation, practitioner
from registry.roster.cells import read_code
from registry.roster.names import fold
from registry.roster.narrowing import STANDINGS, Facets, Narrowed, facets
from registry.roster.population import Listed, Member, browse, members, population
from registry.roster.records import (
    Engagement,
    Identity,
    Licence,
    Organisation,
    Period,
    Practitioner,
    Workplace,
    identity,
)
from registry.roster.search import Hit, leaf_through, matching, search
from registry.roster.similar import similar
from registry.roster.tables import LicenceNumberRow, LicenceRow, OrganisationRow, PractitionerRow

__all__ = [
    "NOT_YET",
    "STANDINGS",
    "Engagement",
    "Facets",
    "Found",
    "Hit",
    "Identity",
    "Late",
    "Licence",
    "Listed",
    "Member",
    "Narrowed",
    "Organisation",
    "Period",
    "Practitioner",
    "Workplace",
    "browse",
    "by_id_number",
    "by_licence",
    "by_name",
    "by_uscc",
    "facets",
    "head_of",
    "identity",
    "late",
    "leaf_through",
    "look_up",
    "matching",
    "member_named",
    "members",
    "named",
    "named_practitioners",
    "names_of",
    "organisation",
    "people_by_name",
    "population",
    "practitioner",
    "search",
    "similar",
]


@dataclass(frozen=True)
class Found:
    """Enough to name a subject and to stand for it: `kind` is "organisation" or "practitioner"."""

    kind: str
    id: int
    public_id: str
    name: str


def by_uscc(session: WorkSession, uscc: str) -> Found | None:
    """The organisation with this unified social credit code, one that runs before one that ended."""
    return _first_organisation(session, OrganisationRow.uscc == read_code(uscc))


def by_name(session: WorkSession, name: str, *, kind: str | None = None) -> list[Found]:
    """Organisations whose name is this one, whatever the brackets and widths, those that run first."""
    condition = OrganisationRow.name_key == fold(name)
    if kind is not None:
        condition &= OrganisationRow.kind == kind
    return _organisations(session, condition)


def people_by_name(session: WorkSession, name: str) -> list[Found]:
    """Every practitioner of this name; records that were merged into another are not asked."""
    rows = session.execute(_BY_NAME, {"key": fold(name)})
    return [Found("practitioner", row.id, row.public_id, row.name) for row in rows]


def by_licence(session: WorkSession, number: str, *, profession: str | None = None) -> list[Found]:
    """Who holds or held a licence under this number, now or before: people, then organisations."""
    code = read_code(number)
    query = _BY_LICENCE if profession is None else _BY_LICENCE_OF
    rows = session.execute(query, {"number": code, "profession": profession})
    people = [Found("practitioner", row.id, row.public_id, row.name) for row in rows]
    return people if profession else people + _organisations(session, OrganisationRow.licence_number == code)


def by_id_number(session: WorkSession, number: str) -> Found | None:
    """The person with this identity number, found without decrypting any."""
    code = read_code(number)
    blind = session.keys.blind(parse_resident_id(code).text, ID_CONTEXT)
    query = select(PractitionerRow.id, PractitionerRow.public_id, PractitionerRow.name)
    row = session.execute(query.where(PractitionerRow.id_blind == blind)).one_or_none()
    return Found("practitioner", row.id, row.public_id, row.name) if row is not None else None


def look_up(session: WorkSession, number: str, *, purpose: str) -> Found | None:
    """As `by_id_number`, for a person who asks and says for what: an act, whether or not somebody is found.

    Raises Invalid for a purpose that is none of registry.accounts.lookups.PURPOSES.
    """
    found = by_id_number(session, number)
    lookups.note(session, "roster.look_up", found.public_id if found else "none", purpose=purpose)
    return found


def named(
    session: WorkSession, *, organisations: Collection[int] = (), practitioners: Collection[int] = ()
) -> dict[tuple[str, int], Found]:
    """Names for row ids, by ("organisation" or "practitioner", id): what a list of events shows."""
    found: dict[tuple[str, int], Found] = {}
    if organisations:
        for place in _organisations(session, OrganisationRow.id.in_(organisations)):
            found["organisation", place.id] = place
    if practitioners:
        query = select(PractitionerRow.id, PractitionerRow.public_id, PractitionerRow.name)
        for row in session.execute(query.where(PractitionerRow.id.in_(practitioners))):
            found["practitioner", row.id] = Found("practitioner", row.id, row.public_id, row.name)
    return found


def named_practitioners(session: WorkSession, public_ids: Collection[str]) -> dict[str, Found]:
    """Practitioners by public id; unknown ids are left out."""
    query = select(PractitionerRow.id, PractitionerRow.public_id, PractitionerRow.name)
    rows = session.execute(query.where(PractitionerRow.public_id.in_(public_ids)))
    return {row.public_id: Found("practitioner", row.id, row.public_id, row.name) for row in rows}


def names_of(session: WorkSession, public_ids: Collection[str]) -> dict[str, str]:
    """The names of practitioners and organisations by public id; unknown ids are left out."""
    return {
        row.public_id: row.name
        for table in (OrganisationRow, PractitionerRow)
        for row in session.execute(select(table.public_id, table.name).where(table.public_id.in_(public_ids)))
    }


def head_of(session: WorkSession, organisation_id: int) -> Found | None:
    """The person of the roster who heads an organisation (row id): the one registered as such, else the one of its
    people who bears the head's name. None where nobody or more than one does."""
    place = session.execute(
        select(OrganisationRow.head_id, OrganisationRow.head).where(OrganisationRow.id == organisation_id)
    ).one_or_none()
    if place is None:
        return None
    if place.head_id is None:
        return member_named(session, organisation_id, place.head or "")
    query = select(PractitionerRow.id, PractitionerRow.public_id, PractitionerRow.name)
    row = session.execute(query.where(PractitionerRow.id == place.head_id)).one()
    return Found("practitioner", row.id, row.public_id, row.name)


def member_named(session: WorkSession, organisation_id: int, name: str) -> Found | None:
    """The one person of this name who practises at an organisation (row id) now; None where nobody or more than one does."""
    member = (LicenceRow.organisation_id == organisation_id) & LicenceRow.ended_on.is_(None)
    held = select(LicenceRow.practitioner_id).where(member)
    query = select(PractitionerRow.id, PractitionerRow.public_id, PractitionerRow.name)
    named_ = PractitionerRow.name_key == fold(name)
    rows = session.execute(query.where(named_, PractitionerRow.id.in_(held)).limit(2)).all()
    return Found("practitioner", rows[0].id, rows[0].public_id, rows[0].name) if len(rows) == 1 else None


def _first_organisation(session: WorkSession, condition: ColumnElement[bool]) -> Found | None:
    return next(iter(_organisations(session, condition)), None)


def _organisations(session: WorkSession, condition: ColumnElement[bool]) -> list[Found]:
    query = select(OrganisationRow.id, OrganisationRow.public_id, OrganisationRow.name).where(condition)
    order = (OrganisationRow.ended_on.is_not(None), OrganisationRow.ended_on.desc(), OrganisationRow.id)
    rows = session.execute(query.order_by(*order))
    return [Found("organisation", row.id, row.public_id, row.name) for row in rows]


# Built once: building a statement costs more than running it.
_PERSON = (PractitionerRow.id, PractitionerRow.public_id, PractitionerRow.name)
_BY_NAME = (
    select(*_PERSON)
    .where(
        PractitionerRow.name_key == bindparam("key", type_=String), PractitionerRow.merged_into_id.is_(None)
    )
    .order_by(PractitionerRow.id)
)
_BY_LICENCE = (
    select(*_PERSON)
    .join(LicenceRow, LicenceRow.practitioner_id == PractitionerRow.id)
    .join(LicenceNumberRow, LicenceNumberRow.licence_id == LicenceRow.id)
    .where(LicenceNumberRow.number == bindparam("number", type_=String))
    .distinct()
    .order_by(PractitionerRow.id)
)
_BY_LICENCE_OF = _BY_LICENCE.where(LicenceRow.profession == bindparam("profession", type_=String))
