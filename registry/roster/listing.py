"""Lists for programs: people and organisations by filters, in the order of enrolment, walked along their keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.roster import admission, records
from registry.roster.records import WORKPLACE, Workplace, workplace
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow


@dataclass(frozen=True)
class LicenceLine:
    public_id: str
    profession: str
    number: str
    category: str | None
    state: str
    state_since: date
    granted_on: date
    ended_on: date | None
    organisation: Workplace | None


@dataclass(frozen=True)
class PersonLine:
    """A person with every licence, the running ones first; `next` is the cursor behind this line."""

    public_id: str
    name: str
    licences: tuple[LicenceLine, ...]
    next: int | str


@dataclass(frozen=True)
class OrganisationLine:
    public_id: str
    kind: str
    name: str
    uscc: str | None
    licence_number: str | None
    form: str | None
    district: str
    head: str | None
    state: str
    state_since: date
    established_on: date | None
    ended_on: date | None
    next: int | str


@dataclass(frozen=True)
class Contact:
    """What of a person is for those alone who need it: `id_hint` shows the number's first six and last two."""

    public_id: str
    id_type: str
    id_hint: str | None
    phone: str | None


def people(
    session: WorkSession,
    *,
    profession: str | None = None,
    district: str | None = None,
    state: str | None = None,
    organisation: str | None = None,
    after: int = 0,
    limit: int,
) -> list[PersonLine]:
    """Persons who hold or held one licence that meets all the filters; `district` is that of its organisation."""
    asked: list[ColumnElement[bool]] = []
    if profession:
        asked.append(LicenceRow.profession == profession)
    if state:
        asked.append(LicenceRow.state == state)
    if district:
        asked.append(OrganisationRow.district == district)
    if organisation:
        asked.append(OrganisationRow.public_id == organisation)
    statement = _PEOPLE.where(PractitionerRow.id > after).order_by(PractitionerRow.id).limit(limit)
    if asked:
        held = select(LicenceRow.id).where(LicenceRow.practitioner_id == PractitionerRow.id, *asked)
        if district or organisation:
            held = held.join(OrganisationRow, OrganisationRow.id == LicenceRow.organisation_id)
        statement = statement.where(held.exists())
    return _people(session, session.execute(statement).all())


def people_by_id(session: WorkSession, public_ids: Sequence[str]) -> Mapping[str, PersonLine]:
    """Persons by public id; unknown ones are left out."""
    rows = session.execute(_PEOPLE.where(PractitionerRow.public_id.in_(public_ids))).all()
    return {line.public_id: line for line in _people(session, rows)}


def organisations(
    session: WorkSession,
    *,
    kind: str | None = None,
    district: str | None = None,
    state: str | None = None,
    after: int = 0,
    limit: int,
) -> list[OrganisationLine]:
    """Organisations that meet all the filters."""
    statement = _ORGANISATIONS.where(OrganisationRow.id > after).order_by(OrganisationRow.id).limit(limit)
    for column, value in (
        (OrganisationRow.kind, kind),
        (OrganisationRow.district, district),
        (OrganisationRow.state, state),
    ):
        if value:
            statement = statement.where(column == value)
    return [_organisation(row) for row in session.execute(statement)]


def organisations_by_id(session: WorkSession, public_ids: Sequence[str]) -> Mapping[str, OrganisationLine]:
    """Organisations by public id; unknown ones are left out."""
    rows = session.execute(_ORGANISATIONS.where(OrganisationRow.public_id.in_(public_ids)))
    return {row.public_id: _organisation(row) for row in rows}


def contact(session: WorkSession, public_id: str) -> Contact:
    """Raises NotFound."""
    found = records.practitioner(session, public_id)
    phone = session.scalars(select(PractitionerRow.phone).where(PractitionerRow.id == found.id)).one()
    return Contact(
        found.public_id,
        found.id_type,
        found.id_hint,
        session.keys.decrypt(phone, admission.PHONE_CONTEXT) if phone else None,
    )


def lock_practitioner(session: WorkSession, public_id: str) -> None:
    """Holds the rows that a person's record is read from and that changes decide on. Raises NotFound."""
    person = session.scalar(
        select(PractitionerRow.id).where(PractitionerRow.public_id == public_id).with_for_update()
    )
    if person is None:
        raise NotFound("没有这名从业人员")
    held = select(LicenceRow.id).where(LicenceRow.practitioner_id == person).order_by(LicenceRow.id)
    session.scalars(held.with_for_update()).all()


def lock_organisation(session: WorkSession, public_id: str) -> None:
    """As `lock_practitioner`, for an organisation."""
    held = select(OrganisationRow.id).where(OrganisationRow.public_id == public_id).with_for_update()
    if session.scalar(held) is None:
        raise NotFound("没有这家机构")


_PEOPLE = select(PractitionerRow.id, PractitionerRow.public_id, PractitionerRow.name).where(
    PractitionerRow.merged_into_id.is_(None)
)
_ORGANISATIONS = select(
    OrganisationRow.id,
    OrganisationRow.public_id,
    OrganisationRow.kind,
    OrganisationRow.name,
    OrganisationRow.uscc,
    OrganisationRow.licence_number,
    OrganisationRow.form,
    OrganisationRow.district,
    OrganisationRow.head,
    OrganisationRow.state,
    OrganisationRow.state_since,
    OrganisationRow.established_on,
    OrganisationRow.ended_on,
)


def _organisation(row: Row[*tuple[Any, ...]]) -> OrganisationLine:
    shown = row._asdict()
    id_ = shown.pop("id")
    return OrganisationLine(**shown, next=id_)


def _people(session: WorkSession, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[PersonLine]:
    held: dict[int, list[LicenceLine]] = {row.id: [] for row in rows}
    licences = (
        select(
            LicenceRow.practitioner_id,
            LicenceRow.public_id.label("licence"),
            LicenceRow.profession,
            LicenceRow.number,
            LicenceRow.category,
            LicenceRow.state,
            LicenceRow.state_since,
            LicenceRow.granted_on,
            LicenceRow.ended_on,
            *WORKPLACE,
        )
        .outerjoin(OrganisationRow, OrganisationRow.id == LicenceRow.organisation_id)
        .where(LicenceRow.practitioner_id.in_(held))
        .order_by(LicenceRow.ended_on.is_not(None), LicenceRow.granted_on.desc(), LicenceRow.id)
    )
    for row in session.execute(licences) if held else ():
        held[row.practitioner_id].append(
            LicenceLine(
                row.licence,
                row.profession,
                row.number,
                row.category,
                row.state,
                row.state_since,
                row.granted_on,
                row.ended_on,
                workplace(row) if row.id is not None else None,
            )
        )
    return [PersonLine(row.public_id, row.name, tuple(held[row.id]), row.id) for row in rows]
