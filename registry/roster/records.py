"""What a page shows of one organisation, person or licence: frozen rows, without identity numbers or private phones."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select

from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.roster import admission, kinds
from registry.roster.tables import (
    EngagementRow,
    LicenceNumberRow,
    LicenceRow,
    LicenceStateRow,
    OrganisationRow,
    OrganisationStateRow,
    PractitionerRow,
)


@dataclass(frozen=True)
class Period:
    """`value` held from `since` up to the day before `until`; `title` is its Chinese name, `reason` why it began."""

    value: str
    title: str
    since: date
    until: date | None
    reason: str | None = None


@dataclass(frozen=True)
class Workplace:
    id: int
    public_id: str
    name: str
    kind: str
    district: str


@dataclass(frozen=True)
class Engagement:
    organisation: Workplace
    since: date
    until: date | None


@dataclass(frozen=True)
class Organisation:
    """One organisation. Its office address and telephone are what bar registers show of every firm."""

    id: int
    public_id: str
    kind: str
    name: str
    uscc: str | None
    licence_number: str | None
    form: str | None
    district: str
    head: str | None
    head_office: Workplace | None
    authority: str | None
    address: str | None
    phone: str | None
    established_on: date | None
    ended_on: date | None
    state: str
    state_since: date
    state_reason: str | None
    doubts: tuple[str, ...]
    states: tuple[Period, ...]
    branches: tuple[Workplace, ...]

    @property
    def kind_title(self) -> str:
        return kinds.ORGANISATION_KINDS[self.kind].title

    @property
    def state_title(self) -> str:
        return kinds.ORGANISATION_STATES[self.state].title

    @property
    def district_name(self) -> str:
        return kinds.district_name(self.district)


@dataclass(frozen=True)
class Licence:
    """A licence with its history, newest first. `organisation` of an ended one is where it was practised last."""

    id: int
    public_id: str
    profession: str
    number: str
    category: str | None
    granted_on: date
    ended_on: date | None
    state: str
    state_since: date
    state_reason: str | None
    organisation: Workplace | None
    doubts: tuple[str, ...]
    numbers: tuple[Period, ...]
    states: tuple[Period, ...]
    engagements: tuple[Engagement, ...]

    @property
    def profession_title(self) -> str:
        return kinds.PROFESSIONS[self.profession].title

    @property
    def state_title(self) -> str:
        return kinds.LICENCE_STATES[self.state].title

    @property
    def practising(self) -> bool:
        return kinds.LICENCE_STATES[self.state].practising


@dataclass(frozen=True)
class Practitioner:
    """One person with every licence, the running ones first. `id_hint` shows the number's first six and last two."""

    id: int
    public_id: str
    name: str
    id_type: str
    id_hint: str | None
    licences: tuple[Licence, ...]


@dataclass(frozen=True)
class Identity:
    """An identity paper in clear, for the restricted part of what is exchanged between authorities."""

    type: str
    number: str


