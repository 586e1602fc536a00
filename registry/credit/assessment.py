"""The yearly assessment (律师法 art. 24, 公证法 art. 13): a firm and its whole staff recorded at once, and a table by year.

Grades are credit events of the kind annual_assessment, one a year and subject. Whoever has none after the last day for it is
shown as absent. What may follow from a grade is offered and never done by itself. Figures stand in assessment.toml.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from registry.credit import catalogue, find, record
from registry.credit.columns import SCOPES
from registry.credit.record import NewEvent, Subject
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import Conflict, FieldFault, Invalid
from registry.kernel.work import WorkSession
from registry.roster import kinds
from registry.roster.find import Found
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow

KIND = "annual_assessment"
SHOWN_YEARS = 8
PERSONS_SCOPE = SCOPES[1]
"""People's grades are kept for the authorities, organisations' are public; the office may publish one by correction."""


@dataclass(frozen=True)
class Rule:
    """How those of some professions, or organisations of some kinds, are assessed for the years from `first` to `last`."""

    of: frozenset[str]
    first: int
    last: int
    opens: str
    closes: str
    absent: str
    follows: Mapping[str, tuple[str, ...]]

    def opens_on(self, year: int) -> date:
        return date.fromisoformat(f"{year}-{self.opens}")

    def closes_on(self, year: int) -> date:
        return date.fromisoformat(f"{year + 1}-{self.closes}")


@dataclass(frozen=True)
class Year:
    """One year of one profession, or of an organisation. `grade` is None while the assessment is open; `absent` says that
    nobody recorded any by its last day. `offers` are states (code, title) that may follow, for the latest year alone."""

    year: int
    code: str
    grade: str | None
    absent: bool
    closes_on: date
    event: find.Event | None
    offers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grade:
    """One grade to be recorded for a subject with this profession or kind."""

    subject: Found
    code: str
    grade: str


@dataclass(frozen=True)
class Outcome:
    recorded: int
    unchanged: int


def rule(code: str, year: int) -> Rule | None:
    """How a profession or kind of organisation is assessed for a year, None if it is not."""
    return next((one for one in _RULES if code in one.of and one.first <= year <= one.last), None)


def grades(code: str) -> tuple[str, ...]:
    """The grades of a profession or kind of organisation."""
    field = next(field for field in catalogue.kind(KIND).fields if field.code == "grade")
    return field.options(frozenset({code}))


def record_year(
    session: WorkSession,
    actor: Actor,
    *,
    year: int,
    decided_on: date,
    given: Sequence[Grade],
    authority: str | None = None,
    document_number: str | None = None,
) -> Outcome:
    """Records the grades of one year, all or none. The same grade again changes nothing.

    Raises Refused, Invalid naming `year`, `decided_on` or `grades[public id]`; Conflict where another grade stands for the
    year: it is corrected on its event, or annulled first.
    """
    actor.require(catalogue.kind(KIND).permission)
    faults = _faults(session, year, decided_on, given)
    if faults:
        raise Invalid("；".join(dict.fromkeys(fault.message for fault in faults)), faults)
    _lock(session, given)
    standing = _standing(session, given, year)
    fresh, differing = [], []
    for one in given:
        held = standing.get((one.subject.kind, one.subject.id, one.code))
        if held is None:
            fresh.append(one)
        elif grade_of(held) != one.grade:
            differing.append(f"{one.subject.name}（已记录为{grade_of(held)}）")
    if differing:
        raise Conflict(f"{year}年度已有不同结果，请先更正或撤销原记录：{'、'.join(differing)}", rule="graded")
    recorded = record.record_many(
        session,
        actor,
        [_event(session, one, year, decided_on, authority, document_number) for one in fresh],
    )
    if any(made.event is None for made in recorded):
        raise Conflict("已有同一年度的记录，内容不同", rule="graded")
    return Outcome(len(fresh), len(given) - len(fresh))


def years(session: WorkSession, subject: Found) -> list[Year]:
    """The table of a subject, newest year first, at most SHOWN_YEARS for each profession, or for the organisation.

    Years that had closed when the subject came on the register are shown only where they have a grade: nobody is called
    absent for what the register was not there to see.
    """
    spans = _spans(session, subject)
    if not spans:
        return []
    events = find.of_kind(session, KIND, **{f"{subject.kind}s": [subject.id]})
    by_year: dict[tuple[int, str], find.Event] = {}
    for event in events:
        if event.annulled_by is None and (year := year_of(event)):
            by_year.setdefault((year, str(event.detail.get("of", ""))), event)
    shown = []
    for code, first, last, enrolled_on in spans:
        own: list[Year] = []
        for year in range(last, max(first, last - SHOWN_YEARS + 1) - 1, -1):
            found = rule(code, year)
            if found is None or session.today < found.opens_on(year):
                continue
            graded = by_year.get((year, code)) or by_year.get((year, ""))
            if graded is not None or found.closes_on(year) >= enrolled_on:
                latest = not any(one.grade for one in own)
                own.append(_year(found, year, code, graded, session.today, latest=latest))
        shown += own
    return sorted(shown, key=lambda one: -one.year)


def standing_of(
    session: WorkSession, subjects: Sequence[Found], code: str, year: int
) -> dict[str, find.Event]:
    """The events that stand for a year, by public id of the subject."""
    given = [Grade(subject, code, "") for subject in subjects]
    names = {(one.kind, one.id): one.public_id for one in subjects}
    return {names[kind, id_]: event for (kind, id_, _), event in _standing(session, given, year).items()}


def year_of(event: find.Event) -> int | None:
    year = event.detail.get("year")
    return int(year) if isinstance(year, int) or (isinstance(year, str) and year.isdecimal()) else None


def grade_of(event: find.Event) -> str:
    return str(event.detail.get("grade", ""))


def _year(found: Rule, year: int, code: str, event: find.Event | None, today: date, *, latest: bool) -> Year:
    absent = event is None and today > found.closes_on(year)
    grade = grade_of(event) if event else found.absent if absent else None
    states: kinds.States = kinds.LICENCE_STATES if code in kinds.PROFESSIONS else kinds.ORGANISATION_STATES
    offers = tuple((state, states[state].title) for state in found.follows.get(grade or "", ()) if latest)
    return Year(year, code, grade, absent, found.closes_on(year), event, offers)


def _event(
    session: WorkSession,
    one: Grade,
    year: int,
    decided_on: date,
    authority: str | None,
    document_number: str | None,
) -> NewEvent:
    template = catalogue.kind(KIND).summary or "{year}年度考核：{grade}"
    person = one.subject.kind == "practitioner"
    return NewEvent(
        kind=KIND,
        subject=Subject(practitioner=one.subject.id) if person else Subject(organisation=one.subject.id),
        decided_on=decided_on,
        summary=template.format(year=year, grade=one.grade),
        authority=authority,
        document_number=document_number,
        detail={"year": year, "grade": one.grade, "of": one.code},
        scope=PERSONS_SCOPE if person else SCOPES[0],
        # Namesakes of one year are two events; so is what is recorded after the first was annulled.
        key=f"{one.subject.public_id}\n{one.code}\n{session.now.isoformat()}",
    )


def _faults(session: WorkSession, year: int, decided_on: date, given: Sequence[Grade]) -> list[FieldFault]:
    faults = []
    if decided_on > session.today:
        faults.append(FieldFault("decided_on", "future", "评定日期晚于今天"))
    for one in given:
        found = rule(one.code, year)
        path = f"grades[{one.subject.public_id}]"
        if found is None:
            faults.append(FieldFault("year", "no-assessment", f"{year} 年度没有这项考核"))
        elif decided_on < found.opens_on(year):
            opens = found.opens_on(year).isoformat()
            faults.append(FieldFault("decided_on", "too-early", f"{year} 年度考核自 {opens} 起评定"))
        if one.grade not in grades(one.code):
            faults.append(FieldFault(path, "enum", f"{one.subject.name}的考核结果不在可选范围"))
    subjects = [(one.subject.kind, one.subject.id, one.code) for one in given]
    if len(set(subjects)) < len(subjects):
        faults.append(FieldFault("grades", "repeated", "同一人填写了两次"))
    # What is wrong with the day or the year is said once, not once for each person.
    return list(dict.fromkeys(faults))


def _lock(session: WorkSession, given: Sequence[Grade]) -> None:
    """Two clerks with the same form at once: the second sees what the first recorded."""
    for table, kind in ((OrganisationRow, "organisation"), (PractitionerRow, "practitioner")):
        ids = [one.subject.id for one in given if one.subject.kind == kind]
        session.execute(select(table.id).where(table.id.in_(ids)).order_by(table.id).with_for_update())


def _standing(
    session: WorkSession, given: Sequence[Grade], year: int
) -> dict[tuple[str, int, str], find.Event]:
    """What stands for the year, by kind and row id of the subject and its profession or kind of organisation."""
    people = {one.subject.public_id: one.subject for one in given if one.subject.kind == "practitioner"}
    places = {one.subject.public_id: one.subject for one in given if one.subject.kind == "organisation"}
    events = find.of_kind(
        session,
        KIND,
        practitioners=[one.id for one in people.values()],
        organisations=[one.id for one in places.values()],
    )
    held: dict[tuple[str, int, str], find.Event] = {}
    for event in events:
        subject = (people | places).get(event.subject.public_id or "")
        if subject is None or event.annulled_by is not None or year_of(event) != year:
            continue
        of = str(event.detail.get("of", ""))
        codes = {of} if of else {one.code for one in given if one.subject.public_id == subject.public_id}
        for code in codes:
            held.setdefault((subject.kind, subject.id, code), event)
    return held


def _spans(session: WorkSession, subject: Found) -> list[tuple[str, int, int, date]]:
    """Profession or kind, the first and last year in which the subject may have been assessed for it, and the day on
    which it came on the register."""
    today = session.today
    if subject.kind == "organisation":
        place = session.execute(
            select(
                OrganisationRow.kind,
                OrganisationRow.established_on,
                OrganisationRow.ended_on,
                OrganisationRow.state_since,
                OrganisationRow.enrolled_at,
            ).where(OrganisationRow.id == subject.id)
        ).one()
        began = place.established_on or place.state_since
        return [(place.kind, began.year, _last_year(place.ended_on, today), local_day(place.enrolled_at))]
    rows = session.execute(
        select(
            LicenceRow.profession, LicenceRow.granted_on, LicenceRow.ended_on, LicenceRow.enrolled_at
        ).where(LicenceRow.practitioner_id == subject.id)
    )
    spans: dict[str, tuple[int, int, date]] = {}
    for row in rows:
        enrolled_on = local_day(row.enrolled_at)
        first, last, known = spans.get(row.profession, (row.granted_on.year, 0, enrolled_on))
        spans[row.profession] = (
            min(first, row.granted_on.year),
            max(last, _last_year(row.ended_on, today)),
            min(known, enrolled_on),
        )
    return [(profession, *span) for profession, span in spans.items()]


def _last_year(ended_on: date | None, today: date) -> int:
    """Whoever ended within a year is not assessed for it."""
    return ended_on.year - 1 if ended_on else today.year


def _rules() -> tuple[Rule, ...]:
    tables: list[Mapping[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))[
        "rule"
    ]
    return tuple(
        Rule(
            frozenset(table["of"]),
            table["from"],
            table.get("until", 9999),
            table["opens"],
            table["closes"],
            table["absent"],
            {grade: tuple(states) for grade, states in table["follows"].items()},
        )
        for table in tables
    )


_RULES = _rules()
