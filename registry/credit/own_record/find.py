"""Everything that the register holds about one subject, compiled for that subject: recorded, published or not, and looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from registry.accounts import lookups
from registry.accounts.lookups import Look
from registry.credit import catalogue, correction, disclosure
from registry.credit import find as credit
from registry.credit.find import Event
from registry.credit.objection import find as objections
from registry.credit.pledge import find as pledges
from registry.credit.repair import find as repairs
from registry.credit.standing import find as standings
from registry.credit.standing.engine import Why
from registry.kernel.clock import local_day
from registry.kernel.work import WorkSession
from registry.roster import find as roster
from registry.roster import kinds
from registry.roster.find import Found
from registry.roster.tables import PractitionerRow

WHY: dict[Why, str] = {
    "counts": "计分",
    "full": "已达计分上限，不再计分",
    "expired": "计分周期已满",
    "void": "已撤销或删除，不计分",
    "repaired": "已修复，不再计分",
    "removed": "已移出名单，不再计分",
    "objected": "异议处理中，暂不计分",
    "unruled": "规则未规定计分",
}
ENDED: dict[disclosure.Ground, str] = {
    "repaired": "信用修复",
    "removed": "移出名单",
    "deleted": "异议成立，予以删除",
}


class Line(NamedTuple):
    """One event of the record; `notes` say what was done about it since: corrections, annulment, the end of its publication."""

    event: Event
    notes: tuple[str, ...]


class Graded(NamedTuple):
    """A standing in words: of which profession, by which rules, and each event's part in it."""

    kind: str
    grade: str
    rules: str
    reasons: tuple[tuple[date, str, str, str], ...]


@dataclass(frozen=True)
class OwnRecord:
    """What is recorded about one subject. `particulars` and `changes` are label and text."""

    subject: Found
    compiled_at: datetime
    particulars: tuple[tuple[str, str], ...]
    changes: tuple[tuple[str, str], ...]
    events: tuple[Line, ...]
    objections: tuple[objections.Listed, ...]
    repairs: tuple[repairs.Listed, ...]
    pledges: tuple[pledges.Listed, ...]
    standings: tuple[Graded, ...]
    looks: tuple[Look, ...]


def compiled(session: WorkSession, subject: Found) -> OwnRecord:
    """The whole record of a registered subject. Raises NotFound."""
    own = {subject.kind: subject.id}
    events = credit.events_of(session, **own)
    objected, asked = objections.of_subject(session, subject), repairs.of_subject(session, subject)
    particulars, changes = (
        _person(session, subject) if subject.kind == "practitioner" else _place(session, subject)
    )
    records = [
        subject.public_id,
        *_merged(session, subject),
        *(event.public_id for event in events),
        *(one.public_id for one in objected),
        *(one.public_id for one in asked),
    ]
    looks = [look for record in records for look in lookups.of(session, record)]
    return OwnRecord(
        subject=subject,
        compiled_at=session.now,
        particulars=tuple(particulars),
        changes=tuple(changes),
        events=tuple(_lines(session, events)),
        objections=tuple(objected),
        repairs=tuple(asked),
        pledges=tuple(pledges.pledges_of(session, subject)),
        standings=tuple(_graded(session, own)),
        looks=tuple(sorted(looks, key=lambda look: look.at, reverse=True)),
    )


def _merged(session: WorkSession, subject: Found) -> Sequence[str]:
    """The records that were merged into this one: whoever looked at those looked at this person."""
    if subject.kind != "practitioner":
        return []
    return session.scalars(
        select(PractitionerRow.public_id).where(PractitionerRow.merged_into_id == subject.id)
    ).all()


def _person(session: WorkSession, subject: Found) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    person = roster.practitioner(session, subject.public_id)
    particulars = [("姓名", person.name), ("证件", f"{person.id_type} {person.id_hint or ''}".strip())]
    for licence in person.licences:
        place = licence.organisation.name if licence.organisation else ""
        particulars += [
            (f"{licence.profession_title}执业证号", licence.number),
            ("执业类别", licence.category or ""),
            ("准予执业日期", licence.granted_on.isoformat()),
            ("执业机构", place),
            ("执业状态", f"{licence.state_title}，自 {licence.state_since.isoformat()}"),
        ]
    changes = [
        (f"{licence.profession_title}：{what}", f"{period.title}，{period.since} 至 {period.until or '今'}")
        for licence in person.licences
        for what, periods in (("状态", licence.states), ("证号", licence.numbers))
        for period in periods
    ]
    changes += [
        (
            f"{licence.profession_title}：执业机构",
            f"{one.organisation.name}，{one.since} 至 {one.until or '今'}",
        )
        for licence in person.licences
        for one in licence.engagements
    ]
    return particulars, changes


def _place(session: WorkSession, subject: Found) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    place = roster.organisation(session, subject.public_id)
    particulars = [
        ("名称", place.name),
        ("类别", place.kind_title),
        ("统一社会信用代码", place.uscc or ""),
        ("执业许可证号", place.licence_number or ""),
        ("组织形式", place.form or ""),
        ("负责人", place.head or ""),
        ("主管机关", place.authority or ""),
        ("地址", place.address or ""),
        ("电话", place.phone or ""),
        ("成立日期", place.established_on.isoformat() if place.established_on else ""),
        ("状态", f"{place.state_title}，自 {place.state_since.isoformat()}"),
    ]
    changes = [("状态", f"{one.title}，{one.since} 至 {one.until or '今'}") for one in place.states]
    return particulars, changes


def _lines(session: WorkSession, events: Sequence[Event]) -> Iterator[Line]:
    ended = disclosure.ended(session, [event.id for event in events])
    for event in events:
        notes = [
            f"{local_day(one.at)} 更正（{'、'.join(change.title for change in one.changes)}）：{one.reason}"
            for one in correction.chain(session, event.id)
        ]
        if event.annulled_by:
            notes.append("已撤销")
        if event.id in ended:
            notes.append(f"{ended[event.id].on.isoformat()} 停止公示：{ENDED[ended[event.id].ground]}")
        yield Line(event, tuple(notes))


def _graded(session: WorkSession, own: dict[str, int]) -> Iterator[Graded]:
    for course in standings.course(session, **own, on=session.today):
        now = course.now
        kind = kinds.PROFESSIONS.get(course.kind) or kinds.ORGANISATION_KINDS[course.kind]
        yield Graded(
            kind.title,
            f"{now.grade}（{now.title}），{now.points} 分（基准分 {now.base} 分）",
            now.rules_title,
            tuple(
                (
                    reason.decided_on,
                    catalogue.kind(reason.kind).title,
                    f"{reason.points:+d} 分" if reason.points else "0 分",
                    "；".join(
                        part
                        for part in (
                            reason.rule,
                            WHY[reason.why],
                            reason.veto and f"等级不高于{reason.at_most}",
                        )
                        if part
                    ),
                )
                for reason in now.reasons
            ),
        )
