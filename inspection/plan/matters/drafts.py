"""Use cases of the list of matters: a version or a removal is prepared, and published by somebody else.

优化营商环境条例 art 54 and 国办发〔2015〕58号: what may be inspected at random stands on a published list with basis,
subject, content and method. What is published is put into the public log, so that the day of its publication can be
proved; it never takes effect before that day.
"""

import hashlib
import re
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import select

from inspection.plan.matters.tables import MatterDraftRow
from inspection.plan.tables import MatterRow
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession
from registry.ledger import book
from registry.roster.kinds import titles

CATEGORIES = ("一般检查事项", "重点检查事项")
PUBLISH = "inspection.publish"
_LONGEST = {"name": 200, "method": 64, "rate": 200, "frequency": 64, "complete_by": 64}


@dataclass(frozen=True, kw_only=True)
class Matter:
    """The content of one version. `object_kind` is a kind of organisation or a profession; `basis_version` says in which
    version the laws of `basis` stand (修正或施行日期); `complete_by` is the term of completion (完成时限) in words.

    `repeat_months`: whoever was drawn under this matter is left out for so many months; None leaves nobody out.
    """

    code: str
    name: str
    content: str
    object_kind: str
    category: str
    method: str
    basis: str
    basis_version: str = ""
    rate: str
    frequency: str
    complete_by: str = ""
    repeat_months: int | None = None


def draft(
    session: WorkSession, actor: Actor, *, matter: Matter, effective_on: date, reason: str
) -> MatterDraftRow:
    """Prepares a new matter, or the next version of one that is on the list; an open draft of the code is replaced.

    `reason` says why the list changes, for its readers. Raises Invalid naming each field.
    """
    actor.require("inspection.plan")
    faults = _faults(matter) + _day_faults(session, matter.code, effective_on)
    if _running(session, matter.code) is not None and not reason.strip():
        faults.append(FieldFault("reason", "missing", "请写明变更原因，将随清单公布"))
    if faults:
        raise Invalid("抽查事项填写有误", faults)
    return _prepared(session, actor, matter.code, asdict(matter), effective_on, reason)


def draft_end(
    session: WorkSession, actor: Actor, *, code: str, effective_on: date, reason: str
) -> MatterDraftRow:
    """Prepares the removal of a matter from the list. Raises NotFound, Invalid naming each field."""
    actor.require("inspection.plan")
    if _running(session, code) is None:
        raise NotFound("清单中没有这一现行事项")
    faults = _day_faults(session, code, effective_on)
    if not reason.strip():
        faults.append(FieldFault("reason", "missing", "请写明移出清单的原因，将随清单公布"))
    if faults:
        raise Invalid("移出清单填写有误", faults)
    return _prepared(session, actor, code, None, effective_on, reason)


def discard(session: WorkSession, actor: Actor, *, draft_id: str) -> None:
    """Gives a draft up. Raises NotFound, Conflict once it was decided."""
    actor.require("inspection.plan")
    row = _open(session, draft_id)
    row.state, row.decided_at, row.decided_by = "discarded", session.now, actor.id
    session.act("matter.discard", row.public_id, code=row.code)


def publish(session: WorkSession, actor: Actor, *, draft_id: str) -> MatterRow:
    """Puts what was prepared on the public list, or takes it off, and into the public log.

    A running version of the same code ends the day before. Raises Refused for whoever prepared it, Invalid when its day
    has passed meanwhile: nothing takes effect before it is published.
    """
    actor.require(PUBLISH)
    row = _open(session, draft_id)
    if actor.kind == "staff" and row.drafted_by == actor.id:
        raise Refused("须由拟稿人以外的人公布", rule="four_eyes")
    if faults := _day_faults(session, row.code, row.effective_on):
        raise Invalid("施行日期须重新填写", faults)
    running = _running(session, row.code)
    if running is not None:
        running.valid_until = row.effective_on
    if row.content is None:
        if running is None:
            raise Conflict("该事项已不在清单中", rule="ended")
        running.ended_reason = row.reason
        matter = running
    else:
        matter = MatterRow(
            public_id=session.new_id(),
            valid_from=row.effective_on,
            valid_until=None,
            published_at=session.now,
            change_reason=row.reason or None,
            **row.content,
        )
        session.add(matter)
    session.flush()
    row.state, row.decided_at, row.decided_by = "published", session.now, actor.id
    row.matter_id = matter.id
    session.act("matter.end" if row.content is None else "matter.publish", matter.public_id, code=row.code)
    version = 2 if row.content is None else 1
    body = {"matter": matter.public_id, "sha256": hashlib.sha256(canonical(document(matter))).hexdigest()}
    [index] = book.append(session, "public", [book.Entry("other", matter.public_id, version, body)])
    if row.content is not None:
        matter.log_index = index
    return matter


