"""The figures of the year for whoever watches /metrics, and what the pages show of them by month."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import NamedTuple

from prometheus_client import Gauge

from publicity.feed.graded import candidates, count
from publicity.feed.graded.count import Counted, Figures
from registry.credit.catalogue import add_months
from registry.kernel.work import Work, WorkSession

_FIGURES = Gauge(
    "legalcredit_graded_decisions",
    "Decisions of this year by what became of them at the platforms",
    ["kind", "figure"],
    multiprocess_mode="mostrecent",
)
_SHARES = Gauge(
    "legalcredit_graded_share",
    "Shares that the office is graded on, 0 to 1",
    ["kind", "share"],
    multiprocess_mode="mostrecent",
)
_CANDIDATES = Gauge(
    "legalcredit_graded_candidates",
    "Decisions of this year that no platform was told of and no ground excuses",
    multiprocess_mode="mostrecent",
)


class Month(NamedTuple):
    """The figures of one month (its first day), of all kinds."""

    first: date
    figures: Figures


def months(counted: Counted, *, first: date, last: date) -> Sequence[Month]:
    """The figures month by month from one day to another, those without any decision among them."""
    found, start = [], first.replace(day=1)
    while start <= last:
        end = add_months(start, 1) - timedelta(days=1)
        found.append(Month(start, counted.total(first=start, last=end)))
        start = add_months(start, 1)
    return found


def run(work: Work) -> Mapping[str, int]:
    """The job `grades`: what /metrics shows of the current year. Returns the figures of all kinds."""
    with work.read() as session:
        first, last = year(session, session.today.year)
        counted = count.figures(session, first=first, last=last)
        untold = [one for one in candidates.candidates(session, first=first, last=last) if not one.lawful]
    for kind in count.kinds():
        figures = counted.total(kind=kind)
        for name, number in asdict(figures).items():
            _FIGURES.labels(kind, name).set(number)
        _SHARES.labels(kind, "compliant").set(figures.compliance if figures.compliance is not None else 1)
        _SHARES.labels(kind, "late").set(figures.lateness or 0)
    _CANDIDATES.set(len(untold))
    return {**asdict(counted.total()), "candidates": len(untold)}


def year(session: WorkSession, number: int) -> tuple[date, date]:
    """The first and last day of a year, as far as it has come."""
    return date(number, 1, 1), min(date(number, 12, 31), session.today)
