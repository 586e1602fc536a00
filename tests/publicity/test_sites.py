"""A firm puts a link to us on its site; whoever copies the link to another site only warns that site's visitors."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from publicity.sites import hosts
from registry.kernel.faults import Invalid
from registry.kernel.host import Host
from tests.people import Person
from tests.publicity import office
from tests.registry.roster_facts import code, firm

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_link_tells_whose_site_it_stands_on(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    subjects = office.enrol(host.work)
    page = f"/organisations/{subjects.firm.public_id}"
    assert f"{page}/link" in client.get(page).text
    assert "还没有登记网站" in client.get(f"{page}/link").text
    clerk = sign_in("clerk")
    assert (
        clerk.post(
            "/staff/sites", uscc=office.FIRM_CODE, host="https://www.MingLi.example.cn/about"
        ).status_code
        == 303
    )
    assert "mingli.example.cn" in clerk.get("/staff/sites").text

    def told(referrer: str | None) -> str:
        answer = client.get(f"{page}/here", headers={"Referer": referrer} if referrer else {})
        assert answer.headers["Cache-Control"] == "no-store"
        assert "mingli.example.cn" in answer.text
        return answer.text

    assert "您是从这家机构登记的网站来的" in told("https://mingli.example.cn/")
    assert "您是从这家机构登记的网站来的" in told("https://www.mingli.example.cn")
    for copied in (
        "https://mingli.example.cn.evil.example/",
        "https://xmingli.example.cn/",
        "https://evil.example/?mingli.example.cn",
    ):
        page_told = told(copied)
        assert "请当心" in page_told
        assert "您是从这家机构登记的网站来的" not in page_told
    for silent in (
        None,
        "about:blank",
        "x" * 5000,
        "https://<script>/",
        f"{host.settings.public_url}/search",
    ):
        assert "请自己核对网址" in told(silent)
    assert "<script>" not in told("https://<script>alert(1)</script>/")

    snippet = client.get(f"{page}/link").text
    assert (
        f"&lt;a href=&#34;{host.settings.public_url}{page}/here" in snippet
        or f'&lt;a href="{host.settings.public_url}{page}/here"' in snippet
    )
    qr = client.get(f"{page}/qr.svg")
    assert qr.content_type == "image/svg+xml"
    assert b"<script" not in qr.data


def test_a_site_is_one_firms_at_a_time_and_ends(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    subjects = office.enrol(host.work)
    with host.work.write(office.OFFICE) as session:
        firm(session, "上海海川律师事务所", uscc=code("31", 9))
    clerk = sign_in("clerk")
    assert clerk.post("/staff/sites", uscc=office.FIRM_CODE, host="律所.中国").status_code == 303
    for fields, status, words in (
        ({"uscc": office.FIRM_CODE, "host": "律所.中国"}, 409, "已经登记给这家机构"),
        ({"uscc": code("31", 9), "host": "xn--3bst00m.中国"}, 303, ""),
        ({"uscc": code("31", 9), "host": "律所.中国"}, 409, "已经登记给另一家机构"),
        ({"uscc": "91310000", "host": "a.cn"}, 422, "没有这个统一社会信用代码"),
        ({"uscc": office.FIRM_CODE, "host": "localhost"}, 422, "应为网站的域名"),
        ({"uscc": office.FIRM_CODE, "host": "127.0.0.1"}, 422, "应为网站的域名"),
    ):
        answer = clerk.post("/staff/sites", **fields)
        assert answer.status_code == status, fields
        assert words in answer.text
    listed = clerk.get("/staff/sites").text
    site = listed.split("/staff/sites/")[1][:16]
    assert clerk.post(f"/staff/sites/{site}/end").status_code == 303
    assert clerk.post(f"/staff/sites/{site}/end").status_code == 409
    here = client.get(
        f"/organisations/{subjects.firm.public_id}/here",
        headers={"Referer": "https://律所.中国/".encode("idna").decode()},
    )
    assert "没有在我局登记网站" in here.text
    assert sign_in("head").get("/staff/sites").status_code == 403


def test_hosts_are_read_as_browsers_send_them(database_url: str) -> None:
    for typed, read in (
        ("WWW.Example.CN", "example.cn"), ("http://example.cn:8080/x?y", "example.cn"), ("例子.cn", "xn--fsqu00a.cn"), ("a.b.c.cn.", "a.b.c.cn"),
    ):  # fmt: skip
        assert hosts.host(typed) == read
        assert urlsplit(f"https://{read}/").hostname == read
    for typed in ("", " ", "cn", "a_b.cn", "-a.cn", "a..cn", "1.2.3.4", "[::1]", "http://", "a" * 64 + ".cn"):
        with pytest.raises(Invalid):
            hosts.host(typed)
    assert hosts.origin("https://a.cn/x", ["a.cn"], ours="https://credit.gov.cn") == ("own", "a.cn")
    assert hosts.origin("https://credit.gov.cn/x", [], ours="https://credit.gov.cn") == ("unknown", "")
