"""Files of permits, penalties and other credit events into the record (see registry.roster.intake)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import select

from registry.credit import catalogue
from registry.credit.columns import FIELDS, RESTRICTED, SCOPES
from registry.credit.layouts import LAYOUTS
from registry.credit.record import NewEvent, Recorded, Subject, record_many
from registry.credit.standard import Parsed, read_row
from registry.credit.subjects import Described, bind, registered_codes
from registry.credit.tables import EventRow
from registry.credit.wording import opened
from registry.credit.words import penalty_kinds
from registry.kernel import identifiers
from registry.kernel.access import Actor
from registry.kernel.work import WorkSession
from registry.roster.cells import CellFault, read_code, read_date, read_name
from registry.roster.intake import Accepted, Checked, Column, Importer, Layout, Reading, RowFault, Stored

SUMMARY = 500
Value = TypeVar("Value")


def _check_row(layout: Layout, cells: Mapping[str, str]) -> Checked[Parsed]:
    parsed = read_row(layout, cells)
    return Checked(None if parsed.faults else parsed, parsed.faults)


def _store_rows(session: WorkSession, actor: Actor, rows: Sequence[Accepted[Parsed]]) -> Stored:
    """What only the register and the calendar can tell is checked here, and then the good rows are recorded."""
    doubtful = {row.value.uscc for row in rows if row.value.warnings}
    vouched = registered_codes(session, doubtful) if doubtful else set()
    faults: list[RowFault] = []
    good = []
    for row in rows:
        if row.value.warnings and row.value.uscc not in vouched:
            faults += [row.fault(*warning) for warning in row.value.warnings]
        elif row.value.decided_on > session.today.isoformat():
            code = "XK_JDRQ" if row.value.kind == "permit" else "CF_JDRQ"
            faults.append(row.fault(code, "decision-in-future", "决定日期在今天之后"))
        else:
            good.append(row)
    subjects = bind(session, [_described(row.value) for row in good])
    events = [_event(row.value, subject) for row, subject in zip(good, subjects, strict=True)]
    return _outcome(session, good, events, record_many(session, actor, events), faults, _key_column)


def _described(parsed: Parsed) -> Described:
    return Described(
        parsed.name,
        uscc=parsed.uscc,
        resident_id=parsed.resident_id,
        licence=parsed.get("XKBH"),
        person=parsed.form == "person",
    )


def _event(parsed: Parsed, subject: Subject) -> NewEvent:
    decided_on = date.fromisoformat(parsed.decided_on)
    if parsed.kind == "penalty":
        kinds = penalty_kinds(parsed.get("CFLB"))
        severity = catalogue.severity(parsed.get("CFDJ"), kinds, decided_on)
        summary = f"{parsed.get('CFMC') or parsed.get('WFXW')}：{parsed.get('NR')}"
    else:
        severity = None
        summary = f"{parsed.get('XKWS') or parsed.get('XMMC')}：{parsed.get('NR')}"
    return NewEvent(
        kind=parsed.kind,
        subject=subject,
        decided_on=decided_on,
        summary=summary.strip("：")[:SUMMARY],
        document_number=parsed.document_number,
        authority=parsed.authority,
        columns=parsed.columns,
        restricted=parsed.restricted,
        severity=severity,
        missing=parsed.missing_for_platform,
        scope=parsed.scope,
        state=parsed.state,
    )


def _key_column(row: Accepted[Parsed]) -> str:
    return "XK_WSH" if row.value.kind == "permit" else "CF_WSH"


_EVENTS = Layout("events", "信用事件表", (
    Column("kind", ("事件类别", "信息类别", "类别"), required=True),
    Column("name", ("主体名称", "姓名", "机构名称", "行政相对人名称"), required=True),
    Column("uscc", ("统一社会信用代码",)),
    Column("licence", ("执业证号", "执业许可证号")),
    Column("resident_id", ("身份证号", "居民身份证号", "身份证号码"), personal=True),
    Column("decided_on", ("决定日期", "认定日期", "日期"), required=True),
    Column("document_number", ("文书号", "决定文书号", "文号")),
    Column("authority", ("认定机关", "决定机关", "认定单位")),
    Column("summary", ("内容", "事由", "内容摘要"), required=True),
    Column("severity", ("等级", "失信严重程度")),
    Column("scope", ("信息使用范围",)),
    Column("remark", ("备注",)),
))  # fmt: skip
_CODES = {kind.title: kind.code for kind in catalogue.KINDS.values()}
_FROM_FILES = frozenset(catalogue.KINDS) - {
    "permit", "penalty", "penalty_change", "annulment", "listing", "red_listing", "delisting",
}  # fmt: skip
"""Permits and penalties have sheets of their own; an annulment must name the event that it answers; onto a list and off it
nobody comes by a file (registry.credit.listing)."""


@dataclass(frozen=True)
class EventRecord:
    """A row of the sheet of events, checked."""

    kind: str
    described: Described
    decided_on: str
    document_number: str
    authority: str
    summary: str
    severity: str
    scope: str
    remark: str


def _check_event(layout: Layout, cells: Mapping[str, str]) -> Checked[EventRecord]:
    reading = Reading(cells)
    written = reading.read("kind")
    kind = _CODES.get(written, written)
    if written and kind not in _FROM_FILES:
        titles = "、".join(title for title, code in _CODES.items() if code in _FROM_FILES)
        reading.fault("kind", "unknown-kind", f"应为：{titles}")
    name = reading.read("name", read_name)
    uscc = reading.read("uscc", _uscc)
    resident_id = reading.read("resident_id", _resident_id)
    decided_on = reading.read("decided_on", read_date)
    severity = reading.read("severity")
    if severity and severity not in (*catalogue.SEVERITIES, "未定", "较重"):
        reading.fault("severity", "enum", f"应为：{'、'.join(catalogue.SEVERITIES)}")
    scope = reading.read("scope") or SCOPES[0]
    if scope not in SCOPES:
        reading.fault("scope", "enum", f"应为：{'、'.join(SCOPES)}")
    described = Described(
        name, uscc=uscc, resident_id=resident_id, licence=reading.read("licence", read_code)
    )
    summary = reading.read("summary")
    return reading.checked(
        lambda: EventRecord(
            kind,
            described,
            decided_on,
            reading.read("document_number"),
            reading.read("authority"),
            summary,
            severity,
            scope,
            reading.read("remark"),
        )
    )


def _uscc(cell: str) -> str:
    code = identifiers.parse_uscc(read_code(cell)) if read_code(cell) else None
    if code and (code.faults or "placeholder" in code.warnings):
        reason = (*code.faults, "placeholder")[0]
        raise CellFault(f"uscc-{reason}", f"统一社会信用代码{identifiers.WORDS[reason]}")
    return code.text if code else ""


def _resident_id(cell: str) -> str:
    number = identifiers.parse_resident_id(read_code(cell)) if read_code(cell) else None
    if number and number.faults:
        raise CellFault(f"id-{number.faults[0]}", f"身份证号码{identifiers.WORDS[number.faults[0]]}")
    return number.text if number else ""


def _store_events(session: WorkSession, actor: Actor, rows: Sequence[Accepted[EventRecord]]) -> Stored:
    faults: list[RowFault] = []
    good = []
    for row in rows:
        if row.value.decided_on > session.today.isoformat():
            faults.append(row.fault("decided_on", "decision-in-future", "决定日期在今天之后"))
        else:
            good.append(row)
    subjects = bind(session, [row.value.described for row in good])
    events = [_from_record(row.value, subject) for row, subject in zip(good, subjects, strict=True)]
    return _outcome(
        session, good, events, record_many(session, actor, events), faults, lambda _row: "document_number"
    )


def _from_record(row: EventRecord, subject: Subject) -> NewEvent:
    decided_on = date.fromisoformat(row.decided_on)
    adverse = catalogue.kind(row.kind).polarity == "negative"
    number = row.described.resident_id
    return NewEvent(
        kind=row.kind,
        subject=subject,
        decided_on=decided_on,
        summary=row.summary,
        document_number=row.document_number or None,
        authority=row.authority or None,
        restricted={"resident_id": number} if number else {},
        severity=catalogue.severity(row.severity, (), decided_on) if row.severity or adverse else None,
        scope=row.scope,
        detail={"remark": row.remark} if row.remark else {},
    )


def _outcome(
    session: WorkSession,
    rows: Sequence[Accepted[Value]],
    events: Sequence[NewEvent],
    recorded: Sequence[Recorded],
    faults: Sequence[RowFault],
    key_column: Callable[[Accepted[Value]], str],
) -> Stored:
    """Counts of a chunk; a known record with other content is a fault that names what differs."""
    conflicts = [
        row.fault(
            key_column(row),
            "known-record-differs",
            f"已有同一文书号、日期的记录，内容不同（{titles}）；未作更改，请以更正方式处理",
            held,
        )
        for row, new, one in zip(rows, events, recorded, strict=True)
        if one.differs is not None
        for titles, held in (_differences(session, one.differs, new),)
    ]
    created = [one.event.created for one in recorded if one.event is not None]
    return Stored(
        new=created.count(True),
        unchanged=created.count(False),
        faults=(*faults, *conflicts),
        same=[
            row.place
            for row, one in zip(rows, recorded, strict=True)
            if one.event is not None and not one.event.created
        ],
    )


def _differences(session: WorkSession, known: int, new: NewEvent) -> tuple[str, str]:
    """Titles of what differs, and what the record has there; what is restricted is named and not told.

    A row repeated within the file differs from the one above it.
    """
    row = session.scalars(select(EventRow).where(EventRow.id == known)).one()
    wording = opened(session, row.wording)
    held = {**wording.columns, **wording.restricted}
    given = {**new.columns, **new.restricted}
    codes = [code for code in FIELDS if held.get(code) != given.get(code)]
    titles = [FIELDS[code].title for code in codes]
    told = [
        f"{FIELDS[code].title}：{wording.columns.get(code, '空')}" for code in codes if code not in RESTRICTED
    ]
    if wording.summary != new.summary and not titles:
        titles, told = ["内容"], [wording.summary]
    return "、".join(titles) or "等级、范围或备注", "；".join(told)


PERMITS: Importer[Parsed] = Importer(LAYOUTS["permit"], _check_row, _store_rows)
PENALTIES: Importer[Parsed] = Importer(LAYOUTS["penalty"], _check_row, _store_rows)
EVENTS: Importer[EventRecord] = Importer((_EVENTS,), _check_event, _store_events)
