"""Use cases of the annual plan: drafted by one person, published by another before anything in it begins.

国办发〔2015〕58号: inspections at random follow a plan. What begins on a day was published before that day, which the public
log proves; an amendment is a new version with its reason and leaves alone what has begun.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from inspection.plan.annual.tables import PlanEntryMatterRow, PlanEntryRow, PlanRow
from inspection.plan.matters.drafts import PUBLISH
from inspection.plan.tables import MatterRow
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession
from registry.ledger import book


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A planned inspection as it is typed. `matters` are public ids of versions on the list, the first one leading;
    `times` draws between the two days, both included. `scope` as in plan.exclusions.Scope, None for 不定向."""

    code: str
    title: str
    matters: Sequence[str]
    rate: str
    times: int
    starts_on: date
    ends_on: date
    section: str
    scope: Mapping[str, Sequence[str]] | None = None


def start(session: WorkSession, actor: Actor, *, number: str, year: int, title: str, section: str) -> PlanRow:
    """The draft of a new plan. Raises Invalid naming each field, Conflict for a number in use."""
    actor.require("inspection.plan")
    faults = []
    if not re.fullmatch(r"[A-Za-z0-9-]{4,32}", number):
        faults.append(FieldFault("number", "bad_number", "计划编号为 4 至 32 位字母、数字或连字符"))
    if not session.today.year <= year <= session.today.year + 1:
        faults.append(FieldFault("year", "out_of_range", "年度为今年或明年"))
    faults += [
        FieldFault(path, "missing", wanted)
        for path, text, wanted in (
            ("title", title, "请填写计划名称"),
            ("section", section, "请填写牵头处室"),
        )
        if not text.strip()
    ]
    if faults:
        raise Invalid("年度计划填写有误", faults)
    if session.scalar(select(PlanRow.id).where(PlanRow.number == number).limit(1)):
        raise Conflict("计划编号已使用", rule="number_used")
    return _drafted(session, actor, number, 1, year, title.strip(), section.strip(), "")


def amend(session: WorkSession, actor: Actor, *, number: str, reason: str) -> PlanRow:
    """The draft of the next version, with everything that the one in force holds.

    Raises Conflict while a draft is open, NotFound without a published version.
    """
    actor.require("inspection.plan")
    if not reason.strip():
        raise Invalid.field("reason", "missing", "请写明调整原因，将随计划公布")
    held = in_force(session, number)
    if held is None:
        raise NotFound("没有这份已公布的计划")
    if session.scalar(select(PlanRow.id).where(PlanRow.number == number, PlanRow.state == "draft")):
        raise Conflict("这份计划已有未公布的调整稿", rule="draft_open")
    last = session.scalars(
        select(PlanRow.version).where(PlanRow.number == number).order_by(PlanRow.version.desc())
    ).first()
    row = _drafted(
        session, actor, number, (last or 0) + 1, held.year, held.title, held.section, reason.strip()
    )
    for entry in held.entries:
        _add(session, row, _typed(entry), entry.matters)
    return row


def put(session: WorkSession, actor: Actor, *, plan: str, entry: Entry) -> PlanEntryRow:
    """Writes an entry into a draft, over the one of the same code. Raises Invalid naming each field."""
    actor.require("inspection.plan")
    row = _draft(session, plan)
    matters = [
        session.scalar(select(MatterRow).where(MatterRow.public_id == public_id))
        for public_id in dict.fromkeys(entry.matters)
    ]
    found = [matter for matter in matters if matter is not None]
    if faults := _entry_faults(row, entry, found, missing=len(found) < len(matters)):
        raise Invalid("计划项目填写有误", faults)
    _take_out(session, row, entry.code)
    added = _add(session, row, entry, found)
    session.act("plan.entry", row.public_id, code=entry.code)
    return added


def drop(session: WorkSession, actor: Actor, *, plan: str, code: str) -> None:
    """Takes an entry out of a draft. Raises NotFound."""
    actor.require("inspection.plan")
    row = _draft(session, plan)
    if not _take_out(session, row, code):
        raise NotFound("计划中没有这一项")
    session.act("plan.entry_dropped", row.public_id, code=code)


def discard(session: WorkSession, actor: Actor, *, plan: str) -> None:
    """Gives a draft up; the version in force, if any, goes on."""
    actor.require("inspection.plan")
    row = _draft(session, plan)
    row.state = "discarded"
    session.act("plan.discard", row.public_id)


def publish(session: WorkSession, actor: Actor, *, plan: str) -> PlanRow:
    """Publishes a draft, from this moment the plan in force, and puts its digest into the public log.

    Raises Refused for whoever drafted it; Invalid, by entry (`entries[02]`), for what begins today or has begun and did
    not stand in the version in force word for word, for what had begun and is missing now, and for matters that are not
    on the list when their inspection begins.
    """
    actor.require(PUBLISH)
    row = _draft(session, plan)
    if actor.kind == "staff" and row.drafted_by == actor.id:
        raise Refused("年度计划须由拟稿人以外的人公布", rule="four_eyes")
    held = in_force(session, row.number)
    if faults := _publication_faults(row, held.entries if held else (), on=session.today):
        raise Invalid("年度计划不能公布", faults)
    row.state, row.published_at, row.published_by = "published", session.now, actor.id
    session.act("plan.publish", row.public_id, number=row.number, version=row.version)
    body = {"plan": row.public_id, "sha256": hashlib.sha256(canonical(document(row))).hexdigest()}
    [row.log_index] = book.append(session, "public", [book.Entry("other", row.public_id, 1, body)])
    return row


