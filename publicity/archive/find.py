"""Reads the archive for the office: what is in it by class and year, and single releases by number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from publicity.notices import find as notices
from publicity.notices.find import Shown
from publicity.notices.tables import Notice
from publicity.release.archive import CLASSES, RETENTION
from publicity.release.draft import title_of_kind
from publicity.release.tables import Release
from registry.kernel.work import WorkSession

_NUMBER = re.compile(r"(?:([^\s\d-]{1,8})[-\s]?)?(?:(\d{4})[-\s])?0*(\d{1,9})")


class Shelf(NamedTuple):
    """A class and year with how many releases it holds."""

    archive_class: str
    year: int
    held: int

    @property
    def retention(self) -> str:
        return RETENTION.get(self.archive_class, "")


@dataclass(frozen=True)
class Asked:
    """What the list is kept to; `number` as typed, empty means any."""

    number: str = ""
    archive_class: str = ""
    year: int | None = None

    @property
    def parameters(self) -> dict[str, str]:
        told = {"number": self.number, "class": self.archive_class, "year": str(self.year or "")}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Filed:
    """An archived release. `title` and `subject` are None once its notice has ended."""

    id: int
    public_id: str
    number: str
    kind_title: str
    title: str | None
    subject: str | None
    published_at: datetime
    retention: str


def shelves(session: WorkSession) -> list[Shelf]:
    """Every class and year that holds something, the latest year first."""
    rows = session.execute(
        select(Release.archive_class, Release.archive_year, func.count())
        .where(Release.archive_serial.is_not(None))
        .group_by(Release.archive_class, Release.archive_year)
    )
    order = {name: place for place, name in enumerate(CLASSES)}
    found = [Shelf(row[0] or "", row[1] or 0, row[2]) for row in rows]
    return sorted(found, key=lambda shelf: (-shelf.year, order.get(shelf.archive_class, len(order))))


def listed(
    session: WorkSession, asked: Asked, *, before: int | None, limit: int
) -> tuple[list[Filed], int | None]:
    """Archived releases, the latest first, and where the next page starts. A number that is none finds nothing."""
    wanted = (
        select(Release, Notice.published_at)
        .join(Notice, Notice.release_id == Release.id)
        .where(Release.archive_serial.is_not(None))
    )
    if asked.number:
        found = _NUMBER.fullmatch(asked.number.strip())
        if found is None:
            return [], None
        archive_class, year, serial = found.groups()
        wanted = wanted.where(Release.archive_serial == int(serial))
        if archive_class:
            wanted = wanted.where(Release.archive_class == archive_class)
        if year:
            wanted = wanted.where(Release.archive_year == int(year))
    if asked.archive_class:
        wanted = wanted.where(Release.archive_class == asked.archive_class)
    if asked.year is not None:
        wanted = wanted.where(Release.archive_year == asked.year)
    if before is not None:
        wanted = wanted.where(Release.id < before)
    rows = session.execute(wanted.order_by(Release.id.desc()).limit(limit + 1)).all()
    return _filed(session, rows[:limit]), rows[limit - 1].Release.id if len(rows) > limit else None


def _filed(session: WorkSession, rows: Sequence[tuple[Release, datetime]]) -> list[Filed]:
    told = notices.of_releases(session, [row.id for row, _ in rows])
    found = []
    for row, published_at in rows:
        shown = told.get(row.id)
        current = shown if isinstance(shown, Shown) else None
        found.append(
            Filed(
                id=row.id,
                public_id=row.public_id,
                number=row.archive_number or "",
                kind_title=title_of_kind(row.kind),
                title=current.title if current else None,
                subject=current.subject.get("name") if current else None,
                published_at=published_at,
                retention=RETENTION.get(row.archive_class or "", ""),
            )
        )
    return found
