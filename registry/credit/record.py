"""Puts credit events on record: one from a form or a closed visit, many from a file, by the same code."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import insert, select

from registry.credit import catalogue, standing
from registry.credit.columns import RESTRICTED as RESTRICTED_CODES
from registry.credit.columns import SCOPES
from registry.credit.standard import natural_key
from registry.credit.tables import EventRow
from registry.credit.wording import Wording, seal
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.roster.tables import OrganisationRow, PractitionerRow

CHUNK = 500
ANSWERS = frozenset({"annulment", "correction"})
"""Kinds that say something about another event."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whom an event is about: a registered practitioner or organisation (row ids), or somebody known by name alone."""

    practitioner: int | None = None
    organisation: int | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """An event to be recorded.

    `columns` and `restricted` are by XK_/CF_ code; `missing` names what the platform wants and the record lacks.
    `simple` says that the decision was made by simple procedure. `key` tells events apart that share kind, subject,
    document and day.
    """

    kind: str
    subject: Subject
    decided_on: date
    summary: str
    document_number: str | None = None
    authority: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    restricted: Mapping[str, str] = field(default_factory=dict)
    severity: str | None = None
    simple: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)
    missing: Sequence[str] = ()
    scope: str = SCOPES[0]
    state: str = "有效"
    target: int | None = None
    key: str = ""


@dataclass(frozen=True)
class CreditEvent:
    """A recorded event. `created` is False when the same record was there already."""

    id: int
    public_id: str
    created: bool


@dataclass(frozen=True)
class Recorded:
    """What became of one of many: `event`, or `differs`, the id of a record with the same key and other content."""

    event: CreditEvent | None
    differs: int | None = None


def record(
    session: WorkSession,
    actor: Actor,
    *,
    kind: str,
    subject: Subject,
    decided_on: date,
    summary: str,
    columns: Mapping[str, str] | None = None,
    restricted: Mapping[str, str] | None = None,
    detail: Mapping[str, Any] | None = None,
    **rest: Any,
) -> CreditEvent:
    """Records one event; the further arguments are the fields of NewEvent.

    The same record again is returned with `created` False. Raises Conflict if the record is there with other content,
    Invalid naming each field, NotFound for a subject that is not registered. The act is `credit.record`.
    """
    new = NewEvent(
        kind=kind,
        subject=subject,
        decided_on=decided_on,
        summary=summary,
        columns=columns or {},
        restricted=restricted or {},
        detail=detail or {},
        **rest,
    )
    recorded = record_many(session, actor, [new])[0]
    if recorded.event is None:
        raise Conflict("已有同一文书号、日期的记录，内容不同；请以更正方式处理", rule="known-record-differs")
    return recorded.event


def record_many(session: WorkSession, actor: Actor, events: Sequence[NewEvent]) -> list[Recorded]:
    """Records events in their order and says of each what became of it; each new one is one act `credit.record`.

    Raises Refused unless the actor may record each kind (catalogue.toml), Invalid for an event that breaks a rule by
    itself (`events[n].field`), NotFound for an unknown subject.
    """
    for permission in sorted(
        {found.permission for new in events if (found := catalogue.KINDS.get(new.kind))}
    ):
        actor.require(permission)
    return put(session, events, by=actor.id)


def put(session: WorkSession, events: Sequence[NewEvent], *, by: str) -> list[Recorded]:
    """As `record_many`, for a caller that has checked who may: a leader's consent records what a clerk (`by`) typed."""
    recorded: list[Recorded] = []
    rest = iter(events)
    while chunk := list(islice(rest, CHUNK)):
        recorded += _record(session, by, _named(session, chunk), offset=len(recorded))
    return recorded


def answer(
    session: WorkSession, actor: Actor, *, to: EventRow, act: str, new: NewEvent, **detail: object
) -> CreditEvent:
    """Adds an event that answers another, and names the act on that one. The caller has checked what it may say."""
    values = _values(session, actor.id, replace(new, target=to.id), session.new_id())
    made = _insert(session, [values])[0]
    session.act(act, to.public_id, by=made.public_id, **detail)
    return made


