"""Publicity obeys the registry in the transaction of the decision: no job, no hint, no second permission."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from publicity.notices import follow, publish
from publicity.notices.find import Tombstone, notice
from publicity.notices.tables import Notice
from publicity.part import PART
from publicity.release import intake
from publicity.release.tables import Release
from registry.credit import disclosure
from registry.credit import record as credit
from registry.credit.tables import EndRow, EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book, verify
from registry.ledger.tables import BodyRow
from tests.publicity import office

LEADER = Actor("staff", "l" * 16, "局领导", frozenset({"repair.decide"}))
"""May decide on repairs and nothing of publicity's."""


@pytest.mark.parametrize(
    ("ground", "title"),
    [("repaired", "信用修复"), ("removed", "移出名单"), ("deleted", "异议成立，予以删除")],
)
def test_the_end_of_an_events_publication_is_its_notices_end_at_once(
    host: Host, client: FlaskClient, ground: disclosure.Ground, title: str
) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    public_id = office.publicise(host, event)
    _end(host.work, event, ground)
    gone = client.get(f"/notices/{public_id}")
    assert gone.status_code == 410
    assert title in gone.text
    assert "沪司罚决字" not in gone.text, "a tombstone names nobody"
    with host.work.read() as session:
        row = session.scalars(select(Notice)).one()
        assert (row.state, row.ground, row.organisation_id) == ("withdrawn", ground, None)
        bodies = session.scalars(select(BodyRow.body).where(BodyRow.book == "public")).all()
        assert [json.loads(body) for body in bodies] == [{"ground": ground, "date": "2026-11-20"}]
        assert not list(verify.verify(session, "public"))


def test_a_decision_whose_consequence_fails_has_never_been(host: Host) -> None:
    """信用修复管理办法：终止公示与修复决定同步。One transaction: a fault after the decision undoes it with everything else."""
    event = office.penalty(host.work, office.enrol(host.work))
    public_id = office.publicise(host, event)

    def fail(_session: object) -> None:
        raise RuntimeError("the power goes")

    ground = _ground(host)
    for closing in (
        [fail, *PART.closing, *ground],
        [*PART.closing, fail, *ground],
        [*PART.closing, *ground, fail],
    ):
        broken = Work(host.engine, clock=host.clock, keys=host.keys, closing=closing)
        with pytest.raises(RuntimeError):
            _end(broken, event, "repaired")
        with host.work.read() as session:
            assert session.scalar(select(func.count()).select_from(EndRow)) == 0
            assert not isinstance(notice(session, public_id), Tombstone)
    _end(host.work, event, "repaired")
    with host.work.read() as session:
        assert isinstance(notice(session, public_id), Tombstone)


def test_a_draft_of_an_ended_or_annulled_event_stops_and_its_content_goes(host: Host) -> None:
    subjects = office.enrol(host.work)
    repaired = office.penalty(host.work, subjects)
    annulled = office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第8号")
    releases = [office.release_of(host.work, event) for event in (repaired, annulled)]
    _end(host.work, repaired, "repaired")
    with host.work.write(office.OFFICE) as session:
        credit.annul(session, office.OFFICE, event=annulled, ground="事实不清", on=session.today)
    with host.work.read() as session:
        rows = session.scalars(select(Release).order_by(Release.id)).all()
        assert [row.public_id for row in rows] == releases
        assert [row.state for row in rows] == ["stopped", "stopped"]
        assert all((row.columns, row.restricted, row.title, row.subject) == (None,) * 4 for row in rows)
        assert [row.steps[-1].note for row in rows] == ["信用修复", "原记录已被撤销"]


def test_a_notice_whose_decision_fell_waits_for_the_leader_who_says_why(host: Host) -> None:
    """行政处罚法第四十八条: changed, revoked, unlawful or void is for a person to say."""
    event = office.penalty(host.work, office.enrol(host.work))
    public_id = office.publicise(host, event)
    with host.work.write(office.OFFICE) as session:
        credit.annul(session, office.OFFICE, event=event, ground="事实不清", on=session.today)
    with host.work.read() as session:
        assert not isinstance(notice(session, public_id), Tombstone)


