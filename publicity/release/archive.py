"""建档: the last step. The release gets its number in the archive, counted by class and year."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from publicity.release import decide
from publicity.release.tables import ArchiveSerial, Release
from registry.kernel.access import Actor
from registry.kernel.work import WorkSession

_FILE = tomllib.loads(Path(__file__).with_name("archive.toml").read_text("utf-8"))
RETENTION: Mapping[str, str] = _FILE["retention"]
"""保管期限 by class."""
CLASSES: tuple[str, ...] = tuple(RETENTION)


def class_of(kind: str) -> str:
    """The class in which a notice of that kind is filed."""
    filed: str = _FILE["classes"].get(kind, _FILE["otherwise"])
    return filed


def archive(session: WorkSession, actor: Actor, *, release: str, revision: int, note: str = "") -> Release:
    """Takes the last step; `archive_number` is unique and gapless within class and year. Raises as `decide.take` does."""
    row = decide.take(session, actor, release=release, step="archive", revision=revision, note=note)
    row.archive_class, row.archive_year = class_of(row.kind), session.today.year
    row.archive_serial = _next(session, row.archive_class, row.archive_year)
    return row


def _next(session: WorkSession, archive_class: str, year: int) -> int:
    key: dict[str, Any] = {"archive_class": archive_class, "archive_year": year}
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(ArchiveSerial).values(**key, last=0).on_conflict_do_nothing())
    serial = session.scalars(select(ArchiveSerial).filter_by(**key).with_for_update()).one()
    serial.last += 1
    return serial.last
