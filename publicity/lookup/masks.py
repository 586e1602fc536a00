"""What the public may see of the register: an allow-list, field by field.

A field that the register gains is not published until it is named here. Identity numbers, telephones and addresses are
not; nor is an end's reason, which may speak of a person's health.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.roster.find import Late, Licence, Listed, Organisation, Period, Practitioner, Workplace
from registry.roster.kinds import LICENCE_STATES, ORGANISATION_STATES, PROFESSIONS
from registry.roster.particulars import TITLES


@dataclass(frozen=True)
class PublicPlace:
    """An organisation as others refer to it."""

    id: str
    name: str


@dataclass(frozen=True)
class PublicPeriod:
    """What held from one day up to the day before `until`, None while it does; why is not told."""

    value: str
    since: date
    until: date | None


@dataclass(frozen=True)
class PublicEngagement:
    organisation: PublicPlace
    since: date
    until: date | None


@dataclass(frozen=True)
class PublicMember:
    """Somebody who practises at an organisation."""

    id: str
    name: str
    number: str | None
    state: str
    practising: bool


@dataclass(frozen=True)
class PublicLate:
    """What held on a past day and was recorded only after it."""

    title: str
    since: date | None
    recorded_on: date


@dataclass(frozen=True)
class PublicLicence:
    """A licence and its state; `number_title` is what its number is called. Histories are the newest first."""

    profession: str
    number_title: str
    number: str
    category: str | None
    state: str
    state_since: date
    practising: bool
    granted_on: date
    organisation: PublicPlace | None
    states: tuple[PublicPeriod, ...]
    numbers: tuple[PublicPeriod, ...]
    engagements: tuple[PublicEngagement, ...]


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
    former_names: tuple[str, ...]
    states: tuple[PublicPeriod, ...]


# Of what the register learnt late, these titles alone are told; a person's papers and numbers are nobody's business.
_LATE_FIELDS = frozenset(
    {"name", "uscc", "licence_number", "form", "district", "head", "head_office", "authority", "category"}
)
_LATE_HIDDEN = frozenset(title for field, title in TITLES.items() if field not in _LATE_FIELDS)


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
        former_names=tuple(firm.former_names),
        states=_periods(firm.states),
    )


def member(one: Listed) -> PublicMember:
    state = LICENCE_STATES[one.state]
    return PublicMember(one.public_id, one.name, one.number, state.title, state.practising)


def late(entries: Iterable[Late]) -> tuple[PublicLate, ...]:
    return tuple(
        PublicLate(entry.title, entry.since, entry.recorded_on)
        for entry in entries
        if not any(entry.title.endswith(hidden) for hidden in _LATE_HIDDEN)
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
        states=_periods(licence.states),
        numbers=_periods(licence.numbers),
        engagements=tuple(
            PublicEngagement(
                PublicPlace(one.organisation.public_id, one.organisation.name), one.since, one.until
            )
            for one in licence.engagements
        ),
    )


def _periods(periods: Iterable[Period]) -> tuple[PublicPeriod, ...]:
    return tuple(PublicPeriod(one.title, one.since, one.until) for one in periods)


def _place(place: Workplace | None) -> PublicPlace | None:
    return PublicPlace(place.public_id, place.name) if place else None
