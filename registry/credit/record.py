"""Puts credit events on record: one from a form or a closed visit, many from a file, by the same code."""

import json
from collections.abc import Mapping, Sequence
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

    Raises Invalid for an event that breaks a rule by itself (`events[n].field`), NotFound for an unknown subject.
    """
    recorded: list[Recorded] = []
    rest = iter(events)
    while chunk := list(islice(rest, CHUNK)):
        recorded += _record(session, _named(session, chunk), offset=len(recorded))
    return recorded


def annul(session: WorkSession, actor: Actor, *, event: str, ground: str, on: date) -> CreditEvent:
    """Answers an event by a second one that annuls it (行政处罚法 art. 48); the first stays as it is.

    Raises NotFound, Invalid for a day before the decision or in the future, Conflict if it is annulled already. The act
    is `credit.annul` on the annulled event.
    """
    row = session.scalar(select(EventRow).where(EventRow.public_id == event))
    if row is None:
        raise NotFound("没有这条信用事件")
    if on < row.decided_on or on > session.today:
        raise Invalid.field("on", "date-range", "撤销日期应在原决定之后、今天之前")
    if not ground.strip():
        raise Invalid.field("ground", "required", "请填写撤销理由")
    answered = select(EventRow.id).where(EventRow.target_id == row.id, EventRow.kind == "annulment")
    if session.scalar(answered) is not None:
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
        target=row.id,
        key=row.public_id,
    )
    made = _insert(session, [_values(session, new, session.new_id())])[0]
    session.act("credit.annul", row.public_id, by=made.public_id)
    return made


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


def _record(session: WorkSession, events: Sequence[NewEvent], *, offset: int) -> list[Recorded]:
    for number, new in enumerate(events, offset):
        _refuse(new, f"events[{number}]", session.today)
    values = [_values(session, new, "") for new in events]
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


def _refuse(new: NewEvent, path: str, today: date) -> None:
    faults = []
    kind = catalogue.KINDS.get(new.kind)
    if kind is None:
        faults.append(FieldFault(f"{path}.kind", "unknown-kind", f"没有此类信用事件：{new.kind}"))
    if new.severity is not None and new.severity not in catalogue.SEVERITIES:
        faults.append(FieldFault(f"{path}.severity", "enum", f"应为：{'、'.join(catalogue.SEVERITIES)}"))
    if new.scope not in SCOPES:
        faults.append(FieldFault(f"{path}.scope", "enum", f"应为：{'、'.join(SCOPES)}"))
    if new.decided_on > today:
        faults.append(FieldFault(f"{path}.decided_on", "decision-in-future", "决定日期在今天之后"))
    if not new.summary.strip():
        faults.append(FieldFault(f"{path}.summary", "required", "请填写内容摘要"))
    if new.subject.practitioner is not None and new.subject.organisation is not None:
        faults.append(FieldFault(f"{path}.subject", "two-subjects", "一条记录只能有一个主体"))
    if leaked := sorted(RESTRICTED_CODES.intersection(new.columns)):
        faults.append(
            FieldFault(f"{path}.columns", "restricted-column", f"不得公开的列：{'、'.join(leaked)}")
        )
    if faults:
        raise Invalid("信用事件填写有误", faults)


def _values(session: WorkSession, new: NewEvent, public_id: str) -> dict[str, Any]:
    """The row to insert. What the register adds later (which subject the row is bound to) is no part of `content`."""
    name = new.subject.name or ""
    key = "\n".join(
        [
            natural_key(
                new.kind,
                name=name,
                document_number=new.document_number or new.summary,
                decided_on=new.decided_on.isoformat(),
                authority=new.authority or "",
            ),
            new.key,
        ]
    )
    content = [
        dict(new.columns), dict(new.restricted), dict(new.detail), new.summary, new.severity, new.simple, new.scope, new.state,
    ]  # fmt: skip
    return {
        "public_id": public_id,
        "kind": new.kind,
        "practitioner_id": new.subject.practitioner,
        "organisation_id": new.subject.organisation,
        "subject_name": name,
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
        "natural_key": session.keys.blind(key, "reg_credit_events.natural_key"),
        "content": session.keys.blind(_text(content), "reg_credit_events.content"),
        "recorded_at": session.now,
    }


def _text(value: object) -> str:
    """One text for one value. It only meets itself here, so it need not be the canonical JSON of the ledger."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
