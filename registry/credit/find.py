"""Reads what happened. Rows come out frozen; what may not be public stays encrypted until somebody asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, inspect, select
from sqlalchemy.orm import aliased

from registry.credit import catalogue
from registry.credit.columns import SCOPES
from registry.credit.tables import EventRow
from registry.credit.wording import opened
from registry.credit.words import penalty_kinds
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.roster.tables import OrganisationRow, PractitionerRow


class SubjectRef(NamedTuple):
    """Whom an event is about. `kind` is "practitioner", "organisation", or None for a name that nobody registered bears."""

    kind: str | None
    public_id: str | None
    name: str


@dataclass(frozen=True)
class Event:
    """One event, as it reads after its last correction, at `corrected_at` (None where it has none).

    `annulled_by` is the public id of the event that annuls it, `target` of the one that it annuls, corrects or, as the
    penalty of a firm's head, came along with (律师法 art. 50). `missing` are the codes that the national platform still wants, `recorded_by` is a public id.
    """

    id: int
    public_id: str
    kind: catalogue.Kind
    subject: SubjectRef
    decided_on: date
    document_number: str | None
    authority: str | None
    severity: catalogue.Severity | None
    simple: bool
    summary: str
    columns: Mapping[str, str]
    detail: Mapping[str, Any]
    missing: Sequence[str]
    scope: str
    state: str
    recorded_at: datetime
    recorded_by: str | None
    corrected_at: datetime | None
    target: str | None
    annulled_by: str | None

    @property
    def penalties(self) -> tuple[str, ...]:
        """The kinds of penalty imposed, empty for other events."""
        return penalty_kinds(self.columns.get("CF_CFLB", ""))

    @property
    def term(self) -> catalogue.Term:
        """How long it may be public (see catalogue.term)."""
        return catalogue.term(
            self.kind.code,
            self.severity,
            self.decided_on,
            simple=self.simple,
            warning_only=catalogue.warning_only(self.penalties),
        )

    @property
    def releasable(self) -> bool:
        """Whether it may be proposed for publication: its kind may, its scope is public, it stands, and its term is public."""
        return (
            self.kind.releasable
            and self.scope == SCOPES[0]
            and self.state != "撤销"
            and self.annulled_by is None
            and self.term.public
        )


def event(session: WorkSession, public_id: str) -> Event:
    """Raises NotFound."""
    row = session.execute(query().where(EventRow.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("没有这条信用事件")
    return shown(session, row)


def events(session: WorkSession, public_ids: Sequence[str]) -> dict[str, Event]:
    """Events by public id, in one query; unknown ids are left out."""
    return {
        row.EventRow.public_id: shown(session, row)
        for row in session.execute(query().where(EventRow.public_id.in_(public_ids)))
    }


def events_of(
    session: WorkSession, *, practitioner: int | None = None, organisation: int | None = None
) -> list[Event]:
    """The events of one registered subject (row id), the newest decision first; corrections are in what they correct."""
    found = query().where(EventRow.kind != "correction")
    found = found.order_by(effective(EventRow.decided_on, LATEST.decided_on).desc(), EventRow.id.desc())
    if practitioner is not None:
        merged = PractitionerRow.merged_into_id == practitioner
        records = select(PractitionerRow.id).where((PractitionerRow.id == practitioner) | merged)
        found = found.where(EventRow.practitioner_id.in_(records))
    if organisation is not None:
        found = found.where(EventRow.organisation_id == organisation)
    return [shown(session, row) for row in session.execute(found)] if practitioner or organisation else []


def of_kind(
    session: WorkSession, kind: str, *, practitioners: Sequence[int] = (), organisations: Sequence[int] = ()
) -> list[Event]:
    """The events of one kind of any of these subjects (row ids), the newest record first."""
    subjects = EventRow.practitioner_id.in_(practitioners) | EventRow.organisation_id.in_(organisations)
    found = query().where(EventRow.kind == kind, subjects).order_by(EventRow.id.desc())
    return [shown(session, row) for row in session.execute(found)]


def restricted(session: WorkSession, public_id: str) -> Mapping[str, str]:
    """The columns of an event that are never public; empty if it has none. Raises NotFound."""
    sealed = session.scalar(
        select(effective(EventRow.wording, LATEST.wording))
        .select_from(EventRow)
        .outerjoin(LATEST, is_latest(LATEST))
        .where(EventRow.public_id == public_id)
    )
    if sealed is None:
        raise NotFound("没有这条信用事件")
    return opened(session, sealed).restricted


def incomplete(session: WorkSession, *, limit: int, after: int = 0) -> list[Event]:
    """The work list: events that lack what the national platform wants, oldest first, from row id `after` on."""
    found = query().where(EventRow.id.in_(_wanting()), EventRow.id > after)
    found = found.order_by(EventRow.id).limit(limit)
    return [shown(session, row) for row in session.execute(found)]


def count_incomplete(session: WorkSession) -> int:
    return session.scalar(select(func.count()).select_from(_wanting().subquery())) or 0


def _wanting() -> Select[Any]:
    """The ids of events that lack something, as they read after their last correction."""
    later = aliased(EventRow)
    first = case((EventRow.kind == "correction", EventRow.target_id), else_=EventRow.id)
    answered = exists().where(later.target_id == first, later.kind == "correction", later.id > EventRow.id)
    return select(first).where(EventRow.incomplete, ~answered)


class Adverse(NamedTuple):
    """An adverse event that stands. The ids are row ids; both are None for an unregistered name."""

    practitioner: int | None
    organisation: int | None
    kind: str
    severity: str | None
    decided_on: date


def adverse(session: WorkSession, *, after: date, until: date) -> list[Adverse]:
    """Adverse events decided after one day and up to another (included), without the annulled ones."""
    negative = [kind.code for kind in catalogue.KINDS.values() if kind.polarity == "negative"]
    answer = aliased(EventRow)
    annulled = exists().where(answer.target_id == EventRow.id, answer.kind == "annulment")
    decided_on = effective(EventRow.decided_on, LATEST.decided_on)
    rows = session.execute(
        select(
            EventRow.practitioner_id,
            EventRow.organisation_id,
            EventRow.kind,
            effective(EventRow.severity, LATEST.severity),
            decided_on,
        )
        .select_from(EventRow)
        .outerjoin(LATEST, is_latest(LATEST))
        .where(
            EventRow.kind.in_(negative),
            decided_on > after,
            decided_on <= until,
            EventRow.state != "撤销",
            ~annulled,
        )
        .order_by(EventRow.id)
    )
    return [Adverse(*row) for row in rows]


LATEST = aliased(EventRow, name="latest_correction")
"""The last correction of an event, in `query`."""
_TARGET, _ANSWER, _LATER = aliased(EventRow), aliased(EventRow), aliased(EventRow)
# All requests share them. An alias makes its columns when first asked, and two threads that ask at once get columns that
# do not match the statement: NoSuchColumnError.
for _alias in (LATEST, _TARGET, _ANSWER, _LATER):
    len(inspect(_alias).selectable.c)
_LAST_CORRECTION = (
    select(func.max(_LATER.id))
    .where(_LATER.target_id == EventRow.id, _LATER.kind == "correction")
    .correlate(EventRow)
    .scalar_subquery()
)


def is_latest(correction: Any) -> ColumnElement[bool]:
    """The condition that a row (an alias of EventRow) is the last correction of EventRow's event; join outer with it."""
    return cast(ColumnElement[bool], correction.id == _LAST_CORRECTION)


