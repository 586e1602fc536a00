"""The board of punctuality: its figures are what a slow recount of every release's steps gives, and it names nobody."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from inspection.visits.after import statistics
from publicity.notices import end, punctuality
from publicity.notices.chosen import months_until
from publicity.notices.punctuality import WITHDRAWAL, Board, Figures
from publicity.notices.tables import Notice
from publicity.release import decide, draft
from publicity.release.archive import class_of
from publicity.release.states import STOPPABLE
from publicity.release.tables import Release
from publicity.web.punctuality import percent
from registry.accounts.tables import StaffRow
from registry.credit import record as credit
from registry.credit.tables import EventRow
from registry.kernel.clock import SHANGHAI, SetClock, local_day
from registry.kernel.host import Host
from registry.kernel.work import WorkSession
from registry.kernel.workdays import add_workdays
from tests.inspection import followed
from tests.people import Person
from tests.publicity import office


def board(host: Host) -> Board:
    with host.work.read() as session:
        return punctuality.board(session)


def named(listed: list[Figures], name: str) -> tuple[int, int, int]:
    [found] = [one for one in listed if one.name == name]
    return found.in_time, found.late, found.overdue


@pytest.mark.parametrize(
    ("kind", "published", "figures"),
    [
        # 发改办财金〔2018〕424号: seven working days; from Thursday 12 November 2026 they end on Monday 23 November.
        ("penalty", "2026-11-23", (1, 0, 0)),
        ("penalty", "2026-11-24", (0, 1, 0)),
        ("penalty", None, (0, 0, 1)),
        # 政府信息公开条例第二十六条: twenty; from Wednesday 18 November 2026 to Wednesday 16 December.
        ("finding", "2026-12-16", (1, 0, 0)),
        ("finding", "2026-12-17", (0, 1, 0)),
    ],
)
def test_each_clock_ends_on_its_own_day(
    host: Host, clock: SetClock, kind: str, published: str | None, figures: tuple[int, int, int]
) -> None:
    subjects = office.enrol(host.work)
    event = {"penalty": office.penalty, "finding": office.finding}[kind](host.work, subjects)
    office.release_of(host.work, event)
    assert board(host).total.due == 0, "not due yet, and not published"
    clock.set(datetime.combine(date.fromisoformat(published or "2026-11-24"), datetime.min.time(), SHANGHAI))
    if published:
        office.publicise(host, event, through="publish")
    found = board(host)
    total = found.total
    assert (total.in_time, total.late, total.overdue) == figures
    assert named(found.by_group, class_of(kind)) == figures


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_inspection_whose_finding_nobody_closes_is_overdue_until_it_is_public(
    host: Host, clock: SetClock
) -> None:
    """Twenty working days from the visit of Friday 20 November 2026: the board and the statistics say the same."""
    visit = followed.visit(host.work)
    clock.set(datetime(2026, 12, 18, 9, tzinfo=SHANGHAI))
    assert board(host).total.overdue == 0
    clock.set(datetime(2026, 12, 19, 9, tzinfo=SHANGHAI))
    assert named(board(host).by_group, class_of("finding")) == (0, 0, 1)
    with host.work.read() as session:
        assert statistics.of_year(session, 2026, public=True).total.late == 1
    event = followed.close(host.work, visit.public_id).event
    assert event is not None
    office.publicise(host, event)
    assert named(board(host).by_group, class_of("finding")) == (0, 1, 0)


def test_a_fallen_decision_has_three_working_days(host: Host, clock: SetClock) -> None:
    """行政处罚法第四十八条、第八十五条: from Friday 20 November 2026 they end on Wednesday 25 November."""
    subjects = office.enrol(host.work)
    leader = office.person(host.permissions, "leader")
    notices = []
    for number in ("甲", "乙", "丙"):
        event = office.penalty(host.work, subjects, number=number)
        notices.append(office.publicise(host, event))
        with host.work.write(office.OFFICE) as session:
            credit.annul(session, office.OFFICE, event=event, ground="复议撤销", on=session.today)
    assert named(board(host).by_group, WITHDRAWAL) == (0, 0, 0)
    for day, notice in ((25, notices[0]), (26, notices[1])):
        clock.set(datetime(2026, 11, day, 9, tzinfo=SHANGHAI))
        with host.work.write(leader) as session:
            end.withdraw(session, leader, notice=notice, ground="quashed")
    assert named(board(host).by_group, WITHDRAWAL) == (1, 1, 1)
    clock.set(datetime(2027, 12, 1, 9, tzinfo=SHANGHAI))
    end.run(host.work)
    assert board(host).total.due == 0, "last year's are another year's"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_board_shows_figures_to_everybody_and_names_nothing_that_is_not_public(
    host: Host, client: FlaskClient, clock: SetClock, sign_in: Any
) -> None:
    subjects = office.enrol(host.work)
    clerk: Person = sign_in("clerk", section="律师工作处")
    late = office.release_of(host.work, office.penalty(host.work, subjects))
    with host.work.write(clerk.actor) as session:
        decide.propose(session, session.actor, release=late, revision=1)
    office.publicise(host, office.permit(host.work, subjects))
    clock.set(datetime(2026, 11, 24, 9, tzinfo=SHANGHAI))
    page = client.get("/punctuality")
    assert page.status_code == 200
    for said in ("律师工作处", "50.0%", "及时率", "合规率", "7 个工作日", "3 个工作日", 'role="img"'):
        assert said in page.text, said
    told = client.get("/punctuality.json").get_json()
    assert (told["total"]["in_time"], told["total"]["overdue"], told["total"]["timeliness"]) == (1, 1, 0.5)
    assert told["late_by_section"] == [{"section": "律师工作处", "late": [0] * 11 + [1]}]
    # The lawyer's permit lacks the kind of its subject.
    assert (told["total"]["judged"], told["total"]["complete"], told["total"]["compliance"]) == (1, 0, 0.0)
    rows = client.get("/punctuality.csv").text
    assert "月份,2026-11,2,1,0,1,50.0%" in rows
    assert client.get("/punctuality.xlsx").data[:2] == b"PK"
    everything = page.text + rows + str(told)
    for word in ("明理律师", "章程", "沪司罚决字", "沪司许决字", late):
        assert word not in everything


def test_a_share_is_never_rounded_up_to_a_hundred() -> None:
    assert [percent(share) for share in (None, 0.0, 0.5, 9999 / 10000, 1.0)] == [
        "—",
        "0.0%",
        "50.0%",
        "99.9%",
        "100.0%",
    ]


ITEMS = st.lists(
    st.tuples(
        st.sampled_from(["permit", "penalty", "finding"]),
        st.integers(0, 20),  # days from the decision to its record
        st.sampled_from(["publish", "approve", "propose", "stop", "annul", "withdraw"]),
        st.integers(0, 12),  # days until the next one
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=ITEMS)
def test_the_figures_are_what_a_recount_of_every_releases_steps_gives(
    host: Host, clock: SetClock, subjects: office.Subjects, items: list[tuple[str, int, str, int]]
) -> None:
    """The city grows from example to example; the recount is over all of it."""
    for kind, lag, fate, days in items:
        _happens(host, subjects, kind, local_day(clock.now()) - timedelta(days=lag), fate)
        clock.advance(timedelta(days=days))
    with host.work.read() as session:
        found, expected = punctuality.board(session), _recount(session)
    counted: dict[tuple[date, str, str], list[int]] = {}
    for one in found.tallies:
        line = counted.setdefault((one.month, one.group, one.section), [0, 0, 0])
        for place, number in enumerate((one.in_time, one.late, one.overdue)):
            line[place] += number
    assert {key: line for key, line in counted.items() if any(line)} == expected
    for listed in (found.by_month, found.by_group, found.by_section):
        assert sum(one.due for one in listed) == found.total.due == sum(map(sum, expected.values()))


@pytest.fixture
def subjects(host: Host) -> office.Subjects:
    return office.enrol(host.work)


_serials = iter(range(10**9))


def _happens(host: Host, subjects: office.Subjects, kind: str, decided: date, fate: str) -> None:
    number = f"沪司决字〔2026〕第{next(_serials)}号"
    if kind == "finding":
        event = office.finding(host.work, subjects, number=number)
    else:
        recorded = {"permit": office.permit, "penalty": office.penalty}[kind]
        event = recorded(host.work, subjects, number=number, decided=decided.isoformat())
    release = office.release_of(host.work, event)
    people = office.team(host)
    last = {"approve": 4, "propose": 1, "stop": 0}.get(fate, 5)
    for step, name in office.SIX[:last]:
        office.take(host.work, people[name], step, release)
    if fate in ("stop", "annul", "withdraw"):
        with host.work.write(office.OFFICE) as session:
            credit.annul(session, office.OFFICE, event=event, ground="复议撤销", on=session.today)
    if fate == "withdraw":
        with host.work.write(people["leader"]) as session:
            notice = session.scalars(
                select(Notice.public_id)
                .join(Release, Release.id == Notice.release_id)
                .where(Release.public_id == release)
            ).one()
            end.withdraw(session, session.actor, notice=notice, ground="quashed")


def _recount(session: WorkSession) -> dict[tuple[date, str, str], list[int]]:
    """Release by release and step by step, as somebody with the files on the desk would."""
    counted: dict[tuple[date, str, str], list[int]] = {}
    sections = {row.public_id: row.section for row in session.scalars(select(StaffRow))}
    months = months_until(session.today, punctuality.MONTHS)
    answers = {
        row.target_id: row for row in session.scalars(select(EventRow).where(EventRow.kind == "annulment"))
    }
    for release in session.scalars(select(Release)):
        event = session.get_one(EventRow, release.event_id)
        proposers = [step.actor for step in release.steps if step.step == "propose"]
        section = sections.get(
            (proposers[-1] if proposers else event.recorded_by) or "", punctuality.ELSEWHERE
        )
        due = draft.due(session, release.kind, event.decided_on).day
        published = [local_day(step.at) for step in release.steps if step.step == "publish"]
        done = published[0] if published else None
        if done is not None or release.state in STOPPABLE:
            _count(counted, (due.replace(day=1), class_of(release.kind), section), due, done, session.today)
        if published and release.event_id in answers:
            notice = session.scalars(select(Notice).where(Notice.release_id == release.id)).one()
            due = add_workdays(session, answers[release.event_id].decided_on, 3).day
            key = (due.replace(day=1), WITHDRAWAL, section)
            _count(counted, key, due, notice.ended_on, session.today)
    return {key: line for key, line in counted.items() if key[0] in months}


def _count(
    counted: dict[tuple[date, str, str], list[int]],
    key: tuple[date, str, str],
    due: date,
    done: date | None,
    today: date,
) -> None:
    place = 0 if done and done <= due else 1 if done else 2
    if done or due < today:
        counted.setdefault(key, [0, 0, 0])[place] += 1
