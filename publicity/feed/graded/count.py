"""The figures, counted in the database: what was decided, published, told, accepted, and when.

A decision counts in the period in which it was made, as it reads after its last correction; annulled ones do not count. A
platform has accepted it with the first version that it took, over any channel or by a receipt to the feed.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Subquery,
    and_,
    case,
    column,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
    values,
)
from sqlalchemy.orm import aliased

from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.tables import Receipt
from publicity.notices.tables import Notice, NoticeVersion
from publicity.release.tables import Release
from registry.credit import disclosure
from registry.credit.find import LATEST, effective, is_latest
from registry.credit.tables import EventRow
from registry.kernel.clock import SHANGHAI
from registry.kernel.store import UtcDateTime
from registry.kernel.work import WorkSession
from registry.kernel.workdays import add_workdays

_TOLD = ("sent", "accepted", "rejected", "superseded")
_NONE = timedelta(0)


@dataclass(frozen=True)
class Figures:
    """Counts of decisions; graded.toml says what each means."""

    produced: int = 0
    published: int = 0
    told: int = 0
    accepted: int = 0
    compliant: int = 0
    refused: int = 0
    late: int = 0
    overdue: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Figures)))

    @property
    def untold(self) -> int:
        return self.produced - self.told

    @property
    def compliance(self) -> float | None:
        """合规率: of what the platforms have answered, the share that stands without a doubt; None without any answer."""
        return _share(self.compliant, self.compliant + self.refused)

    @property
    def lateness(self) -> float | None:
        """迟报率: of what was accepted, the share that came late; None where nothing was accepted."""
        return _share(self.late, self.accepted)


@dataclass(frozen=True)
class Counted:
    """The figures by kind and day of decision."""

    days: Mapping[tuple[str, date], Figures]

    def total(self, *, kind: str | None = None, first: date = date.min, last: date = date.max) -> Figures:
        """The sum over the days, of one kind or of all."""
        chosen = (
            figures for (of, day), figures in self.days.items() if kind in (None, of) and first <= day <= last
        )
        return sum(chosen, Figures())


def figures(session: WorkSession, *, first: date, last: date, channel: str | None = None) -> Counted:
    """The figures of what was decided from one day to another, told over any channel or over one (public id)."""
    of_platforms = told(session, channel)
    decided_on = type_coerce(effective(EventRow.decided_on, LATEST.decided_on), Date)
    decisions = (
        select(
            EventRow.kind.label("kind"),
            decided_on.label("decided_on"),
            Notice.id.label("notice"),
            of_platforms.c.record.label("told"),
            of_platforms.c.accepted_at.label("accepted_at"),
            func.coalesce(of_platforms.c.refused, 0).label("refused"),
        )
        .select_from(EventRow)
        .outerjoin(LATEST, is_latest(LATEST))
        .outerjoin(Release, Release.event_id == EventRow.id)
        .outerjoin(Notice, Notice.release_id == Release.id)
        .outerjoin(of_platforms, of_platforms.c.record == Notice.public_id)
        .where(*is_decision(), decided_on.between(first, last))
        .subquery()
    )
    days = list(
        session.scalars(select(decisions.c.decided_on).distinct().order_by(decisions.c.decided_on)).all()
    )
    if not days:
        return Counted({})
    terms = _terms(session, days)
    one, accepted = decisions.c, decisions.c.accepted_at
    rows = session.execute(
        select(
            one.kind,
            one.decided_on,
            func.count(),
            func.count(one.notice),
            func.count(one.told),
            func.count(accepted),
            _count(and_(accepted.is_not(None), one.refused == 0)),
            _count(one.refused == 1),
            _count(accepted >= terms.c.until),
            _count(and_(accepted.is_(None), terms.c.until <= literal(session.now, UtcDateTime))),
        )
        .join(terms, terms.c.decided_on == one.decided_on)
        .group_by(one.kind, one.decided_on)
    )
    return Counted({(row[0], row[1]): Figures(*row[2:]) for row in rows})


def is_decision() -> Sequence[ColumnElement[bool]]:
    """The conditions that an event is a decision that is graded."""
    return EventRow.kind.in_(kinds()), EventRow.state != "撤销", ~disclosure.is_annulled()


def until_of(session: WorkSession, decided_on: date) -> datetime:
    """The first moment at which the telling of a decision of that day is late."""
    last = add_workdays(session, decided_on, _read()["workdays"]).day
    return datetime.combine(last + timedelta(days=1), time(), SHANGHAI)


def kinds() -> tuple[str, ...]:
    """The kinds of event that are graded."""
    return tuple(_read()["kinds"])


def meanings() -> Mapping[str, str]:
    """What each figure means, by its name in Figures."""
    words: Mapping[str, str] = _read()["meaning"]
    return words


def told(session: WorkSession, channel: str | None) -> Subquery:
    """One row for each record that a platform was told: when it was first accepted, whether its last version is refused."""
    later = aliased(DeliveryRow)
    followed = (
        select(later.id)
        .where(
            later.channel_id == DeliveryRow.channel_id,
            later.record == DeliveryRow.record,
            later.position > DeliveryRow.position,
        )
        .exists()
    )
    pushed = select(
        DeliveryRow.record.label("record"),
        case((DeliveryRow.state == "accepted", DeliveryRow.settled_at)).label("accepted_at"),
        case((and_(DeliveryRow.state == "rejected", ~followed), 1), else_=0).label("refused"),
    ).where(~DeliveryRow.ends, DeliveryRow.attempted_at.is_not(None), DeliveryRow.state.in_(_TOLD))
    if channel is not None:
        pushed = pushed.join(ChannelRow, ChannelRow.id == DeliveryRow.channel_id)
        pushed = pushed.where(ChannelRow.public_id == channel)
        both = pushed.subquery()
    else:
        both = union_all(pushed, _pulled()).subquery()
    return (
        select(
            both.c.record,
            func.min(both.c.accepted_at, type_=UtcDateTime).label("accepted_at"),
            func.max(both.c.refused).label("refused"),
        )
        .group_by(both.c.record)
        .subquery()
    )


def _pulled() -> Any:
    """The same from the receipts of those who read the feed; of several about one entry the last counts."""
    newer, next_version = aliased(Receipt), aliased(NoticeVersion)
    newest = (
        ~select(newer.id)
        .where(newer.client == Receipt.client, newer.position == Receipt.position, newer.id > Receipt.id)
        .exists()
    )
    followed = (
        select(next_version.version)
        .where(
            next_version.notice_id == NoticeVersion.notice_id, next_version.version > NoticeVersion.version
        )
        .exists()
    )
    return (
        select(
            Notice.public_id,
            case((Receipt.result == "accepted", Receipt.received_at), else_=null()),
            case((and_(Receipt.result == "rejected", ~followed), 1), else_=0),
        )
        .join(NoticeVersion, NoticeVersion.position == Receipt.position)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .where(newest, or_(NoticeVersion.action.in_(("publish", "correct", "mark"))))
    )


def _terms(session: WorkSession, days: Sequence[date]) -> Any:
    table = values(column("decided_on", Date), column("until", UtcDateTime), name="terms")
    return table.data([(day, until_of(session, day)) for day in days]).cte()


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0), type_=Integer), 0)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("graded.toml").read_text(encoding="utf-8"))