def document(matter: MatterRow) -> dict[str, Any]:
    """A version as it was published; the SHA-256 of its canonical JSON stands in the public log."""
    content = {field.name: getattr(matter, field.name) for field in fields(Matter)}
    days = {"valid_from": matter.valid_from.isoformat()}
    if matter.ended_reason is not None and matter.valid_until is not None:
        days |= {"valid_until": matter.valid_until.isoformat(), "ended_reason": matter.ended_reason}
    return {"format": "inspection-matter/1", "id": matter.public_id, **content, **days}


def _prepared(
    session: WorkSession,
    actor: Actor,
    code: str,
    content: dict[str, object] | None,
    effective_on: date,
    reason: str,
) -> MatterDraftRow:
    standing = session.scalar(
        select(MatterDraftRow)
        .where(MatterDraftRow.code == code, MatterDraftRow.state == "open")
        .with_for_update()
    )
    if standing is not None:
        standing.state, standing.decided_at, standing.decided_by = "discarded", session.now, actor.id
        session.flush()
    row = MatterDraftRow(
        public_id=session.new_id(),
        code=code,
        content=content,
        effective_on=effective_on,
        reason=reason.strip(),
        state="open",
        drafted_at=session.now,
        drafted_by=actor.id,
    )
    session.add(row)
    session.flush()
    session.act("matter.draft", row.public_id, code=code)
    return row


def _faults(matter: Matter) -> list[FieldFault]:
    texts = {name: str(getattr(matter, name)) for name in ("name", "content", "method", "basis", "rate")}
    faults = [FieldFault(path, "missing", "必填") for path, text in texts.items() if not text.strip()]
    if not re.fullmatch(r"[A-Za-z0-9-]{2,32}", matter.code):
        faults.append(FieldFault("code", "bad_code", "编号为 2 至 32 位字母、数字或连字符"))
    if matter.object_kind not in titles():
        faults.append(FieldFault("object_kind", "unknown_kind", "没有这类检查对象"))
    if matter.category not in CATEGORIES:
        faults.append(FieldFault("category", "unknown_category", "类别为一般检查事项或重点检查事项"))
    if matter.repeat_months is not None and not 1 <= matter.repeat_months <= 60:
        faults.append(FieldFault("repeat_months", "out_of_range", "间隔为 1 至 60 个月，不限的不填"))
    faults += [
        FieldFault(path, "too_long", f"不超过 {most} 字")
        for path, most in _LONGEST.items()
        if len(getattr(matter, path)) > most
    ]
    return faults


def _day_faults(session: WorkSession, code: str, effective_on: date) -> list[FieldFault]:
    if effective_on < session.today:
        return [FieldFault("effective_on", "backdated", "施行日期不得早于公布之日")]
    running = _running(session, code)
    if running is not None and running.valid_from >= effective_on:
        return [FieldFault("effective_on", "valid_from", "施行日期须晚于现行版本的施行日期")]
    return []


def _running(session: WorkSession, code: str) -> MatterRow | None:
    """The newest version of a code while it has no end, locked."""
    return session.scalar(
        select(MatterRow).where(MatterRow.code == code, MatterRow.valid_until.is_(None)).with_for_update()
    )


def _open(session: WorkSession, draft_id: str) -> MatterDraftRow:
    row = session.scalar(select(MatterDraftRow).where(MatterDraftRow.public_id == draft_id).with_for_update())
    if row is None:
        raise NotFound("没有这份拟稿")
    if row.state != "open":
        raise Conflict("这份拟稿已公布或已放弃", rule="decided")
    return row
