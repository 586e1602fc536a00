"""Look-ups of personal data: acts of the audit book that change nothing and tell who looked at whom, when, for what.

Nobody may look without need, and whoever is looked at may ask (上海市社会信用条例 art. 20; 浙江省公共信用信息管理条例 art. 19, 20).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from sqlalchemy import func, select

from registry.accounts import audit, clients, staff
from registry.accounts.audit import AuditEntry
from registry.kernel.clock import SHANGHAI, local_day
from registry.kernel.faults import Invalid
from registry.kernel.work import WorkSession
from registry.ledger.tables import BodyRow, EntryRow

LOOK_UPS: Mapping[str, str] = {
    "roster.view": "查看人员页",
    "roster.look_up": "按证件号码查人",
    "roster.export": "导出名册",
    "evidence.open": "查看证据材料",
    "credit.view": "通过接口读取文字内容",
    "record.print": "出具本人信用记录",
    "complaint.view": "查看投诉人信息",
    "request.view": "查看政府信息公开申请人信息",
}
"""The verbs of look-ups with their titles. They are kept for a term of their own (registry.accounts.retention)."""

PURPOSES: Mapping[str, str] = {
    "licensing": "办理许可登记",
    "event": "录入或核对信用事件",
    "inspection": "监督检查",
    "complaint": "办理投诉举报",
    "rights": "办理异议、信用修复或本人查询",
    "release": "办理公示",
}
"""What a look-up may be for; it is asked where somebody types an identity number or opens what is sealed."""

_WATCH = tomllib.loads((Path(__file__).parent / "retention.toml").read_text("utf-8"))["watch"]


@dataclass(frozen=True)
class Look:
    """One look-up. Who and what for are None once the entry's term is over; `subject` is a public id."""

    at: datetime
    verb: str
    subject: str
    actor_kind: str | None
    actor_id: str | None
    name: str | None
    purpose: str | None

    @property
    def title(self) -> str:
        return LOOK_UPS[self.verb]


class DayCount(NamedTuple):
    """How often one actor looked on one day, and at how many different subjects."""

    actor: str
    day: date
    looks: int
    subjects: int


def note(session: WorkSession, verb: str, subject: str, *, purpose: str | None = None) -> None:
    """Names the look-up as an act of this unit of work. Raises Invalid for a purpose that nobody may look for."""
    if purpose is None:
        session.act(verb, subject)
        return
    if purpose not in PURPOSES:
        raise Invalid.field("purpose", "required", "请选择查询事由")
    session.act(verb, subject, purpose=purpose)


def of(session: WorkSession, subject: str, *, limit: int = 1_000) -> list[Look]:
    """Who looked at the subject (public id), newest first."""
    return _looks(session, audit.find(session, verbs=tuple(LOOK_UPS), record=subject, limit=limit))


def recent(
    session: WorkSession,
    *,
    actor: str | None = None,
    verb: str | None = None,
    day: date | None = None,
    before: int | None = None,
    limit: int,
) -> tuple[list[Look], int | None]:
    """Look-ups newest first, of one actor, verb or office day, below position `before`; and where the next page starts."""
    verbs = [known for known in LOOK_UPS if verb in (None, known)]
    found = audit.find(session, actor_id=actor, verbs=verbs, day=day, before=before, limit=limit + 1)
    following = found[limit - 1].position if len(found) > limit else None
    return _looks(session, found[:limit]), following


def counts(session: WorkSession, *, days: int) -> list[DayCount]:
    """Per actor and office day, for the last `days` days with today: how often, and how many subjects."""
    first = session.today - timedelta(days=days - 1)
    begin = datetime.combine(first, time(), SHANGHAI)
    # A canonical body begins {"actor":{"id":"…; the hour of the leaf's time is enough to tell the office's day.
    actor = func.substr(BodyRow.body, len('{"actor":{"id":"') + 1, 16)
    hour = func.substr(audit.leaf_time(), 1, 13)
    rows = session.execute(
        select(actor, hour, EntryRow.record, func.count())
        .join(BodyRow, (BodyRow.book == EntryRow.book) & (BodyRow.position == EntryRow.position))
        .where(
            EntryRow.book == "audit",
            EntryRow.position >= audit.position_at(session, begin - timedelta(hours=1)),
            EntryRow.action.in_(LOOK_UPS),
            audit.leaf_time() >= audit.time_bytes(begin),
        )
        .group_by(actor, hour, EntryRow.record)
    )
    looks: dict[tuple[str, date], int] = {}
    subjects: dict[tuple[str, date], set[str]] = {}
    for who, when, subject, times in rows:
        moment = datetime.fromisoformat(bytes(when).decode() + ":00:00+00:00")
        key = (bytes(who).decode().partition('"')[0], local_day(moment))
        looks[key] = looks.get(key, 0) + times
        subjects.setdefault(key, set()).add(subject)
    return [DayCount(*key, looks[key], len(subjects[key])) for key in sorted(looks)]


def unusual(counted: Sequence[DayCount]) -> frozenset[tuple[str, date]]:
    """The actors and days that stand out: more subjects than the configured number, and than that person's habit."""
    by_actor: dict[str, list[DayCount]] = {}
    for one in counted:
        by_actor.setdefault(one.actor, []).append(one)
    marked = set()
    for actor, own in by_actor.items():
        for one in own:
            others = [other.subjects for other in own if other.day != one.day]
            usual = median(others) if others else 0
            if one.subjects > _WATCH["a_day"] and one.subjects > _WATCH["times"] * usual:
                marked.add((actor, one.day))
    return frozenset(marked)


def _looks(session: WorkSession, entries: Sequence[AuditEntry]) -> list[Look]:
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    names = staff.names(session, ids) | clients.names(session, ids)
    return [
        Look(
            entry.at,
            entry.verb,
            entry.record,
            entry.actor_kind,
            entry.actor_id,
            names.get(entry.actor_id or "", entry.actor_id),
            PURPOSES.get(str((entry.detail or {}).get("purpose"))),
        )
        for entry in entries
    ]
