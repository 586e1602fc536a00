"""The pages of people and firms: what is so today, what was so on a past day, and what programs get of it."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from publicity.lookup import policy
from publicity.lookup.policy import PolicyInvalid
from registry.kernel.access import Actor
from registry.kernel.host import Host
from registry.roster import amend, enrol
from registry.roster.drafts import NewOrganisation
from tests.publicity import office
from tests.registry.roster_facts import advocate, code, firm, resident

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CLERK = Actor.command("tests")


@pytest.fixture
def subjects(host: Host) -> office.Subjects:
    return office.enrol(host.work)


def moved(host: Host, subjects: office.Subjects) -> enrol.Organisation:
    """章程 leaves 明理 for 海川 on 1 March 2024, and stops practising on 1 June 2025."""
    with host.work.write(CLERK) as session:
        new = firm(session, "上海海川律师事务所", district="310106", uscc=code("31", 9))
        enrol.transfer(session, CLERK, licence=subjects.lawyer.licence, organisation=new, on=date(2024, 3, 1))
        enrol.change_state(
            session,
            CLERK,
            licence=subjects.lawyer.licence,
            state="paused",
            on=date(2025, 6, 1),
            reason="因病",
        )
    return new


def test_a_licence_is_told_as_it_is_and_as_it_was_on_any_day(
    host: Host, client: FlaskClient, subjects: office.Subjects
) -> None:
    moved(host, subjects)
    here = f"/practitioners/{subjects.lawyer.public_id}"
    today = client.get(here).text
    assert "暂停执业（自" in today
    assert "因病" not in today, "why a licence rests may be a matter of health"
    assert "上海海川律师事务所" in today
    for day, place, state in (
        ("2024-02-29", "上海明理律师事务所", "正常执业"),
        ("2024-03-01", "上海海川律师事务所", "正常执业"),
        ("2025-06-01", "上海海川律师事务所", "暂停执业"),
    ):
        page = client.get(f"{here}?on={day}").text
        assert f"{day} 的登记情况" in page
        assert re.search(rf"执业机构</dt><dd><a[^>]*>{place}", page), day
        assert f"当日状态</dt><dd>{state}" in page
        (licence,) = client.get(f"{here}.json?on={day}").get_json()["licences"]
        assert (licence["organisation"]["name"], licence["state"]) == (place, state)
    assert "补记" in client.get(f"{here}?on=2024-02-29").text, (
        "all of it was recorded later, and that is said"
    )


def test_a_day_that_cannot_be_told_is_answered_in_words(
    client: FlaskClient, subjects: office.Subjects
) -> None:
    here = f"/practitioners/{subjects.lawyer.public_id}"
    for typed, status, told in (
        ("2030-01-01", 422, "只能查询今天或以前的日子"),
        ("2024-02-30", 422, "没有这一天"),
        ("x" * 9_000, 422, "日期无法识别"),
        ("2001-01-01", 422, "那一天还没有取得许可"),
        ("", 200, "当前状态"),
    ):
        answer = client.get(here, query_string={"on": typed})
        assert answer.status_code == status, typed[:20]
        assert told in answer.text
    assert client.get(f"{here}.json?on=2030-01-01").status_code == 422
    assert client.get(f"{here}.json?on=20240101").status_code == 400


def test_a_firm_bears_its_names_and_shows_who_practises_there(
    host: Host, client: FlaskClient, subjects: office.Subjects
) -> None:
    with host.work.write(CLERK) as session:
        for serial in range(10, 70):
            advocate(session, subjects.firm, serial, name=f"律师{serial}", id_number=resident(serial))
    here = f"/organisations/{subjects.firm.public_id}"
    first = client.get(here).text
    assert "章程" in first
    following = re.search(rf'href="({here}\?after=\d+)#people" rel="next"', first)
    assert following
    rest = client.get(following[1]).text
    assert "律师69" in rest
    assert "章程" not in rest
    told = client.get(f"{here}.json").get_json()
    more = client.get(f"{here}.json?after={told['next']}").get_json()
    assert len({one["id"] for one in (*told["people"], *more["people"])}) == 61
    person = client.get(f"/practitioners/{subjects.lawyer.public_id}").text
    assert "上海明理律师事务所的同事" in person
    assert "全部人员" in person
    assert (
        client.get(f"{here}?after=x").status_code == client.get(f"{here}?after={'9' * 40}").status_code == 200
    )


def test_a_former_name_is_told_of_a_firm(host: Host, client: FlaskClient, subjects: office.Subjects) -> None:
    told = NewOrganisation(
        kind="law_firm", name="上海明法律师事务所", district="310106", uscc=office.FIRM_CODE, form="普通合伙", head="周正",
        phone=office.MOBILE, established_on=date(2010, 5, 6),
    )  # fmt: skip
    with host.work.write(CLERK) as session:
        grounds = amend.Grounds(on=date(2026, 1, 1), reason="更名")
        amend.amend_organisation(
            session, CLERK, organisation=subjects.firm, told=told, head_person=None, grounds=grounds
        )
    here = f"/organisations/{subjects.firm.public_id}"
    assert "曾用名</dt><dd>上海明理律师事务所" in client.get(here).text
    assert client.get(here + ".json").get_json()["former_names"] == ["上海明理律师事务所"]
    assert client.get(here + ".json?on=2025-12-31").get_json()["name"] == "上海明理律师事务所"


def test_notices_stand_by_kind_on_both_pages_and_in_lists_of_their_own(
    host: Host, client: FlaskClient, subjects: office.Subjects
) -> None:
    office.publicise(host, office.permit(host.work, subjects))
    penalty = office.publicise(host, office.penalty(host.work, subjects))
    office.publicise(host, office.finding(host.work, subjects))
    page = client.get(f"/organisations/{subjects.firm.public_id}").text
    assert page.index("行政处罚（1）") < page.index("行政检查结果（1）")
    assert "行政许可（1）" in client.get(f"/practitioners/{subjects.lawyer.public_id}").text
    listed = f"/notices?organisation={subjects.firm.public_id}"
    assert "上海明理律师事务所 · 全部公示" in client.get(listed).text
    told = client.get(f"/notices.json?organisation={subjects.firm.public_id}&kind=penalty").get_json()
    assert [notice["id"] for notice in told["results"]] == [penalty]
    assert client.get("/notices?practitioner=aaaaaaaaaaaaaaaa").status_code == 404


def test_what_a_city_tells_only_to_whoever_asks_stands_in_no_list(
    host: Host, client: FlaskClient, subjects: office.Subjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    permit = office.publicise(host, office.permit(host.work, subjects))
    closed = policy.read('[[rule]]\nfrom = 2020-01-01\nbasis = "x"\n[rule.practitioner]\npermit = "asked"\n')
    monkeypatch.setattr(policy, "RULES", closed)
    for path in ("/", "/notices", "/notices?kind=permit", "/notices.json"):
        assert permit not in client.get(path).text, path
    for path in (
        f"/practitioners/{subjects.lawyer.public_id}",
        f"/practitioners/{subjects.lawyer.public_id}.json",
        f"/notices?practitioner={subjects.lawyer.public_id}",
        f"/notices/{permit}",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert permit in answer.text, path


def test_the_switches_are_dated_and_read_strictly(database_url: str) -> None:
    rule = '[[rule]]\nfrom = {}\nbasis = "x"\n[rule.practitioner]\npenalty = "{}"\n'
    rules = policy.read(rule.format("2026-01-01", "listed") + rule.format("2025-01-01", "asked"))
    assert policy.on(date(2025, 12, 31), rules).asked == {"penalty"}
    assert policy.on(date(2026, 1, 1), rules).asked == frozenset()
    with pytest.raises(PolicyInvalid):
        policy.on(date(2024, 12, 31), rules)
    with pytest.raises(PolicyInvalid):
        policy.read(rule.format("2026-01-01", "hidden"))
