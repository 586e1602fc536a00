"""The edge of publicity: addresses with rubbish in them, the OpenAPI document, the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from registry.kernel.host import Host
from tests.commands import Commands
from tests.people import Person
from tests.publicity import office

HUGE = "9" * 40


RUBBISH = [
    f"/notices?before={HUGE}", "/notices?before=-1", "/notices?before=x", "/notices?kind=%27%3B--", "/notices?kind=" + "测" * 3000,
    "/notices/withdrawn?before=" + HUGE, "/search?q=" + "a" * 10_000, "/search?q=%25_%27%22%5C", "/search?q=%F0%A0%AE%B7",
    "/search?q=", "/search", "/search?q=%00", "/search?q=%E5%BE%8B&after=x", f"/search?q=a&after={HUGE}",
    f"/search.json?limit={HUGE}", "/search.json?limit=1_0", "/notices.json?limit=%EF%BC%91", "/search.json?q=" + "a" * 10_000, f"/notices.json?before={HUGE}", "/notices.json?kind=%00",
]  # fmt: skip
OFFICE_RUBBISH = [
    f"/staff/releases?after=2026-11-20.{HUGE}", "/staff/releases?after=x", "/staff/releases?state=x", "/staff/releases?state=",
    f"/staff/notices?before={HUGE}", f"/staff/inspection?before={HUGE}", "/staff/inspection?before=-1", "/staff/releases/x", "/staff/notices/x", "/staff/releases/%E6%B5%8B",
]  # fmt: skip


def test_rubbish_in_an_address_is_answered_and_never_a_failure(host: Host, client: FlaskClient) -> None:
    office.enrol(host.work)
    answers = {path[:80]: client.get(path).status_code for path in RUBBISH}
    assert {path: status for path, status in answers.items() if status not in (200, 400, 422)} == {}


def test_so_it_is_on_the_offices_pages(sign_in: Callable[..., Person]) -> None:
    clerk = sign_in("clerk")
    answers = {path: clerk.get(path).status_code for path in OFFICE_RUBBISH}
    assert {path: status for path, status in answers.items() if status not in (200, 404)} == {}


def test_a_revision_that_no_page_can_have_is_refused(host: Host, sign_in: Callable[..., Person]) -> None:
    release = office.release_of(host.work, office.penalty(host.work, office.enrol(host.work)))
    head = sign_in("head")
    for revision in (HUGE, "9" * 5000, "-1", ""):
        answer = head.post(f"/staff/releases/{release}/steps/first_review", revision=revision)
        assert answer.status_code == 422
        assert "页面已过期" in answer.text


def test_every_json_endpoint_is_in_the_openapi_document_with_its_answer(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    expected = {
    "/search.json", "/practitioners/{public_id}.json", "/organisations/{public_id}.json", "/notices.json",
    "/notices/{public_id}.json", "/feed/v1/entries", "/feed/v1/digests", "/feed/v1/receipts",
    }  # fmt: skip
    assert expected <= set(document["paths"])
    for path in expected:
        for method, operation in document["paths"][path].items():
            if method in ("get", "post"):
                assert operation["summary"]
                assert "schema" in operation["responses"]["200"]["content"]["application/json"]
    assert "410" in document["paths"]["/notices/{public_id}.json"]["get"]["responses"]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    needing = {path for path in expected for each in document["paths"][path].values() if "security" in each}
    assert needing == {path for path in expected if path.startswith("/feed/")}
    assert document["paths"]["/feed/v1/entries"]["get"]["security"] == [{"token": []}]


def test_every_answer_is_what_the_document_says(host: Host, client: FlaskClient) -> None:
    """Fields that the document requires are there, and no answer has one that the document does not know."""
    subjects = office.enrol(host.work)
    notice = office.publicise(host, office.penalty(host.work, subjects))
    document = client.get("/api/v1/openapi.json").get_json()
    for path, address in {
        "/search.json": "/search.json?q=明理",
        "/practitioners/{public_id}.json": f"/practitioners/{subjects.lawyer.public_id}.json",
        "/organisations/{public_id}.json": f"/organisations/{subjects.firm.public_id}.json",
        "/notices.json": "/notices.json",
        "/notices/{public_id}.json": f"/notices/{notice}.json",
    }.items():
        answer = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        schema = document["components"]["schemas"][answer["$ref"].rsplit("/", 1)[1]]
        found = client.get(address).get_json()
        assert set(schema["required"]) <= set(found) <= set(schema["properties"]), path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_reconciling_with_a_channel_that_nobody_set_up_is_refused_in_one_line(
    legalcredit: Commands,
) -> None:
    refused = legalcredit("feed", "reconcile", "city")
    assert refused.returncode == 1
    assert json.loads(refused.stderr.splitlines()[-1])["error"] == "no_channel"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_jobs_can_be_run_by_hand(legalcredit: Commands, home: Path) -> None:
    for name in ("intake", "expire"):
        done = legalcredit("jobs", "once", name)
        assert done.returncode == 0, done.stderr
