"""守信激励和失信惩戒: what follows from a list or a grade, asked by others and answered with reasons."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.credit import measures
from registry.credit.measures import check, rules
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Invalid, Refused
from registry.kernel.host import Host
from tests.people import Person
from tests.registry.listing_bureau import Bureau
from tests.registry.roster_facts import advocate, code, firm, resident

SignIn = Callable[..., Person]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FILE = Path(rules.__file__).with_name("measures.toml").read_text("utf-8")
TODAY = date(2026, 11, 20)


@pytest.fixture
def bureau(host: Host, clock: SetClock) -> Bureau:
    return Bureau(host, clock)


@pytest.mark.parametrize(
    ("grade", "lists", "kind", "expected"),
    [
        (None, [], "organisation", set()),
        ("A", [], "organisation", set()),
        ("AAA", [], "organisation", {"high-inspection", "high-honours", "high-permits"}),
        ("AAA", [], "practitioner", {"high-honours", "high-permits"}),
        ("C", [], "organisation", {"low-inspection"}),
        (
            "C",
            ["serious-dishonesty"],
            "practitioner",
            {"black-honours", "black-mediation", "black-legal-aid", "black-permits"},
        ),
        (None, ["integrity"], "organisation", {"red-inspection", "red-honours", "red-procurement"}),
        (None, ["unheard-of"], "organisation", set()),
    ],
)
def test_who_meets_which_measure(grade: str | None, lists: list[str], kind: str, expected: set[str]) -> None:
    assert {one.code for one in measures.of(grade, lists, kind, TODAY)} == expected


@given(
    st.sampled_from([None, "AAA", "AA", "A", "B", "C", "Z"]),
    st.sampled_from(["organisation", "practitioner"]),
)
def test_no_grade_alone_forbids_anything(grade: str | None, kind: str) -> None:
    """国办发〔2020〕49号: an evaluation of our own restricts nobody's rights."""
    assert not [one for one in measures.of(grade, [], kind, TODAY) if one.effect == "deny"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('basis_kind = "法律"\nbasis = "政府采购法第二十二条第一款"', "", "no-basis"),
        ('basis_kind = "法律"', 'basis_kind = "部门规范性文件"', "no-basis"),
        ('basis = "政府采购法第二十二条第一款"', 'basis = " "', "no-basis"),
        ('on_lists = ["serious-dishonesty"]\nsubjects', 'on_grades = ["C"]\nsubjects', "grade-restricts"),
        ('on_grades = ["B", "C"]\n', "", "nobody"),
        (
            'purpose = "procurement"\neffect = "deny"',
            'purpose = "travel"\neffect = "deny"',
            "unknown-purpose",
        ),
        (
            'purpose = "procurement"\neffect = "deny"',
            'purpose = "procurement"\neffect = "ban"',
            "unknown-effect",
        ),
        ('code = "red-honours"', 'code = "high-honours"', "repeated"),
        ('code = "red-honours"', 'code = "red-honours"\nfrom = 2026-02-01\nuntil = 2026-01-01', "date-order"),
    ],
)
def test_a_table_with_a_restriction_that_no_law_carries_is_not_read(old: str, new: str, rule: str) -> None:
    assert old in FILE
    with pytest.raises(rules.TableInvalid) as caught:
        rules.read(FILE.replace(old, new, 1))
    assert any(f": {rule}: " in fault for fault in caught.value.faults)


def test_a_measure_holds_on_its_days_alone() -> None:
    table = rules.read(
        FILE.replace('code = "red-honours"', 'code = "red-honours"\nfrom = 2026-06-01\nuntil = 2026-06-30')
    )
    held = [
        day
        for day in (date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 30), date(2026, 7, 1))
        if "red-honours"
        in {one.code for one in rules.of(None, ["integrity"], "organisation", day, table=table)}
    ]
    assert held == [date(2026, 6, 1), date(2026, 6, 30)]


