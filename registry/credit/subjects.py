"""Binds what a file says about a subject to who is registered: exactly, or not at all."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from registry.credit.record import Subject
from registry.kernel.work import WorkSession
from registry.roster.admission import ID_CONTEXT
from registry.roster.names import fold
from registry.roster.tables import LicenceNumberRow, LicenceRow, OrganisationRow, PractitionerRow


class Described(NamedTuple):
    """What a row tells of its subject, "" where nothing. `person` says which register is meant, None leaves it open."""

    name: str
    uscc: str = ""
    resident_id: str = ""
    licence: str = ""
    person: bool | None = None


def bind(session: WorkSession, described: Sequence[Described]) -> list[Subject]:
    """The subject of each row, in order.

    An organisation is known by its credit code; without a code by its whole name, if one organisation alone bears it
    and nobody else's code stands against it. A person is known by identity number or licence number, and the name must
    agree: names alone are shared by many. Everybody else is kept by name.
    """
    codes = _organisations_by_code(session, {one.uscc for one in described if one.uscc})
    names = _organisations_by_name(
        session, {fold(one.name) for one in described if not one.person and not one.uscc}
    )
    persons = _persons(session, described)
    subjects = []
    for one in described:
        person = None if one.person is False else persons.get((_key(session, one), fold(one.name)))
        person = person or (None if one.person is False else persons.get((one.licence, fold(one.name))))
        if person is not None:
            subjects.append(Subject(practitioner=person, name=one.name))
        elif not one.person and (found := codes.get(one.uscc) if one.uscc else names.get(fold(one.name))):
            subjects.append(Subject(organisation=found, name=one.name))
        else:
            subjects.append(Subject(name=one.name))
    return subjects


def registered_codes(session: WorkSession, codes: set[str]) -> set[str]:
    """Those of the credit codes that stand in the roster, which then vouches for them."""
    return set(_organisations_by_code(session, codes))


def _key(session: WorkSession, one: Described) -> str:
    return session.keys.blind(one.resident_id, ID_CONTEXT) if one.resident_id else ""


def _organisations_by_code(session: WorkSession, codes: set[str]) -> dict[str, int]:
    if not codes:
        return {}
    rows = session.execute(
        select(OrganisationRow.uscc, OrganisationRow.id)
        .where(OrganisationRow.uscc.in_(codes))
        .order_by(OrganisationRow.ended_on.is_(None), OrganisationRow.id)
    )
    return {row.uscc: row.id for row in rows if row.uscc}


def _organisations_by_name(session: WorkSession, names: set[str]) -> dict[str, int]:
    if not names:
        return {}
    found: dict[str, list[int]] = defaultdict(list)
    rows = session.execute(
        select(OrganisationRow.name_key, OrganisationRow.id).where(
            OrganisationRow.name_key.in_(names), OrganisationRow.ended_on.is_(None)
        )
    )
    for row in rows:
        found[row.name_key].append(row.id)
    return {name: ids[0] for name, ids in found.items() if len(ids) == 1}


def _persons(session: WorkSession, described: Sequence[Described]) -> dict[tuple[str, str], int]:
    """Registered persons by (blind identity number or licence number, name)."""
    blinds = {_key(session, one) for one in described if one.resident_id}
    licences = {one.licence for one in described if one.licence}
    found: dict[tuple[str, str], int] = {}
    if blinds:
        for row in session.execute(
            select(PractitionerRow.id_blind, PractitionerRow.name_key, PractitionerRow.id).where(
                PractitionerRow.id_blind.in_(blinds)
            )
        ):
            found[row.id_blind or "", row.name_key] = row.id
    if licences:
        for row in session.execute(
            select(LicenceNumberRow.number, PractitionerRow.name_key, PractitionerRow.id)
            .join(LicenceRow, LicenceRow.id == LicenceNumberRow.licence_id)
            .join(PractitionerRow, PractitionerRow.id == LicenceRow.practitioner_id)
            .where(LicenceNumberRow.number.in_(licences))
        ):
            found[row.number, row.name_key] = row.id
    found.pop(("", ""), None)
    return found
