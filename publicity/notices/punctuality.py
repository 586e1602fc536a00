"""How punctual the office is: what had to be public by a day, and whether it was. Counts alone; no item is named.

A release's clock is its own (`due_on`: seven working days for permits and penalties, twenty otherwise); a notice whose
decision fell has three to be withdrawn (行政处罚法第四十八条、第八十五条). An inspection whose finding nobody has closed by its
day is overdue as well. What ended before its day without having been
published (annulled, repaired, not to be disclosed) was never late.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, extract, func, or_, select
from sqlalchemy.orm import aliased

from inspection.visits.after import statistics
from publicity.notices.chosen import months_until
from publicity.notices.find import DAYS_TO_WITHDRAW
from publicity.notices.tables import Notice
from publicity.release.archive import CLASSES, class_of
from publicity.release.states import STOPPABLE
from publicity.release.tables import Release, ReleaseStep
from registry.accounts.tables import StaffRow
from registry.credit.tables import EventRow
from registry.kernel.work import WorkSession
from registry.kernel.workdays import add_workdays

MONTHS = 12
WITHDRAWAL = "撤下公示"
"""The group of notices whose decision fell, beside the classes of the archive."""
ELSEWHERE = "其他"
"""The section of what nobody of the staff recorded or proposed."""


class Tally(NamedTuple):
    """Counts of one month (the first day of that in which the term ends), group and section.

    `in_time` and `late` were done by and after their day; `overdue` are not done and past it. Of `judged` published records
    `complete` have every item of the standard.
    """

    month: date
    group: str
    section: str
    in_time: int = 0
    late: int = 0
    overdue: int = 0
    judged: int = 0
    complete: int = 0


@dataclass(frozen=True)
class Figures:
    """The tallies of one line of a table added up."""

    name: str
    in_time: int
    late: int
    overdue: int
    judged: int
    complete: int

    @property
    def due(self) -> int:
        return self.in_time + self.late + self.overdue

    @property
    def timeliness(self) -> float | None:
        """及时率: of what had to be done, the share that was done by its day. None of nothing."""
        return self.in_time / self.due if self.due else None

    @property
    def compliance(self) -> float | None:
        """合规率: of the permits and penalties published, the share that has every item of the standard."""
        return self.complete / self.judged if self.judged else None


@dataclass(frozen=True)
class Board:
    """The figures of the last twelve months as they stand on a day."""

    on: date
    months: Sequence[date]
    tallies: Sequence[Tally]

    @property
    def total(self) -> Figures:
        return _sum("", self.tallies)

    @property
    def by_month(self) -> list[Figures]:
        return self._by([f"{month:%Y-%m}" for month in self.months], lambda one: f"{one.month:%Y-%m}")

    @property
    def by_group(self) -> list[Figures]:
        return self._by([*CLASSES, WITHDRAWAL], lambda one: one.group)

    @property
    def by_section(self) -> list[Figures]:
        """The section with most that is late first."""
        found = self._by(sorted({one.section for one in self.tallies}), lambda one: one.section)
        return sorted(found, key=lambda figures: -(figures.late + figures.overdue))

    @property
    def late_by_section(self) -> Mapping[str, Sequence[int]]:
        """What was or is late in each month, of the sections that have any."""
        late: dict[str, Counter[date]] = defaultdict(Counter)
        for one in self.tallies:
            late[one.section][one.month] += one.late + one.overdue
        return {
            figures.name: [late[figures.name][month] for month in self.months]
            for figures in self.by_section
            if late[figures.name].total()
        }

    def _by(self, names: Iterable[str], name_of: Callable[[Tally], str]) -> list[Figures]:
        return [_sum(name, [one for one in self.tallies if name_of(one) == name]) for name in names]


def board(session: WorkSession) -> Board:
    """The figures of today. What is not due yet and not published is in none of them."""
    months = months_until(session.today, MONTHS)
    last = (months[-1] + timedelta(days=31)).replace(day=1)
    tallies = [
        *_publications(session, months[0], last),
        *_unclosed(session, months[0], last),
        *_withdrawals(session, months[0], last),
    ]
    return Board(session.today, months, tallies)


def _sum(name: str, tallies: Iterable[Tally]) -> Figures:
    counted = [sum(column) for column in zip(*(one[3:] for one in tallies), strict=True)] or [0] * 5
    return Figures(name, *counted)


def _publications(session: WorkSession, first: date, end: date) -> list[Tally]:
    published = Notice.published_on.is_not(None)
    late = and_(published, Notice.published_on > Release.due_on)
    overdue = and_(Notice.id.is_(None), Release.state.in_(STOPPABLE), Release.due_on < session.today)
    year, month = extract("year", Release.due_on), extract("month", Release.due_on)
    section = func.coalesce(StaffRow.section, ELSEWHERE)
    rows = session.execute(
        _with_section(
            select(
                year,
                month,
                Release.kind,
                section,
                _number(and_(published, Notice.published_on <= Release.due_on)),
                _number(late),
                _number(overdue),
                _number(Notice.gaps.is_not(None)),
                _number(Notice.gaps == 0),
            ).select_from(Release)
        )
        .outerjoin(Notice, Notice.release_id == Release.id)
        .where(Release.due_on >= first, Release.due_on < end, or_(published, overdue))
        .group_by(year, month, Release.kind, section)
    )
    return [
        Tally(
            date(int(row[0]), int(row[1]), 1), class_of(row[2]), row[3], *(int(number) for number in row[4:])
        )
        for row in rows
    ]


def _unclosed(session: WorkSession, first: date, end: date) -> list[Tally]:
    """Inspections past their day that have no release yet, because their finding is still being worked on."""
    return [
        Tally(due.replace(day=1), class_of("finding"), section or ELSEWHERE, overdue=1)
        for due, section in statistics.awaited(session)
        if first <= due < end and due < session.today
    ]


def _withdrawals(session: WorkSession, first: date, end: date) -> list[Tally]:
    """Grouped by the day on which the decision fell, of which there are few: its term is counted once for each."""
    answer = aliased(EventRow)
    section = func.coalesce(StaffRow.section, ELSEWHERE)
    rows = session.execute(
        _with_section(
            select(answer.decided_on, Notice.ended_on, Notice.until, section, func.count()).select_from(
                Release
            )
        )
        .join(Notice, Notice.release_id == Release.id)
        .join(answer, and_(answer.target_id == Release.event_id, answer.kind == "annulment"))
        # A term that ends in the first month may have begun in the one before it.
        .where(answer.decided_on >= first - timedelta(days=62), answer.decided_on < end)
        .group_by(answer.decided_on, Notice.ended_on, Notice.until, section)
    ).all()
    dues = {row[0]: add_workdays(session, row[0], DAYS_TO_WITHDRAW).day for row in rows}
    found = []
    for fell_on, ended_on, until, responsible, count in rows:
        due = dues[fell_on]
        gone = ended_on or (until + timedelta(days=1) if until and until < session.today else None)
        if (
            not first <= due < end
            or (gone is not None and gone < fell_on)
            or (gone is None and due >= session.today)
        ):
            continue
        found.append(
            Tally(
                due.replace(day=1),
                WITHDRAWAL,
                responsible,
                in_time=count if gone is not None and gone <= due else 0,
                late=count if gone is not None and gone > due else 0,
                overdue=count if gone is None else 0,
            )
        )
    return found


def _with_section(counted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With the section of whoever proposed last, or recorded what nobody has proposed yet (谁产生、谁负责)."""
    step = aliased(ReleaseStep)
    last = (
        select(func.max(step.id))
        .where(step.release_id == Release.id, step.step == "propose")
        .correlate(Release)
        .scalar_subquery()
    )
    return (
        counted.join(EventRow, EventRow.id == Release.event_id)
        .outerjoin(ReleaseStep, ReleaseStep.id == last)
        .outerjoin(StaffRow, StaffRow.public_id == func.coalesce(ReleaseStep.actor, EventRow.recorded_by))
    )


def _number(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
