"""Whether an inspector's leave leaves time for visits: their days are public, their reasons are not."""

import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy import select

from inspection.plan.directory.tables import LeaveRow
from registry.kernel.work import WorkSession
from registry.kernel.workdays import days_of

Stretch = tuple[date, date]
"""First and last day of a leave, both included."""


def away(leaves: Sequence[Stretch], workdays: Collection[date], *, least: int) -> str | None:
    """What a frame notes of an inspector whose leaves leave fewer than `least` of the `workdays`, None of any other."""
    free = [day for day in workdays if not any(first <= day <= last for first, last in leaves)]
    if not leaves or len(free) >= max(1, min(least, len(workdays))):
        return None
    hit = [one for one in sorted(leaves) if any(one[0] <= day <= one[1] for day in workdays)]
    return "请假 " + "、".join(f"{first} 至 {last}" for first, last in hit)


def absent(session: WorkSession, *, as_of: date, deadline: date) -> Mapping[int, str]:
    """By inspector (row id), what the frame notes of those who are away too long between the two days."""
    leaves: dict[int, list[Stretch]] = defaultdict(list)
    standing = select(LeaveRow).where(
        LeaveRow.ended_at.is_(None), LeaveRow.starts_on <= deadline, LeaveRow.ends_on >= as_of
    )
    for row in session.scalars(standing):
        leaves[row.inspector_id].append((row.starts_on, row.ends_on))
    if not leaves:
        return {}
    workdays = [day.day for day in days_of(session, as_of, deadline) if day.works]
    notes = {
        inspector: away(stretches, workdays, least=_least(as_of)) for inspector, stretches in leaves.items()
    }
    return {inspector: note for inspector, note in notes.items() if note is not None}


def _least(on: date) -> int:
    return next(least for since, least in _rules() if since <= on)


@cache
def _rules() -> list[tuple[date, int]]:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())["rule"]
    return sorted(((table["from"], table["least_workdays"]) for table in tables), reverse=True)
