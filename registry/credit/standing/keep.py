"""Keeps the courses of standings: rewritten for a subject whenever its events change, in the same transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, delete, func, insert, select

from registry.credit.standing import facts
from registry.credit.standing.fact import Fact
from registry.credit.standing.facts import Holder
from registry.credit.standing.rulebook import book
from registry.credit.standing.ruleset import Book
from registry.credit.standing.tables import StandingRow, WordsRow
from registry.credit.standing.timeline import timeline
from registry.credit.standing.vocabulary import VOCABULARY
from registry.kernel.work import WorkSession
from registry.roster.tables import OrganisationRow, PractitionerRow

CHUNK = 500
"""Subjects that are read and written at a time."""


class Course(NamedTuple):
    """Days of one grade that is not the base's, as StandingRow keeps them."""

    kind: str
    since: date
    until: date | None
    grade: str
    rules: int


def refresh(
    session: WorkSession, *, practitioners: Iterable[int] = (), organisations: Iterable[int] = ()
) -> list[Holder]:
    """Computes the courses of these subjects (row ids) anew from their events and writes what differs.

    Called by whatever changes events. The subjects are locked, in the order of their ids, so that of two who record an
    event of the same person at once the second sees the first one's. Returns whose course changed.
    """
    rules = book(session)
    if not rules and session.scalar(select(StandingRow.id).limit(1)) is None:
        return []
    session.flush()
    changed: list[Holder] = []
    for some in _chunks(organisations):
        changed += rewrite(session, rules, organisations=_locked_organisations(session, some))
    for some in _chunks(practitioners):
        changed += rewrite(session, rules, practitioners=_locked_practitioners(session, some))
    return changed


def rewrite(
    session: WorkSession,
    rules: Book,
    *,
    practitioners: Collection[int] = (),
    organisations: Collection[int] = (),
) -> list[Holder]:
    """As `refresh`, for one chunk of subjects under lock. Returns whose course changed."""
    known = facts.load(session, practitioners=practitioners, organisations=organisations)
    if known.unread:
        keep_words(session, known.unread)
    wanted = expected(known, rules)
    held = stored(session, practitioners=practitioners, organisations=organisations)
    changed = sorted(one for one in {*wanted, *held} if wanted.get(one) != held.get(one))
    places = [one.id for one in changed if one.register == "organisation" and one in held]
    people = [one.id for one in changed if one.register == "practitioner" and one in held]
    if places:
        session.execute(delete(StandingRow).where(StandingRow.organisation_id.in_(places)))
    if people:
        records = select(PractitionerRow.id).where(_answered_for(people))
        session.execute(delete(StandingRow).where(StandingRow.practitioner_id.in_(records)))
    rows = [_row(one, course) for one in changed for course in wanted.get(one, ())]
    if rows:
        session.execute(insert(StandingRow), rows)
    return changed


def expected(known: facts.Known, rules: Book) -> dict[Holder, list[Course]]:
    """The courses that follow from the events; holders at the base grade throughout have none."""
    found = {}
    for holder, events in known.facts.items():
        courses = [
            course for kind in sorted(known.kinds.get(holder, ())) for course in _courses(events, rules, kind)
        ]
        if courses:
            found[holder] = courses
    return found


def stored(
    session: WorkSession, *, practitioners: Collection[int] = (), organisations: Collection[int] = ()
) -> dict[Holder, list[Course]]:
    """The courses as they are kept, in the order of `expected`."""
    found: dict[Holder, list[Course]] = {}
    person = func.coalesce(PractitionerRow.merged_into_id, PractitionerRow.id)
    if organisations:
        places = _KEPT.add_columns(StandingRow.organisation_id.label("holder"))
        _add(session, "organisation", places.where(StandingRow.organisation_id.in_(organisations)), found)
    if practitioners:
        people = _KEPT.add_columns(person.label("holder")).join(
            PractitionerRow, PractitionerRow.id == StandingRow.practitioner_id
        )
        _add(session, "practitioner", people.where(_answered_for(practitioners)), found)
    return found


_KEPT: Select[*tuple[Any, ...]] = select(
    StandingRow.kind, StandingRow.since, StandingRow.until, StandingRow.grade, StandingRow.rules_id
).order_by(StandingRow.kind, StandingRow.since)


def _add(
    session: WorkSession,
    register: str,
    rows: Select[*tuple[Any, ...]],
    found: dict[Holder, list[Course]],
) -> None:
    for row in session.execute(rows):
        course = Course(row.kind, row.since, row.until, row.grade, row.rules_id)
        found.setdefault(Holder(register, row.holder), []).append(course)


def _answered_for(practitioners: Collection[int]) -> ColumnElement[bool]:
    """The records of these persons, those among them that were merged into theirs."""
    return PractitionerRow.id.in_(practitioners) | PractitionerRow.merged_into_id.in_(practitioners)


def _courses(events: Sequence[Fact], rules: Book, kind: str) -> list[Course]:
    base = {window.id: section.base_grade for window in rules if (section := window.rules.by_kind.get(kind))}
    courses: list[Course] = []
    for period in timeline(events, rules, kind=kind):
        if period.grade == base[period.rules]:
            continue
        last = courses[-1] if courses else None
        if last and (last.grade, last.rules, last.until) == (period.grade, period.rules, period.since):
            courses[-1] = last._replace(until=period.until)
        else:
            courses.append(Course(kind, period.since, period.until, period.grade, period.rules))
    return courses


def keep_words(session: WorkSession, unread: Mapping[int, str]) -> None:
    """Keeps the words that were read from what is sealed, so that they need not be read again."""
    session.execute(delete(WordsRow).where(WordsRow.event_id.in_(unread)))
    session.execute(
        insert(WordsRow),
        [{"event_id": event, "words": words, "vocabulary": VOCABULARY} for event, words in unread.items()],
    )


def _row(holder: Holder, course: Course) -> Mapping[str, object]:
    return {
        "practitioner_id": holder.id if holder.register == "practitioner" else None,
        "organisation_id": holder.id if holder.register == "organisation" else None,
        "kind": course.kind,
        "since": course.since,
        "until": course.until,
        "grade": course.grade,
        "rules_id": course.rules,
    }


def _locked_organisations(session: WorkSession, ids: Sequence[int]) -> Sequence[int]:
    rows = select(OrganisationRow.id).where(OrganisationRow.id.in_(ids)).order_by(OrganisationRow.id)
    # Not FOR UPDATE: new events hold the row's key by their foreign key, and two of them would wait for each other.
    return session.scalars(rows.with_for_update(key_share=True)).all()


def _locked_practitioners(session: WorkSession, ids: Sequence[int]) -> Sequence[int]:
    """The records that answer for these: a merged one's is the one it was merged into."""
    kept = session.scalars(
        select(func.coalesce(PractitionerRow.merged_into_id, PractitionerRow.id))
        .where(PractitionerRow.id.in_(ids))
        .distinct()
    ).all()
    rows = select(PractitionerRow.id).where(PractitionerRow.id.in_(kept)).order_by(PractitionerRow.id)
    return session.scalars(rows.with_for_update(key_share=True)).all()


def _chunks(ids: Iterable[int]) -> Iterable[Sequence[int]]:
    rest = iter(sorted(set(ids)))
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