def test_may_this_firm_enter_the_mediation_roster(bureau: Bureau) -> None:
    bureau.listed()
    with bureau.work.read() as session:
        before = measures.may(session, bureau.firm, "mediation-roster", date(2026, 11, 30))
        after = measures.may(session, bureau.firm, "mediation-roster", date(2026, 12, 1))
        other = measures.may(session, bureau.lawyer, "mediation-roster", date(2026, 12, 1))
    assert (before.allowed, other.allowed, after.allowed) == (True, True, False)
    [reason] = after.reasons
    assert (reason.effect, reason.until) == ("deny", "2029-12-01")
    assert "法律服务领域严重失信主体名单" in reason.because
    assert "上海市社会信用条例" in reason.basis


@on_sqlite
def test_an_answer_stays_as_it_was_given(bureau: Bureau) -> None:
    clerk = bureau.people["clerk"]
    with bureau.work.write(clerk) as session:
        asked = check.check(session, clerk, subject=bureau.firm, purpose="honours")
    bureau.listed()
    with bureau.work.read() as session:
        kept = check.checked(session, asked)
        assert check.latest(session, limit=9) == [kept]
    assert (kept.answer.allowed, kept.answer.on, kept.purpose_title) == (True, TODAY, "评优评先")


@pytest.mark.parametrize(
    ("purpose", "on", "rule"),
    [("travel", TODAY, "unknown-purpose"), ("honours", date(2026, 11, 21), "future")],
)
@on_sqlite
def test_what_cannot_be_asked(bureau: Bureau, purpose: str, on: date, rule: str) -> None:
    with bureau.work.write(bureau.people["clerk"]) as session:
        with pytest.raises(Invalid) as caught:
            check.check(session, session.actor, subject=bureau.firm, purpose=purpose, on=on)
        session.act("test", "test")
    assert caught.value.fields[0].rule == rule


@on_sqlite
def test_purposes_of_firms_are_not_asked_of_people_and_not_everybody_asks(bureau: Bureau) -> None:
    with bureau.work.read() as session:
        with pytest.raises(Invalid):
            measures.may(session, bureau.lawyer, "procurement", TODAY)
        with pytest.raises(Refused):
            check.check(session, Actor("staff", "x", "x"), subject=bureau.firm, purpose="honours")


@on_sqlite
def test_a_clerk_types_a_firm_and_a_purpose_and_gets_an_answer_to_print(sign_in: SignIn, host: Host) -> None:
    with host.work.write(Actor.command("tests")) as session:
        place = firm(session, uscc=code())
        person = advocate(session, place, id_number=resident(1))
        advocate(session, place, 2, name="单勇", id_number=resident(3))
    clerk = sign_in("clerk")
    assert "还没有核查记录" in clerk.get("/staff/measures").text
    assert "没有这个主体" in clerk.post("/staff/measures", subject="无名律师事务所", purpose="honours").text
    for typed in ("上海明理律师事务所", code()):
        answer = clerk.post("/staff/measures", subject=typed, purpose="mediation-roster")
        assert answer.status_code == 303
        page = clerk.get(answer.headers["Location"]).text
        assert "可以：进入调解组织名册" in page
        assert "上海明理律师事务所" in page
    namesakes = clerk.post("/staff/measures", subject="单勇", purpose="honours")
    assert (namesakes.status_code, namesakes.text.count('name="practitioner"')) == (422, 2)
    chosen = clerk.post("/staff/measures", practitioner=person.public_id, purpose="honours")
    assert "单勇" in clerk.get(chosen.headers["Location"]).text
    how = clerk.post("/staff/measures", organisation=place.public_id, purpose="inspection")
    assert "按一般规定办理" in clerk.get(how.headers["Location"]).text
    refused = clerk.post("/staff/measures", practitioner=person.public_id, purpose="procurement")
    assert "不适用于这类主体" in refused.text
    assert (
        f"organisation={place.public_id}" in clerk.get(f"/staff/roster/organisations/{place.public_id}").text
    )
    assert "上海明理律师事务所" in clerk.get(f"/staff/measures?organisation={place.public_id}").text
