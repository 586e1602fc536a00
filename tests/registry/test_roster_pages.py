"""The roster's pages: who may see and change what, and that nothing personal slips through."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from registry.kernel.access import Actor
from registry.kernel.faults import Conflict
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.roster import enrol, find
from tests.people import Person
from tests.registry.roster_facts import advocate, code, firm, lawyer, resident

CLERK = Actor.command("clerk")
SignIn = Callable[..., Person]


@pytest.fixture
def enrolled(host: Host) -> tuple[enrol.Organisation, enrol.Practitioner]:
    with host.work.write(CLERK) as session:
        place = firm(session, uscc=code())
        return place, advocate(session, place, id_number=resident(1), phone="19912345678")


Enrolled = tuple[enrol.Organisation, enrol.Practitioner]


def test_who_reads_the_roster_and_who_changes_it(sign_in: SignIn, enrolled: Enrolled) -> None:
    place, person = enrolled
    licence = f"/staff/roster/practitioners/{person.public_id}/licences/{person.licence.public_id}"
    reading = (
        "/staff/roster",
        f"/staff/roster/organisations/{place.public_id}",
        f"/staff/roster/practitioners/{person.public_id}",
    )
    changing = (
        "/staff/roster/organisations/new",
        "/staff/roster/practitioners/new",
        f"{licence}/state",
        f"{licence}/transfer",
    )
    clerk, inspector, admin = sign_in("clerk"), sign_in("inspector"), sign_in("admin")
    for path in reading:
        assert (
            clerk.get(path).status_code,
            inspector.get(path).status_code,
            admin.get(path).status_code,
        ) == (200, 200, 403)
    for path in changing:
        assert (clerk.get(path).status_code, inspector.get(path).status_code) == (200, 403)
    page = inspector.get(reading[2]).text
    assert "变更状态" not in page
    refused = inspector.post(f"{licence}/state", state="revoked", on="2026-01-01", reason="无权")
    assert refused.status_code == 403


def test_no_page_shows_an_identity_number_or_a_private_telephone(sign_in: SignIn, enrolled: Enrolled) -> None:
    place, person = enrolled
    clerk = sign_in("clerk")
    for path in (
        "/staff/roster?kind=lawyer",
        f"/staff/roster?q={resident(1)}",
        "/staff/roster?q=单勇",
        f"/staff/roster/organisations/{place.public_id}",
        f"/staff/roster/practitioners/{person.public_id}",
        f"/staff/roster/practitioners/new?person={person.public_id}",
    ):
        answer = clerk.get(path)
        assert answer.status_code == 200
        assert "19912345678" not in answer.text
        # What was typed into the search stands in its field again, and finds nobody.
        assert resident(1) not in answer.text or resident(1) in path
        assert f"/practitioners/{person.public_id}" not in answer.text or resident(1) not in path


def test_looking_somebody_up_by_identity_number_leaves_a_trace_without_it(
    sign_in: SignIn, enrolled: Enrolled, host: Host
) -> None:
    _place, person = enrolled
    clerk = sign_in("clerk")
    found = clerk.post("/staff/roster/identity", id_number=resident(1), purpose="licensing")
    assert found.location == f"/staff/roster/practitioners/{person.public_id}"
    assert (
        clerk.post("/staff/roster/identity", id_number=resident(8), purpose="event").location
        == "/staff/roster"
    )
    assert "没有人使用这个证件号码" in clerk.get("/staff/roster").text
    page = sign_in("auditor").get("/staff/audit?verb=roster.look_up").text
    assert page.count(person.public_id) >= 1
    assert resident(1) not in page


def test_a_refused_form_comes_back_with_what_was_typed(sign_in: SignIn, enrolled: Enrolled) -> None:
    clerk = sign_in("clerk")
    answer = clerk.post(
        "/staff/roster/practitioners",
        name="曾志",
        profession="lawyer",
        licence_number=lawyer(1),
        organisation="没有这家",
        granted_on="2010-02-30",
        id_type="身份证",
    )
    assert answer.status_code == 422
    assert "没有这一天" in answer.text
    assert "名册中没有这家机构" in answer.text
    assert 'value="曾志"' in answer.text
    answer = clerk.post(
        "/staff/roster/practitioners",
        name="曾志",
        profession="lawyer",
        licence_number=lawyer(1),
        organisation=code(),
        granted_on="2010-02-03",
        id_type="身份证",
    )
    assert answer.status_code == 409
    assert "与名册中已登记的内容不一致" in answer.text


@pytest.mark.parametrize(
    "path", ["organisations/nobody", "practitioners/nobody", "organisations/nobody/state"]
)
def test_what_is_not_on_the_roster_is_not_found(sign_in: SignIn, path: str) -> None:
    assert sign_in("clerk").get(f"/staff/roster/{path}").status_code == 404


def test_nobodys_licence_is_changed_on_the_page_of_another(
    sign_in: SignIn, enrolled: Enrolled, host: Host
) -> None:
    """A mixed address would show one person's name over the form that suspends another."""
    place, person = enrolled
    with host.work.write(CLERK) as session:
        other = advocate(session, place, 2, name="沈立", id_number=resident(2))
    clerk = sign_in("clerk")
    own = f"/staff/roster/practitioners/{person.public_id}/licences/{person.licence.public_id}"
    mixed = f"/staff/roster/practitioners/{other.public_id}/licences/{person.licence.public_id}"
    asked = {"state": "suspended", "on": "2026-11-20", "reason": "示司罚决字〔2026〕第1号"}
    for page in ("state", "transfer"):
        assert clerk.get(f"{own}/{page}").status_code == 200
        assert clerk.get(f"{mixed}/{page}").status_code == 404
        assert clerk.post(f"{mixed}/{page}", **asked).status_code == 404
    assert clerk.post(f"{own}/state", **asked).status_code == 303


@pytest.mark.parametrize("after", ["9" * 40, "-1", "x"])
def test_a_page_of_people_that_cannot_be_starts_at_the_beginning(
    sign_in: SignIn, enrolled: Enrolled, after: str
) -> None:
    place, person = enrolled
    page = sign_in("clerk").get(f"/staff/roster/organisations/{place.public_id}?after={after}")
    assert page.status_code == 200
    assert person.public_id in page.text


def test_two_clerks_enrol_the_same_firm_at_once_and_one_of_them_does(work: Work) -> None:
    ready = Barrier(2)

    def attempt(number: int) -> str:
        ready.wait(timeout=30)
        try:
            with work.write(Actor.command(f"clerk{number}")) as session:
                return firm(session, uscc=code()).public_id
        except Conflict as conflict:
            return conflict.rule

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, (1, 2)), key=len)
    assert outcomes[0] in ("taken", "enrolled")
    with work.read() as session:
        found = find.by_uscc(session, code())
        assert found is not None
        assert found.public_id == outcomes[1]
        assert len(find.by_name(session, "上海明理律师事务所")) == 1
