"""The clock from the end of an inspection to the publication of what it found (国发〔2019〕5号)."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from inspection.visits.after.terms import on, terms
from registry.kernel.workdays import Day, Deadline, add_workdays, days_of

Timing = Literal["waiting", "late", "in_time", "published_late"]
_SPARE = timedelta(days=20)  # longer than any run of days off


def publish_by(session: Session, days: Collection[date]) -> dict[date, Deadline]:
    """The last day for publication by the day of the inspection, the calendar read once for all of them."""
    if not days:
        return {}
    terms_of = {day: on(terms().publications, day).days for day in set(days)}
    horizon = max(days) + timedelta(days=2 * max(terms_of.values())) + _SPARE
    calendar = days_of(session, min(days), horizon)
    return {
        day: _count([one for one in calendar if one.day > day], count) or add_workdays(session, day, count)
        for day, count in terms_of.items()
    }


def timing(due: date, *, published_on: date | None, today: date) -> Timing:
    """Where a finding stands with its clock; what is late stays late."""
    if published_on is not None:
        return "published_late" if published_on > due else "in_time"
    return "late" if today > due else "waiting"


def _count(days: Collection[Day], count: int) -> Deadline | None:
    provisional = False
    left = count
    for day in days:
        provisional = provisional or not day.official
        left -= day.works
        if left == 0:
            return Deadline(day.day, provisional)
    return None
