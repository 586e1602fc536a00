"""Who looked at whom, when and for what: told to the person and the auditor, kept for its term, then gone."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from registry.accounts import lookups, retention
from registry.accounts.lookups import DayCount, unusual
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Invalid
from registry.kernel.work import Work
from registry.ledger.tables import BodyRow, EntryRow
from registry.ledger.verify import verify
from registry.roster import enrol
from tests.people import Person
from tests.registry.roster_facts import advocate, code, firm, resident

SignIn = Callable[..., Person]
COMMAND = Actor.command("tests")
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def person(work: Work) -> enrol.Practitioner:
    with work.write(COMMAND) as session:
        return advocate(session, firm(session, uscc=code()), id_number=resident(1))


def looked(work: Work, person: str, *, by: Actor = COMMAND, purpose: str | None = None) -> None:
    with work.write(by) as session:
        lookups.note(session, "roster.view", person, purpose=purpose)


@SQLITE
def test_whoever_opens_a_persons_page_is_named_to_that_person_and_to_the_auditor(
    sign_in: SignIn, work: Work, person: enrol.Practitioner
) -> None:
    clerk, auditor = sign_in("clerk"), sign_in("auditor")
    page = f"/staff/roster/practitioners/{person.public_id}"
    assert clerk.get(page).status_code == 200
    clerk.post("/staff/roster/identity", id_number=resident(1), purpose="complaint")
    with work.read() as session:
        told = lookups.of(session, person.public_id)
    assert [(look.title, look.name, look.purpose) for look in told] == [
        ("按证件号码查人", "测试clerk", "办理投诉举报"),
        ("查看人员页", "测试clerk", None),
    ]
    shown = auditor.get("/staff/lookups").text
    assert "单勇" in shown
    assert "办理投诉举报" in shown
    assert resident(1) not in shown
    assert clerk.get("/staff/lookups").status_code == 403


@SQLITE
def test_the_auditor_reads_an_office_by_its_name(sign_in: SignIn, work: Work) -> None:
    with work.write(COMMAND) as session:
        place = firm(session, uscc=code())
        lookups.note(session, "record.print", place.public_id, purpose="rights")

    assert ">上海明理律师事务所</a>" in sign_in("auditor").get("/staff/lookups").text


@SQLITE
def test_a_page_that_is_refused_is_no_look_up_and_an_unknown_person_neither(
    sign_in: SignIn, work: Work, person: enrol.Practitioner
) -> None:
    assert sign_in("admin").get(f"/staff/roster/practitioners/{person.public_id}").status_code == 403
    assert sign_in("clerk").get("/staff/roster/practitioners/aaaaaaaaaaaaaaaa").status_code == 404
    with work.read() as session:
        assert lookups.of(session, person.public_id) == []


@SQLITE
def test_nobody_is_looked_up_by_number_without_saying_for_what(
    sign_in: SignIn, work: Work, person: enrol.Practitioner
) -> None:
    refused = sign_in("clerk").post("/staff/roster/identity", id_number=resident(1))
    assert refused.status_code == 422
    assert "请选择查询事由" in refused.text
    with work.write(COMMAND) as session, pytest.raises(Invalid):
        lookups.note(session, "roster.look_up", person.public_id, purpose="curiosity")


def test_look_ups_are_counted_by_person_and_office_day(
    work: Work, clock: SetClock, person: enrol.Practitioner
) -> None:
    """浙江省公共信用信息管理条例 art. 19: the log must let unusual querying be seen. Midnight is Shanghai's."""
    one, other = (Actor("staff", letter * 16, letter) for letter in "ab")
    clock.set(datetime(2026, 11, 19, 23, 59, tzinfo=SHANGHAI))
    looked(work, person.public_id, by=one)
    clock.set(datetime(2026, 11, 20, 0, 1, tzinfo=SHANGHAI))
    for subject in (person.public_id, person.public_id, "c" * 16):
        looked(work, subject, by=one)
    looked(work, person.public_id, by=other)
    with work.read() as session:
        counted = lookups.counts(session, days=2)
        today = lookups.counts(session, days=1)
    assert counted == [
        DayCount(one.id, date(2026, 11, 19), 1, 1),
        DayCount(one.id, date(2026, 11, 20), 3, 2),
        DayCount(other.id, date(2026, 11, 20), 1, 1),
    ]
    assert today == counted[1:]


@pytest.mark.parametrize(
    ("habit", "today", "stands_out"),
    [
        ([5, 6, 7], 41, True),
        ([5, 6, 7], 40, False),  # not more than the configured number
        ([20, 30, 25], 60, False),  # a busy counter is no curiosity
        ([], 41, True),
    ],
)
def test_what_the_auditors_picture_marks(habit: list[int], today: int, *, stands_out: bool) -> None:
    day = date(2026, 11, 20)
    counted = [DayCount("a", day - timedelta(days=back), 99, seen) for back, seen in enumerate(habit, 1)]
    assert (("a", day) in unusual([*counted, DayCount("a", day, 99, today)])) is stands_out


def test_contents_go_after_their_years_and_leaves_stay(
    work: Work, clock: SetClock, person: enrol.Practitioner
) -> None:
    """浙江省公共信用信息管理条例 art. 19, 20: the query log is kept ten years; other acts are kept longer."""
    looked(work, person.public_id, purpose="rights")

    def bodies() -> int:
        with work.read() as session:
            assert verify(session, "audit") == []
            return session.scalar(select(func.count()).where(BodyRow.book == "audit")) or 0

    before = bodies()
    clock.set(datetime(2036, 11, 20, 0, 30, tzinfo=SHANGHAI))
    assert retention.purge(work) == {"look_ups": 0, "otherwise": 0}
    assert bodies() == before
    clock.set(datetime(2036, 11, 21, 0, 30, tzinfo=SHANGHAI))
    assert retention.purge(work) == {"look_ups": 1, "otherwise": 0}
    assert bodies() == before  # one went, the purge's own entry came
    with work.read() as session:
        [look] = lookups.of(session, person.public_id)
        assert (look.name, look.purpose, look.at.year) == (None, None, 2026)
        entries = session.scalar(select(func.count()).where(EntryRow.book == "audit")) or 0
    assert retention.purge(work) == {"look_ups": 0, "otherwise": 0}
    clock.set(datetime(2056, 11, 21, 0, 30, tzinfo=SHANGHAI))
    assert retention.purge(work)["otherwise"] == entries - 2
    assert bodies() == 2


def test_a_term_that_ends_on_a_leap_day_ends_with_february() -> None:
    rule = retention.Rule("look_ups", date(2000, 1, 1), date(2100, 1, 1), 10, "")
    assert rule.ends(date(2036, 2, 29)) == date(2026, 2, 28)
    assert rule.ends(date(2036, 3, 1)) == date(2026, 2, 28)
