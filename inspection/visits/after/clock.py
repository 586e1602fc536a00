"""The clock from the end of an inspection to the publication of what it found (国发〔2019〕5号)."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from inspection.visits.after.terms import on, terms
from registry.kernel.workdays import Day, Deadline, add_workdays, days_of

Timing = Literal["waiting", "late", "in_time", "published_late"]
_SPARE = timedelta(days=20)  # longer than any run of days off


def publish_by(session: Session, days: Collection[date]) -> dict[date, Deadline]:
    """The last day for publication by the day of the inspection."""
    wanted = {day: (day, on(terms().publications, day).days) for day in days}
    counted = deadlines(session, wanted.values())
    return {day: counted[term] for day, term in wanted.items()}


def deadlines(session: Session, terms_: Collection[tuple[date, int]]) -> dict[tuple[date, int], Deadline]:
    """The end of each term (first day, working days), the calendar read once for all of them."""
    if not terms_:
        return {}
    first = min(day for day, _ in terms_)
    horizon = max(day + timedelta(days=2 * count) for day, count in terms_) + _SPARE
    calendar = days_of(session, first, horizon)
    return {
        (day, count): _count(calendar[(day - first).days + 1 :], count) or add_workdays(session, day, count)
        for day, count in set(terms_)
    }


def timing(due: date, *, published_on: date | None, today: date) -> Timing:
    """Where a finding stands with its clock; what is late stays late."""
    if published_on is not None:
        return "published_late" if published_on > due else "in_time"
    return "late" if today > due else "waiting"


def _count(days: Sequence[Day], count: int) -> Deadline | None:
    provisional = False
    left = count
    for day in days:
        provisional = provisional or not day.official
        left -= day.works
        if left == 0:
            return Deadline(day.day, provisional)
    return None
