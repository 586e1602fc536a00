"""What every endpoint of /api/v1 promises: strict addresses, pages, tags, and refusals that a program can act on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from publicity.app import PARTS
from registry.kernel.clock import SetClock
from registry.kernel.host import Host, build_app
from registry.kernel.settings import Settings
from registry.kernel.work import Work
from tests.people import Person
from tests.registry import roster_facts as facts
from tests.registry.programs import COMMAND, Program

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def program(client: FlaskClient, work: Work) -> Program:
    return Program(client, work)


@pytest.fixture
def three(work: Work) -> None:
    with work.write(COMMAND) as session:
        firm = facts.firm(session)
        for serial in (1, 2, 3):
            facts.advocate(session, firm, serial, name=f"单勇{serial}")


@pytest.mark.parametrize(
    ("query", "path", "rule"),
    [
        ("limit=1_0", "limit", "type"),
        ("limit=+1", "limit", "type"),
        ("limit=%EF%BC%91", "limit", "type"),  # a full-width digit
        ("limit=0", "limit", "range"),
        ("limit=201", "limit", "range"),
        ("limit=1&limit=2", "limit", "invalid"),
        ("profession=pilot", "profession", "enum"),
        ("district=3101", "district", "pattern"),
        ("colour=red", "colour", "unknown-field"),
        (f"q={'律' * 61}", "q", "length"),
    ],
)
def test_an_address_is_read_as_it_stands_or_refused(
    program: Program, query: str, path: str, rule: str
) -> None:
    refused = program.get(f"/practitioners?{query}")
    assert refused.status_code == 400, refused.text
    assert refused.content_type == "application/problem+json"
    assert [(fault["path"], fault["rule"]) for fault in refused.get_json()["errors"]] == [(path, rule)]


def test_refusals_are_told_in_chinese_and_in_english_to_whoever_asks_for_that(program: Program) -> None:
    """RFC 9457; RFC 9110 section 12.5.4."""
    asked = "/practitioners?limit=0"
    chinese = program.get(asked)
    assert chinese.headers["Content-Language"] == "zh-CN"
    assert chinese.get_json()["title"] == "填写有误"
    assert chinese.get_json()["errors"][0]["message"] == "应在 1 至 200 之间"
    english = program.get(asked, headers={"Accept-Language": "en-GB, zh;q=0.5"})
    assert english.headers["Content-Language"] == "en"
    told = english.get_json()
    assert (told["title"], told["detail"]) == ("Bad Request", "Some fields are wrong")
    assert english.get_json()["errors"][0]["message"].startswith("Must be greater than or equal to 1")
    assert "Accept-Language" in english.headers["Vary"]
    assert program.get(asked, headers={"Accept-Language": "fr"}).headers["Content-Language"] == "zh-CN"


@pytest.mark.parametrize(
    ("body", "path", "rule", "message"),
    [
        ({}, "kind", "required", "缺少此项"),
        ({"name": 7}, "name", "type", "应为文字"),
        ({"name": None}, "name", "null", "不能为 null"),
        ({"name": ""}, "name", "length", "长度应为 1 至 200"),
        ({"name": "律\0所"}, "name", "invalid", "含有无法保存的字符"),
        ({"established_on": "20200101"}, "established_on", "date-form", "应为日期，如 2026-03-01"),
        ({"established_on": "2026-02-30"}, "established_on", "date-form", "应为日期，如 2026-03-01"),
        ({"authoritative": 1}, "authoritative", "type", "应为 true 或 false"),
        ({"head_office": "x"}, "head_office", "pattern", "格式不符"),
        ({"colour": "red"}, "colour", "unknown-field", "没有此项"),
        ([], "json", "type", "应为 JSON 对象"),
    ],
)
def test_a_body_is_refused_by_field_in_the_offices_words(
    program: Program, body: Any, path: str, rule: str, message: str
) -> None:
    sound = {"kind": "law_firm", "name": "上海新立律师事务所", "district": "310101"}
    refused = program.post("/organisations", sound | body if body and isinstance(body, dict) else body)
    assert refused.status_code == 422
    assert {"path": path, "rule": rule, "message": message} in refused.get_json()["errors"]


def test_what_is_not_json_is_refused_before_it_is_read(program: Program, client: FlaskClient) -> None:
    """RFC 9110 sections 15.5.16 and 15.5.7."""
    bearer = {"Authorization": f"Bearer {program.token}", "Idempotency-Key": "a"}
    form = client.post("/api/v1/organisations", data={"kind": "law_firm"}, headers=bearer)
    assert (form.status_code, form.get_json()["rule"]) == (415, "http_415")
    for broken in (b"{", b"\xff", b"[" * 100_000):
        sent = client.post(
            "/api/v1/organisations", data=broken, content_type="application/json", headers=bearer
        )
        assert (sent.status_code, sent.get_json()["rule"]) == (400, "json")
    large = client.post(
        "/api/v1/organisations",
        data=b'"' + b"a" * (1 << 20) + b'"',
        content_type="application/json",
        headers=bearer,
    )
    assert large.status_code == 413
    picky = program.get("/practitioners", headers={"Accept": "application/xml"})
    assert (picky.status_code, picky.content_type) == (406, "application/problem+json")
    for modest in ("*/*", "application/*;q=0.1", "text/html, application/json;q=0.5"):
        assert program.get("/practitioners", headers={"Accept": modest}).status_code == 200


def test_a_method_that_is_not_there_names_those_that_are(program: Program, client: FlaskClient) -> None:
    """RFC 9110 section 15.5.6."""
    refused = client.delete("/api/v1/practitioners", headers={"Authorization": f"Bearer {program.token}"})
    assert (refused.status_code, refused.content_type) == (405, "application/problem+json")
    assert {"GET", "POST"} <= set(refused.headers["Allow"].split(", "))


def test_a_bad_token_is_told_so_wherever_it_is_shown(client: FlaskClient) -> None:
    """RFC 6750 section 3.1: a program must not be led to a sign-in page."""
    wrong = {"Authorization": "Bearer lc_nobody"}
    for path in ("/api/v1/practitioners", "/staff", "/staff/roster", "/"):
        answer = client.get(path, headers=wrong)
        assert answer.status_code == 401, path
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
        assert answer.content_type == "application/problem+json"
    assert client.get("/staff").status_code == 303
    assert client.get("/api/v1/practitioners").headers["WWW-Authenticate"] == "Bearer"


def test_a_token_opens_no_page_of_the_office(program: Program, client: FlaskClient, three: None) -> None:
    """The pages show identity hints to whoever may read the roster; a token gets them for a scope of its own."""
    refused = client.get("/staff/roster", headers={"Authorization": f"Bearer {program.token}"})
    assert (refused.status_code, refused.get_json()["rule"]) == (403, "interfaces-only")


def test_a_signed_in_clerk_reads_and_cannot_post_without_the_token_of_a_form(
    sign_in: Callable[..., Person], three: None
) -> None:
    clerk = sign_in("clerk")
    assert len(clerk.get("/api/v1/practitioners").get_json()["items"]) == 3
    forged = clerk.client.post("/api/v1/organisations", json={}, headers={"Idempotency-Key": "a"})
    assert (forged.status_code, forged.get_json()["rule"]) == (400, "csrf")
    assert sign_in("witness").get("/api/v1/practitioners").status_code == 403


def test_a_scope_allows_what_it_names(client: FlaskClient, work: Work) -> None:
    reader = Program(client, work, "registry:read")
    body = {"kind": "law_firm", "name": "上海新立律师事务所", "district": "310101"}
    refused = reader.post("/organisations", body)
    assert (refused.status_code, refused.get_json()["rule"]) == (403, "permission")
    assert Program(client, work, "registry:write").post("/organisations", body).status_code == 201
    assert Program(client, work, "feed:read").get("/practitioners").status_code == 403


def test_what_has_not_changed_is_not_sent_again(program: Program, work: Work, three: None) -> None:
    """RFC 9110 section 13.1.2."""
    first = program.get("/practitioners")
    tag = first.headers["ETag"]
    again = program.get("/practitioners", headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["Cache-Control"] == "private, no-cache"
    with work.write(COMMAND) as session:
        facts.advocate(session, facts.firm(session, "上海乙律师事务所"), 4, name="丁四")
    assert program.get("/practitioners", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/search.json", "/notices.json", "/draws.json", "/matters.json", "/feed/v1/entries"]
)
def test_public_addresses_read_numbers_as_strictly(client: FlaskClient, work: Work, path: str) -> None:
    bearer = {"Authorization": f"Bearer {Program(client, work, 'feed:read').token}"}
    for wrong in ("1_0", "+1", "%EF%BC%91", ""):
        assert client.get(f"{path}?limit={wrong}", headers=bearer).status_code == 400, wrong
    assert client.get(f"{path}?limit=10", headers=bearer).status_code == 200


def test_a_cursor_belongs_to_its_list_and_cannot_be_made(program: Program, three: None) -> None:
    following = program.found("/practitioners", limit=1)["next"]
    assert program.found("/practitioners", limit=2, after=following)["next"] is None
    for path, asked in (
        ("/practitioners", {"after": following, "state": "practising"}),
        ("/organisations", {"after": following}),
        ("/practitioners", {"after": following[:-2]}),
        ("/practitioners", {"after": "MQ"}),
        ("/practitioners", {"after": "测"}),
        ("/practitioners", {"after": following, "q": "单"}),
    ):
        refused = program.get(path, **asked)
        assert (refused.status_code, refused.get_json()["rule"]) == (400, "cursor"), asked
    mixed = program.get("/practitioners", q="单", district="310101")
    assert (mixed.status_code, mixed.get_json()["rule"]) == (400, "filters")


def test_the_document_is_tagged_too(client: FlaskClient) -> None:
    first = client.get("/api/v1/openapi.json")
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.fixture
def hurried(settings: Settings, clock: SetClock) -> Iterator[Flask]:
    app = build_app(
        Settings(home=settings.home, database_url=settings.database_url, api_rate=3), PARTS, clock=clock
    )
    yield app
    app.extensions["legalcredit"].engine.dispose()


def test_a_client_in_a_loop_is_slowed_down_and_nobody_else(hurried: Flask) -> None:
    """RFC 6585 section 4."""
    host: Host = hurried.extensions["legalcredit"]
    looping, other = (Program(hurried.test_client(), host.work) for _ in range(2))
    answers = [looping.get("/practitioners") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].content_type == "application/problem+json"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert looping.get("/organisations").status_code == 429
    assert other.get("/practitioners").status_code == 200
