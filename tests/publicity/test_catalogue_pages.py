"""The lists as the public has them: pages, files, feeds, paper, programs; what was made under a power; who is on a list."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from publicity.catalogue import find, uses
from publicity.catalogue.intake import headings
from publicity.catalogue.schema import SCHEMAS
from publicity.catalogue.tables import PowerUseRow
from publicity.lookup import policy
from publicity.notices import end
from publicity.web.catalogue import answers
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.roster.find import Found
from registry.roster.sheet import read_sheets
from seed.catalogue import shipped
from tests.people import Person
from tests.publicity import catalogues, office
from tests.publicity.catalogues import GUIDE, PERMIT, POWER
from tests.registry.listing_bureau import BLACK, RED, Bureau

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def listed(host: Host) -> None:
    catalogues.publish_all(host)


def test_every_entry_of_the_shipped_catalogue_leads_to_a_page_that_answers(
    app: Flask, client: FlaskClient, listed: None
) -> None:
    """沪司办〔2021〕2号 一(五)：通过超链接等方式实现公开内容的一键查阅."""
    known = answers(app)
    links = [entry["link"] for entry in shipped("disclosure") if entry["link"]]
    assert len(links) >= 20
    for link in links:
        assert known(link), link
        assert client.get(link).status_code == 200, link
    assert not known("/nowhere")
    assert not known("/staff")


def test_all_lists_stand_on_one_page_with_version_and_last_change(
    client: FlaskClient, clock: SetClock, listed: None
) -> None:
    page = client.get("/catalogues").text
    for told in (
        *(schema.title for schema in SCHEMAS.values()),
        "随机抽查事项清单",
        "红名单",
        "黑名单",
        "第 1 版",
        "2026-11-20",
    ):
        assert told in page, told
    assert 'href="/catalogues"' in client.get("/").text, "the public menu leads there"
    heads = client.get("/catalogues.json").get_json()["results"]
    assert [(head["list"], head["version"], head["size"]) for head in heads] == [
        ("powers", 1, 2), ("no-penalty", 1, 1), ("disclosure", 1, 1), ("guides", 1, 1),
    ]  # fmt: skip


def test_a_list_is_kept_to_what_a_reader_looks_for(client: FlaskClient, listed: None) -> None:
    both = client.get("/catalogues/powers").text
    assert POWER["name"] in both
    assert PERMIT["name"] in both
    permits = client.get("/catalogues/powers?kind=行政许可").text
    assert POWER["name"] not in permits
    assert POWER["name"] in client.get("/catalogues/powers?q=第五十条").text
    nothing = client.get("/catalogues/powers?q=%25'\"&kind=x")
    assert nothing.status_code == 200
    assert "没有符合条件的项" in nothing.text


def test_the_same_list_as_files_feed_paper_and_json(client: FlaskClient, listed: None) -> None:
    rows = list(csv.reader(io.StringIO(client.get("/catalogues/guides.csv").data.decode("utf-8-sig"))))
    assert rows[0] == headings(SCHEMAS["guides"])
    assert rows[1][:2] == ["ZN-01", GUIDE["name"]]
    [sheet] = read_sheets(io.BytesIO(client.get("/catalogues/guides/versions/1.xlsx").data), "a.xlsx")
    assert [cells for _, cells in sheet.rows()][1][0] == "ZN-01"
    for address, page in (("/catalogues/guides.atom", 1), ("/catalogues.atom", 4)):
        feed = client.get(address)
        assert feed.content_type.startswith("application/atom+xml")
        root = ET.fromstring(feed.data)
        assert len(root.findall(f"{ATOM}entry")) == page
        assert client.get(address, headers={"If-None-Match": feed.headers["ETag"]}).status_code == 304
    text = "".join(
        page.extract_text()
        for page in PdfReader(io.BytesIO(client.get("/catalogues/guides/ZN-01.pdf").data)).pages
    )
    for told in (GUIDE["name"], "实习满一年", "10 个工作日", "第 1 版"):
        assert told in text, told
    whole = client.get("/catalogues/guides.json").get_json()
    assert whole["document"]["entries"][0]["fee"] == "不收费"
    assert client.get("/catalogues/guides/versions/1.json").get_json() == whole
    one = client.get("/catalogues/guides/ZN-01.json").get_json()
    assert one["uses"] is None
    assert one["entry"]["name"] == GUIDE["name"]


ADDRESSES = {
    "/catalogues/nothing": 404,
    "/catalogues/powers/versions/0": 404,
    "/catalogues/powers/versions/2": 404,
    f"/catalogues/powers/versions/{'9' * 40}": 404,
    "/catalogues/powers/versions/x": 404,
    "/catalogues/powers/versions/1/changes?since=x": 200,
    "/catalogues/powers/versions/1/changes?since=99": 200,
    "/catalogues/powers/CF-01?before=x": 200,
    f"/catalogues/powers/CF-01?before={'9' * 40}": 200,
    "/catalogues/powers/CF-01.json?limit=0": 400,
    "/catalogues/powers/%00": 404,
    "/catalogues/guides/ZN-9.pdf": 404,
    "/lists/grey": 404,
    "/lists/red?before=-1": 200,
    "/lists/black.json?limit=1000": 400,
}


def test_addresses_that_are_none(client: FlaskClient, listed: None) -> None:
    assert {address: client.get(address).status_code for address in ADDRESSES} == ADDRESSES


def test_a_list_that_nobody_published_says_so(client: FlaskClient) -> None:
    assert "还没有公布" in client.get("/catalogues/powers").text
    assert client.get("/catalogues/powers.json").status_code == 404
    assert client.get("/catalogues/powers.csv").status_code == 200
    assert client.get("/catalogues").status_code == 200


def test_a_version_that_is_announced_is_told_and_does_not_hold_yet(
    host: Host, client: FlaskClient, listed: None
) -> None:
    later = date(2026, 12, 1)
    catalogues.publish(host, "guides", {**GUIDE, "promised_limit": "5 个工作日"}, on=later, reason="提速")
    page = client.get("/catalogues/guides")
    assert "第 2 版，2026-12-01 起施行" in page.text
    assert "10 个工作日" in client.get("/catalogues/guides/ZN-01").text
    announced = client.get("/catalogues/guides/versions/2").text
    assert "尚未施行" in announced
    assert "5 个工作日" in announced
    changes = client.get("/catalogues/guides/versions/2/changes").text
    assert re.search("<del>.*10.*</del><ins>.*5.*</ins> 个工作日", changes)


def test_a_power_shows_the_decisions_that_were_really_made_under_it(
    host: Host, client: FlaskClient, listed: None
) -> None:
    """The fine of the office's penalty is 20,000 yuan under art. 50: the second tier."""
    subjects = office.enrol(host.work)
    first = office.publicise(host, office.penalty(host.work, subjects))
    second = office.publicise(host, office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第8号"))
    permit = office.publicise(host, office.permit(host.work, subjects))
    assert uses.run(host.work) == {"placed": 3, "without": 0, "gone": 0}
    assert uses.run(host.work) == {"placed": 0, "without": 0, "gone": 0}
    answer = client.get("/catalogues/powers/CF-01.json").get_json()["uses"]
    assert answer["count"] == 2
    assert [(tier["name"], tier["count"]) for tier in answer["tiers"]] == [
        ("较轻档", 0),
        ("中间档", 2),
        ("较重档", 0),
    ]
    assert [notice["id"] for notice in answer["notices"]] == [second, first]
    page = client.get("/catalogues/powers/CF-01").text
    assert f"/notices/{first}" in page
    assert "当前公示的决定：2 件" in client.get("/catalogues/powers").text
    assert permit in client.get("/catalogues/powers/XK-01").text

    leader = office.person(host.permissions, "leader")
    with host.work.write(leader) as session:
        end.withdraw(session, leader, notice=first, ground="quashed")
    answer = client.get("/catalogues/powers/CF-01.json").get_json()["uses"]
    assert answer["count"] == 1, "what ended is not counted, whether or not the job has run"
    assert [notice["id"] for notice in answer["notices"]] == [second]
    assert first not in client.get("/catalogues/powers/CF-01").text
    assert uses.run(host.work)["gone"] == 1
    with host.work.read() as session:
        assert len(session.scalars(select(PowerUseRow)).all()) == 2


def test_decisions_are_placed_anew_when_the_list_changes(
    host: Host, client: FlaskClient, clock: SetClock, listed: None
) -> None:
    subjects = office.enrol(host.work)
    office.publicise(host, office.penalty(host.work, subjects))
    uses.run(host.work)
    clock.advance(timedelta(days=1))
    exact = {
        **POWER,
        "code": "CF-05",
        "basis": "《律师法》第五十条第一款第（一）项",
        "tiers": "中间档｜一｜罚款｜罚款 0-10",
    }
    catalogues.publish(host, "powers", exact)
    assert uses.run(host.work)["placed"] == 1
    assert client.get("/catalogues/powers/CF-05.json").get_json()["uses"]["count"] == 1
    assert client.get("/catalogues/powers/CF-01.json").get_json()["uses"]["count"] == 0


def test_related_entries_lead_to_each_other(client: FlaskClient, listed: None) -> None:
    assert "/catalogues/powers/CF-01" in client.get("/catalogues/no-penalty/BF-01").text
    assert "/catalogues/no-penalty/BF-01" in client.get("/catalogues/powers/CF-01").text


@pytest.fixture
def bureau(host: Host, clock: SetClock) -> Bureau:
    return Bureau(host, clock)


def test_the_black_list_shows_who_is_on_it_why_and_until_when_and_nobody_afterwards(
    host: Host, bureau: Bureau, client: FlaskClient
) -> None:
    """上海市社会信用条例第二十五条."""
    listing = bureau.listed()
    notice = office.publicise(host, bureau.case(listing).event or "")
    page = client.get("/lists/black").text
    for told in (
        BLACK.cause,
        "上海市社会信用条例",
        "2026-12-01",
        "2029-12-01",
        "提前移出",
        f"/notices/{notice}",
    ):
        assert told in page, told
    assert BLACK.facts not in page
    [entry] = client.get("/lists/black.json").get_json()["results"]
    assert (entry["cause"], entry["until"], entry["notice"]) == (BLACK.cause, "2029-12-01", notice)
    assert BLACK.cause in client.get("/lists/black.csv").data.decode("utf-8-sig")
    assert client.get("/lists/red.json").get_json()["results"] == []
    bureau.take(listing, "clerk", "seek", ground="revoked", text="处罚决定经复议撤销")
    bureau.take(listing, "leader", "remove", document_number="示司信移〔2026〕1号")
    for address in (
        "/lists/black",
        "/lists/black.json",
        "/lists/black.csv",
        "/notices.atom?kind=listing",
        "/catalogues",
    ):
        assert BLACK.cause not in client.get(address).text, address
    assert client.get(f"/notices/{notice}").status_code == 410


def red(host: Host, bureau: Bureau, subject: Found) -> str:
    """An entry on the red list from 2 December 2026, public; the notice's id."""
    listing = bureau.propose(RED, subject)
    bureau.take(listing, "head", "announce", on=date(2026, 11, 20), text="局网站")
    bureau.to(date(2026, 12, 2))
    bureau.take(listing, "leader", "decide", document_number="乙", on=date(2026, 12, 2))
    return office.publicise(host, bureau.case(listing).event or "")


def test_an_entry_leaves_the_red_list_by_itself_on_its_last_day(
    host: Host, bureau: Bureau, client: FlaskClient
) -> None:
    red(host, bureau, bureau.firm)
    bureau.to(date(2028, 12, 2))
    assert RED.cause in client.get("/lists/red").text
    bureau.to(date(2028, 12, 3))
    assert RED.cause not in client.get("/lists/red").text
    assert "名单上没有主体" in client.get("/lists/red").text


def test_practitioners_are_named_as_the_policy_of_the_city_says(
    host: Host, bureau: Bureau, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = red(host, bureau, bureau.lawyer)
    [entry] = client.get("/lists/red.json").get_json()["results"]
    assert entry["name"] == "单勇"
    asked = policy.read(
        '[[rule]]\nfrom = 2000-01-01\nbasis = "x"\n[rule.practitioner]\nred_listing = "asked"\n'
    )
    monkeypatch.setattr(policy, "RULES", asked)
    for address in ("/lists/red", "/lists/red.json", "/lists/red.csv"):
        assert "单勇" not in client.get(address).text, address
    assert "单勇" in client.get(f"/notices/{notice}").text, "whoever asks for this person is told"


def test_an_english_reader_finds_the_way_and_the_content_is_marked_as_chinese(
    client: FlaskClient, listed: None
) -> None:
    client.get("/look?lang=en&next=/")
    page = client.get("/catalogues/powers/CF-01").text
    assert "Discretion benchmark" in page
    assert f'<span class="as-written" lang="zh-Hans">{POWER["basis"]}</span>' in page
    assert "Administrative penalty" in page
    assert "Lists and catalogues" in client.get("/catalogues").text


def test_the_office_finds_its_lists_and_what_it_may_do(sign_in: Callable[..., Person], listed: None) -> None:
    clerk, auditor = sign_in("clerk"), sign_in("auditor")
    assert "修订权责清单" in clerk.get("/staff/catalogues").text
    assert "修订权责清单" not in auditor.get("/staff/catalogues").text
    place = clerk.post("/staff/catalogues/powers/begin").location
    assert clerk.post("/staff/catalogues/powers/begin").location == place, "a second one is the same"
    assert "提交公布" not in auditor.get(place).text


def test_the_draft_of_today_is_nobody_elses(host: Host, client: FlaskClient, listed: None) -> None:
    catalogues.prepare(host, "guides", {**GUIDE, "fee": "尚未公布的收费"})
    for address in (
        "/catalogues/guides",
        "/catalogues/guides.json",
        "/catalogues/guides/ZN-01",
        "/catalogues.json",
    ):
        assert "尚未公布的收费" not in client.get(address).text
    with host.work.read() as session:
        assert len(find.drafts(session)) == 1