def test_an_ended_event_is_neither_proposed_nor_published(host: Host) -> None:
    subjects = office.enrol(host.work)
    early = office.penalty(host.work, subjects)
    _end(host.work, early, "deleted")
    assert intake.run(host.work) == {"drafted": 0}

    late = office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第8号")
    release = office.release_of(host.work, late)
    people = office.team(host)
    for step, name in office.SIX[:4]:
        office.take(host.work, people[name], step, release)
    _end(_without_following(host), late, "deleted")
    with pytest.raises(Conflict) as refused:
        office.take(host.work, people["clerk2"], "publish", release)
    assert refused.value.rule == "ended"


def test_the_nightly_job_settles_what_differs_and_then_finds_nothing_more(host: Host) -> None:
    """As after a restore of older code, or a draft that was taken in while its event was being ended."""
    subjects = office.enrol(host.work)
    published = office.penalty(host.work, subjects)
    drafted = office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第8号")
    public_id = office.publicise(host, published)
    office.release_of(host.work, drafted)
    for event in (published, drafted):
        _end(_without_following(host), event, "repaired")
    assert follow.nightly(host.work) == {"expired": 0, "stopped": 0, "settled": 2}
    assert follow.nightly(host.work) == {"expired": 0, "stopped": 0, "settled": 0}
    with host.work.read() as session:
        assert isinstance(notice(session, public_id), Tombstone)


def test_a_notice_past_its_last_day_keeps_the_ground_of_its_own(
    host: Host, clock: SetClock, client: FlaskClient
) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    public_id = office.publicise(host, event)
    clock.advance(timedelta(days=366))
    _end(host.work, event, "repaired")
    assert "公示期满" in client.get(f"/notices/{public_id}").text
    assert follow.nightly(host.work) == {"expired": 1, "stopped": 0, "settled": 0}


def test_marks_set_by_hand_stay_when_the_registrys_go(host: Host) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    public_id = office.publicise(host, event)
    head = office.person(host.permissions, "head")
    with host.work.write(head) as session:
        publish.mark(session, head, notice=public_id, marks=["objection", "litigation"])
    with host.work.write(LEADER) as session:
        disclosure.announce(session, _row(session, event))
    with host.work.read() as session:
        assert notice(session, public_id).body["marks"] == ["litigation"]  # type: ignore[union-attr]
    before = _public(host)
    with host.work.write(LEADER) as session:
        disclosure.announce(session, _row(session, event))
    assert _public(host) == before, "told twice, done once"


def test_published_and_repaired_in_the_same_moment_it_is_not_public(host: Host) -> None:
    """Whichever comes first: the publication is refused, or the notice withdrawn."""
    event = office.penalty(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    people = office.team(host)
    for step, name in office.SIX[:4]:
        office.take(host.work, people[name], step, release)
    start = Barrier(2)

    def publish_it() -> None:
        start.wait()
        with suppress(Conflict):
            office.take(host.work, people["clerk2"], "publish", release)

    def repair_it() -> None:
        start.wait()
        _end(host.work, event, "repaired")

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(publish_it), both.submit(repair_it)]:
            done.result()
    with host.work.read() as session:
        assert session.scalars(select(Notice.state)).all() in ([], ["withdrawn"])
        assert session.scalars(select(Release.state)).one() in ("stopped", "published")
    assert follow.nightly(host.work)["settled"] == 0


def _end(work: Work, event: str, ground: disclosure.Ground) -> None:
    with work.write(LEADER) as session:
        disclosure.end(session, event=_row(session, event), ground=ground)


def _row(session, event: str) -> int:
    return session.scalars(select(EventRow.id).where(EventRow.public_id == event)).one()


def _without_following(host: Host) -> Work:
    """The same installation as an older version of it ran: nobody follows."""
    return Work(host.engine, clock=host.clock, keys=host.keys, closing=_ground(host))


def _ground(host: Host) -> list[Callable[..., None]]:
    return [step for part in host.parts if part.name == "registry" for step in part.closing]


def _public(host: Host) -> int:
    with host.work.read() as session:
        return book.head(session, "public").size
