"""Reads notices as they may be shown today. A notice past its last day is over, whether or not the job has ended it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from publicity.notices import content
from publicity.notices.chosen import Chosen
from publicity.notices.tables import Notice, NoticeVersion
from publicity.release import allowed, terms
from publicity.release.draft import title_of_kind
from publicity.release.tables import Release
from registry.credit.tables import EventRow
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.kernel.workdays import Deadline, add_workdays
from registry.ledger import book
from registry.roster.tables import OrganisationRow, PractitionerRow

DAYS_TO_WITHDRAW = terms.TO_WITHDRAW
"""Working days from the fall of a decision to the withdrawal of its notice (行政处罚法第四十八条、第八十五条)."""

ACTIONS: Mapping[str, str] = {
    "publish": "公开",
    "correct": "更正",
    "mark": "标注",
    "withdraw": "撤下",
    "expire": "期满",
}


class Version(NamedTuple):
    """A version and its position in the public book."""

    number: int
    action: str
    position: int
    at: datetime

    @property
    def title(self) -> str:
        return ACTIONS[self.action]


@dataclass(frozen=True)
class Shown:
    """A current notice with its whole public record."""

    public_id: str
    kind: str
    body: Mapping[str, Any]
    published_at: datetime
    until: date | None
    versions: Sequence[Version]

    @property
    def kind_title(self) -> str:
        return title_of_kind(self.kind)

    @property
    def title(self) -> str:
        return str(self.body["title"])

    @property
    def subject(self) -> Mapping[str, str]:
        subject: Mapping[str, str] = self.body["subject"]
        return subject

    @property
    def columns(self) -> Mapping[str, str]:
        """In the order of the standard."""
        return allowed.in_order(self.kind, self.body["columns"])

    @property
    def detail(self) -> Mapping[str, Any]:
        """What a finding says, in the order of its page."""
        detail = self.body.get("detail", {})
        return {name: detail[name] for name in allowed.PUBLIC_DETAIL.get(self.kind, ()) if name in detail}

    @property
    def decided_on(self) -> date:
        return date.fromisoformat(self.body["decided_on"])

    @property
    def document_number(self) -> str | None:
        return content.document_number(self.body)

    @property
    def marks(self) -> list[str]:
        """The marks in the office's words."""
        return [content.MARKS[name] for name in self.body["marks"]]


@dataclass(frozen=True)
class Tombstone:
    """What is left of an ended notice. `document_number` only where the law wants the withdrawal explained."""

    public_id: str
    ground: str
    ended_on: date
    document_number: str | None
    versions: Sequence[Version]

    @property
    def ground_title(self) -> str:
        return content.GROUNDS[self.ground]


def notice(session: WorkSession, public_id: str) -> Shown | Tombstone:
    """The notice as it stands today. Raises NotFound for an id that never was."""
    row = session.scalar(select(Notice).where(Notice.public_id == public_id))
    if row is None:
        raise NotFound("没有这条公示")
    return _read(session, row)


