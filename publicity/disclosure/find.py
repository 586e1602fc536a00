"""Reads the register of what is not told by itself, for the office; and how much of it there is, for everybody."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, select

from publicity.disclosure import attributes, register
from publicity.disclosure.attributes import GROUNDS, NOT_TOLD, REVIEW, TITLES, Ground
from publicity.disclosure.decide import PROPOSABLE, REVIEW_BY
from publicity.disclosure.tables import DisclosureDecisionRow, DisclosureRow
from publicity.release import decide, states
from publicity.release.draft import title_of_kind
from publicity.release.tables import Release
from registry.credit import disclosure as publication
from registry.credit import find as events
from registry.credit.tables import EndRow, EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, local_day
from registry.kernel.faults import NotFound
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession

STEPS: Mapping[str, str] = {
    "propose": "提出",
    "confirm": "审核确定",
    "keep": "评估后维持",
    "open": "评估后转为主动公开",
}


class Decided(NamedTuple):
    step: str
    ground: Ground
    reason: str
    review_on: date | None
    actor: str
    at: datetime


@dataclass(frozen=True)
class Line:
    """An entry of the register. `barred` are those who may not assess it, by public id."""

    id: int
    public_id: str
    event: str
    kind_title: str
    subject: str
    decided_on: date
    ground: Ground
    review_on: date
    entered_at: datetime
    barred: frozenset[str]

    @property
    def attribute_title(self) -> str:
        return TITLES[self.ground.attribute]


@dataclass(frozen=True)
class Page:
    """One entry with its decisions; `releasable` says whether it may be turned to 主动公开 at all."""

    public_id: str
    event: str
    release: str | None
    kind_title: str
    subject: str
    summary: str
    decided_on: date
    document_number: str | None
    ground: Ground
    proposed: Ground | None
    review_on: date | None
    decisions: Sequence[Decided]
    releasable: bool
    barred: frozenset[str]

    @property
    def told(self) -> bool:
        return self.ground.attribute not in NOT_TOLD


@dataclass(frozen=True)
class OfRelease:
    """The attribute of a release's fact: what holds, what is proposed, and whether this person may propose another now."""

    ground: Ground
    proposed: Ground | None
    decisions: Sequence[Decided]
    may_propose: bool
    entry: str | None


@dataclass(frozen=True)
class Asked:
    """What a list of the register is kept to; empty means any. `due` keeps it to what is to be assessed now."""

    attribute: str = ""
    kind: str = ""
    ground: str = ""
    due: bool = False

    @property
    def parameters(self) -> dict[str, str]:
        told = {
            "attribute": self.attribute,
            "kind": self.kind,
            "ground": self.ground,
            "due": "1" if self.due else "",
        }
        return {name: value for name, value in told.items() if value}


def listed(
    session: WorkSession, asked: Asked, *, after: tuple[date, int] | None, limit: int
) -> tuple[list[Line], tuple[date, int] | None]:
    """Entries that are not told by themselves, the earliest assessment first, and where the next page starts."""
    wanted = _open().where(*_conditions(session, asked))
    if after is not None:
        day, id_ = after
        later = (DisclosureRow.review_on > day) | (
            (DisclosureRow.review_on == day) & (DisclosureRow.id > id_)
        )
        wanted = wanted.where(later)
    rows = session.execute(wanted.order_by(DisclosureRow.review_on, DisclosureRow.id).limit(limit + 1)).all()
    barred = _barred(session, [row.DisclosureRow.id for row in rows])
    lines = [_line(row, barred) for row in rows[:limit]]
    return lines, (lines[-1].review_on, lines[-1].id) if len(rows) > limit else None