def locked(session: WorkSession, event: str) -> EventRow:
    """The row of an event that may be answered, held until the unit of work ends.

    Raises NotFound, or Conflict for an event that is itself an answer.
    """
    row = session.scalar(select(EventRow).where(EventRow.public_id == event).with_for_update())
    if row is None:
        raise NotFound("没有这条信用事件")
    if row.kind in ANSWERS:
        raise Conflict("更正和撤销不能再更正或者撤销，请在原事件上办理", rule="answer")
    return row


def annulled(session: WorkSession, row: EventRow) -> bool:
    return (
        session.scalar(select(EventRow.id).where(EventRow.target_id == row.id, EventRow.kind == "annulment"))
        is not None
    )


def refuse(new: NewEvent, today: date) -> None:
    """Raises Invalid naming each field by which an event breaks a rule by itself."""
    if faults := list(_faults(new, today)):
        raise Invalid("信用事件填写有误", faults)


def known(session: WorkSession, new: NewEvent) -> str | None:
    """The public id of the record with the same natural key, whatever else it says."""
    [named] = _named(session, [new])
    return session.scalar(select(EventRow.public_id).where(EventRow.natural_key == _key(session, named)))


def annul(session: WorkSession, actor: Actor, *, event: str, ground: str, on: date) -> CreditEvent:
    """Answers an event by a second one that annuls it (行政处罚法 art. 48); the first stays as it is.

    Raises Refused, NotFound, Invalid for a day before the decision or in the future, Conflict if it is annulled already.
    The act is `credit.annul` on the annulled event.
    """
    actor.require(catalogue.kind("annulment").permission)
    row = locked(session, event)
    faults = []
    if on < row.decided_on or on > session.today:
        faults.append(FieldFault("on", "date-range", "撤销日期不得早于原决定，也不得晚于今天"))
    if not ground.strip():
        faults.append(FieldFault("ground", "required", "请填写撤销理由"))
    if faults:
        raise Invalid("撤销填写有误", faults)
    if annulled(session, row):
        raise Conflict("该记录已被撤销", rule="annulled")
    new = NewEvent(
        kind="annulment",
        subject=Subject(
            practitioner=row.practitioner_id, organisation=row.organisation_id, name=row.subject_name
        ),
        decided_on=on,
        summary=f"撤销：{ground.strip()}",
        document_number=row.document_number,
        authority=row.authority,
        detail={"ground": ground.strip(), "event": row.public_id},
        key=row.public_id,
    )
    return answer(session, actor, to=row, act="credit.annul", new=new)


def _named(session: WorkSession, events: Sequence[NewEvent]) -> list[NewEvent]:
    """Registered subjects by the names that they bear in the register, unless the event brings its own."""
    nameless = [new.subject for new in events if new.subject.name is None]
    organisations = {subject.organisation for subject in nameless if subject.organisation is not None}
    practitioners = {subject.practitioner for subject in nameless if subject.practitioner is not None}
    names: dict[tuple[str, int], str] = {}
    for table, ids in ((OrganisationRow, organisations), (PractitionerRow, practitioners)):
        if ids:
            for row in session.execute(select(table.id, table.name).where(table.id.in_(ids))):
                names[table.__tablename__, row.id] = row.name
    return [
        new if new.subject.name is not None else replace(new, subject=_name(new.subject, names))
        for new in events
    ]


def _name(subject: Subject, names: Mapping[tuple[str, int], str]) -> Subject:
    found = names.get((OrganisationRow.__tablename__, subject.organisation or 0)) or names.get(
        (PractitionerRow.__tablename__, subject.practitioner or 0)
    )
    if found is None:
        raise NotFound("没有这个主体")
    return replace(subject, name=found)


