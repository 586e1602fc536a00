"""The site checks its own links at night: what leads nowhere is public and waits for somebody, until it is mended."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from publicity.app import PARTS
from publicity.links import page, record
from publicity.links.walk import Answer, Bounds, Broken, walk
from publicity.notices import end
from publicity.web import links
from registry.kernel.access import public
from registry.kernel.clock import SetClock
from registry.kernel.host import Host, build_app
from registry.kernel.part import Part
from registry.kernel.settings import Settings
from tests.people import Person
from tests.publicity import office

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BOUNDS = Bounds(pages=100, seconds=1e6, of_a_kind=3, on_a_page=50)


def walked(site: dict[str, str], *, pages: int = BOUNDS.pages) -> tuple[list[Broken], list[str], bool]:
    """What is broken on a site of these pages, what was asked for, whether the walk was complete."""
    asked: list[str] = []

    def fetch(path: str) -> Answer:
        asked.append(path)
        html = site.get(urlsplit(path).path)
        return Answer(404, "", None) if html is None else Answer(200, html, None)

    found = walk(
        fetch,
        starts=["/"],
        known=(),
        bounds=BOUNDS._replace(pages=pages),
        day="2026-11-20",
        elapsed=lambda: 0.0,
    )
    return list(found.broken), asked, found.complete


@pytest.mark.parametrize(
    ("html", "broken"),
    [
        ('<a href="/gone">x</a>', [("/gone", "missing")]),
        ('<a href="there">x</a>', []),
        ('<a href="there#part">x</a>', []),
        ('<a href="/there#nowhere">x</a>', [("/there#nowhere", "fragment")]),
        ('<a href="#here">x</a><p id="here">', []),
        ('<a href="#top-of-nothing">x</a>', [("#top-of-nothing", "fragment")]),
        ('<link rel="stylesheet" href="/gone.css">', [("/gone.css", "missing")]),
        ('<img src="/gone.svg" alt="">', [("/gone.svg", "missing")]),
        ('<form action="/gone"><input></form>', [("/gone", "missing")]),
        ('<form action="/gone" method="post"></form>', []),
        ('<a href="/gone" rel="nofollow">x</a>', []),
        (
            '<a href="https://www.gov.cn/zhengce">x</a><a href="mailto:a@b.cn">x</a><a href="tel:12348">x</a>',
            [],
        ),
        ('<a href="https:///nobody">x</a>', [("https:///nobody", "malformed")]),
        ('<a href="http://[half">x</a>', [("http://[half", "malformed")]),
        ('<a href="javascript:void(0)">x</a>', [("javascript:void(0)", "malformed")]),
    ],
)
def test_a_link_leads_somewhere_or_is_named(html: str, broken: list[tuple[str, str]]) -> None:
    found, asked, complete = walked({"/": html, "/there": '<h2 id="part">'})
    assert [(one.target, one.fault) for one in found] == broken
    assert complete
    assert not any("gov.cn" in path for path in asked), "nobody else's site is asked"


def test_a_walk_is_bounded_and_takes_a_few_of_each_kind() -> None:
    many = "".join(
        f'<a href="/notices/{"abcdefghij234567"[n:] + "abcdefghij234567"[:n]}">x</a>' for n in range(16)
    )
    endless = {f"/page{n}": f'<a href="/page{n + 1}x">x</a>' for n in range(1)}
    _, asked, complete = walked({"/": many, **endless})
    assert len(asked) == 1 + 3
    assert complete, "the rest comes on other nights"
    flat = {"/": "".join(f'<a href="/{chr(97 + n)}z">x</a>' for n in range(20))}
    _, asked, complete = walked(flat, pages=5)
    assert len(asked) == 5
    assert not complete
    assert page.kind("/notices?kind=a&before=12") == page.kind("/notices?before=7&kind=b")


@pytest.fixture
def written() -> dict[str, str]:
    """What stands on a page that somebody of the office wrote."""
    return {"link": "/letterz"}


@pytest.fixture
def planted(settings: Settings, clock: SetClock, written: dict[str, str]) -> Iterator[Flask]:
    """The site with one page more."""
    blueprint = Blueprint("planted", __name__)

    @blueprint.get("/planted")
    @public
    def shown() -> str:
        return f'<!doctype html><a href="{written["link"]}">投诉</a>'

    app = build_app(settings, (*PARTS, Part("planted", blueprints=(blueprint,))), clock=clock)
    yield app
    app.extensions["legalcredit"].engine.dispose()


@sqlite
def test_a_broken_link_is_found_shown_to_all_and_gone_when_it_is_mended(
    host: Host,
    planted: Flask,
    client: FlaskClient,
    clock: SetClock,
    written: dict[str, str],
    sign_in: Callable[..., Person],
) -> None:
    assert "还没有检查过" in client.get("/links").text
    office.publicise(host, office.penalty(host.work, office.enrol(host.work)))
    counts = links.check(planted, host.work, bounds=record.BOUNDS._replace(of_a_kind=1, seconds=1e6))
    assert client.get("/links.json").get_json()["broken"] == [
        {
            "page": "/planted",
            "target": "/letterz",
            "fault": "missing",
            "since": "2026-11-20T02:00:00+00:00",
            "days": 0,
        }
    ], "every other link of the site leads somewhere"
    assert counts["broken"] == 1
    assert counts["pages"] > 40
    shown = client.get("/links").text
    assert "/letterz" in shown
    assert 'href="/letterz"' not in shown, "the page about it does not repeat it"
    assert "/planted → /letterz" in sign_in("clerk").get("/staff").text

    clock.advance(timedelta(days=2))
    links.check(planted, host.work, bounds=BOUNDS._replace(pages=0))
    [still] = client.get("/links.json").get_json()["broken"]
    assert still["days"] == 2
    assert "/letterz,页面不存在,2026-11-20 10:00,2" in client.get("/links.csv").text

    written["link"] = "/letters"
    clock.advance(timedelta(days=1))
    assert links.check(planted, host.work, bounds=BOUNDS._replace(pages=3))["broken"] == 0
    assert client.get("/links.json").get_json()["broken"] == []
    assert "/letterz" not in client.get("/links").text
    assert "links" in {job.name for job in host.jobs}


@sqlite
def test_search_engines_are_offered_what_stands_in_public_today_alone(
    app: Flask, host: Host, client: FlaskClient
) -> None:
    subjects = office.enrol(host.work)
    current = office.publicise(host, office.penalty(host.work, subjects))
    ended = office.publicise(host, office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第8号"))
    leader = office.person(host.permissions, "leader")
    with host.work.write(leader) as session:
        end.withdraw(session, leader, notice=ended, ground="quashed")
    robots = client.get("/robots.txt").text
    index = urlsplit(robots.split("Sitemap: ")[1].strip()).path
    files = [urlsplit(part.split("</")[0]).path for part in client.get(index).text.split("loc>")[1::2]]
    offered = [
        urlsplit(part.split("</")[0]).path
        for file in files
        for part in client.get(file).text.split("loc>")[1::2]
    ]
    assert f"/notices/{current}" in offered
    assert f"/notices/{ended}" not in offered
    assert f"/organisations/{subjects.firm.public_id}" in offered
    assert not any(path.startswith("/practitioners/") for path in offered), "people are asked for by name"
    assert all(client.get(path).status_code == 200 for path in offered)
