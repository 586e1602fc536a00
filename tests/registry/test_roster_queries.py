"""Pages of the roster ask the database as often for fifty rows as for one; and the search finds papers by their number."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from registry.credit import record
from registry.kernel.access import Actor
from registry.kernel.work import Work, WorkSession
from registry.roster import amend, enrol, find
from registry.roster.drafts import NewOrganisation
from tests.people import Person
from tests.registry.queries import statements
from tests.registry.roster_facts import advocate, code, firm, resident

CLERK = Actor.command("clerk")
SignIn = Callable[..., Person]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def awarded(session: WorkSession, person: enrol.Practitioner, number: str) -> record.CreditEvent:
    return record.record(
        session,
        CLERK,
        kind="award",
        subject=record.Subject(practitioner=person.id),
        decided_on=date(2026, 3, 1),
        document_number=number,
        summary="优秀律师",
    )


def renamed(session: WorkSession, number: int) -> enrol.Organisation:
    place = firm(session, f"上海旧名{number}律师事务所", uscc=code(serial=100 + number))
    told = NewOrganisation(
        kind="law_firm",
        name=f"上海新名{number}律师事务所",
        district="310101",
        uscc=code(serial=100 + number),
        established_on=date(2001, 2, 3),
    )
    grounds = amend.Grounds(on=date(2026, 1, 1), reason="更名")
    amend.amend_organisation(session, CLERK, organisation=place, told=told, head_person=None, grounds=grounds)
    return place


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/staff/roster?kind=lawyer", 12),
        ("/staff/roster?q=律师", 16),
        ("/staff/roster?q=旧名", 16),
        ("/staff/roster/organisations/{place}", 45),
        ("/staff/roster/organisations/{place}?on=2026-06-01", 24),
        ("/staff/roster/practitioners/{person}", 60),
        ("/staff/roster/practitioners/{person}?on=2026-06-01", 40),
        ("/staff/roster/duplicates", 16),
    ],
)
def test_a_page_costs_the_same_for_many_as_for_few(
    work: Work, app: Flask, sign_in: SignIn, path: str, most: int
) -> None:
    with work.write(CLERK) as session:
        place = firm(session, uscc=code())
        person = advocate(session, place, 1, name="律师甲", id_number=resident(1))
        awarded(session, person, "沪司表〔2026〕1号")
        renamed(session, 1)
    clerk = sign_in("clerk")
    asked = path.format(place=place.public_id, person=person.public_id)
    clerk.get(asked)

    def counted() -> int:
        with statements(app.extensions["legalcredit"].engine) as executed:
            assert clerk.get(asked).status_code == 200
        return len(executed)

    few = counted()
    with work.write(CLERK) as session:
        for number in range(2, 10):
            advocate(session, place, number, name="律师甲", id_number=resident(number))
            awarded(session, person, f"沪司表〔2026〕{number}号")
            renamed(session, number)
    assert counted() == few <= most


def test_a_paper_is_found_by_its_number_however_its_brackets_were_typed(work: Work, sign_in: SignIn) -> None:
    with work.write(CLERK) as session:
        person = advocate(session, firm(session), id_number=resident(1))
        awarded(session, person, "沪司表〔2026〕7号")
    clerk = sign_in("clerk")
    for typed in ("沪司表〔2026〕7号", "沪司表[2026]7号", "沪司表（2026）7号", " 沪司表【2026】7号 "):
        page = clerk.get("/staff/roster", query_string={"q": typed}).text
        assert "优秀律师" in page
        assert f"/practitioners/{person.public_id}" in page
    assert "没有找到" in clerk.get("/staff/roster", query_string={"q": "沪司表〔2026〕8号"}).text
    # Whoever may not read events is not told of them by the search either.
    drawer = sign_in("draw")
    assert "优秀律师" not in drawer.get("/staff/roster", query_string={"q": "沪司表〔2026〕7号"}).text


def test_a_renamed_firm_is_found_by_its_old_name_on_the_page(work: Work, sign_in: SignIn) -> None:
    with work.write(CLERK) as session:
        place = renamed(session, 1)
        assert [hit.public_id for hit in find.search(session, "旧名1")] == [place.public_id]
    page = sign_in("clerk").get("/staff/roster", query_string={"q": "旧名1"}).text
    assert "曾用名 上海旧名1律师事务所" in page
