"""Reads what happened. Rows come out frozen; what may not be public stays encrypted until somebody asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, exists, func, select
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
    """One event. `annulled_by` is the public id of the event that annuls it, `target` of the one that it annuls.

    `missing` are the codes that the national platform still wants.
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
    row = session.execute(_events().where(EventRow.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("没有这条信用事件")
    return _event(session, row)


def events(session: WorkSession, public_ids: Sequence[str]) -> dict[str, Event]:
    """Events by public id, in one query; unknown ids are left out."""
    return {
        row.EventRow.public_id: _event(session, row)
        for row in session.execute(_events().where(EventRow.public_id.in_(public_ids)))
    }


def events_of(
    session: WorkSession, *, practitioner: int | None = None, organisation: int | None = None
) -> list[Event]:
    """The events of one registered subject (row id), the newest decision first."""
    found = _events().order_by(EventRow.decided_on.desc(), EventRow.id.desc())
    if practitioner is not None:
        found = found.where(EventRow.practitioner_id == practitioner)
    if organisation is not None:
        found = found.where(EventRow.organisation_id == organisation)
    return [_event(session, row) for row in session.execute(found)] if practitioner or organisation else []


def restricted(session: WorkSession, public_id: str) -> Mapping[str, str]:
    """The columns of an event that are never public; empty if it has none. Raises NotFound."""
    sealed = session.scalar(select(EventRow.wording).where(EventRow.public_id == public_id))
    if sealed is None:
        raise NotFound("没有这条信用事件")
    return opened(session, sealed).restricted


def incomplete(session: WorkSession, *, limit: int, after: int = 0) -> list[Event]:
    """The work list: events that lack what the national platform wants, oldest first, from row id `after` on."""
    found = _events().where(EventRow.incomplete, EventRow.id > after).order_by(EventRow.id).limit(limit)
    return [_event(session, row) for row in session.execute(found)]


def count_incomplete(session: WorkSession) -> int:
    return session.scalar(select(func.count()).where(EventRow.incomplete)) or 0


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
    rows = session.execute(
        select(
            EventRow.practitioner_id,
            EventRow.organisation_id,
            EventRow.kind,
            EventRow.severity,
            EventRow.decided_on,
        )
        .where(
            EventRow.kind.in_(negative),
            EventRow.decided_on > after,
            EventRow.decided_on <= until,
            EventRow.state != "撤销",
            ~annulled,
        )
        .order_by(EventRow.id)
    )
    return [Adverse(*row) for row in rows]


def _events() -> Select[Any, Any, Any, Any, Any]:
    target, answer = aliased(EventRow), aliased(EventRow)
    return (
        select(
            EventRow,
            PractitionerRow.public_id.label("practitioner"),
            OrganisationRow.public_id.label("organisation"),
            target.public_id.label("target"),
            answer.public_id.label("annulled_by"),
        )
        .outerjoin(PractitionerRow, PractitionerRow.id == EventRow.practitioner_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == EventRow.organisation_id)
        .outerjoin(target, target.id == EventRow.target_id)
        .outerjoin(answer, and_(answer.target_id == EventRow.id, answer.kind == "annulment"))
    )


def _event(session: WorkSession, row: Row[Any, Any, Any, Any, Any]) -> Event:
    stored: EventRow = row.EventRow
    wording = opened(session, stored.wording)
    kind = "practitioner" if row.practitioner else "organisation" if row.organisation else None
    return Event(
        id=stored.id,
        public_id=stored.public_id,
        kind=catalogue.kind(stored.kind),
        subject=SubjectRef(kind, row.practitioner or row.organisation, stored.subject_name),
        decided_on=stored.decided_on,
        document_number=stored.document_number,
        authority=stored.authority,
        severity=stored.severity,  # type: ignore[arg-type]  # only record writes it, and checks it
        simple=stored.simple,
        summary=wording.summary,
        columns=wording.columns,
        detail=wording.detail,
        missing=stored.missing,
        scope=stored.scope,
        state=stored.state,
        recorded_at=stored.recorded_at,
        target=row.target,
        annulled_by=row.annulled_by,
    )
