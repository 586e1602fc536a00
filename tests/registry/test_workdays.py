"""Terms are counted in working days, from the day after the event, by the calendar that the office answers for."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from registry.kernel.access import Actor
from registry.kernel.faults import Invalid, Refused
from registry.kernel.tables import Workday
from registry.kernel.work import Work
from registry.kernel.workdays import (
    add_workdays,
    confirm_year,
    days_of,
    edit_day,
    known,
    load_year,
    official_years,
    workdays_between,
)
from tests.people import Person

ADMIN = Actor.command("tests")
WHEN = date.fromisoformat

# 民法典 art. 201: a term in days starts the day after the event. The holidays are those of the State Council's notices.
TERMS = [
    ("an ordinary week, decided on a Friday", "2026-11-20", 7, "2026-12-01"),
    ("decided on a Saturday", "2026-11-21", 1, "2026-11-23"),
    ("国发〔2019〕5号: an inspection's result within 20 working days", "2026-11-20", 20, "2026-12-18"),
    ("before Spring Festival 2026, make-up Saturdays 14 and 28 February", "2026-02-13", 7, "2026-03-02"),
    ("before National Day 2026, make-up Saturday 10 October", "2026-09-30", 7, "2026-10-15"),
    ("a make-up Sunday is the whole term", "2025-09-27", 1, "2025-09-28"),
    ("New Year's Eve 2024 was worked, the Sunday after the holiday too", "2024-02-09", 1, "2024-02-18"),
    ("Spring Festival 2020 was extended by decree", "2020-01-23", 1, "2020-02-03"),
    ("a term of no days ends on the day of the event", "2026-10-01", 0, "2026-10-01"),
]


@pytest.mark.parametrize(("start", "n", "end"), [row[1:] for row in TERMS], ids=[row[0] for row in TERMS])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_terms(work: Work, start: str, n: int, end: str) -> None:
    with work.read() as session:
        deadline = add_workdays(session, WHEN(start), n)
        assert (deadline.day, deadline.provisional) == (WHEN(end), False)
        assert workdays_between(session, WHEN(start), WHEN(end)).days == n


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_term_that_reaches_a_year_without_notice_is_provisional(work: Work) -> None:
    with work.read() as session:
        # Friday 1 January 2027 counts as worked until the notice says otherwise.
        late = add_workdays(session, WHEN("2026-12-25"), 7)
        assert (late.day, late.provisional) == (WHEN("2027-01-05"), True)
        assert not add_workdays(session, WHEN("2026-12-25"), 4).provisional
        assert workdays_between(session, WHEN("2026-12-25"), WHEN("2027-01-05")).provisional
        assert workdays_between(session, WHEN("2026-12-25"), WHEN("2026-12-25")).days == 0
        with pytest.raises(ValueError, match="negative"):
            add_workdays(session, WHEN("2026-12-25"), -1)


def test_the_notice_arrives_and_an_administrator_enters_it(work: Work) -> None:
    with work.write(ADMIN) as session:
        for day, works in (("2027-01-01", False), ("2027-01-02", False), ("2027-01-03", True)):
            edit_day(session, ADMIN, day=WHEN(day), works=works, note="元旦")
    with work.read() as session:
        before = add_workdays(session, WHEN("2026-12-31"), 2)
    assert (before.day, before.provisional) == (WHEN("2027-01-04"), True)
    with work.write(ADMIN) as session:
        confirm_year(session, ADMIN, year=2027)
    with work.read() as session:
        after = add_workdays(session, WHEN("2026-12-31"), 2)
        assert (after.day, after.provisional) == (WHEN("2027-01-04"), False)
        assert all(day.official for day in days_of(session, WHEN("2027-01-01"), WHEN("2027-12-31")))
        assert not known(WHEN("2027-01-03")).official


def test_loading_again_changes_nothing_and_keeps_what_was_edited(work: Work) -> None:
    strike = WHEN("2026-11-23")
    with work.write(ADMIN) as session:
        assert load_year(session, ADMIN, year=2026) == 365
        session.flush()
        assert sum(session.scalars(select(Workday.works))) == 248
        edit_day(session, ADMIN, day=strike, works=False, note="台风停工")
    with work.write(ADMIN) as session:
        assert load_year(session, ADMIN, year=2026) == 0
    with work.read() as session:
        stopped = days_of(session, strike, strike)[0]
        assert (stopped.works, stopped.note, stopped.official, stopped.edited) == (
            False,
            "台风停工",
            True,
            True,
        )
        assert add_workdays(session, WHEN("2026-11-20"), 1).day == WHEN("2026-11-24")


def test_a_guessed_year_becomes_official_when_its_notice_is_loaded(work: Work) -> None:
    """The office upgrades: days that were loaded as a guess are corrected, and only they."""
    with work.write(ADMIN) as session:
        for day in days_of(session, WHEN("2026-01-01"), WHEN("2026-12-31")):
            session.add(Workday(day=day.day, works=day.day.weekday() < 5, note="", official=False))
        session.act("calendar.load", "2026")
    with work.read() as session:
        assert add_workdays(session, WHEN("2026-09-30"), 1).provisional
    with work.write(ADMIN) as session:
        load_year(session, ADMIN, year=2026)
    with work.read() as session:
        deadline = add_workdays(session, WHEN("2026-09-30"), 1)
        assert (deadline.day, deadline.provisional) == (WHEN("2026-10-08"), False)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_who_may_edits_and_only_what_makes_sense(work: Work) -> None:
    clerk = Actor("staff", "x", "经办人", frozenset())
    with pytest.raises(Refused), work.write(clerk) as session:
        edit_day(session, clerk, day=WHEN("2026-01-05"), works=False, note="")
    for day, note, path in ((WHEN("2150-01-05"), "", "day"), (WHEN("2026-01-05"), "长" * 101, "note")):
        with pytest.raises(Invalid) as refusal, work.write(ADMIN) as session:
            edit_day(session, ADMIN, day=day, works=False, note=note)
        assert refusal.value.fields[0].path == path


def test_every_official_year_is_known() -> None:
    assert official_years() == list(range(2004, official_years()[-1] + 1))
    assert official_years()[-1] >= 2026


def test_an_administrator_changes_a_day_on_the_page(sign_in: Callable[..., Person], work: Work) -> None:
    admin = sign_in("admin")
    page = admin.get("/staff/calendar?year=2026").text
    assert "2026 年工作日历" in page
    assert "国庆节调休上班" in page
    assert admin.post("/staff/calendar", day="2026-11-23", works="no", note="台风停工").status_code == 303
    assert "台风停工" in admin.get("/staff/calendar?day=2026-11-23").text
    with work.read() as session:
        assert add_workdays(session, WHEN("2026-11-20"), 1).day == WHEN("2026-11-24")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_says_what_is_wrong_and_who_may_see_it(sign_in: Callable[..., Person]) -> None:
    admin = sign_in("admin")
    assert "尚未核定" in admin.get("/staff/calendar?year=2027").text
    assert admin.post("/staff/calendar/2027/confirm").status_code == 303
    assert "已按国务院放假通知核定" in admin.get("/staff/calendar?year=2027").text
    for fields, message in (
        ({"day": "2026-13-01", "works": "no"}, "请选择日期"),
        ({"day": "2026-11-23"}, "请选择上班或休息"),
        ({"day": "2150-01-01", "works": "no"}, "1990 至 2100"),
    ):
        answer = admin.post("/staff/calendar", **fields)
        assert (answer.status_code, message in answer.text) == (422, True), message
    assert admin.get("/staff/calendar?year=999").status_code == 422
    assert admin.post("/staff/calendar/2150/confirm").status_code == 422
    assert sign_in("clerk").get("/staff/calendar").status_code == 403
