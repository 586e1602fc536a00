"""建档: the last step. The release gets its number in the archive, counted by class and year."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from publicity.release import decide
from publicity.release.tables import ArchiveSerial, Release
from registry.kernel.access import Actor
from registry.kernel.work import WorkSession

CLASSES = {
    "permit": "许可",
    "penalty": "处罚",
    "finding": "检查",
    "listing": "名单",
    "red_listing": "名单",
    "delisting": "名单",
}
OTHERWISE = "信用"


def archive(session: WorkSession, actor: Actor, *, release: str, revision: int, note: str = "") -> Release:
    """Takes the last step; `archive_number` is unique and gapless within class and year. Raises as `decide.take` does."""
    row = decide.take(session, actor, release=release, step="archive", revision=revision, note=note)
    row.archive_class, row.archive_year = CLASSES.get(row.kind, OTHERWISE), session.today.year
    row.archive_serial = _next(session, row.archive_class, row.archive_year)
    return row


def _next(session: WorkSession, archive_class: str, year: int) -> int:
    key: dict[str, Any] = {"archive_class": archive_class, "archive_year": year}
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(ArchiveSerial).values(**key, last=0).on_conflict_do_nothing())
    serial = session.scalars(select(ArchiveSerial).filter_by(**key).with_for_update()).one()
    serial.last += 1
    return serial.last