def _record(session: WorkSession, by: str, events: Sequence[NewEvent], *, offset: int) -> list[Recorded]:
    faults = [
        FieldFault(f"events[{number}].{fault.path}", fault.rule, fault.message)
        for number, new in enumerate(events, offset)
        for fault in _faults(new, session.today)
    ]
    if faults:
        raise Invalid("信用事件填写有误", faults)
    values = [_values(session, by, new, "") for new in events]
    keys = [row["natural_key"] for row in values]
    known = {
        row.natural_key: (row.content, CreditEvent(row.id, row.public_id, created=False))
        for row in session.execute(
            select(EventRow.natural_key, EventRow.content, EventRow.id, EventRow.public_id).where(
                EventRow.natural_key.in_(keys)
            )
        )
    }
    fresh: dict[str, dict[str, Any]] = {}
    for row in values:
        if row["natural_key"] not in known and row["natural_key"] not in fresh:
            fresh[row["natural_key"]] = {**row, "public_id": session.new_id()}
    made = dict(zip(fresh, _insert(session, list(fresh.values())), strict=True))
    for event, row in zip(made.values(), fresh.values(), strict=True):
        session.act("credit.record", event.public_id, kind=row["kind"])
    recorded = []
    for row in values:
        key = row["natural_key"]
        if key in known:
            content, event = known[key]
        else:
            content, event = fresh[key]["content"], made[key]
            known[key] = (content, replace(event, created=False))  # the next of the same key is a repetition
        recorded.append(Recorded(event) if content == row["content"] else Recorded(None, differs=event.id))
    return recorded


def _insert(session: WorkSession, values: list[dict[str, Any]]) -> list[CreditEvent]:
    if not values:
        return []
    statement = insert(EventRow).returning(EventRow.id, EventRow.public_id, sort_by_parameter_order=True)
    made = [CreditEvent(row.id, row.public_id, created=True) for row in session.execute(statement, values)]
    standing.refresh(
        session,
        practitioners=(row["practitioner_id"] for row in values if row["practitioner_id"] is not None),
        organisations=(row["organisation_id"] for row in values if row["organisation_id"] is not None),
    )
    return made


def _faults(new: NewEvent, today: date) -> Iterator[FieldFault]:
    if new.kind not in catalogue.KINDS:
        yield FieldFault("kind", "unknown-kind", f"没有此类信用事件：{new.kind}")
    if new.severity is not None and new.severity not in catalogue.SEVERITIES:
        yield FieldFault("severity", "enum", f"应为：{'、'.join(catalogue.SEVERITIES)}")
    if new.scope not in SCOPES:
        yield FieldFault("scope", "enum", f"应为：{'、'.join(SCOPES)}")
    if new.decided_on > today:
        yield FieldFault("decided_on", "decision-in-future", "决定日期在今天之后")
    if not new.summary.strip():
        yield FieldFault("summary", "required", "请填写内容摘要")
    if new.subject.practitioner is not None and new.subject.organisation is not None:
        yield FieldFault("subject", "two-subjects", "一条记录只能有一个主体")
    if leaked := sorted(RESTRICTED_CODES.intersection(new.columns)):
        yield FieldFault("columns", "restricted-column", f"不得公开的列：{'、'.join(leaked)}")


def _key(session: WorkSession, new: NewEvent) -> str:
    natural = natural_key(
        new.kind,
        name=new.subject.name or "",
        document_number=new.document_number or new.summary,
        decided_on=new.decided_on.isoformat(),
        authority=new.authority or "",
    )
    return session.keys.blind(f"{natural}\n{new.key}", "reg_credit_events.natural_key")


def _values(session: WorkSession, by: str, new: NewEvent, public_id: str) -> dict[str, Any]:
    """The row to insert. What the register adds later (which subject the row is bound to) is no part of `content`."""
    content = [
        dict(new.columns), dict(new.restricted), dict(new.detail), new.summary, new.severity, new.simple, new.scope, new.state,
    ]  # fmt: skip
    return {
        "public_id": public_id,
        "kind": new.kind,
        "practitioner_id": new.subject.practitioner,
        "organisation_id": new.subject.organisation,
        "subject_name": new.subject.name or "",
        "decided_on": new.decided_on,
        "document_number": new.document_number,
        "authority": new.authority,
        "severity": new.severity,
        "simple": new.simple,
        "wording": seal(session, Wording(new.summary, new.columns, new.restricted, new.detail)),
        "missing": list(new.missing),
        "incomplete": bool(new.missing),
        "scope": new.scope,
        "state": new.state,
        "target_id": new.target,
        "natural_key": _key(session, new),
        "content": session.keys.blind(_text(content), "reg_credit_events.content"),
        "recorded_at": session.now,
        "recorded_by": by,
    }


def _text(value: object) -> str:
    """One text for one value. It only meets itself here, so it need not be the canonical JSON of the ledger."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