def listed(
    session: WorkSession,
    *,
    kind: str | None = None,
    practitioner: int | None = None,
    organisation: int | None = None,
    of: Collection[str] | None = None,
    among: Collection[str] | None = None,
    chosen: Chosen | None = None,
    unlisted: Collection[str] = (),
    before: int | None = None,
    limit: int = 20,
) -> tuple[list[Shown], int | None]:
    """Current notices, the latest first, and where the next page starts (`before`), or None at the end.

    `of` keeps them to some subjects, `among` to some of the notices, by public id. Notices about practitioners of the kinds in `unlisted` are left out.
    """
    wanted = select(Notice).where(current(session.today))
    if of is not None:
        people = select(PractitionerRow.id).where(PractitionerRow.public_id.in_(of))
        places = select(OrganisationRow.id).where(OrganisationRow.public_id.in_(of))
        wanted = wanted.where(or_(Notice.practitioner_id.in_(people), Notice.organisation_id.in_(places)))
    if among is not None:
        wanted = wanted.where(Notice.public_id.in_(among))
    if chosen is not None:
        wanted = wanted.where(*chosen.conditions)
    if unlisted:
        wanted = wanted.where(or_(Notice.practitioner_id.is_(None), Notice.kind.not_in(unlisted)))
    if kind is not None:
        wanted = wanted.where(Notice.kind == kind)
    if practitioner is not None:
        wanted = wanted.where(Notice.practitioner_id == practitioner)
    if organisation is not None:
        wanted = wanted.where(Notice.organisation_id == organisation)
    if before is not None:
        wanted = wanted.where(Notice.id < before)
    rows = session.scalars(wanted.order_by(Notice.id.desc()).limit(limit + 1)).all()
    return shown(session, rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


def shown(session: WorkSession, rows: Sequence[Notice]) -> list[Shown]:
    """Current notices with their records; as many statements for a hundred as for one."""
    by_notice: dict[int, list[Version]] = {row.id: [] for row in rows}
    found = select(
        NoticeVersion.notice_id,
        NoticeVersion.version,
        NoticeVersion.action,
        NoticeVersion.position,
        NoticeVersion.at,
    ).where(NoticeVersion.notice_id.in_(by_notice))
    for one in session.execute(found.order_by(NoticeVersion.version)):
        by_notice[one.notice_id].append(Version(one.version, one.action, one.position, one.at))
    latest = [versions[-1].position for versions in by_notice.values()]
    stored = book.entries(session, "public", latest, on=session.today)
    return [
        _as_shown(row, by_notice[row.id], stored[by_notice[row.id][-1].position].body or b"{}")
        for row in rows
    ]


def withdrawn(
    session: WorkSession,
    *,
    among: Collection[str] | None = None,
    before: int | None = None,
    limit: int = 20,
) -> tuple[list[Tombstone], int | None]:
    """Withdrawals that the law wants explained in public, the latest publication first, paged as `listed` is."""
    wanted = select(Notice).where(Notice.state == "withdrawn", Notice.ground.in_(content.EXPLAINED))
    if among is not None:
        wanted = wanted.where(Notice.public_id.in_(among))
    if before is not None:
        wanted = wanted.where(Notice.id < before)
    rows = session.scalars(wanted.order_by(Notice.id.desc()).limit(limit + 1)).all()
    return [_tombstone(session, row) for row in rows[:limit]], rows[limit - 1].id if len(
        rows
    ) > limit else None


def kinds(session: Session, today: date) -> Collection[str]:
    """The kinds of which there are current notices."""
    return session.scalars(select(Notice.kind).where(current(today)).distinct().order_by(Notice.kind)).all()


def of_releases(session: WorkSession, releases: Collection[int]) -> dict[int, Shown | Tombstone]:
    """The notices that these releases (row ids) led to."""
    rows = session.scalars(select(Notice).where(Notice.release_id.in_(releases)))
    return {row.release_id: _read(session, row) for row in rows if row.release_id is not None}


class Fallen(NamedTuple):
    """A current notice whose decision was annulled on `annulled_on`: it has to be withdrawn by `due`."""

    notice: Shown
    annulled_on: date
    due: Deadline


def events_of(session: WorkSession, notices: Collection[str]) -> frozenset[str]:
    """The credit events (public ids) that these notices tell of."""
    rows = (
        select(EventRow.public_id)
        .join(Release, Release.event_id == EventRow.id)
        .join(Notice, Notice.release_id == Release.id)
    )
    return frozenset(session.scalars(rows.where(Notice.public_id.in_(notices))))


def fallen(session: WorkSession, *, limit: int = 100) -> list[Fallen]:
    """Notices to be withdrawn within three working days (行政处罚法第四十八条、第八十五条), the oldest first."""
    answer = aliased(EventRow)
    rows = session.execute(
        select(Notice, answer.decided_on)
        .join(Release, Release.id == Notice.release_id)
        .join(answer, and_(answer.target_id == Release.event_id, answer.kind == "annulment"))
        .where(current(session.today))
        .order_by(answer.decided_on, Notice.id)
        .limit(limit)
    )
    return [
        Fallen(_shown(session, row), day, add_workdays(session, day, DAYS_TO_WITHDRAW)) for row, day in rows
    ]


def current(today: date) -> ColumnElement[bool]:
    """Notices that are public on a day."""
    return and_(Notice.state == "current", or_(Notice.until.is_(None), Notice.until >= today))


def _is_current(row: Notice, today: date) -> bool:
    return row.state == "current" and (row.until is None or row.until >= today)


def _read(session: WorkSession, row: Notice) -> Shown | Tombstone:
    return _shown(session, row) if _is_current(row, session.today) else _tombstone(session, row)


def _shown(session: WorkSession, row: Notice) -> Shown:
    return shown(session, [row])[0]


def _as_shown(row: Notice, versions: Sequence[Version], body: bytes) -> Shown:
    return Shown(
        public_id=row.public_id,
        kind=row.kind,
        body=json.loads(body),
        published_at=row.published_at,
        until=row.until,
        versions=versions,
    )


def _tombstone(session: WorkSession, row: Notice) -> Tombstone:
    versions = _versions(session, row)
    if row.state == "current":
        # Its day is over and the job has not run yet: readers see today what the log will say tomorrow.
        last = row.until or session.today
        return Tombstone(row.public_id, "expired", last + timedelta(days=1), None, versions)
    body = json.loads(book.entry(session, "public", versions[-1].position, on=session.today).body or b"{}")
    return Tombstone(
        public_id=row.public_id,
        ground=body["ground"],
        ended_on=date.fromisoformat(body["date"]),
        document_number=body.get("document_number"),
        versions=versions,
    )


def _versions(session: Session, row: Notice) -> list[Version]:
    found = select(
        NoticeVersion.version, NoticeVersion.action, NoticeVersion.position, NoticeVersion.at
    ).where(NoticeVersion.notice_id == row.id)
    return [Version(*version) for version in session.execute(found.order_by(NoticeVersion.version))]
