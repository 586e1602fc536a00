"""What a page shows of one organisation, person or licence: frozen rows, without identity numbers or private phones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import aliased

from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.roster import admission, kinds, particulars
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
    """`value` held from `since` up to the day before `until`; `title` is its Chinese name, `reason` why it began.

    `recorded_on` is the day on which the register learnt of it, often later.
    """

    value: str
    title: str
    since: date
    until: date | None
    recorded_on: date
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
    recorded_on: date


@dataclass(frozen=True)
class Organisation:
    """One organisation. Its office address and telephone are what bar registers show of every firm.

    `changes` are those of its particulars, in the order of their days; `head_person` is its head's public id and name
    where the head is a person of the roster.
    """

    id: int
    public_id: str
    kind: str
    name: str
    uscc: str | None
    licence_number: str | None
    form: str | None
    district: str
    head: str | None
    head_person: tuple[str, str] | None
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
    changes: tuple[particulars.Change, ...]
    enrolled_on: date

    @property
    def kind_title(self) -> str:
        return kinds.ORGANISATION_KINDS[self.kind].title

    @property
    def state_title(self) -> str:
        return kinds.ORGANISATION_STATES[self.state].title

    @property
    def district_name(self) -> str:
        return kinds.district_name(self.district)

    @property
    def former_names(self) -> list[str]:
        return list(dict.fromkeys(particulars.former(self.changes, "name")))


@dataclass(frozen=True)
class Licence:
    """A licence with its history, newest first. `organisation` of an ended one is where it was practised last.

    `origin` is where it was moved in from, `destination` where it was moved out to.
    """

    id: int
    public_id: str
    profession: str
    number: str
    category: str | None
    granted_on: date
    origin: str | None
    destination: str | None
    ended_on: date | None
    state: str
    state_since: date
    state_reason: str | None
    organisation: Workplace | None
    doubts: tuple[str, ...]
    numbers: tuple[Period, ...]
    states: tuple[Period, ...]
    engagements: tuple[Engagement, ...]
    changes: tuple[particulars.Change, ...]
    enrolled_on: date

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
    doubts: tuple[str, ...]
    licences: tuple[Licence, ...]
    changes: tuple[particulars.Change, ...]
    enrolled_on: date

    @property
    def former_names(self) -> list[str]:
        return list(dict.fromkeys(particulars.former(self.changes, "name")))


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
        head_person=_head(session, row.head_id),
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
        states=tuple(_period(state, kinds.ORGANISATION_STATES, row.enrolled_at) for state in states),
        branches=tuple(place for place in related if place.id != row.head_office_id),
        changes=tuple(particulars.of_organisation(session, row.id)),
        enrolled_on=local_day(row.enrolled_at),
    )


def practitioner(session: WorkSession, public_id: str) -> Practitioner:
    """The person with this public id, or the one into whose record that one was merged. Raises NotFound."""
    kept = aliased(PractitionerRow)
    row = session.execute(
        select(kept)
        .join(PractitionerRow, kept.id == func.coalesce(PractitionerRow.merged_into_id, PractitionerRow.id))
        .where(PractitionerRow.public_id == public_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("没有这名从业人员")
    number = session.keys.decrypt(row.id_number, admission.ID_CONTEXT) if row.id_number else None
    licences = session.scalars(
        select(LicenceRow)
        .where(LicenceRow.practitioner_id == row.id)
        .order_by(LicenceRow.ended_on.is_not(None), LicenceRow.granted_on.desc())
    ).all()
    changes = particulars.of_practitioner(session, row.id, [licence.id for licence in licences])
    return Practitioner(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        id_type=row.id_type,
        id_hint=_hint(number) if number else None,
        doubts=tuple(row.doubts or ()),
        licences=_licences(session, licences, changes),
        changes=tuple(changes[0]),
        enrolled_on=local_day(row.enrolled_at),
    )


def _head(session: WorkSession, practitioner_id: int | None) -> tuple[str, str] | None:
    if practitioner_id is None:
        return None
    query = select(PractitionerRow.public_id, PractitionerRow.name)
    row = session.execute(query.where(PractitionerRow.id == practitioner_id)).one()
    return row.public_id, row.name


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


def _period(
    row: OrganisationStateRow | LicenceStateRow, states: kinds.States, enrolled_at: datetime
) -> Period:
    recorded = local_day(row.recorded_at or enrolled_at)
    return Period(row.state, states[row.state].title, row.since, row.until, recorded, row.reason)


def _licences(
    session: WorkSession, rows: Sequence[LicenceRow], changes: Mapping[int, Sequence[particulars.Change]]
) -> tuple[Licence, ...]:
    """Licences with their histories, each newest first; four queries in all."""
    enrolled = {row.id: row.enrolled_at for row in rows}
    numbers: dict[int, list[Period]] = {id_: [] for id_ in enrolled}
    states: dict[int, list[Period]] = {id_: [] for id_ in enrolled}
    engagements: dict[int, list[Engagement]] = {id_: [] for id_ in enrolled}
    number_rows = select(LicenceNumberRow).where(LicenceNumberRow.licence_id.in_(enrolled))
    for number in session.scalars(number_rows.order_by(LicenceNumberRow.id.desc())):
        recorded = local_day(number.recorded_at or enrolled[number.licence_id])
        numbers[number.licence_id].append(
            Period(number.number, number.number, number.since, number.until, recorded)
        )
    state_rows = select(LicenceStateRow).where(LicenceStateRow.licence_id.in_(enrolled))
    for state in session.scalars(state_rows.order_by(LicenceStateRow.id.desc())):
        period = _period(state, kinds.LICENCE_STATES, enrolled[state.licence_id])
        states[state.licence_id].append(period)
    engagement_rows = (
        select(
            EngagementRow.licence_id,
            EngagementRow.since,
            EngagementRow.until,
            EngagementRow.recorded_at,
            *WORKPLACE,
        )
        .join(OrganisationRow, OrganisationRow.id == EngagementRow.organisation_id)
        .where(EngagementRow.licence_id.in_(enrolled))
        .order_by(EngagementRow.id.desc())
    )
    for engaged in session.execute(engagement_rows):
        recorded = local_day(engaged.recorded_at or enrolled[engaged.licence_id])
        engagement = Engagement(workplace(engaged), engaged.since, engaged.until, recorded)
        engagements[engaged.licence_id].append(engagement)
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
            origin=row.origin,
            destination=row.destination,
            ended_on=row.ended_on,
            state=row.state,
            state_since=row.state_since,
            state_reason=row.state_reason,
            organisation=places.get(row.organisation_id or 0),
            doubts=tuple(row.doubts),
            numbers=tuple(numbers[row.id]),
            states=tuple(states[row.id]),
            engagements=tuple(engagements[row.id]),
            changes=tuple(changes[row.id]),
            enrolled_on=local_day(row.enrolled_at),
        )
        for row in rows
    )


def _hint(number: str) -> str:
    """First six and last two of a number of 18; nothing of a shorter one, which would tell too much."""
    return f"{number[:6]}{'*' * 10}{number[-2:]}" if len(number) == 18 else "*" * len(number)
