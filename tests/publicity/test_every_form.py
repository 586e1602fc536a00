"""Whatever list or record somebody opens, they can take along; whatever a program reads is described."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import openpyxl
import pytest
from defusedxml import ElementTree
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from werkzeug.test import TestResponse

from registry.kernel.access import PUBLIC, declared
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from tests.publicity import office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FOLLOWED = {
    "/notices", "/notices/withdrawn", "/double-publicity", "/search?q=明理", "/inspections", "/draws", "/matters",
    "/inspection-plans", "/catalogues/powers", "/catalogues/no-penalty", "/catalogues/disclosure", "/catalogues/guides",
    "/lists/red", "/lists/black", "/practitioners/{lawyer}", "/organisations/{firm}",
}  # fmt: skip
"""Lists, persons, firms and searches: as JSON, CSV, xlsx and as a feed, and by mail."""
TAKEN = {
    "/notices/{notice}", "/inspectors", "/inspection-objects", "/punctuality", "/disclosure-attributes", "/links",
    "/letters/results", "/requests/statistics",
}  # fmt: skip
"""Records and tables: as JSON, CSV and xlsx."""
NEITHER = {
    "/": "leads to the lists",
    "/catalogues": "leads to the lists; its own feed tells of all of them",
    "/catalogues/<listing>/<string:code>": "a line of its list's files; its own are JSON and a printed sheet",
    "/catalogues/<listing>/versions": "leads to the versions, which are files",
    "/catalogues/<listing>/versions/<int:edition>": "needs a list that was published; tests of the lists try its files",
    "/catalogues/<listing>/versions/<int:edition>/changes": "compares two files",
    "/draws/<string(length=16):public_id>": "needs a draw; below",
    "/draws/<string(length=16):public_id>/frame": "needs a draw; below",
    "/matters/<string:code>": "needs a matter; below",
    "/inspection-plans/<string:number>": "needs a plan; tests of the plans try its files",
    "/inspections/statistics": "has files once something was inspected; the tests of the statistics open them",
    "/draws/health": "a test over all draws, for programs as JSON",
    "/inspections/reports/<int:year>": "a printed report; its figures are those of the statistics",
}
"""Pages that hold facts and lead elsewhere for their files."""
NOT_FACTS = re.compile(
    r"/(alerts|api|check|check-paper|healthz|letters|log|look|metrics|readyz|report-error|requests|robots\.txt|sitemap.*|"
    r"staff|static|visits)(/|$)|.*/(door|places|stage|verify|here|link|qr\.svg|verify_draw\.py)$"
)
"""Forms, answers to one person, programs, and what machines ask for."""


@pytest.fixture
def ids(host: Host) -> dict[str, str]:
    subjects = office.enrol(host.work)
    office.publicise(host, office.permit(host.work, subjects))
    notice = office.publicise(host, office.penalty(host.work, subjects))
    return {"lawyer": subjects.lawyer.public_id, "firm": subjects.firm.public_id, "notice": notice}


def pages(app: Flask) -> Iterator[str]:
    """The rules of public pages, without those of files."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and declared(app, rule.endpoint, "GET") == PUBLIC:
            path = re.sub(r"<any\([^>]*\):(listing|colour)>", r"<\1>", rule.rule)
            if not re.search(r"\.(json|csv|xlsx|pdf|atom|xml)$|<any\(csv, xlsx\):form>$", path):
                yield path


def test_every_public_page_has_its_forms_or_a_reason_for_none(app: Flask) -> None:
    known = {
        re.sub(r"\{(lawyer|firm|notice)\}", "<string(length=16):public_id>", path.partition("?")[0])
        for path in FOLLOWED | TAKEN
    }
    listed = {re.sub(r"^/catalogues/[a-z-]+$", "/catalogues/<listing>", path) for path in known}
    listed = {re.sub(r"^/lists/[a-z]+$", "/lists/<colour>", path) for path in listed}
    found = set(pages(app))
    forgotten = {path for path in found if path not in listed | set(NEITHER) and not NOT_FACTS.match(path)}
    assert forgotten == set(), "say in this test how it is taken along"
    assert (listed | set(NEITHER)) - found == set()


def links(answer: TestResponse) -> dict[str, str]:
    """What a page offers to take along, by kind."""
    assert answer.status_code == 200
    found: dict[str, str] = {}
    for address in map(unescape, re.findall(r'<a [^>]*href="([^"]+)"', answer.text)):
        kind = re.fullmatch(r"(?:http://[^/]+)?/[^?]*\.(json|csv|xlsx|atom)(?:\?.*)?", address)
        if kind:
            found.setdefault(kind[1], address)
    return found


def test_every_list_and_record_can_be_taken_along(client: FlaskClient, ids: dict[str, str]) -> None:
    for path in sorted(FOLLOWED | TAKEN):
        page = path.format(**ids)
        offered = links(client.get(page))
        wanted = {"json", "csv", "xlsx"} | ({"atom"} if path in FOLLOWED else set())
        if page.startswith("/catalogues/"):
            wanted -= {"json"}  # while no version holds there is nothing to read
        assert wanted - set(offered) == set(), page
        for kind in wanted:
            _opens(client.get(offered[kind]), kind, offered[kind])


def _opens(answer: TestResponse, kind: str, address: str) -> None:
    assert answer.status_code == 200, address
    if kind == "json":
        assert answer.get_json() is not None, address
    elif kind == "csv":
        assert answer.data.startswith(b"\xef\xbb\xbf"), address
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert rows, address
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))], address
    elif kind == "xlsx":
        assert openpyxl.load_workbook(io.BytesIO(answer.data)).active is not None, address
    else:
        assert answer.content_type.startswith("application/atom+xml"), address
        assert ElementTree.fromstring(answer.data).tag.endswith("feed")
        assert answer.headers["ETag"], address


def test_feeds_are_cheap_to_poll_and_never_keep_what_ended(
    clock: SetClock, client: FlaskClient, ids: dict[str, str]
) -> None:
    first = client.get("/notices.atom")
    again = {"If-None-Match": first.headers["ETag"]}
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get("/notices.atom", headers=again).status_code == 304
    assert client.get("/notices.atom", headers=since).status_code == 304
    clock.advance(timedelta(days=1))
    assert client.get("/notices.atom", headers=since).status_code == 200, "a day may have ended a notice"
    assert ids["notice"] in client.get(f"/notices.atom?organisation={ids['firm']}").text


def test_every_json_address_is_described(app: Flask, client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    validate(document, cls=OpenAPIV31SpecValidator)
    described = {re.sub(r"\{[^}]+\}", "{}", path) for path in document["paths"]}
    served = {
        re.sub(r"<[^>]+>", "{}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.endswith(".json")
        and not rule.rule.startswith("/staff")
        and rule.endpoint != "api-docs.openapi_json"
    }
    assert len(served) > 30
    assert served - described == set()
