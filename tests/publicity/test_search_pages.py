"""A citizen looks somebody up: what a line may mean, what the page offers, and what nobody can break it with."""

import pytest
from flask.testing import FlaskClient

from registry.kernel.access import Actor
from registry.kernel.host import Host
from registry.roster import enrol
from tests.publicity import office
from tests.registry.roster_facts import advocate, firm, resident

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def city(host: Host) -> office.Subjects:
    subjects = office.enrol(host.work)
    with host.work.write(Actor.command("tests")) as session:
        other = firm(session, "上海海川律师事务所", district="310115")
        advocate(session, other, 5, name="章程", id_number=resident(5))
        advocate(session, other, 6, name="㛃子", id_number=resident(6))
        advocate(session, other, 7, name="𠮷野", id_number=resident(7))
        enrol.enrol_organisation(
            session, session.actor, kind="notary_office", name="上海市东方公证处", district="310115"
        )
    return subjects


def test_two_of_one_name_are_told_apart_and_found_by_their_firm_or_district(
    client: FlaskClient, city: office.Subjects
) -> None:
    both = client.get("/search?q=章程").text
    assert both.count("正常执业</span>") == 2
    assert "律师 · 上海明理律师事务所" in both
    assert "律师 · 上海海川律师事务所" in both
    for line in ("章程 海川", "海川 章程", "章程 浦东新区", "浦东 律师 章程"):
        page = client.get("/search", query_string={"q": line}).text
        assert "上海海川律师事务所" in page, line
        assert "律师 · 上海明理律师事务所" not in page, line


def test_the_choices_tell_how_many_each_would_leave(client: FlaskClient, city: office.Subjects) -> None:
    page = client.get("/search?q=上海").text
    assert "律师事务所（2）" in page
    assert "公证处（1）" in page
    assert "浦东新区（2）" in page
    assert "徐汇区" not in page
    chosen = client.get("/search?q=上海&kind=notary_office").text
    assert "上海市东方公证处" in chosen
    assert "上海海川律师事务所" not in chosen
    assert "律师事务所（2）" in chosen


def test_nobody_of_that_name_leads_to_whoever_was_meant(client: FlaskClient, city: office.Subjects) -> None:
    page = client.get("/search?q=张成").text
    assert "没有找到" in page
    assert client.get("/search.json?q=海穿律师").get_json()["similar"][0]["name"] == "上海海川律师事务所"
    assert "您要找的是不是" in client.get("/search?q=章城").text
    assert "不限" in client.get("/search").text
    assert "去掉类别" in client.get("/search?q=章程&kind=notary").text


def test_everybody_of_a_district_without_a_name(client: FlaskClient, city: office.Subjects) -> None:
    page = client.get("/search?q=浦东+律师").text
    assert "㛃子" in page
    assert "𠮷野" in page
    assert "上海明理" not in page


def test_programs_are_told_how_their_line_was_read_and_can_go_on_in_it(
    client: FlaskClient, city: office.Subjects
) -> None:
    first = client.get("/search.json?q=律师 浦东新区&limit=2").get_json()
    assert first["asked"] == {"q": "", "kind": "lawyer", "district": "310115", "state": "", "at": ""}
    assert {hit["state"] for hit in first["results"]} == {"正常执业"}
    rest = client.get("/search.json", query_string={**first["asked"], "after": first["next"]}).get_json()
    names = [hit["name"] for hit in (*first["results"], *rest["results"])]
    assert sorted(names) == ["㛃子", "章程", "𠮷野"]
    assert client.get("/search.json?kind=bank").status_code == 400


def test_suggestions_come_while_somebody_types(client: FlaskClient, city: office.Subjects) -> None:
    for typed, name in (("zhangch", "章程"), ("明理", "上海明理律师事务所"), ("㛃", "㛃子"), ("𠮷", "𠮷野")):
        told = client.get("/search/suggest.json", query_string={"q": typed}).get_json()["suggestions"]
        assert told[0]["name"] == name
        assert client.get(told[0]["url"]).status_code == 200
    assert client.get("/search/suggest.json").get_json() == {"suggestions": []}


def test_rubbish_finds_nobody_and_breaks_nothing(client: FlaskClient, city: office.Subjects) -> None:
    for line in (
        "'",
        '"',
        "%",
        "_%",
        "\\",
        "' OR 1=1 --",
        "😀",
        "👩‍👩‍👧",
        "\u202e",
        "a" * 10_000,
        "章" * 10_000,
        " ",
        "\u3000\u3000",
    ):
        for path in ("/search", "/search.json", "/search/suggest.json"):
            answer = client.get(path, query_string={"q": line})
            assert answer.status_code in (200, 400), (path, line[:20])
            if path == "/search":
                assert answer.status_code == 200
                assert 'class="hits"' not in answer.text, line[:20]
    for path in ("/search?kind=bank", "/search?state=asleep", "/search?q=a&after=x"):
        assert client.get(path).status_code == 422
    assert client.get("/search?q=章程&district=%25").status_code == 200
