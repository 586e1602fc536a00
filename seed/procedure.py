"""The release procedure of the demo city at work: words to cover, a third party asked, somebody away next week."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from publicity.release import decide
from publicity.release.channels import note
from publicity.release.consultation import consult
from publicity.release.delegation import arrange
from publicity.release.tables import Release
from registry.credit import correction, find
from registry.credit.record import NewEvent, Subject
from registry.credit.tables import EventRow
from registry.kernel.work import WorkSession
from seed.office import SEED, Office

_TESTIMONY = "投诉人欧阳若兰（电话13900001234）称，款项汇入账号6222021001116245702；证人钟小川（14岁）在场。"


def under_way(office: Office) -> None:
    with office.work.read() as session:
        quoting = _first(session, "penalty", "drafted", "proposed", "reviewed")
        asking = _first(session, "permit", "reviewed")
        published = _first(session, "penalty", "published", "archived")
    if quoting is not None:
        _quoted(office, quoting)
    if asking is not None:
        _asked(office, asking)
    if published is not None:
        clerk = office.actors["clerk"]
        with office.work.write(clerk) as session:
            note.note(
                session, clerk, release=published, channel="board", at=session.now, place="一楼大厅公告栏"
            )
    _away(office)


def _first(session: WorkSession, kind: str, *states: str) -> str | None:
    found = select(Release.public_id).where(Release.kind == kind, Release.state.in_(states))
    return session.scalars(found.order_by(Release.due_on.desc(), Release.id).limit(1)).first()


def _quoted(office: Office, release: str) -> None:
    """A penalty whose facts quote third persons waits for its secrecy review."""
    with office.work.write(SEED) as session:
        row = session.scalars(select(Release).where(Release.public_id == release)).one()
        read = find.event(session, session.get_one(EventRow, row.event_id).public_id)
        as_it_is = NewEvent(
            kind=read.kind.code,
            subject=Subject(),
            decided_on=read.decided_on,
            summary=read.summary,
            document_number=read.document_number,
            authority=read.authority,
            columns=read.columns,
            restricted=find.restricted(session, read.public_id),
            severity=read.severity,
            detail=read.detail,
            scope=read.scope,
        )
        now = replace(as_it_is, columns={**read.columns, "CF_SY": f"{read.columns['CF_SY']}{_TESTIMONY}"})
        correction.correct(session, SEED, event=read.public_id, now=now, reason="录入时漏写证言。")
    clerk, head = office.actors["clerk"], office.actors["head"]
    with office.work.write(clerk) as session:
        revision = _revision(session, release)
        decide.propose(session, clerk, release=release, revision=revision)
    with office.work.write(head) as session:
        revision = _revision(session, release)
        decide.review(session, head, release=release, step="first_review", revision=revision)


def _asked(office: Office, release: str) -> None:
    secrecy = office.actors["secrecy"]
    with office.work.write(secrecy) as session:
        asked = consult.ask(
            session,
            secrecy,
            release=release,
            revision=_revision(session, release),
            concern="privacy",
            name="欧阳若兰",
            address="示范市东城区和平路1号",
            about="许可材料所列的合作合同",
        )
    with office.work.write(secrecy) as session:
        consult.receive(session, secrecy, consultation=asked, on=session.today)


def _away(office: Office) -> None:
    leader, head = office.actors["leader"], office.actors["head"]
    with office.work.write(leader) as session:
        arrange.arrange(
            session,
            leader,
            absent=leader.id,
            delegate=head.id,
            steps=["approve"],
            from_on=session.today + timedelta(days=7),
            until_on=session.today + timedelta(days=11),
            agreed_by=leader.id,
            reason="参加培训",
        )


def _revision(session: WorkSession, release: str) -> int:
    return session.scalars(select(Release.revision).where(Release.public_id == release)).one()
