"""What changed between the published versions of a current notice, for the office.

The public page says that a notice was corrected and what it says now. It does not say the mistake again: a correction of
what was wrong about somebody would otherwise publish it for as long as the notice stands (个人信息保护法第四十六条).
"""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from publicity.notices.find import Shown, Version
from publicity.release.compare import Change, changes
from publicity.release.redaction.texts import Said, everything
from registry.kernel.work import WorkSession
from registry.ledger import book


class Step(NamedTuple):
    """From the version before to version `number`."""

    number: int
    at: datetime
    changes: Sequence[Change]


def between_versions(session: WorkSession, notice: Shown) -> list[Step]:
    """Every step between versions whose words differ, the last first."""
    positions = [version.position for version in notice.versions]
    stored = book.entries(session, "public", positions, on=session.today)
    read = [(version, _texts(stored[version.position].body)) for version in notice.versions]
    found = [_step(was, version, now) for (_, was), (version, now) in pairwise(read)]
    return [step for step in reversed(found) if step.changes]


def _step(was: dict[str, str], version: Version, now: dict[str, str]) -> Step:
    return Step(version.number, version.at, changes(was, now))


def _texts(body: bytes | None) -> dict[str, str]:
    read = json.loads(body or b"{}")
    return everything(Said(read.get("title", ""), read.get("columns", {}), read.get("detail", {})))