def page(session: WorkSession, public_id: str) -> Page:
    """Raises NotFound."""
    row = session.scalar(select(DisclosureRow).where(DisclosureRow.public_id == public_id))
    if row is None:
        raise NotFound("没有这条公开属性")
    event = register.event_of(session, row)
    stands = event.kind.releasable and event.annulled_by is None and event.state != "撤销"
    return Page(
        public_id=row.public_id,
        event=event.public_id,
        release=session.scalar(select(Release.public_id).where(Release.event_id == row.event_id)),
        kind_title=title_of_kind(row.kind),
        subject=event.subject.name,
        summary=event.summary,
        decided_on=event.decided_on,
        document_number=event.document_number,
        ground=GROUNDS[row.ground],
        proposed=GROUNDS[row.proposed_ground] if row.proposed_ground else None,
        review_on=row.review_on,
        decisions=_decisions(session, row),
        releasable=stands and not publication.ended(session, [event.id]),
        barred=_barred(session, [row.id]).get(row.id, frozenset()),
    )


def of_release(session: WorkSession, actor: Actor, public_id: str) -> OfRelease | None:
    """None for a release of what has no attribute of its own. Raises NotFound."""
    release = session.scalar(select(Release).where(Release.public_id == public_id))
    if release is None:
        raise NotFound("没有这件公开流程")
    row = session.scalar(select(DisclosureRow).where(DisclosureRow.event_id == release.event_id))
    if row is None:
        event = events.event(session, session.get_one(EventRow, release.event_id).public_id)
        ground = register.by_itself(event)
        return OfRelease(ground, None, (), _may_propose(session, actor, release), None) if ground else None
    return OfRelease(
        GROUNDS[row.ground],
        GROUNDS[row.proposed_ground] if row.proposed_ground else None,
        _decisions(session, row),
        _may_propose(session, actor, release),
        row.public_id,
    )


def _may_propose(session: WorkSession, actor: Actor, release: Release) -> bool:
    step = states.step_after(release.state)
    return (
        step is not None
        and step.name in PROPOSABLE
        and states.may_take(
            step, actor=actor.id, permissions=actor.permissions, taken=decide.taken(session, release)
        )
    )


def proposed(session: WorkSession, releases: Collection[str]) -> Mapping[str, Ground]:
    """Those of the releases (public ids) whose approval confirms another attribute, with what is proposed."""
    rows = session.execute(
        select(Release.public_id, DisclosureRow.proposed_ground)
        .join(DisclosureRow, DisclosureRow.event_id == Release.event_id)
        .where(Release.public_id.in_(releases), DisclosureRow.proposed_ground.is_not(None))
    )
    return {release: GROUNDS[ground] for release, ground in rows if ground}


class Count(NamedTuple):
    """How many facts have an attribute, by kind of notice or by ground."""

    attribute: str
    of: str
    number: int


@dataclass(frozen=True)
class Counts:
    """The register in figures. `assessed` and `opened` are of the running year; `overdue` is past its day."""

    by_kind: Sequence[Count]
    by_ground: Sequence[Count]
    waiting: int
    overdue: int
    assessed: int
    opened: int

    def of(self, kind: str, attribute: str) -> int:
        return sum(one.number for one in self.by_kind if (one.of, one.attribute) == (kind, attribute))

    def total(self, attribute: str) -> int:
        return sum(one.number for one in self.by_kind if one.attribute == attribute)

    @property
    def kinds(self) -> list[str]:
        """Kinds of notice in the order of disclosure.toml."""
        found = {one.of for one in self.by_kind}
        order = [
            *dict.fromkeys("finding" if kind == "inspection_finding" else kind for kind in attributes.KINDS)
        ]
        return [kind for kind in order if kind in found]


def counts(session: WorkSession) -> Counts:
    """What the register holds, without what its facts say."""
    number = func.count(DisclosureRow.id)
    by_kind = session.execute(
        select(DisclosureRow.attribute, DisclosureRow.kind, number)
        .group_by(DisclosureRow.attribute, DisclosureRow.kind)
        .order_by(DisclosureRow.attribute, DisclosureRow.kind)
    )
    by_ground = session.execute(
        select(DisclosureRow.attribute, DisclosureRow.ground, number)
        .where(DisclosureRow.attribute.in_(NOT_TOLD))
        .group_by(DisclosureRow.attribute, DisclosureRow.ground)
        .order_by(number.desc(), DisclosureRow.ground)
    )
    soon, late = (
        session.scalar(_open(number).where(DisclosureRow.review_on <= day)) or 0
        for day in (session.today + timedelta(days=REVIEW.lead_days), session.today - timedelta(days=1))
    )
    steps = _steps_since(session, date(session.today.year, 1, 1))
    return Counts(
        [Count(*row) for row in by_kind],
        [Count(*row) for row in by_ground],
        soon,
        late,
        steps.get("keep", 0) + steps.get("open", 0),
        steps.get("open", 0),
    )


