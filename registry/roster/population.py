"""Everyone of a kind: the population of a day, which draws are made from, and the lists that staff leaf through."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, null, or_, select

from registry.kernel.work import WorkSession
from registry.roster import kinds
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
class Member:
    """One unit of a population: `kind` a kind of organisation or a profession, `district` None where there is none.

    `id` is its row; `workplace` that of the organisation at which a person practised on the day, None for organisations.
    """

    id: int
    public_id: str
    name: str
    kind: str
    district: str | None
    state: str
    workplace: int | None


@dataclass(frozen=True)
class Listed:
    """One line of a list. `detail` is a person's organisation or an organisation's form; `next` the cursor behind it.
    `profession` is that of a person's licence.
    """

    public_id: str
    name: str
    number: str | None
    detail: str | None
    district: str | None
    state: str
    next: int
    profession: str | None = None

    @property
    def district_name(self) -> str:
        return kinds.district_name(self.district)


def population(session: WorkSession, kind: str, *, on: date) -> Iterator[Member]:
    """Everyone of a kind of organisation or a profession on the day `on`, in the order of public ids, streamed.

    Whoever had not begun or had ended is not in it; the state is that day's, and so are a person's organisation and its
    district. Raises KeyError for an unknown kind.
    """
    if kind in kinds.ORGANISATION_KINDS:
        statement = _organisations_on(kind, on)
        ended = {state.code for state in kinds.ORGANISATION_STATES.values() if state.ended}
    else:
        statement = _licences_on(kinds.PROFESSIONS[kind].code, on)
        ended = {state.code for state in kinds.LICENCE_STATES.values() if state.ended}
    for row in session.execute(statement.execution_options(yield_per=1_000)):
        if row.state not in ended:
            yield Member(row.id, row.public_id, row.name, kind, row.district, row.state, row.workplace)


def _organisations_on(kind: str, on: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            OrganisationRow.id,
            OrganisationRow.public_id,
            OrganisationRow.name,
            OrganisationRow.district,
            OrganisationStateRow.state,
            null().label("workplace"),
        )
        .join(OrganisationStateRow, OrganisationStateRow.organisation_id == OrganisationRow.id)
        .where(OrganisationRow.kind == kind, *_running(OrganisationStateRow, on))
        .order_by(OrganisationRow.public_id)
    )


def _licences_on(profession: str, on: date) -> Select[*tuple[Any, ...]]:
    engaged = (EngagementRow.licence_id == LicenceRow.id) & _running(EngagementRow, on)[0]
    return (
        select(
            PractitionerRow.id,
            PractitionerRow.public_id,
            PractitionerRow.name,
            OrganisationRow.district,
            LicenceStateRow.state,
            OrganisationRow.id.label("workplace"),
        )
        .join(LicenceRow, LicenceRow.practitioner_id == PractitionerRow.id)
        .join(LicenceStateRow, LicenceStateRow.licence_id == LicenceRow.id)
        .outerjoin(EngagementRow, engaged & _running(EngagementRow, on)[1])
        .outerjoin(OrganisationRow, OrganisationRow.id == EngagementRow.organisation_id)
        .where(LicenceRow.profession == profession, *_running(LicenceStateRow, on))
        .order_by(PractitionerRow.public_id)
    )


def _running(
    table: type[OrganisationStateRow | LicenceStateRow | LicenceNumberRow | EngagementRow], on: date
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.since <= on, or_(table.until.is_(None), table.until > on)


def browse(
    session: WorkSession,
    kind: str,
    *,
    district: str | None = None,
    state: str | None = None,
    limit: int = 50,
    after: int = 0,
) -> list[Listed]:
    """One page of all of a kind of organisation or a profession, in the order of enrolment, behind the cursor `after`."""
    if kind in kinds.ORGANISATION_KINDS:
        statement = (
            select(
                OrganisationRow.id,
                OrganisationRow.public_id,
                OrganisationRow.name,
                OrganisationRow.uscc.label("number"),
                OrganisationRow.form.label("detail"),
                OrganisationRow.district,
                OrganisationRow.state,
            )
            .where(OrganisationRow.kind == kind, OrganisationRow.id > after)
            .order_by(OrganisationRow.id)
        )
        return _listed(session, statement, OrganisationRow.state, district, state, limit)
    statement = _LICENCES.where(LicenceRow.profession == kind, LicenceRow.id > after)
    return _listed(session, statement, LicenceRow.state, district, state, limit)


def members(
    session: WorkSession, organisation_id: int, *, limit: int = 50, after: int = 0, on: date | None = None
) -> list[Listed]:
    """One page of the people who practise at an organisation (row id) now, or practised there on the day `on`, under the
    names of today; ended licences are not among them."""
    if on is None:
        statement = _LICENCES.where(
            LicenceRow.organisation_id == organisation_id,
            LicenceRow.ended_on.is_(None),
            LicenceRow.id > after,
        )
        return _listed(session, statement, LicenceRow.state, None, None, limit)
    rows = session.execute(
        select(
            LicenceRow.id,
            PractitionerRow.public_id,
            PractitionerRow.name,
            LicenceNumberRow.number,
            LicenceRow.profession,
            LicenceStateRow.state,
        )
        .join(PractitionerRow, PractitionerRow.id == LicenceRow.practitioner_id)
        .join(EngagementRow, EngagementRow.licence_id == LicenceRow.id)
        .join(LicenceStateRow, LicenceStateRow.licence_id == LicenceRow.id)
        .join(LicenceNumberRow, LicenceNumberRow.licence_id == LicenceRow.id)
        .where(EngagementRow.organisation_id == organisation_id, LicenceRow.id > after)
        .where(*_running(EngagementRow, on), *_running(LicenceStateRow, on), *_running(LicenceNumberRow, on))
        .order_by(LicenceRow.id)
        .limit(limit)
    )
    return [
        Listed(row.public_id, row.name, row.number, None, None, row.state, row.id, row.profession)
        for row in rows
    ]


_LICENCES = (
    select(
        LicenceRow.id,
        PractitionerRow.public_id,
        PractitionerRow.name,
        LicenceRow.number,
        OrganisationRow.name.label("detail"),
        OrganisationRow.district,
        LicenceRow.state,
    )
    .join(PractitionerRow, PractitionerRow.id == LicenceRow.practitioner_id)
    .outerjoin(OrganisationRow, OrganisationRow.id == LicenceRow.organisation_id)
    .order_by(LicenceRow.id)
)


def _listed(
    session: WorkSession,
    statement: Select[*tuple[Any, ...]],
    state_column: Any,
    district: str | None,
    state: str | None,
    limit: int,
) -> list[Listed]:
    if district:
        statement = statement.where(OrganisationRow.district == district)
    if state:
        statement = statement.where(state_column == state)
    return [
        Listed(row.public_id, row.name, row.number, row.detail, row.district, row.state, row.id)
        for row in session.execute(statement.limit(limit))
    ]
