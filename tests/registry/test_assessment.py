"""The yearly assessment: a firm's whole staff on one form, a table by year, and what may follow."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from registry.credit import assessment, find, record
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.work import Work, WorkSession
from registry.roster import enrol, kinds
from registry.roster.find import Found
from tests.people import Person
from tests.registry.queries import statements
from tests.registry.roster_facts import advocate, firm

CLERK = Actor.command("clerk")
SignIn = Callable[..., Person]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MAY = date(2026, 5, 20)


def found(subject: enrol.Organisation | enrol.Practitioner, kind: str = "practitioner") -> Found:
    return Found(kind, subject.id, subject.public_id, "单勇")


def graded(
    session: WorkSession,
    subject: enrol.Practitioner,
    grade: str,
    *,
    year: int = 2025,
    on: date = MAY,
    actor: Actor = CLERK,
) -> assessment.Outcome:
    given = [assessment.Grade(found(subject), "lawyer", grade)]
    return assessment.record_year(session, actor, year=year, decided_on=on, given=given)


def test_a_lawyers_years_show_the_grade_the_missing_and_the_open(work: Work, clock: SetClock) -> None:
    """律师执业年度考核: by the end of May of the year after; who has no record then did not take part."""
    clock.set(datetime(2025, 3, 3, 10, tzinfo=SHANGHAI))
    with work.write(CLERK) as session:
        person = advocate(session, firm(session), granted_on=date(2022, 5, 1))
    clock.set(datetime(2026, 11, 20, 10, tzinfo=SHANGHAI))
    with work.write(CLERK) as session:
        graded(session, person, "不称职")
        # Recorded late, of a year before the register was there; 2022 has nothing and calls nobody absent.
        graded(session, person, "称职", year=2023, on=date(2024, 5, 20))
    with work.read() as session:
        shown = {one.year: one for one in assessment.years(session, found(person))}
        assert list(shown) == [2025, 2024, 2023]
        assert (shown[2025].grade, shown[2025].absent) == ("不称职", False)
        assert shown[2025].offers == (("failed_assessment", "未通过考核"),)
        assert (shown[2024].grade, shown[2024].absent, shown[2024].event) == ("未参加考核", True, None)
        assert (shown[2024].offers, shown[2023].grade) == ((), "称职")
    clock.set(datetime(2026, 12, 1, 10, tzinfo=SHANGHAI))
    with work.read() as session:
        open_ = assessment.years(session, found(person))[0]
        assert (open_.year, open_.grade, open_.absent) == (2026, None, False)
        assert open_.closes_on == date(2027, 5, 31)


def test_the_same_form_twice_records_once_and_another_grade_wants_a_correction(work: Work) -> None:
    with work.write(CLERK) as session:
        person = advocate(session, firm(session))
        assert graded(session, person, "称职") == assessment.Outcome(1, 0)
        assert graded(session, person, "称职") == assessment.Outcome(0, 1)
        with pytest.raises(Conflict) as refused:
            graded(session, person, "不称职")
        assert refused.value.rule == "graded"
        (event_,) = find.events_of(session, practitioner=person.id)
        assert (event_.summary, event_.scope) == ("2025年度考核：称职", "仅政府部门内部共享")
        record.annul(session, CLERK, event=event_.public_id, ground="录入有误", on=date(2026, 6, 1))
        assert graded(session, person, "不称职") == assessment.Outcome(1, 0)
    with work.read() as session:
        assert assessment.years(session, found(person))[0].grade == "不称职"


@pytest.mark.parametrize(
    ("grade", "year", "on", "path"),
    [
        ("优秀", 2025, MAY, "grades[{}]"),
        ("称职", 2025, date(2025, 11, 30), "decided_on"),
        ("称职", 2025, date(2026, 11, 21), "decided_on"),
        ("称职", 2009, date(2010, 5, 1), "year"),
    ],
)
@ONE_DATABASE
def test_a_grade_that_cannot_be_is_refused_with_its_field(
    work: Work, grade: str, year: int, on: date, path: str
) -> None:
    with work.write(CLERK) as session:
        person = advocate(session, firm(session))
        with pytest.raises(Invalid) as refused:
            graded(session, person, grade, year=year, on=on)
        assert path.format(person.public_id) in [fault.path for fault in refused.value.fields]
        with pytest.raises(Refused):
            graded(session, person, "称职", actor=Actor("staff", "x", "查阅", frozenset({"credit.read"})))


@ONE_DATABASE
def test_a_day_too_early_is_said_once_for_a_whole_firm(work: Work) -> None:
    with work.write(CLERK) as session:
        place = firm(session)
        people = [advocate(session, place, serial) for serial in (1, 2, 3)]
        given = [assessment.Grade(found(person), "lawyer", "称职") for person in people]
        with pytest.raises(Invalid) as refused:
            assessment.record_year(session, CLERK, year=2025, decided_on=date(2025, 11, 30), given=given)
    assert [fault.path for fault in refused.value.fields] == ["decided_on"]


def test_whatever_the_rules_offer_is_a_grade_and_a_state() -> None:
    """律师称职、基本称职、不称职; 律师事务所合格、不合格: every profession and kind has its rule and its grades."""
    for code in (*kinds.PROFESSIONS, *kinds.ORGANISATION_KINDS):
        rule = assessment.rule(code, 2025)
        assert rule is not None
        states = kinds.LICENCE_STATES if code in kinds.PROFESSIONS else kinds.ORGANISATION_STATES
        assert set(rule.follows) <= set(assessment.grades(code))
        assert rule.absent in assessment.grades(code)
        for offered in rule.follows.values():
            assert set(offered) <= set(states)
    assert assessment.grades("lawyer") == ("称职", "基本称职", "不称职", "未参加考核")
    assert assessment.grades("law_firm") == ("合格", "不合格", "未参加考核")


@ONE_DATABASE
def test_a_clerk_grades_a_firm_and_all_its_lawyers_on_one_form(work: Work, sign_in: SignIn) -> None:
    """Those who practised there at the end of the year, not those of today: one left in spring, one came."""
    with work.write(CLERK) as session:
        place, elsewhere = firm(session), firm(session, "上海东方律师事务所")
        people = [advocate(session, place, n, name=f"律师{n}") for n in range(1, 31)]
        enrol.transfer(
            session,
            CLERK,
            licence=people[0].licence,
            organisation=elsewhere,
            on=date(2026, 3, 1),
            number=None,
        )
        newcomer = advocate(session, place, 90, name="新来的", granted_on=date(2026, 4, 1))
    clerk = sign_in("clerk")
    at = f"/staff/roster/organisations/{place.public_id}/assessments"
    page = clerk.get(f"{at}?year=2025").text
    assert "律师1<" in page
    assert "新来的" not in page
    refused = clerk.post(at, year="2025", decided_on="2026-13-01", rest="称职")
    assert (refused.status_code, "请填写评定日期" in refused.text) == (422, True)
    assert clerk.post(at, year="2025", decided_on="2026-05-20").status_code == 422
    form = {
        "year": "2025",
        "decided_on": "2026-05-20",
        "rest": "称职",
        f"grade-{place.public_id}": "合格",
        f"grade-{people[4].public_id}": "不称职",
    }
    assert clerk.post(at, **form).status_code == 303
    with work.read() as session:
        for person, grade in ((people[0], "称职"), (people[4], "不称职"), (newcomer, None)):
            years = [one for one in assessment.years(session, found(person)) if one.year == 2025]
            assert [one.grade for one in years if one.event] == ([grade] if grade else [])
        (own,) = find.of_kind(session, assessment.KIND, organisations=[place.id])
        assert (own.summary, own.scope) == ("2025年度考核：合格", "公示")
    page = clerk.get(f"/staff/roster/practitioners/{people[4].public_id}").text
    assert "未通过考核" in page
    follow = f"/licences/{people[4].licence.public_id}/state?state=failed_assessment"
    assert follow in page.replace("&amp;", "&")
    offered = clerk.get(f"/staff/roster/practitioners/{people[4].public_id}{follow}")
    assert '<option value="failed_assessment" selected>' in offered.text
    assert clerk.post(at, **{**form, f"grade-{people[6].public_id}": "不称职"}).status_code == 409
    assert sign_in("auditor").get(at).status_code == 403


@ONE_DATABASE
def test_the_form_asks_the_database_as_often_for_a_hundred_as_for_ten(work: Work, sign_in: SignIn) -> None:
    with work.write(CLERK) as session:
        small, large = firm(session), firm(session, "上海东方律师事务所")
        for n in range(10):
            advocate(session, small, 100 + n, name=f"甲{n}")
        for n in range(100):
            advocate(session, large, 300 + n, name=f"乙{n}")
    clerk = sign_in("clerk")
    engine = clerk.client.application.extensions["legalcredit"].engine
    counts = []
    for place in (small, large):
        with statements(engine) as asked:
            page = clerk.get(f"/staff/roster/organisations/{place.public_id}/assessments?year=2025")
        assert page.status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] < 40
