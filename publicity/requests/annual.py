"""Table 三 of the annual report on disclosure (政府信息公开条例第五十条; 国办公开办函〔2021〕30号): what came in, how it ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, or_, select

from publicity.requests import rules
from publicity.requests.tables import RequestRow
from registry.kernel.work import WorkSession

NEW, CARRIED_IN, CARRIED_OUT = (
    "一、本年新收政府信息公开申请数量",
    "二、上年结转政府信息公开申请数量",
    "四、结转下年度继续办理",
)
RESULT, TOTAL = "三、本年度办理结果", "（七）总计"


class Handled(NamedTuple):
    """What counts of a request. `outcome` and `answered_on` are None while it is open."""

    applicant: str
    received_on: date
    answered_on: date | None
    outcome: str | None


class Line(NamedTuple):
    """A line of the table: a figure for each of rules.APPLICANTS in order, then their sum."""

    title: str
    figures: Sequence[int]


@dataclass(frozen=True)
class Report:
    """The lines in the order of the form; `applicants` heads their columns, before 总计."""

    year: int
    applicants: Sequence[str]
    lines: Sequence[Line]


def report(requests: Iterable[Handled], *, year: int) -> Report:
    """The table of a calendar year. New and carried in are always as many as ended and carried out. Pure."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    counted = {
        title: [0] * len(rules.APPLICANTS) for title in (NEW, CARRIED_IN, *rules.ROWS, TOTAL, CARRIED_OUT)
    }
    columns = list(rules.APPLICANTS)

    for one in requests:
        if one.received_on > last or (one.answered_on is not None and one.answered_on < first):
            continue
        place = columns.index(one.applicant)
        counted[NEW if one.received_on >= first else CARRIED_IN][place] += 1
        if one.answered_on is None or one.answered_on > last:
            counted[CARRIED_OUT][place] += 1
        else:
            counted[rules.DECISIONS[one.outcome or ""].row][place] += 1
            counted[TOTAL][place] += 1
    lines = [
        Line(title, [*figures, sum(figures)])
        for code, figures in counted.items()
        for title in (_title(code),)
    ]
    return Report(year, list(rules.APPLICANTS.values()), lines)


def _title(code: str) -> str:
    if code in rules.ROWS:
        return f"{RESULT}{rules.ROWS[code]}"
    return f"{RESULT}{TOTAL}" if code == TOTAL else code


def of_year(session: WorkSession, *, year: int) -> Report:
    """The table of `year` as the register has it today."""
    rows = session.execute(
        select(
            RequestRow.applicant_kind, RequestRow.received_on, RequestRow.answered_on, RequestRow.outcome
        ).where(
            RequestRow.received_on <= date(year, 12, 31),
            or_(RequestRow.answered_on.is_(None), RequestRow.answered_on >= date(year, 1, 1)),
        )
    )
    return report((Handled(*row) for row in rows), year=year)


def years(session: WorkSession) -> list[int]:
    """The years that requests came in, the newest first; this year always."""
    first = session.scalar(select(func.min(RequestRow.received_on)))
    return list(range(session.today.year, (first or session.today).year - 1, -1))
