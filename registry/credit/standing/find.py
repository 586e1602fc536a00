"""Reads standings: one with its reasons, its course through time, and the grades of many."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from registry.credit.standing import engine, facts
from registry.credit.standing.engine import Reason, Standing
from registry.credit.standing.fact import Fact
from registry.credit.standing.facts import Holder
from registry.credit.standing.rulebook import book
from registry.credit.standing.ruleset import Section, Window
from registry.credit.standing.ruleset import on as rules_on
from registry.credit.standing.tables import StandingRow
from registry.credit.standing.timeline import Period, timeline
from registry.kernel.work import WorkSession
from registry.roster.kinds import ORGANISATION_KINDS
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow

__all__ = [
    "Course",
    "Graded",
    "Reason",
    "Standing",
    "course",
    "current",
    "grades",
    "history",
    "in_force",
    "listed",
    "of_many",
    "section",
]


@dataclass(frozen=True)
class Course:
    """Everything that the page of somebody shows: the standing on a day with its reasons, and all periods.

    `section` are the rules of the day for this kind.
    """

    kind: str
    now: Standing
    section: Section
    periods: list[Period]


@dataclass(frozen=True)
class Graded:
    """One line of a list by grade. `points` are computed from the events; `next` is the cursor behind it."""

    public_id: str
    name: str
    grade: str
    points: int
    next: int


class _Listed(NamedTuple):
    holder: Holder
    public_id: str
    name: str
    grade: str
    next: int


def current(
    session: WorkSession,
    *,
    practitioner: int | None = None,
    organisation: int | None = None,
    on: date,
    kind: str | None = None,
) -> Standing | None:
    """The standing of one subject (row id) on any day, computed from its events as they are known now.

    Of a person with several professions, that of `kind`, or of the one whose licence runs or else began last. None if
    there were no rules for it on that day.
    """
    holder, known = _one(session, practitioner, organisation)
    kind = kind or next(iter(known.kinds.get(holder, ())), None)
    events = known.facts.get(holder, [])
    return engine.standing(events, book(session), kind=kind, on=on) if kind else None


def history(
    session: WorkSession,
    *,
    practitioner: int | None = None,
    organisation: int | None = None,
    kind: str | None = None,
) -> list[Period]:
    """All periods of one subject, past and to come; which profession, as in `current`."""
    holder, known = _one(session, practitioner, organisation)
    kind = kind or next(iter(known.kinds.get(holder, ())), None)
    return timeline(known.facts.get(holder, []), book(session), kind=kind) if kind else []


def course(
    session: WorkSession, *, practitioner: int | None = None, organisation: int | None = None, on: date
) -> list[Course]:
    """The standing in every profession of the subject, for its page; empty where no rules were in force."""
    holder, known = _one(session, practitioner, organisation)
    rules, events = book(session), known.facts.get(holder, [])
    found = []
    for kind in known.kinds.get(holder, ()):
        now, used = engine.standing(events, rules, kind=kind, on=on), section(rules, kind, on)
        if now is not None and used is not None:
            found.append(Course(kind, now, used, timeline(events, rules, kind=kind)))
    return found


def in_force(session: WorkSession, kind: str, on: date) -> Section | None:
    """The rules of a day for one kind of subject, None where none were in force."""
    return section(book(session), kind, on)


def section(rules: list[Window], kind: str, on: date) -> Section | None:
    """The rules of a day for one kind of subject."""
    window = rules_on(rules, on)
    return window.rules.by_kind.get(kind) if window else None


def grades(session: WorkSession, kind: str, on: date) -> Mapping[str, int]:
    """How many of a profession or a kind of organisation stood in each grade on a day, the best first.

    Whoever was on the roster then counts. Empty where no rules were in force. Raises KeyError for an unknown kind.
    """
    used = section(book(session), kind, on)
    if used is None:
        return {}
    grade = func.coalesce(StandingRow.grade, used.base_grade)
    counted = _population(kind, on).with_only_columns(grade.label("grade"), func.count().label("number"))
    counts = {row.grade: row.number for row in session.execute(counted.group_by(grade))}
    return {band.grade: counts.get(band.grade, 0) for band in used.bands}


def of_many(
    session: WorkSession,
    kind: str,
    *,
    practitioners: Collection[int] = (),
    organisations: Collection[int] = (),
    on: date,
) -> Mapping[int, str]:
    """The grade of each of these subjects (row ids) of one kind on a day, in one query; empty where no rules were in force."""
    used = section(book(session), kind, on)
    if used is None:
        return {}
    column, ids = (
        (StandingRow.organisation_id, organisations)
        if kind in ORGANISATION_KINDS
        else (StandingRow.practitioner_id, practitioners)
    )
    found = session.execute(
        select(column.label("id"), StandingRow.grade).where(column.in_(ids), _holds(kind, on))
    )
    held = {row.id: row.grade for row in found}
    return {one: held.get(one, used.base_grade) for one in ids}


def listed(
    session: WorkSession, kind: str, *, grade: str | None, on: date, limit: int, after: int = 0
) -> list[Graded]:
    """One page of a profession or kind of organisation on a day, in one grade or all, behind the cursor `after`."""
    rules = book(session)
    used = section(rules, kind, on)
    if used is None:
        return []
    organisations = kind in ORGANISATION_KINDS
    subject = OrganisationRow if organisations else PractitionerRow
    found = func.coalesce(StandingRow.grade, used.base_grade)
    rows = (
        _population(kind, on)
        .with_only_columns(subject.id, subject.public_id, subject.name, found.label("grade"))
        .where(subject.id > after)
        .order_by(subject.id)
        .limit(limit)
    )
    if grade is not None:
        rows = rows.where(found == grade)
    register = "organisation" if organisations else "practitioner"
    page = [
        _Listed(Holder(register, row.id), row.public_id, row.name, row.grade, row.id)
        for row in session.execute(rows)
    ]
    ids = [one.holder.id for one in page]
    known = (
        facts.load(session, organisations=ids) if organisations else facts.load(session, practitioners=ids)
    )
    return [
        Graded(
            one.public_id,
            one.name,
            one.grade,
            _points(known.facts.get(one.holder, []), rules, kind, on),
            one.next,
        )
        for one in page
    ]


def _points(events: list[Fact], rules: list[Window], kind: str, on: date) -> int:
    found = engine.standing(events, rules, kind=kind, on=on)
    return found.points if found else 0


def _one(
    session: WorkSession, practitioner: int | None, organisation: int | None
) -> tuple[Holder, facts.Known]:
    if organisation is not None:
        return Holder("organisation", organisation), facts.load(session, organisations=[organisation])
    if practitioner is None:
        raise TypeError("a practitioner or an organisation")
    kept = session.scalar(
        select(func.coalesce(PractitionerRow.merged_into_id, PractitionerRow.id)).where(
            PractitionerRow.id == practitioner
        )
    )
    return Holder("practitioner", kept or practitioner), facts.load(
        session, practitioners=[kept or practitioner]
    )


def _holds(kind: str, on: date) -> ColumnElement[bool]:
    return and_(
        StandingRow.kind == kind,
        StandingRow.since <= on,
        or_(StandingRow.until.is_(None), StandingRow.until > on),
    )


def _population(kind: str, on: date) -> Select[*tuple[Any, ...]]:
    """Everyone of a kind who was on the roster on a day, with the course that held then, if any."""
    if kind in ORGANISATION_KINDS:
        return (
            select(OrganisationRow.id)
            .outerjoin(StandingRow, and_(StandingRow.organisation_id == OrganisationRow.id, _holds(kind, on)))
            .where(
                OrganisationRow.kind == kind,
                or_(OrganisationRow.established_on.is_(None), OrganisationRow.established_on <= on),
                or_(OrganisationRow.ended_on.is_(None), OrganisationRow.ended_on > on),
            )
        )
    return (
        select(PractitionerRow.id)
        .join(LicenceRow, LicenceRow.practitioner_id == PractitionerRow.id)
        .outerjoin(StandingRow, and_(StandingRow.practitioner_id == PractitionerRow.id, _holds(kind, on)))
        .where(
            LicenceRow.profession == kind,
            LicenceRow.granted_on <= on,
            or_(LicenceRow.ended_on.is_(None), LicenceRow.ended_on > on),
            PractitionerRow.merged_into_id.is_(None),
        )
    )
