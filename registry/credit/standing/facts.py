"""Reads what standing needs to know of subjects: their kinds, and their events as facts."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, case, func, or_, select

from registry.credit.casework.tables import StepRow
from registry.credit.objection.tables import ObjectionRow
from registry.credit.standing.fact import Fact, Objection
from registry.credit.standing.tables import WordsRow
from registry.credit.standing.vocabulary import VOCABULARY, words_of
from registry.credit.tables import EndRow, EventRow
from registry.credit.wording import opened
from registry.kernel.clock import local_day
from registry.kernel.work import WorkSession
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow


class Holder(NamedTuple):
    """Whose standing it is: "practitioner" or "organisation", and the row id."""

    register: str
    id: int


_ANSWERS = frozenset({"annulment", "correction"})
"""Events that say something about another one, and nothing by themselves."""


@dataclass(frozen=True)
class Known:
    """`kinds` are the professions of a person (what is practised now first), or the kind of an organisation. `unread` are events by row id whose words
    had to be read from what is sealed; whoever may write keeps them."""

    kinds: dict[Holder, list[str]]
    facts: dict[Holder, list[Fact]]
    unread: dict[int, str]


def load(
    session: WorkSession, *, practitioners: Collection[int] = (), organisations: Collection[int] = ()
) -> Known:
    """What is known of these subjects (row ids), in a handful of queries. A merged record's events are those of the kept
    one; ask for that."""
    kinds: dict[Holder, list[str]] = {}
    facts: dict[Holder, list[Fact]] = {}
    unread: dict[int, str] = {}
    if organisations:
        found = select(OrganisationRow.id, OrganisationRow.kind).where(OrganisationRow.id.in_(organisations))
        kinds.update({Holder("organisation", row.id): [row.kind] for row in session.execute(found)})
        events = _EVENTS.add_columns(EventRow.organisation_id.label("holder")).where(
            EventRow.organisation_id.in_(organisations)
        )
        _read(session, "organisation", events, facts, unread)
    if practitioners:
        person = func.coalesce(PractitionerRow.merged_into_id, PractitionerRow.id)
        own = PractitionerRow.id.in_(practitioners) | PractitionerRow.merged_into_id.in_(practitioners)
        running = func.max(case((LicenceRow.ended_on.is_(None), 1), else_=0))
        professions = (
            select(person.label("holder"), LicenceRow.profession)
            .join(LicenceRow, LicenceRow.practitioner_id == PractitionerRow.id)
            .where(own)
            .group_by(person, LicenceRow.profession)
            .order_by(running.desc(), func.max(LicenceRow.granted_on).desc(), LicenceRow.profession)
        )
        for row in session.execute(professions):
            kinds.setdefault(Holder("practitioner", row.holder), []).append(row.profession)
        events = (
            _EVENTS.add_columns(person.label("holder"))
            .join(PractitionerRow, PractitionerRow.id == EventRow.practitioner_id)
            .where(own)
        )
        _read(session, "practitioner", events, facts, unread)
    return Known(kinds, facts, unread)


_EVENTS: Select[*tuple[Any, ...]] = (
    select(
        EventRow.id,
        EventRow.public_id,
        EventRow.kind,
        EventRow.decided_on,
        EventRow.severity,
        EventRow.state,
        EventRow.target_id,
        WordsRow.words,
        EndRow.ended_on,
        EndRow.ground,
    )
    .outerjoin(WordsRow, (WordsRow.event_id == EventRow.id) & (WordsRow.vocabulary == VOCABULARY))
    .outerjoin(EndRow, EndRow.event_id == EventRow.id)
)


def _read(
    session: WorkSession,
    register: str,
    events: Select[*tuple[Any, ...]],
    facts: dict[Holder, list[Fact]],
    unread: dict[int, str],
) -> None:
    rows = session.execute(events.order_by(EventRow.id)).all()
    answers = [row for row in rows if row.target_id is not None]
    void = {row.target_id for row in answers if row.kind == "annulment"}
    # The last correction of an event is how it reads; its own columns say so.
    corrected = {row.target_id: row for row in answers if row.kind == "correction"}
    fresh = _words(
        session, [row for row in rows if row.words is None and row.kind not in _ANSWERS], corrected
    )
    objections = _objections(session, events)
    unread.update(fresh)
    found: dict[int, list[Fact]] = defaultdict(list)
    # By position: of a million rows, looking names up takes longer than all the rest.
    for id_, public_id, kind, decided_on, severity, state, _target, words, ended_on, ground, holder in rows:
        if kind in _ANSWERS:
            continue
        reads = corrected.get(id_)
        found[holder].append(
            Fact(
                public_id,
                kind,
                decided_on if reads is None else reads.decided_on,
                severity if reads is None else reads.severity,
                _split(fresh[id_] if words is None else words),
                state == "撤销" or ground == "deleted" or id_ in void,
                ended_on,
                None if ground == "deleted" else ground,
                tuple(objections[id_]) if id_ in objections else _ALREADY if state == "异议" else (),
            )
        )
    facts.update({Holder(register, holder): some for holder, some in found.items()})


_ALREADY = (Objection(date.min, None),)
"""A record that came in as objected to elsewhere is so until an objection to it is received here."""


def _words(
    session: WorkSession,
    rows: Sequence[Row[*tuple[Any, ...]]],
    corrected: Mapping[int, Row[*tuple[Any, ...]]],
) -> dict[int, str]:
    told = {corrected.get(row.id, row).id: row for row in rows}
    ids = list(told)
    words = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        sealed = select(EventRow.id, EventRow.wording).where(EventRow.id.in_(some))
        for row in session.execute(sealed):
            wording = opened(session, row.wording)
            event = told[row.id]
            detail = wording.detail if event.id == row.id else wording.detail["detail"]
            found = words_of(event.kind, columns=wording.columns, detail=detail, summary=wording.summary)
            words[event.id] = "|".join(sorted(found))
    return words


@lru_cache(maxsize=8_192)
def _split(words: str) -> frozenset[str]:
    return frozenset(words.split("|")) if words else frozenset()


def _objections(session: WorkSession, events: Select[*tuple[Any, ...]]) -> dict[int, list[Objection]]:
    """Days with an open objection, by event: from its receipt, or from a request for review, until the answer is told."""
    asked = (
        select(ObjectionRow.event_id, ObjectionRow.id, ObjectionRow.received_on, StepRow.step, StepRow.at)
        .outerjoin(StepRow, (StepRow.record == ObjectionRow.public_id) & StepRow.step.in_(("appeal", "tell")))
        .where(ObjectionRow.event_id.in_(events.with_only_columns(EventRow.id)))
        .order_by(ObjectionRow.id, StepRow.id)
    )
    found: dict[int, list[Objection]] = {}
    last = None
    for row in session.execute(asked):
        some = found.setdefault(row.event_id, [])
        if row.id != last:
            some.append(Objection(row.received_on, None))
        if row.step == "tell":
            some[-1] = some[-1]._replace(until=local_day(row.at))
        elif row.step == "appeal":
            some.append(Objection(local_day(row.at), None))
        last = row.id
    return found


def present(session: WorkSession, register: str, ids: Collection[int], on: date) -> list[tuple[Holder, str]]:
    """Who of these was on the roster on a day, with each kind or profession."""
    if register == "organisation":
        rows = select(OrganisationRow.id, OrganisationRow.kind).where(
            OrganisationRow.id.in_(ids),
            or_(OrganisationRow.established_on.is_(None), OrganisationRow.established_on <= on),
            or_(OrganisationRow.ended_on.is_(None), OrganisationRow.ended_on > on),
        )
    else:
        rows = select(PractitionerRow.id, LicenceRow.profession).where(
            LicenceRow.practitioner_id == PractitionerRow.id,
            PractitionerRow.id.in_(ids),
            LicenceRow.granted_on <= on,
            or_(LicenceRow.ended_on.is_(None), LicenceRow.ended_on > on),
        )
    return [(Holder(register, holder), kind) for holder, kind in session.execute(rows)]