def effective(own: Any, corrected: Any) -> ColumnElement[Any]:
    """A column of an event, or of its last correction if it has one."""
    return case((LATEST.id.is_not(None), corrected), else_=own)


# Built once: making it anew took longer than the database needs to answer it.
_EVENTS: Select[Any, Any, Any, Any, Any, Any] = (
    select(
        EventRow,
        LATEST,
        PractitionerRow.public_id.label("practitioner"),
        OrganisationRow.public_id.label("organisation"),
        _TARGET.public_id.label("target"),
        _ANSWER.public_id.label("annulled_by"),
    )
    .outerjoin(PractitionerRow, PractitionerRow.id == EventRow.practitioner_id)
    .outerjoin(OrganisationRow, OrganisationRow.id == EventRow.organisation_id)
    .outerjoin(_TARGET, _TARGET.id == EventRow.target_id)
    .outerjoin(_ANSWER, and_(_ANSWER.target_id == EventRow.id, _ANSWER.kind == "annulment"))
    .outerjoin(LATEST, is_latest(LATEST))
)


def query() -> Select[Any, Any, Any, Any, Any, Any]:
    """Events with what `shown` needs; narrow it by EventRow, and by `effective` where corrections count."""
    return _EVENTS


def shown(session: WorkSession, row: Row[Any, Any, Any, Any, Any, Any]) -> Event:
    """The event in a row of `query`."""
    stored: EventRow = row.EventRow
    correction: EventRow | None = row[1]
    now = correction or stored
    wording = opened(session, now.wording)
    kind = "practitioner" if row.practitioner else "organisation" if row.organisation else None
    return Event(
        id=stored.id,
        public_id=stored.public_id,
        kind=catalogue.kind(stored.kind),
        subject=SubjectRef(kind, row.practitioner or row.organisation, stored.subject_name),
        decided_on=now.decided_on,
        document_number=now.document_number,
        authority=now.authority,
        severity=now.severity,  # type: ignore[arg-type]  # only record writes it, and checks it
        simple=now.simple,
        summary=wording.summary,
        columns=wording.columns,
        detail=wording.detail["detail"] if correction else wording.detail,
        missing=now.missing,
        scope=now.scope,
        state=stored.state,
        recorded_at=stored.recorded_at,
        recorded_by=stored.recorded_by,
        corrected_at=correction.recorded_at if correction else None,
        target=row.target,
        annulled_by=row.annulled_by,
    )
