"""Corrections: a second event says how the first should have read (政府信息公开条例 art. 41); the first stays as it was.

A correction holds the whole record as it reads from then on, what was and what is, and why. The last one counts, so a
correction of a corrected event is simply the next.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select

from registry.accounts import staff
from registry.credit import catalogue, record
from registry.credit.breaches import judged
from registry.credit.columns import FIELDS
from registry.credit.find import Event
from registry.credit.find import event as find_event
from registry.credit.find import restricted as find_restricted
from registry.credit.party import party
from registry.credit.record import CreditEvent, NewEvent, Subject
from registry.credit.standing.tables import WordsRow
from registry.credit.statutes import Breach
from registry.credit.tables import EventRow
from registry.credit.wording import opened
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.work import WorkSession

PERMISSION = catalogue.kind("correction").permission
OVERRIDE = "credit.override"
ACT = "credit.correct"
_TITLES = {
    "decided_on": "决定日期",
    "document_number": "文书号",
    "authority": "决定机关",
    "severity": "失信程度",
    "simple": "简易程序",
    "scope": "信息使用范围",
    "summary": "内容",
}
_REASON = 1000


class Change(NamedTuple):
    """One field that a correction changed; `was` and `now` are texts, "" for nothing. `personal` is never shown in clear."""

    field: str
    title: str
    was: str
    now: str


class Correction(NamedTuple):
    """One correction of a chain, the oldest first."""

    public_id: str
    at: datetime
    by: str
    reason: str
    changes: tuple[Change, ...]


def correct(session: WorkSession, actor: Actor, *, event: str, now: NewEvent, reason: str) -> CreditEvent:
    """Records how an event should have read: `now` is the whole record, its kind and subject those of the event.

    Raises Refused, NotFound, Invalid (`reason`; nothing changed), Conflict for an annulled event, where another record
    bears the corrected number and day already, and for a penalty that breaks its statute only as corrected: that takes a
    leader who did not record it (`breach`). The act is `credit.correct` on the first event.
    """
    actor.require(PERMISSION)
    row = record.locked(session, event)
    if record.annulled(session, row):
        raise Conflict("该记录已被撤销，不再更正", rule="annulled")
    if not reason.strip() or len(reason) > _REASON:
        raise Invalid.field("reason", "required", f"请填写更正理由，不超过 {_REASON} 字")
    before = find_event(session, event)
    subject = Subject(
        practitioner=row.practitioner_id, organisation=row.organisation_id, name=row.subject_name
    )
    now = replace(now, kind=row.kind, subject=subject)
    changes = _changes(before, find_restricted(session, event), now)
    if not changes:
        raise Invalid("没有更正任何内容", rule="nothing-changes")
    record.refuse(now, session.today)
    if {change.field for change in changes} & {"decided_on", "document_number"}:
        taken = record.known(session, now)
        if taken is not None and taken != event:
            raise Conflict("另有一条记录是更正后的文书号和日期", rule="known-record")
    if new := _new_breaches(session, actor, before, now):
        raise Conflict(
            f"更正后的处罚与条文不一致（{new[0].article}：{new[0].message}），须由录入人以外的分管领导更正",
            rule="breach",
        )
    number = session.scalar(select(func.count(EventRow.id)).where(EventRow.target_id == row.id)) or 0
    answer = replace(
        now,
        kind="correction",
        state=row.state,
        detail={
            "event": row.public_id,
            "reason": reason.strip(),
            "changes": [[change.field, change.was, change.now] for change in changes],
            "detail": dict(now.detail),
        },
        key=f"{row.public_id}\n{number}",
    )
    # What was read from the sealed words of the first event no longer tells what it is.
    session.execute(delete(WordsRow).where(WordsRow.event_id == row.id))
    return record.answer(
        session, actor, to=row, act=ACT, new=answer, fields=sorted({one.field for one in changes})
    )


def chain(session: WorkSession, event: int) -> list[Correction]:
    """The corrections of an event (row id), the oldest first."""
    rows = session.scalars(
        select(EventRow)
        .where(EventRow.target_id == event, EventRow.kind == "correction")
        .order_by(EventRow.id)
    ).all()
    names = staff.names(session, {row.recorded_by for row in rows if row.recorded_by})
    kind = session.get_one(EventRow, event).kind
    found = []
    for row in rows:
        detail = opened(session, row.wording).detail
        changes = tuple(
            Change(code, title_of(code, kind), _in_words(code, was), _in_words(code, now))
            for code, was, now in detail["changes"]
        )
        by = names.get(row.recorded_by or "", row.recorded_by or "")
        found.append(Correction(row.public_id, row.recorded_at, by, detail["reason"], changes))
    return found


def title_of(field: str, kind: str) -> str:
    """The Chinese name of a field of an event of this kind: of every event's, of double publicity, or of the kind's form."""
    if field in _TITLES:
        return _TITLES[field]
    if field in FIELDS:
        return FIELDS[field].title
    titles = {one.code: one.title for one in catalogue.kind(kind).fields}
    return titles.get(field.removeprefix("detail."), field)


def columns_in_words(columns: Mapping[str, str]) -> list[tuple[str, str]]:
    """Columns of double publicity by title; an amount in 万元 says also what it is in yuan."""
    return [(FIELDS[code].title, _in_words(code, value)) for code, value in columns.items() if code in FIELDS]


def _in_words(field: str, text: str) -> str:
    if text and field in FIELDS and FIELDS[field].type == "amount":
        return f"{text} 万元（{Decimal(text) * 10_000:,.2f} 元）"
    return text


def _new_breaches(session: WorkSession, actor: Actor, before: Event, now: NewEvent) -> list[Breach]:
    """What the record breaks as corrected and did not before, nothing for a leader who did not record it."""
    if before.subject.public_id is None or (actor.may(OVERRIDE) and actor.id != before.recorded_by):
        return []
    of = party(session, before.subject.public_id)
    known = {(one.article, one.rule) for one in judged(session, of, before, own=before.public_id).breaches}
    breaches = judged(session, of, now, own=before.public_id).breaches
    return [one for one in breaches if (one.article, one.rule) not in known]


def _changes(before: Event, restricted: Mapping[str, str], now: NewEvent) -> list[Change]:
    was: dict[str, Any] = {
        "decided_on": before.decided_on.isoformat(),
        "document_number": before.document_number,
        "authority": before.authority,
        "severity": before.severity,
        "simple": before.simple,
        "scope": before.scope,
        "summary": before.summary,
        **before.columns,
        **restricted,
        **{f"detail.{name}": value for name, value in before.detail.items()},
    }
    is_: dict[str, Any] = {
        "decided_on": now.decided_on.isoformat(),
        "document_number": now.document_number,
        "authority": now.authority,
        "severity": now.severity,
        "simple": now.simple,
        "scope": now.scope,
        "summary": now.summary,
        **now.columns,
        **now.restricted,
        **{f"detail.{name}": value for name, value in now.detail.items()},
    }
    fields = list(dict.fromkeys([*was, *is_]))
    return [
        Change(field, title_of(field, now.kind), _text(was.get(field)), _text(is_.get(field)))
        for field in fields
        if _text(was.get(field)) != _text(is_.get(field))
    ]


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "是"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
