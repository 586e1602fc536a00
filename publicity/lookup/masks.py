"""What the public may see of the register: an allow-list, field by field.

A field that the register gains is not published until it is named here. Identity numbers, telephones and addresses are
not; nor is an end's reason, which may speak of a person's health.
"""

from dataclasses import dataclass
from datetime import date

from registry.roster.find import Licence, Organisation, Practitioner, Workplace
from registry.roster.kinds import ORGANISATION_STATES, PROFESSIONS


@dataclass(frozen=True)
class PublicPlace:
    """An organisation as others refer to it."""

    id: str
    name: str


@dataclass(frozen=True)
class PublicLicence:
    """A licence and its present state; `number_title` is what its number is called."""

    profession: str
    number_title: str
    number: str
    category: str | None
    state: str
    state_since: date
    practising: bool
    granted_on: date
    organisation: PublicPlace | None


@dataclass(frozen=True)
class PublicPractitioner:
    id: str
    name: str
    licences: tuple[PublicLicence, ...]


@dataclass(frozen=True)
class PublicOrganisation:
    id: str
    name: str
    kind: str
    uscc: str | None
    licence_number: str | None
    form: str | None
    district: str
    head: str | None
    authority: str | None
    established_on: date | None
    state: str
    state_since: date
    practising: bool
    head_office: PublicPlace | None
    branches: tuple[PublicPlace, ...]


def practitioner(person: Practitioner) -> PublicPractitioner:
    return PublicPractitioner(person.public_id, person.name, tuple(map(_licence, person.licences)))


def organisation(firm: Organisation) -> PublicOrganisation:
    return PublicOrganisation(
        id=firm.public_id,
        name=firm.name,
        kind=firm.kind_title,
        uscc=firm.uscc,
        licence_number=firm.licence_number,
        form=firm.form,
        district=firm.district_name,
        head=firm.head,
        authority=firm.authority,
        established_on=firm.established_on,
        state=firm.state_title,
        state_since=firm.state_since,
        practising=ORGANISATION_STATES[firm.state].practising,
        head_office=_place(firm.head_office),
        branches=tuple(PublicPlace(branch.public_id, branch.name) for branch in firm.branches),
    )


def _licence(licence: Licence) -> PublicLicence:
    return PublicLicence(
        profession=licence.profession_title,
        number_title=PROFESSIONS[licence.profession].number_title,
        number=licence.number,
        category=licence.category,
        state=licence.state_title,
        state_since=licence.state_since,
        practising=licence.practising,
        granted_on=licence.granted_on,
        organisation=_place(licence.organisation),
    )


def _place(place: Workplace | None) -> PublicPlace | None:
    return PublicPlace(place.public_id, place.name) if place else None
