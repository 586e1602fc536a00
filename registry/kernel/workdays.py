"""Working days. Terms of law are counted here, and nowhere else.

A term in days starts the day after the event (民法典 art. 201). Which days are worked is announced by the State Council
for one year at a time, make-up Saturdays and Sundays included. The table `reg_workdays` is the authority, and an
administrator may edit it; a year whose notice is not known counts Monday to Friday, and every term that touches it is
*provisional*: it may move once the notice is out, and whoever shows it must say so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from registry.kernel.access import Actor
from registry.kernel.faults import Invalid
from registry.kernel.tables import Workday
from registry.kernel.work import WorkSession

EDIT = "calendar.edit"
YEARS = range(1990, 2101)
_AT_ONCE = 64


@dataclass(frozen=True)
class Deadline:
    """The last day of a term. `provisional`: it rests on days whose official notice is not known."""

    day: date
    provisional: bool


@dataclass(frozen=True)
class Count:
    """Working days between two days. `provisional` as in Deadline."""

    days: int
    provisional: bool


@dataclass(frozen=True)
class Day:
    """One day of the calendar: is it worked, why not, do we know it from the notice, did a person set it."""

    day: date
    works: bool
    note: str
    official: bool
    edited: bool


def add_workdays(session: Session, start: date, n: int) -> Deadline:
    """The n-th working day after `start`; `start` itself never counts. For n = 0 it is `start`.

    `provisional` if any day from `start` to the deadline is. Raises ValueError for a negative n.
    """
    if n < 0:
        raise ValueError("a term has no negative length")
    provisional = False
    left = n
    for day in _days_after(session, start) if n else ():
        provisional = provisional or not day.official
        left -= day.works
        if left == 0:
            return Deadline(day.day, provisional)
    return Deadline(start, provisional=False)


def workdays_between(session: Session, start: date, end: date) -> Count:
    """Working days after `start` up to and including `end`: how much of a term is used by `end`. Zero if end ≤ start."""
    days = days_of(session, start + timedelta(days=1), end)
    return Count(sum(day.works for day in days), any(not day.official for day in days))


def days_of(session: Session, first: date, last: date) -> list[Day]:
    """Every day from `first` to `last`, both included, as the table has it or, where it lacks one, as it would be loaded."""
    found = select(Workday).where(Workday.day.between(first, last))
    stored = {row.day: row for row in session.scalars(found)}
    days = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        row = stored.get(day)
        days.append(Day(day, row.works, row.note, row.official, row.edited) if row else known(day))
    return days


def known(day: date) -> Day:
    """What is known of `day` without the table: the official notice of its year, or else Monday to Friday."""
    try:
        works = chinese_calendar.is_workday(day)
    except NotImplementedError:
        return Day(day, day.weekday() < 5, "", official=False, edited=False)
    _, holiday = chinese_calendar.get_holiday_detail(day)
    note = chinese_calendar.Holiday(holiday).chinese if holiday else ""
    return Day(day, works, f"{note}调休上班" if note and works else note, official=True, edited=False)


def official_years() -> list[int]:
    """The years whose notice the installed `chinesecalendar` knows."""
    years = {day.year for day in chinese_calendar.holidays}
    return sorted(years)


def load_year(session: WorkSession, actor: Actor, *, year: int) -> int:
    """Puts the days of `year` into the table, and returns how many were new or changed.

    What an administrator edited stays. A stored official day is not turned back into a guess by an older package.
    """
    actor.require(EDIT)
    stored = {row.day: row for row in session.scalars(_rows_of(year))}
    changed = 0
    for day in map(known, _dates_of(year)):
        row = stored.get(day.day)
        if row is None:
            session.add(Workday(day=day.day, works=day.works, note=day.note, official=day.official))
        elif (
            not row.edited
            and day.official
            and (row.works, row.note, row.official) != (day.works, day.note, True)
        ):
            row.works, row.note, row.official = day.works, day.note, True
        else:
            continue
        changed += 1
    if changed:
        session.act("calendar.load", str(year), changed=changed)
    return changed


def edit_day(session: WorkSession, actor: Actor, *, day: date, works: bool, note: str) -> None:
    """Sets one day by hand, as a notice of the State Council or of the city says. Raises Invalid beyond 1990–2100."""
    actor.require(EDIT)
    if day.year not in YEARS:
        raise Invalid.field("day", "out_of_range", f"只能编辑 {YEARS.start} 至 {YEARS.stop - 1} 年的日历")
    if len(note) > 100:
        raise Invalid.field("note", "too_long", "说明最多 100 字")
    row = session.get(Workday, day)
    if row is None:
        row = Workday(day=day, official=known(day).official)
        session.add(row)
    row.works, row.note, row.edited = works, note, True
    session.act("calendar.edit", day.isoformat(), works=works, note=note)


def confirm_year(session: WorkSession, actor: Actor, *, year: int) -> None:
    """Declares that `year` was compared with its official notice, so that its terms are no longer provisional."""
    actor.require(EDIT)
    if year not in YEARS:
        raise Invalid.field("year", "out_of_range", f"只能编辑 {YEARS.start} 至 {YEARS.stop - 1} 年的日历")
    load_year(session, actor, year=year)
    session.flush()
    for row in session.scalars(_rows_of(year)):
        row.official = True
    session.act("calendar.confirm", str(year))


def loaded_years(session: Session) -> list[int]:
    """The years that the table has days of."""
    first, last = session.execute(select(func.min(Workday.day), func.max(Workday.day))).one()
    return list(range(first.year, last.year + 1)) if first else []


def _days_after(session: Session, start: date) -> Iterator[Day]:
    first = start + timedelta(days=1)
    while True:
        last = first + timedelta(days=_AT_ONCE - 1)
        yield from days_of(session, first, last)
        first = last + timedelta(days=1)


def _dates_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days)]


def _rows_of(year: int) -> Select[Workday]:
    return select(Workday).where(Workday.day.between(date(year, 1, 1), date(year, 12, 31)))