def document(plan: PlanRow) -> dict[str, Any]:
    """A version as it was published; the SHA-256 of its canonical JSON stands in the public log."""
    return {
        "format": "inspection-plan/1",
        "id": plan.public_id,
        "number": plan.number,
        "version": plan.version,
        "year": plan.year,
        "title": plan.title,
        "section": plan.section,
        "reason": plan.reason,
        "entries": [_as_published(entry) for entry in plan.entries],
    }


def in_force(session: WorkSession, number: str) -> PlanRow | None:
    """The published version of a plan that holds now."""
    return session.scalars(
        select(PlanRow)
        .where(PlanRow.number == number, PlanRow.state == "published")
        .order_by(PlanRow.version.desc())
    ).first()


def _publication_faults(row: PlanRow, held: Iterable[PlanEntryRow], *, on: date) -> list[FieldFault]:
    if not row.entries:
        return [FieldFault("entries", "empty", "计划中还没有项目")]
    before = {entry.code: _as_published(entry) for entry in held}
    now = {entry.code: _as_published(entry) for entry in row.entries}
    begun = {code for code, entry in before.items() if entry["starts_on"] <= on.isoformat()}
    faults = [
        FieldFault(f"entries[{code}]", "begun", f"第 {code} 项已经开始，不能修改或删除，可以另加一项")
        for code in sorted(begun)
        if now.get(code) != before[code]
    ]
    for entry in row.entries:
        path = f"entries[{entry.code}]"
        if entry.code in begun:
            continue
        if entry.starts_on <= on:
            faults.append(
                FieldFault(
                    path, "already_begun", f"第 {entry.code} 项的开始日期不晚于公布之日，计划须在开始之前公布"
                )
            )
        if not all(matter.in_force(entry.starts_on) for matter in entry.matters):
            faults.append(
                FieldFault(path, "not_in_force", f"第 {entry.code} 项的抽查事项在开始之日不在公布的清单中")
            )
    return faults


def _entry_faults(
    plan: PlanRow, entry: Entry, matters: Sequence[MatterRow], *, missing: bool
) -> list[FieldFault]:
    faults = [
        FieldFault(path, "missing", wanted)
        for path, text, wanted in (
            ("title", entry.title, "请填写抽查任务名称"),
            ("rate", entry.rate, "请填写抽查比例"),
            ("section", entry.section, "请填写牵头处室"),
        )
        if not text.strip()
    ]
    if not re.fullmatch(r"\d{2,4}", entry.code):
        faults.append(FieldFault("code", "bad_code", "序号为 2 至 4 位数字，如 01"))
    if missing or not matters:
        faults.append(FieldFault("matters", "unknown_matter", "请从清单中选择抽查事项"))
    elif len({matter.object_kind for matter in matters}) > 1:
        faults.append(FieldFault("matters", "several_kinds", "合并检查的事项应是同一类检查对象"))
    if not 1 <= entry.times <= 12:
        faults.append(FieldFault("times", "out_of_range", "抽查频次为 1 至 12 次"))
    if entry.ends_on < entry.starts_on:
        faults.append(FieldFault("ends_on", "order", "完成时限应在开始日期之后"))
    faults += [
        FieldFault(path, "other_year", f"应在 {plan.year} 年度内")
        for path, day in (("starts_on", entry.starts_on), ("ends_on", entry.ends_on))
        if day.year != plan.year
    ]
    return faults


def _drafted(
    session: WorkSession,
    actor: Actor,
    number: str,
    version: int,
    year: int,
    title: str,
    section: str,
    reason: str,
) -> PlanRow:
    row = PlanRow(
        public_id=session.new_id(),
        number=number,
        version=version,
        year=year,
        title=title,
        section=section,
        reason=reason,
        state="draft",
        drafted_at=session.now,
        drafted_by=actor.id,
    )
    session.add(row)
    session.flush()
    session.act("plan.draft", row.public_id, number=number, version=version)
    return row


def _draft(session: WorkSession, public_id: str) -> PlanRow:
    row = session.scalar(select(PlanRow).where(PlanRow.public_id == public_id).with_for_update())
    if row is None:
        raise NotFound("没有这份年度计划")
    if row.state != "draft":
        raise Conflict("已公布或已放弃的计划不能修改，请另拟调整稿", rule="not_a_draft")
    return row


def _add(session: WorkSession, plan: PlanRow, entry: Entry, matters: Sequence[MatterRow]) -> PlanEntryRow:
    scope = {name: sorted(values) for name, values in (entry.scope or {}).items() if values}
    row = PlanEntryRow(
        public_id=session.new_id(),
        plan=plan,
        code=entry.code,
        title=entry.title.strip(),
        rate=entry.rate.strip(),
        times=entry.times,
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        section=entry.section.strip(),
        scope=scope or None,
        lines=[
            PlanEntryMatterRow(position=position, matter=matter) for position, matter in enumerate(matters)
        ],
    )
    session.add(row)
    session.flush()
    return row


def _take_out(session: WorkSession, plan: PlanRow, code: str) -> bool:
    standing = [entry for entry in plan.entries if entry.code == code]
    for entry in standing:
        plan.entries.remove(entry)
    session.flush()
    return bool(standing)


def _typed(entry: PlanEntryRow) -> Entry:
    return Entry(
        code=entry.code,
        title=entry.title,
        matters=[matter.public_id for matter in entry.matters],
        rate=entry.rate,
        times=entry.times,
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        section=entry.section,
        scope=entry.scope,
    )


def _as_published(entry: PlanEntryRow) -> dict[str, Any]:
    return {
        "code": entry.code,
        "title": entry.title,
        "matters": [matter.public_id for matter in entry.matters],
        "rate": entry.rate,
        "times": entry.times,
        "starts_on": entry.starts_on.isoformat(),
        "ends_on": entry.ends_on.isoformat(),
        "section": entry.section,
        "scope": entry.scope,
    }
