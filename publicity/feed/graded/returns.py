"""双公示月报: counted for a month, frozen when it is handed in. A later count beside it shows what has changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from publicity.feed.channel_tables import ChannelRow
from publicity.feed.channels import KINDS
from publicity.feed.graded import candidates, count
from publicity.feed.graded.tables import ReturnRow
from registry.credit.catalogue import add_months
from registry.credit.sealing import opened, seal
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid
from registry.kernel.work import WorkSession

HAND_IN = "feed.return"
LONGEST = 500
_CONTEXT = "pub_monthly_returns.words"


@dataclass(frozen=True)
class Side:
    """One half of the return, permits or penalties. `city` is what the city's site shows, by its own statistics; None where
    nobody has read it there."""

    produced: int
    published: int
    told: int
    accepted: int
    grounds: str
    city: int | None = None

    @property
    def untold(self) -> int:
        return self.produced - self.told

    @property
    def cells(self) -> Sequence[int | str | None]:
        """As the columns of the return: 产生, 本单位公示, 报送, 未报送, 未报送依据, 有效入库, 市级网站公示."""
        return (
            self.produced, self.published, self.told, self.untold, self.grounds or None, self.accepted, self.city,
        )  # fmt: skip


@dataclass(frozen=True)
class Return:
    """The return of a month (its first day). `ways` are how the office tells the platforms."""

    month: date
    unit: str
    address: str
    permit: Side
    penalty: Side
    ways: str
    problems: str = ""

    @property
    def title(self) -> str:
        month = f"{self.month:%Y/%m}"
        return f"{self.unit}双公示工作{month}-{month}数据统计表"


class HandedIn(NamedTuple):
    """A return as it was handed in, the `version`-th of its month; `reason` why again, "" for the first."""

    version: int
    given: Return
    by: str
    at: datetime
    reason: str


class Difference(NamedTuple):
    """A figure that a count of today has otherwise than the return that was handed in."""

    title: str
    then: int
    now: int


def counted(session: WorkSession, *, month: date, unit: str, address: str) -> Return:
    """The return as it would read now. `month` is any day of it; `unit` and `address` are the office's name and site."""
    first, last = _bounds(month)
    found = count.figures(session, first=first, last=last)
    untold = candidates.candidates(session, first=first, last=last)

    def side(kind: str) -> Side:
        figures = found.total(kind=kind)
        grounds = candidates.by_reason([one for one in untold if one.kind == kind])
        return Side(
            figures.produced,
            figures.published,
            figures.told,
            figures.accepted,
            "；".join(f"{reason} {number}" for reason, number in grounds.items()),
        )

    channels = session.scalars(
        select(ChannelRow.kind).where(ChannelRow.paused_at.is_(None)).order_by(ChannelRow.id)
    )
    ways = [KINDS[kind].title for kind in dict.fromkeys(channels)]
    return Return(first, unit, address, side("permit"), side("penalty"), "；".join(ways))


def hand_in(
    session: WorkSession,
    actor: Actor,
    *,
    month: date,
    unit: str,
    address: str,
    city: Mapping[str, str],
    problems: str,
    reason: str = "",
    version: int = 1,
) -> HandedIn:
    """Freezes the return of a month that is over. `city` has what the city's site shows by kind, as typed; `version` is one
    more than the page showed, so that two people do not hand in at once.

    Raises Invalid naming `month`, `city.<kind>`, `problems` or `reason`; Conflict (`handed_in`), Refused. The act is
    `feed.return`.
    """
    actor.require(HAND_IN)
    first, last = _bounds(month)
    before = handed_in(session, first)
    if version != len(before) + 1:
        raise Conflict("本月月报已由他人上报，请刷新后查看", rule="handed_in")
    shown, faults = {}, []
    for kind in count.kinds():
        typed = city.get(kind, "").strip()
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= 9):
            faults.append(FieldFault(f"city.{kind}", "number", "请填写非负整数，没有核对的不填"))
        shown[kind] = int(typed) if typed and not faults else None
    if last >= session.today:
        faults.append(FieldFault("month", "not_over", "这个月还没有结束"))
    if len(problems) > LONGEST:
        faults.append(FieldFault("problems", "too_long", f"不超过 {LONGEST} 字"))
    if before and not (0 < len(reason.strip()) <= LONGEST):
        faults.append(FieldFault("reason", "required", f"请写明重新上报的理由，不超过 {LONGEST} 字"))
    if faults:
        raise Invalid("月报填写有误", faults)
    now = counted(session, month=first, unit=unit, address=address)
    figures = {
        "unit": unit,
        "address": address,
        "ways": now.ways,
        **{kind: asdict(_side(now, kind)) | {"city": shown[kind]} for kind in count.kinds()},
    }
    session.add(
        ReturnRow(
            month=first,
            version=version,
            figures=figures,
            words=seal(session, {"problems": problems.strip(), "reason": reason.strip()}, _CONTEXT),
            handed_in_by=actor.id,
            handed_in_name=actor.name,
            handed_in_at=session.now,
        )
    )
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("本月月报已由他人上报，请刷新后查看", rule="handed_in") from None
    session.act("feed.return", f"{first:%Y-%m}", version=version)
    return handed_in(session, first)[-1]


def handed_in(session: WorkSession, month: date) -> list[HandedIn]:
    """What was handed in for a month, in its order."""
    rows = session.scalars(
        select(ReturnRow).where(ReturnRow.month == month.replace(day=1)).order_by(ReturnRow.version)
    )
    return [_handed_in(session, row) for row in rows]


def months(session: WorkSession) -> list[date]:
    """The months for which a return may be made, the latest first: the last twelve that are over."""
    this = session.today.replace(day=1)
    return [add_months(this, -back) for back in range(1, 13)]


def versions(session: WorkSession) -> Mapping[date, int]:
    """How often each month was handed in."""
    rows = session.execute(select(ReturnRow.month, ReturnRow.version).order_by(ReturnRow.version))
    return {row.month: row.version for row in rows}


def differences(then: Return, now: Return) -> list[Difference]:
    """What a later count has otherwise."""
    found = []
    for kind in count.kinds():
        before, after = _side(then, kind), _side(now, kind)
        title = candidates.title_of_kind(kind)
        for name, figure in FIGURES.items():
            if getattr(before, name) != getattr(after, name):
                found.append(Difference(f"{title}：{figure}", getattr(before, name), getattr(after, name)))
    return found


FIGURES: Mapping[str, str] = {
    "produced": "产生数量",
    "published": "本单位公示数量",
    "told": "报送数量",
    "untold": "未报送数量",
    "accepted": "有效入库数",
}


def _bounds(month: date) -> tuple[date, date]:
    first = month.replace(day=1)
    return first, add_months(first, 1) - timedelta(days=1)


def _side(given: Return, kind: str) -> Side:
    return given.permit if kind == "permit" else given.penalty


def _handed_in(session: WorkSession, row: ReturnRow) -> HandedIn:
    words, figures = opened(session, row.words, _CONTEXT), row.figures
    given = Return(
        row.month,
        figures["unit"],
        figures["address"],
        _read(figures["permit"]),
        _read(figures["penalty"]),
        figures["ways"],
        str(words["problems"]),
    )
    return HandedIn(row.version, given, row.handed_in_name, row.handed_in_at, str(words["reason"]))


def _read(figures: Mapping[str, Any]) -> Side:
    return Side(**figures)