def organisation(session: WorkSession, public_id: str) -> Organisation:
    """The organisation with this public id. Raises NotFound."""
    row = session.execute(
        select(OrganisationRow).where(OrganisationRow.public_id == public_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("没有这家机构")
    states = session.execute(
        select(OrganisationStateRow)
        .where(OrganisationStateRow.organisation_id == row.id)
        .order_by(OrganisationStateRow.id.desc())
    ).scalars()
    near = or_(OrganisationRow.id == row.head_office_id, OrganisationRow.head_office_id == row.id)
    related = [
        workplace(found)
        for found in session.execute(select(*WORKPLACE).where(near).order_by(OrganisationRow.id))
    ]
    return Organisation(
        id=row.id,
        public_id=row.public_id,
        kind=row.kind,
        name=row.name,
        uscc=row.uscc,
        licence_number=row.licence_number,
        form=row.form,
        district=row.district,
        head=row.head,
        head_office=next((place for place in related if place.id == row.head_office_id), None),
        authority=row.authority,
        address=session.keys.decrypt(row.address, admission.ADDRESS_CONTEXT) if row.address else None,
        phone=session.keys.decrypt(row.phone, admission.OFFICE_PHONE_CONTEXT) if row.phone else None,
        established_on=row.established_on,
        ended_on=row.ended_on,
        state=row.state,
        state_since=row.state_since,
        state_reason=row.state_reason,
        doubts=tuple(row.doubts),
        states=tuple(_period(state, kinds.ORGANISATION_STATES) for state in states),
        branches=tuple(place for place in related if place.id != row.head_office_id),
    )


def practitioner(session: WorkSession, public_id: str) -> Practitioner:
    """The person with this public id. Raises NotFound."""
    row = session.execute(
        select(PractitionerRow).where(PractitionerRow.public_id == public_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("没有这名从业人员")
    number = session.keys.decrypt(row.id_number, admission.ID_CONTEXT) if row.id_number else None
    return Practitioner(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        id_type=row.id_type,
        id_hint=_hint(number) if number else None,
        licences=_licences(session, LicenceRow.practitioner_id == row.id),
    )


def identity(session: WorkSession, practitioner_id: int) -> Identity | None:
    """The identity paper of a person (row id) in clear, or None if the roster has none."""
    row = session.execute(
        select(PractitionerRow.id_type, PractitionerRow.id_number).where(
            PractitionerRow.id == practitioner_id
        )
    ).one_or_none()
    if row is None or row.id_number is None:
        return None
    return Identity(row.id_type, session.keys.decrypt(row.id_number, admission.ID_CONTEXT))


WORKPLACE = (
    OrganisationRow.id,
    OrganisationRow.public_id,
    OrganisationRow.name,
    OrganisationRow.kind,
    OrganisationRow.district,
)


def workplace(row: Row[*tuple[Any, ...]]) -> Workplace:
    """The workplace in the columns of `WORKPLACE`."""
    return Workplace(row.id, row.public_id, row.name, row.kind, row.district)


def _period(row: OrganisationStateRow | LicenceStateRow, states: kinds.States) -> Period:
    return Period(row.state, states[row.state].title, row.since, row.until, row.reason)


def _licences(session: WorkSession, condition: ColumnElement[bool]) -> tuple[Licence, ...]:
    """Licences with their histories, the running ones first, each history newest first; five queries in all."""
    order = (LicenceRow.ended_on.is_not(None), LicenceRow.granted_on.desc())
    rows = session.scalars(select(LicenceRow).where(condition).order_by(*order)).all()
    ids = [row.id for row in rows]
    numbers: dict[int, list[Period]] = {id_: [] for id_ in ids}
    states: dict[int, list[Period]] = {id_: [] for id_ in ids}
    engagements: dict[int, list[Engagement]] = {id_: [] for id_ in ids}
    number_rows = select(LicenceNumberRow).where(LicenceNumberRow.licence_id.in_(ids))
    for number in session.scalars(number_rows.order_by(LicenceNumberRow.id.desc())):
        numbers[number.licence_id].append(Period(number.number, number.number, number.since, number.until))
    state_rows = select(LicenceStateRow).where(LicenceStateRow.licence_id.in_(ids))
    for state in session.scalars(state_rows.order_by(LicenceStateRow.id.desc())):
        states[state.licence_id].append(_period(state, kinds.LICENCE_STATES))
    engagement_rows = (
        select(EngagementRow.licence_id, EngagementRow.since, EngagementRow.until, *WORKPLACE)
        .join(OrganisationRow, OrganisationRow.id == EngagementRow.organisation_id)
        .where(EngagementRow.licence_id.in_(ids))
        .order_by(EngagementRow.id.desc())
    )
    for engaged in session.execute(engagement_rows):
        engagements[engaged.licence_id].append(Engagement(workplace(engaged), engaged.since, engaged.until))
    present = [row.organisation_id for row in rows if row.organisation_id is not None]
    places = {
        row.id: workplace(row)
        for row in session.execute(select(*WORKPLACE).where(OrganisationRow.id.in_(present)))
    }
    return tuple(
        Licence(
            id=row.id,
            public_id=row.public_id,
            profession=row.profession,
            number=row.number,
            category=row.category,
            granted_on=row.granted_on,
            ended_on=row.ended_on,
            state=row.state,
            state_since=row.state_since,
            state_reason=row.state_reason,
            organisation=places.get(row.organisation_id or 0),
            doubts=tuple(row.doubts),
            numbers=tuple(numbers[row.id]),
            states=tuple(states[row.id]),
            engagements=tuple(engagements[row.id]),
        )
        for row in rows
    )


def _hint(number: str) -> str:
    """First six and last two of a number of 18; nothing of a shorter one, which would tell too much."""
    return f"{number[:6]}{'*' * 10}{number[-2:]}" if len(number) == 18 else "*" * len(number)
