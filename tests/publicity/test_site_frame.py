"""What holds for all of the site: colours, weight, what a visitor may type, and reports that are longer than anybody reads."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import registry.web
from publicity.papers import report
from registry.kernel.clock import local_text
from registry.kernel.host import Host
from registry.kernel.paper import typeset
from registry.roster.drafts import NewPractitioner
from registry.roster.enrol import enrol_practitioners
from tests import papers
from tests.inspection import lawyers
from tests.people import Person
from tests.publicity import office

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STYLE = Path(registry.web.__file__).parent / "static" / "legalcredit.css"
HEAVIEST = 100_000
"""Bytes on the line of the first view of a page, with all that it loads."""


def test_the_dark_colours_are_the_same_whoever_asked_for_them() -> None:
    """They stand twice in the style sheet: for whom the device says so, and for whom it was chosen."""
    text = STYLE.read_text()
    chosen = re.search(r':root\[data-scheme="dark"\] \{(.*?)\}', text, re.DOTALL)
    device = re.search(r":root:not\(\[data-scheme=\"light\"\]\) \{(.*?)\}", text, re.DOTALL)
    assert chosen
    assert device
    colours = re.compile(r"(--lc-[a-z-]+): (#[0-9a-f]{6});")
    assert dict(colours.findall(chosen[1])) == dict(colours.findall(device[1]))
    assert len(colours.findall(chosen[1])) > 20


@one_database
def test_a_printed_page_says_whose_it_is_where_it_stands_and_when_it_was_made(
    client: FlaskClient, host: Host, sign_in: Callable[..., Person]
) -> None:
    where, made = host.settings.public_url, local_text(host.work.clock.now())
    for path, address in (
        ("/notices?kind=permit", "/notices?kind=permit"),
        ("/search?q=明理", "/search?q=%E6%98%8E%E7%90%86"),
        ("/no-such-page", "/"),
    ):
        foot = f"{host.settings.bureau} · {where}{address} · 本页生成于 {made}（北京时间）"
        assert f'<p class="print-only">{foot}</p>' in client.get(path).text
    assert "print-only" not in sign_in("clerk").get("/staff").text


def test_links_within_the_site_are_printed_without_their_addresses() -> None:
    """They would be half an address each, a dozen on the page of a firm; the line at the foot has the whole one."""
    printed = STYLE.read_text().partition("@media print")[2]
    assert re.findall(r'a\[href\^="([^"]+)"\]::after', printed) == ["http"]


@one_database
def test_a_first_view_weighs_less_than_a_hundred_kilobytes(client: FlaskClient, host: Host) -> None:
    subjects = office.enrol(host.work)
    office.publicise(host, office.penalty(host.work, subjects))
    packed = {"Accept-Encoding": "gzip"}
    for path in (
        "/",
        "/search?q=明理",
        "/notices",
        f"/practitioners/{subjects.lawyer.public_id}",
        f"/organisations/{subjects.firm.public_id}",
    ):
        page = client.get(path, headers=packed)
        loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get(path).text)
        assert len(loaded) > 4
        weight = len(page.data) + sum(len(client.get(one, headers=packed).data) for one in set(loaded))
        assert weight < HEAVIEST, (path, weight)


@one_database
@pytest.mark.parametrize(
    "typed",
    ['"', "'", "''; DROP TABLE reg_names; --", "%", "%%", "_", "__", "\\", "*", "😀", "👩\u200d⚖", "\u202e", "律" * 10_000, "a" * 10_000, "\u200b", "<script>alert(1)</script>"],
)  # fmt: skip
def test_whatever_is_typed_is_looked_for_and_nothing_else(
    client: FlaskClient, host: Host, typed: str
) -> None:
    """Quotes, wildcards, emoji and ten kilobytes find nobody: a wildcard is a character like any other."""
    office.enrol(host.work)
    page = client.get("/search", query_string={"q": typed})
    assert page.status_code == 200
    assert "没有找到" in page.text or "章程" not in page.text
    assert "<script>alert" not in page.text
    for path in ("/search.json", "/search/suggest.json"):
        answer = client.get(path, query_string={"q": typed})
        if len(typed) <= 100:
            assert answer.status_code == 200
            assert answer.json is not None
            assert answer.json.get("results", answer.json.get("suggestions")) == []
        else:
            assert answer.status_code == 400


@pytest.mark.parametrize("name", ["㛃阳", "𠮷野", "王㛃𠮷"])
def test_rare_characters_are_found_and_printed(client: FlaskClient, host: Host, name: str) -> None:
    """Beyond the usual sets, one of them beyond the first plane of Unicode."""
    public_id = _lawyer(host, name)
    for q in (name, name[-2:], name[:1] + name[1:]):
        found = client.get("/search.json", query_string={"q": q}).json
        assert found
        assert [one["name"] for one in found["results"]] == [name], q
    paper = client.get(f"/practitioners/{public_id}/report.pdf").data
    assert name in "".join(papers.pages(paper))
    assert papers.unembedded(paper) == set()


@one_database
def test_a_report_on_two_thousand_notices_stays_a_paper(host: Host) -> None:
    """What matters most stands on it, and where the rest is found."""
    subjects = office.enrol(host.work)
    office.publicise(host, office.permit(host.work, subjects))
    office.publicise(host, office.penalty(host.work, subjects))
    with host.work.read() as session:
        short = report.organisation(session, subjects.firm.public_id)
        [permit] = report.practitioner(session, subjects.lawyer.public_id).notices
    many = replace(short, notices=[*[permit] * 1_990, *list(short.notices) * 10])
    paper = typeset(
        report.paper(many, bureau=office.BUREAU, public_url="https://public.example", sealed=True)
    )
    told = papers.pages(paper)
    assert len(told) <= 40
    assert len(paper) < 1_000_000
    text = "".join(told)
    assert "行政处罚（10条）" in text
    assert "行政许可（1990条）" in text
    assert f"以上列出{report.MOST}条；其余1500条见公开页面" in text


def _lawyer(host: Host, name: str) -> str:
    """Somebody of this name, who practises at the firm of the office's tests."""
    firm = office.enrol(host.work).firm
    with host.work.write(office.OFFICE) as session:
        [made] = enrol_practitioners(
            session,
            office.OFFICE,
            [
                NewPractitioner(
                    name=name,
                    profession="lawyer",
                    licence_number=lawyers.licence(17),
                    granted_on=date(2012, 3, 1),
                    category="专职",
                    organisation=firm,
                )
            ],
        )
        return made.public_id


@pytest.mark.parametrize(
    ("path", "current"),
    [("/inspections", "/inspections"), ("/inspections/statistics", "/inspections/statistics"), ("/links", "/links"),
     ("/matters/没有", "/matters"), ("/lists/red", "/lists/red"), ("/lists/black", "/lists/black"), ("/", "/")],
)  # fmt: skip
@one_database
def test_the_menu_shows_one_place_the_nearest_above_the_page(
    client: FlaskClient, path: str, current: str
) -> None:
    page = client.get(path).text
    assert re.findall(r'<a href="([^"]+)" aria-current="(?:page|true)"', page) == [current]
    assert page.count("<summary aria-current=true>") == (current != "/")


@one_database
def test_search_engines_and_visitors_find_the_red_and_the_black_list(client: FlaskClient, host: Host) -> None:
    told = client.get("/sitemap-pages.xml").text
    for path in ("/lists/red", "/lists/black"):
        assert f"<loc>{host.settings.public_url}{path}</loc>" in told
        assert f'<a href="{path}">' in client.get("/notices").text
        assert f'<a href="{path}">' in client.get("/").text
