"""数据质量: how often each column of the standard is missing or doubted, among the decisions of a period."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select

from publicity.feed.channel_tables import DeliveryRow
from publicity.feed.graded import count
from publicity.feed.questions import find as questions
from publicity.notices.tables import Notice
from publicity.release.tables import Release
from registry.credit.columns import STANDARD
from registry.credit.find import LATEST, effective, is_latest
from registry.credit.tables import EventRow
from registry.kernel.work import WorkSession


class Quality(NamedTuple):
    """One column: of `decisions` of its kind, in how many the registry lacks it, in how many a platform now doubts it."""

    kind: str
    code: str
    title: str
    decisions: int
    missing: int
    doubted: int

    @property
    def share(self) -> float:
        return self.missing / self.decisions if self.decisions else 0.0


def quality(session: WorkSession, *, first: date, last: date) -> list[Quality]:
    """The columns that were missing or doubted anywhere, the worst first."""
    decided_on = effective(EventRow.decided_on, LATEST.decided_on)
    decisions = (
        select(EventRow.kind, func.count())
        .select_from(EventRow)
        .outerjoin(LATEST, is_latest(LATEST))
        .where(*count.is_decision(), decided_on.between(first, last))
        .group_by(EventRow.kind)
    )
    totals = {row[0]: row[1] for row in session.execute(decisions)}
    missing, doubted = Counter[tuple[str, str]](), _doubted(session, first, last)
    lacking = (
        select(EventRow.kind, effective(EventRow.missing, LATEST.missing))
        .select_from(EventRow)
        .outerjoin(LATEST, is_latest(LATEST))
        .where(
            *count.is_decision(),
            decided_on.between(first, last),
            effective(EventRow.incomplete, LATEST.incomplete),
        )
    )
    for kind, codes in session.execute(lacking):
        missing.update((kind, code) for code in codes)
    found = [
        Quality(kind, field.code, field.spoken, totals.get(kind, 0), missing[kind, field.code], doubted[kind, field.code])
        for kind in count.kinds()
        for field in STANDARD[kind]
        if missing[kind, field.code] or doubted[kind, field.code]
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.missing - one.doubted, one.kind, one.code))


def _doubted(session: WorkSession, first: date, last: date) -> Counter[tuple[str, str]]:
    """In how many records a platform doubts the column now."""
    records = session.execute(
        select(Notice.public_id, EventRow.kind)
        .join(Release, Release.id == Notice.release_id)
        .join(EventRow, EventRow.id == Release.event_id)
        .outerjoin(LATEST, is_latest(LATEST))
        .join(DeliveryRow, DeliveryRow.record == Notice.public_id)
        .where(
            DeliveryRow.state == "rejected",
            *count.is_decision(),
            effective(EventRow.decided_on, LATEST.decided_on).between(first, last),
        )
    )
    kinds: Sequence[tuple[str, str]] = [(row[0], row[1]) for row in records]
    of = dict(kinds)
    seen = {
        (of[one.record], code, one.record)
        for one in questions.listed(session, channel=None, limit=_MOST)[0]
        if one.record in of
        for code in one.columns
    }
    return Counter((kind, code) for kind, code, _ in seen)


_MOST = 10_000