def _steps_since(session: WorkSession, first: date) -> Mapping[str, int]:
    rows = session.execute(
        select(DisclosureDecisionRow.step, func.count())
        .where(
            DisclosureDecisionRow.step.in_(("keep", "open")),
            DisclosureDecisionRow.at >= datetime.combine(first, time(), SHANGHAI),
        )
        .group_by(DisclosureDecisionRow.step)
    )
    return {row[0]: row[1] for row in rows}


def _duties(session: WorkSession, limit: int) -> Sequence[Duty]:
    lines, _ = listed(session, Asked(due=True), after=None, limit=limit)
    return [
        Duty(
            title=f"{line.attribute_title} · {line.kind_title}：{line.subject}",
            endpoint="disclosure.entry",
            values={"public_id": line.public_id},
            since=local_day(line.entered_at),
            due=line.review_on,
            barred=line.barred,
        )
        for line in lines
    ]


WORKLIST = Worklist("定期评估不主动公开的信息", REVIEW_BY, _duties)


def _open(*columns: Any) -> Select[Any]:
    """Entries that wait for an assessment: not told by themselves, of an event that stands and whose publication has not ended."""
    wanted = select(*(columns or (DisclosureRow, EventRow)))
    return wanted.join(EventRow, EventRow.id == DisclosureRow.event_id).where(
        DisclosureRow.attribute.in_(NOT_TOLD),
        ~publication.is_annulled(),
        ~exists().where(EndRow.event_id == DisclosureRow.event_id),
    )


def _conditions(session: WorkSession, asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.attribute:
        wanted.append(DisclosureRow.attribute == asked.attribute)
    if asked.kind:
        wanted.append(DisclosureRow.kind == asked.kind)
    if asked.ground:
        wanted.append(DisclosureRow.ground == asked.ground)
    if asked.due:
        wanted.append(DisclosureRow.review_on <= session.today + timedelta(days=REVIEW.lead_days))
    return wanted


def _line(row: Any, barred: Mapping[int, frozenset[str]]) -> Line:
    entry, event = row
    return Line(
        id=entry.id,
        public_id=entry.public_id,
        event=event.public_id,
        kind_title=title_of_kind(entry.kind),
        subject=event.subject_name,
        decided_on=event.decided_on,
        ground=GROUNDS[entry.ground],
        review_on=entry.review_on,
        entered_at=entry.entered_at,
        barred=barred.get(entry.id, frozenset()),
    )


def _barred(session: WorkSession, entries: Collection[int]) -> Mapping[int, frozenset[str]]:
    rows = session.execute(
        select(
            DisclosureDecisionRow.disclosure_id, DisclosureDecisionRow.actor, DisclosureDecisionRow.behalf
        ).where(
            DisclosureDecisionRow.disclosure_id.in_(entries),
            DisclosureDecisionRow.step.in_(("propose", "confirm")),
        )
    )
    found: dict[int, set[str]] = {}
    for entry, *people in rows:
        found.setdefault(entry, set()).update(one for one in people if one is not None)
    return {entry: frozenset(actors) for entry, actors in found.items()}


def _decisions(session: WorkSession, row: DisclosureRow) -> list[Decided]:
    return [
        Decided(
            STEPS[one.step],
            GROUNDS[one.ground],
            session.keys.decrypt(one.reason, register.REASON) if one.reason else "",
            one.review_on,
            one.actor_name,
            one.at,
        )
        for one in row.decisions
    ]
