"""The roster as rows of the files that it is imported from, so that what was exported imports as unchanged.

Rows are read and given one by one. Identity numbers and private telephones are in them only where the caller asks.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from registry.kernel.work import WorkSession
from registry.roster import admission, kinds
from registry.roster.importers import ORGANISATION_LAYOUT, PRACTITIONER_LAYOUT
from registry.roster.layout import Layout
from registry.roster.tables import EngagementRow, LicenceRow, OrganisationRow, PractitionerRow

AT_ONCE = 1_000
RESTRICTED = frozenset({"id_number", "phone"})
"""Columns of a person that are exported with a permission of their own."""

_ORGANISATION = (
    "name", "uscc", "kind", "form", "district", "head", "licence_number", "authority", "address", "phone", "established_on",
    "state", "state_since",
)  # fmt: skip
_PRACTITIONER = (
    "name", "id_type", "id_number", "verified", "profession", "category", "licence_number", "organisation",
    "organisation_uscc", "granted_on", "joined_on", "state", "state_since", "phone",
)  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """What is on the list: a kind of organisation or a profession with its filters, or the people of one organisation
    (row id)."""

    kind: str | None = None
    district: str | None = None
    state: str | None = None
    organisation: int | None = None

    @property
    def organisations(self) -> bool:
        return self.kind in kinds.ORGANISATION_KINDS


def headers(chosen: Chosen, *, restricted: bool = False) -> list[str]:
    """The usual names of the columns, as the importers know them."""
    layout, fields = _layout(chosen, restricted=restricted)
    return [layout.column(field).titles[0] for field in fields]


def rows(session: WorkSession, chosen: Chosen, *, restricted: bool = False) -> Iterator[list[str]]:
    """The cells of each row under `headers`, in the order of enrolment."""
    _, fields = _layout(chosen, restricted=restricted)
    reader = _organisation_cells if chosen.organisations else _practitioner_cells
    for row in session.execute(_query(chosen).execution_options(yield_per=AT_ONCE)):
        cells = reader(session, row, fields)
        yield [cells.get(field) or "" for field in fields]


def persons(session: WorkSession, chosen: Chosen, *, limit: int) -> list[str]:
    """The public ids of the people on the list, each once, at most `limit`."""
    query = _query(chosen).with_only_columns(PractitionerRow.public_id).order_by(None).distinct()
    return list(session.scalars(query.order_by(PractitionerRow.public_id).limit(limit)))


def _layout(chosen: Chosen, *, restricted: bool) -> tuple[Layout, Sequence[str]]:
    if chosen.organisations:
        return ORGANISATION_LAYOUT, _ORGANISATION
    fields = [field for field in _PRACTITIONER if restricted or field not in RESTRICTED]
    return PRACTITIONER_LAYOUT, fields


def _query(chosen: Chosen) -> Select[*tuple[Any, ...]]:
    return _organisations(chosen) if chosen.organisations else _licences(chosen)


def _organisations(chosen: Chosen) -> Select[*tuple[Any, ...]]:
    query = select(OrganisationRow).where(OrganisationRow.kind == chosen.kind).order_by(OrganisationRow.id)
    if chosen.state:
        query = query.where(OrganisationRow.state == chosen.state)
    return query.where(OrganisationRow.district == chosen.district) if chosen.district else query


def _licences(chosen: Chosen) -> Select[*tuple[Any, ...]]:
    engaged = (EngagementRow.licence_id == LicenceRow.id) & EngagementRow.until.is_(None)
    query = (
        select(
            LicenceRow,
            PractitionerRow,
            OrganisationRow.name.label("organisation"),
            OrganisationRow.uscc,
            EngagementRow.since,
        )
        .join(PractitionerRow, PractitionerRow.id == LicenceRow.practitioner_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == LicenceRow.organisation_id)
        .outerjoin(EngagementRow, engaged)
        .order_by(LicenceRow.id)
    )
    if chosen.organisation is not None:
        query = query.where(LicenceRow.organisation_id == chosen.organisation, LicenceRow.ended_on.is_(None))
    else:
        query = query.where(LicenceRow.profession == chosen.kind)
    if chosen.state:
        query = query.where(LicenceRow.state == chosen.state)
    return query.where(OrganisationRow.district == chosen.district) if chosen.district else query


def _organisation_cells(session: WorkSession, row: Any, _fields: Collection[str]) -> dict[str, str | None]:
    place: OrganisationRow = row.OrganisationRow
    return {
        "name": place.name,
        "uscc": place.uscc,
        "kind": kinds.ORGANISATION_KINDS[place.kind].title,
        "form": place.form,
        "district": _district(place.district),
        "head": place.head,
        "licence_number": place.licence_number,
        "authority": place.authority,
        "address": session.keys.decrypt(place.address, admission.ADDRESS_CONTEXT) if place.address else None,
        "phone": session.keys.decrypt(place.phone, admission.OFFICE_PHONE_CONTEXT) if place.phone else None,
        "established_on": _day(place.established_on),
        "state": kinds.ORGANISATION_STATES[place.state].title,
        "state_since": _day(place.state_since),
    }


def _practitioner_cells(session: WorkSession, row: Any, fields: Collection[str]) -> dict[str, str | None]:
    licence: LicenceRow = row.LicenceRow
    person: PractitionerRow = row.PractitionerRow
    cells = {
        "name": person.name,
        "id_type": person.id_type,
        "verified": "是" if person.doubts else None,
        "profession": kinds.PROFESSIONS[licence.profession].title,
        "category": licence.category,
        "licence_number": licence.number,
        "organisation": row.organisation,
        "organisation_uscc": row.uscc,
        "granted_on": _day(licence.granted_on),
        "joined_on": _day(row.since) if row.since and row.since > licence.granted_on else None,
        "state": kinds.LICENCE_STATES[licence.state].title,
        "state_since": _day(licence.state_since),
    }
    if "id_number" in fields and person.id_number:
        cells["id_number"] = session.keys.decrypt(person.id_number, admission.ID_CONTEXT)
    if "phone" in fields and person.phone:
        cells["phone"] = session.keys.decrypt(person.phone, admission.PHONE_CONTEXT)
    return cells


def _district(code: str) -> str:
    """The district's name where it leads back to the code, else the code: two cities may have districts of one name."""
    name = kinds.district_name(code)
    return name if kinds.district_code(name) == code else code


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
