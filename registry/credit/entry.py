"""What staff typed into the form of an event, read and held against the register, the catalogue and the statutes.

Reading stores nothing; `enter` records what has been read. The form's live check and its submission are the same reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from registry.credit import catalogue, record
from registry.credit.breaches import judged
from registry.credit.catalogue import Kind
from registry.credit.catalogue_fields import Value
from registry.credit.columns import SCOPES
from registry.credit.entry_columns import Office, read_columns
from registry.credit.find import Event, restricted
from registry.credit.head_penalty import head_penalty
from registry.credit.party import Party
from registry.credit.record import CreditEvent, NewEvent
from registry.credit.statutes import Breach
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid
from registry.kernel.work import WorkSession
from registry.roster.cells import CellFault, read_date, read_text

Typed = Mapping[str, Sequence[str]]
_LENGTHS = {"document_number": 128, "authority": 200, "summary": 500}


class Warned(NamedTuple):
    """Something to look at again. `event` is the public id of another record that it is about."""

    rule: str
    message: str
    event: str | None = None


@dataclass(frozen=True)
class Entry:
    """A form as read. `new` is None where faults leave nothing to record; `head` is the penalty of the firm's head.

    `same` is the public id of the record that this one would be a second time.
    """

    new: NewEvent | None
    head: NewEvent | None = None
    faults: tuple[FieldFault, ...] = ()
    warnings: tuple[Warned, ...] = ()
    breaches: tuple[Breach, ...] = ()
    consequences: tuple[tuple[str, str], ...] = ()
    same: str | None = None


@dataclass
class Reading:
    """The work on one form: values by field, and what is wrong with them."""

    kind: Kind
    party: Party
    typed: Typed
    values: dict[str, Value] = field(default_factory=dict)
    faults: list[FieldFault] = field(default_factory=list)

    def fault(self, path: str, rule: str, message: str) -> None:
        if all(path != one.path for one in self.faults):
            self.faults.append(FieldFault(path, rule, message))

    def text(self, name: str, title: str, *, required: bool) -> str:
        value = next((cell for cell in map(read_text, self.typed.get(name, ())) if cell), "")
        if not value and required:
            self.fault(name, "required", f"请填写{title}")
        if len(value) > _LENGTHS.get(name, 200):
            self.fault(name, "too-long", f"{title}不超过 {_LENGTHS.get(name, 200)} 个字")
        return value

    def day(self, name: str, title: str) -> date | None:
        value = self.text(name, title, required=True)
        try:
            return date.fromisoformat(read_date(value)) if value else None
        except CellFault as fault:
            self.fault(name, fault.rule, fault.message)
            return None

    def fields(self, *, corrects: bool) -> None:
        for one in self.kind.form(self.party.subjects, corrects=corrects):
            if one.when is not None and not one.when.holds(self.values):
                continue
            try:
                value = one.read(self.typed.get(one.code, ()), self.party.subjects)
            except CellFault as fault:
                self.fault(one.code, fault.rule, fault.message)
                continue
            if value is not None:
                self.values[one.code] = value
            elif one.required:
                self.fault(one.code, "required", f"请填写{one.title}")


def read(
    session: WorkSession,
    *,
    kind: Kind,
    party: Party,
    typed: Typed,
    office: Office,
    before: Event | None = None,
) -> Entry:
    """Reads a form about a party; `before` is the event that it corrects, whose columns it keeps where it asks for none."""
    reading = Reading(kind, party, typed)
    decided_on = reading.day("decided_on", kind.day_title)
    must = kind.document == "must"
    number = "" if kind.document == "none" else reading.text("document_number", "文书号", required=must)
    authority = reading.text("authority", kind.authority_title, required=True)
    reading.fields(corrects=before is not None)
    if kind.summary is None:
        reading.text("summary", "内容", required=True)
    scope = reading.text("scope", "信息使用范围", required=False) or SCOPES[0]
    graded = reading.text("severity", "失信程度", required=False)
    if decided_on is None:
        return Entry(None, faults=tuple(reading.faults))
    _check_day(session, reading, decided_on)
    columns = read_columns(
        kind.code,
        party,
        reading.values,
        office,
        document_number=number,
        decided_on=decided_on,
        authority=authority,
        before=before,
        restricted_before=restricted(session, before.public_id) if before else {},
    )
    for fault in columns.faults:
        reading.fault(fault.path, fault.rule, fault.message)
    detail = {code: value for code, value in reading.values.items() if not _is_column(kind, code)}
    new = NewEvent(
        kind=kind.code,
        subject=party.subject,
        decided_on=decided_on,
        summary=_summary(reading, typed),
        document_number=number or None,
        authority=authority or None,
        columns=columns.columns,
        restricted=columns.restricted,
        severity=_severity(kind, graded, columns.penalties, decided_on),
        simple=bool(reading.text("simple", "简易程序", required=False)),
        detail={**_kept(kind, before), **detail},
        missing=columns.missing,
        scope=scope,
        # Two of one day without a document, such as two services of an hour, are two.
        key=_key(reading) if not number else "",
    )
    if not reading.faults:
        try:
            record.refuse(new, session.today)
        except Invalid as refused:
            reading.faults.extend(refused.fields)
    if reading.faults:
        return Entry(None, faults=tuple(reading.faults))
    return _held_against(session, reading, new, office, before)


def enter(session: WorkSession, actor: Actor, entry: Entry) -> CreditEvent:
    """Records what was read, with the penalty of the firm's head in the same transaction.

    Raises Refused, Invalid with the faults of the form, Conflict where the record is there already (`known-record`) or a
    penalty breaks its statute (`breach`), which takes a second person (registry.credit.override).
    """
    if entry.new is None:
        raise Invalid("填写有误", entry.faults)
    actor.require(catalogue.kind(entry.new.kind).permission)
    if entry.same is not None:
        raise Conflict("这条记录已经录入过", rule="known-record")
    if entry.breaches:
        raise Conflict("处罚与条文不一致，须由分管领导审核后记录", rule="breach")
    return store(session, entry.new, entry.head, by=actor.id)


def store(session: WorkSession, new: NewEvent, head: NewEvent | None, *, by: str) -> CreditEvent:
    """Records an event that has been decided on, and the penalty of the head that came along; `by` typed it."""
    made = record.put(session, [new], by=by)[0].event
    if made is None or not made.created:
        raise Conflict("这条记录已经录入过", rule="known-record")
    if head is not None:
        along = record.put(session, [replace(head, target=made.id)], by=by)[0].event
        if along is None or not along.created:
            raise Conflict("对负责人的处罚已经录入过", rule="known-record")
    return made


def _check_day(session: WorkSession, reading: Reading, decided_on: date) -> None:
    since = reading.party.since
    if decided_on > session.today:
        reading.fault("decided_on", "decision-in-future", f"{reading.kind.day_title}在今天之后")
    elif since is not None and decided_on < since and not reading.kind.before_licence:
        what = "准予执业" if reading.party.kind == "practitioner" else "成立"
        reading.fault(
            "decided_on", "before-licence", f"{reading.kind.day_title}早于{what}日期（{since.isoformat()}）"
        )
    conduct = reading.values.get("conduct_on")
    if isinstance(conduct, str) and conduct > decided_on.isoformat():
        reading.fault("conduct_on", "date-order", "违法行为发生日期晚于处罚决定日期")
    year = reading.values.get("year")
    if isinstance(year, int) and year > decided_on.year:
        reading.fault("year", "date-order", "考核年度晚于评定日期")


def _held_against(
    session: WorkSession, reading: Reading, new: NewEvent, office: Office, before: Event | None
) -> Entry:
    own = before.public_id if before else None
    same = record.known(session, new)
    same = same if same != own else None
    warnings = list(_numbers(session, new, own))
    if new.kind != "penalty":
        return Entry(new, warnings=tuple(warnings), same=same)
    of_penalty = judged(session, reading.party, new, own=own)
    breaches = of_penalty.breaches
    head = None
    if before is None and "head_penalty" in reading.values:
        along = head_penalty(session, reading.party, new, reading.values, office)
        if along.fault is not None:
            return Entry(None, faults=(along.fault,))
        head, breaches = along.new, (*breaches, *along.breaches)
    return Entry(
        new,
        head,
        warnings=tuple(warnings),
        breaches=breaches,
        consequences=of_penalty.consequences,
        same=same,
    )


def _numbers(session: WorkSession, new: NewEvent, own: str | None) -> list[Warned]:
    """Other records under the same document number. One decision may name several parties, so it is a warning."""
    if not new.document_number:
        return []
    rows = session.execute(
        select(EventRow.public_id, EventRow.subject_name, EventRow.decided_on)
        .where(EventRow.document_number == new.document_number, EventRow.kind == new.kind)
        .order_by(EventRow.id)
        .limit(3)
    )
    found = [
        Warned(
            "document-number-known",
            f"文书号已用于：{row.subject_name}，{row.decided_on.isoformat()}；一份文书处理多个当事人的可以继续",
            row.public_id,
        )
        for row in rows
        if row.public_id != own
    ]
    years = [
        year for year in (new.decided_on.year, new.decided_on.year - 1) if str(year) in new.document_number
    ]
    if not years and any(mark in new.document_number for mark in "〔[（("):
        found.append(Warned("document-number-year", "文书号中的年份与日期不一致，请核对"))
    return found


def _severity(
    kind: Kind, graded: str, penalties: Sequence[str], decided_on: date
) -> catalogue.Severity | None:
    if kind.polarity != "negative":
        return None
    return catalogue.severity(graded, penalties, decided_on)


def _summary(reading: Reading, typed: Typed) -> str:
    if reading.kind.summary is None:
        return reading.text("summary", "内容", required=True)
    texts = {
        one.code: _words(reading.values.get(one.code)) for one in reading.kind.form(reading.party.subjects)
    }
    return reading.kind.summary.format_map(texts)[: _LENGTHS["summary"]]


def _words(value: Value | None) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "、".join(value) if isinstance(value, list) else str(value if value is not None else "")


def _key(reading: Reading) -> str:
    return "\n".join(f"{code}={_words(value)}" for code, value in sorted(reading.values.items()))


def _kept(kind: Kind, before: Event | None) -> dict[str, Any]:
    """What an event that is corrected holds beyond its form: a leader's consent, what an inspection found."""
    codes = {one.code for one in kind.fields if not one.once}
    return {code: value for code, value in before.detail.items() if code not in codes} if before else {}


def _is_column(kind: Kind, code: str) -> bool:
    return next(one.is_column for one in kind.fields if one.code == code)
