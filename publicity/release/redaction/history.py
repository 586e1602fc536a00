"""What changed from each version of a draft to the next, as it may be read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import select

from publicity.release.compare import Change, changes
from publicity.release.redaction import keep
from publicity.release.tables import Release
from registry.kernel.work import WorkSession

_CAUSES: Mapping[str, str] = {
    "fill": "补充平台要求的内容",
    "redraft": "按更正后的记录重拟",
    "look": "查找应遮盖的内容",
}


class Step(NamedTuple):
    """From the version before to version `number`, and why it was made."""

    number: int
    cause: str
    at: datetime
    changes: Sequence[Change]


def steps(session: WorkSession, release: str) -> list[Step]:
    """Every step between versions of the draft, the last first; none once the words are gone."""
    row = session.scalars(select(Release).where(Release.public_id == release)).one()
    kept = [version for version in keep.versions(session, row) if version.texts is not None]
    read = [(version, keep.readable(session, version)) for version in kept]
    found = [
        Step(now.number, _CAUSES.get(now.cause, now.cause), now.made_at, changes(was_texts, texts))
        for (_, was_texts), (now, texts) in pairwise(read)
    ]
    return found[::-1]
