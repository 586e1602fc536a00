"""From the closed visit to the public finding and what becomes of it: once, whatever fails between, and told to the visit."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from inspection.visits.after.tables import PublicationRow
from inspection.visits.find import VisitPage
from publicity.notices import end, follow
from publicity.notices.find import Shown, notice
from publicity.part import PART
from publicity.release import intake
from publicity.release.tables import Release
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.work import Work, WorkSession
from tests.inspection import followed
from tests.people import Person
from tests.publicity import office

LEADER = Actor.command("leader")


def _published(host: Host, **changes: object) -> tuple[VisitPage, str]:
    """A closed visit and its public notice."""
    visit = followed.close(host.work, followed.visit(host.work, **changes).public_id)
    return visit, office.publicise(host, visit.event or "")


def _marks(host: Host, public_id: str) -> list[str]:
    with host.work.read() as session:
        shown = notice(session, public_id)
    assert isinstance(shown, Shown)
    return list(shown.body["marks"])


def test_a_closed_visit_is_proposed_once_whatever_fails_in_between(host: Host) -> None:
    visit = followed.visit(host.work).public_id

    def fail(_session: WorkSession) -> None:
        raise RuntimeError("the power goes")

    def failing() -> Iterator[Work]:
        ground = [step for part in host.parts for step in part.closing if step not in PART.closing]
        for closing in ([fail, *PART.closing, *ground], [*PART.closing, *ground, fail]):
            yield Work(host.engine, clock=host.clock, keys=host.keys, closing=closing)

    for broken in failing():
        with pytest.raises(RuntimeError):
            followed.close(broken, visit)
        assert followed.again(host.work, visit).state == "recorded"
        assert intake.run(host.work) == {"drafted": 0}
    event = followed.close(host.work, visit).event
    for broken in failing():
        with pytest.raises(RuntimeError):
            intake.run(broken)
    assert [intake.run(host.work)["drafted"] for _ in range(3)] == [1, 0, 0]
    with host.work.read() as session:
        assert session.scalars(
            select(EventRow.public_id).join(Release, Release.event_id == EventRow.id)
        ).all() == [event]


def test_the_visit_knows_its_notice_until_the_notice_ends(
    host: Host, client: FlaskClient, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    visit, public_id = _published(host)
    head = sign_in("head")
    again = followed.again(host.work, visit.public_id)
    assert (again.notice, again.timing(again.published_on or clock.now().date())) == (public_id, "in_time")
    page = head.get(f"/staff/visits/{visit.public_id}").text
    assert f"/notices/{public_id}" in page
    assert "按期公开" in page
    assert client.get(f"/notices/{public_id}").status_code == 200
    clock.advance(timedelta(days=1))
    with host.work.write(LEADER) as session:
        end.withdraw(session, LEADER, notice=public_id, ground="mistaken")
    assert followed.again(host.work, visit.public_id).notice is None
    assert followed.again(host.work, visit.public_id).published_on is not None, (
        "that it was public stays known"
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_past_its_last_day_a_finding_is_shown_nowhere_though_no_job_has_run(
    host: Host, clock: SetClock
) -> None:
    visit, _ = _published(host)
    with host.work.read() as session:
        until = session.scalars(select(PublicationRow.until)).one()
        assert until is not None
        clock.advance(until - session.today)
    assert followed.again(host.work, visit.public_id).notice is not None, "the last day is a day"
    clock.advance(timedelta(days=1))
    assert followed.again(host.work, visit.public_id).notice is None


def test_what_was_put_right_is_marked_on_the_notice_in_the_transaction_of_the_recheck(
    host: Host, client: FlaskClient
) -> None:
    visit, public_id = _published(host)
    order = followed.ordered(host.work, visit.public_id)
    followed.rechecked(host.work, order.public_id, visit)
    assert _marks(host, public_id) == []
    followed.confirmed(host.work, order.public_id)
    assert _marks(host, public_id) == ["rectified"]
    assert "发现的问题已改正" in client.get(f"/notices/{public_id}").text
    follow.nightly(host.work)
    assert _marks(host, public_id) == ["rectified"]
    assert intake.run(host.work)["drafted"] == 1, "the re-check is a finding of its own"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_put_right_before_the_publication_is_marked_from_the_first_version(host: Host) -> None:
    visit = followed.close(host.work, followed.visit(host.work).public_id)
    order = followed.ordered(host.work, visit.public_id)
    followed.rechecked(host.work, order.public_id, visit)
    followed.confirmed(host.work, order.public_id)
    assert _marks(host, office.publicise(host, visit.event or "")) == ["rectified"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_not_put_right_stands_in_the_recheck_alone(host: Host) -> None:
    """An adverse word reaches the public by the six steps, and not by a mark."""
    visit, public_id = _published(host)
    order = followed.ordered(host.work, visit.public_id)
    followed.rechecked(host.work, order.public_id, visit, remaining=["B"])
    followed.confirmed(host.work, order.public_id)
    assert _marks(host, public_id) == []
    intake.run(host.work)
    with host.work.read() as session:
        titles = session.scalars(select(Release.title).where(Release.state == "drafted")).all()
        assert [title for title in titles if title and "未改正：未按规定公示应当公示的信息" in title]
        assert session.scalar(select(func.count()).select_from(PublicationRow)) == 1
