"""Objection and repair as the public sees them: the mark while one is open, and nothing at all once a record is repaired."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host
from registry.ledger import verify
from tests.papers import pages
from tests.people import Person
from tests.publicity import office, routes
from tests.publicity.conftest import Bearer

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NUMBER = "沪司罚决字〔2026〕第7号"
CANARIES = (NUMBER, "私自收费", "私自收取费用", "罚款二万元", "律师法第五十条")
"""What the notice says of the penalty, and nothing else in the test does."""


@pytest.fixture
def published(host: Host, clock: SetClock) -> dict[str, str]:
    """A fine on a firm, public since November, on the first day of March after its minimum term."""
    subjects = office.enrol(host.work)
    event = office.penalty(host.work, subjects)
    notice = office.publicise(host, event)
    clock.set(datetime(2027, 3, 1, 10, 0, tzinfo=SHANGHAI))
    return {
        "event": event,
        "notice": notice,
        "firm": subjects.firm.public_id,
        "lawyer": subjects.lawyer.public_id,
    }


def test_a_repaired_penalty_has_left_every_public_route_before_any_job_runs(
    app: Flask,
    host: Host,
    client: FlaskClient,
    bearer: Bearer,
    sign_in: Callable[..., Person],
    published: dict[str, str],
) -> None:
    clerk, head, leader = sign_in("clerk"), sign_in("head"), sign_in("leader")
    repair = _accepted(clerk, head, published["event"])
    headers = bearer("feed:read", "feed:restricted", "feed:receipt")
    ids = {
        "notices": [published["notice"]],
        "organisations": [published["firm"]],
        "practitioners": [published["lawyer"]],
    }

    def holding() -> dict[str, list[str]]:
        """The canaries by the public address that tells them."""
        told = {path: _said(client.get(path)) for path in routes.public_paths(app, ids)}
        told |= {path: _said(client.get(path, headers=headers)) for path in _FEED}
        found = {path: [canary for canary in CANARIES if canary in said] for path, said in told.items()}
        return {path: canaries for path, canaries in found.items() if canaries}

    before = holding()
    assert {f"/notices/{published['notice']}{suffix}" for suffix in ("", ".json", ".pdf")} <= before.keys()
    assert {
        "/",
        "/notices",
        "/feed/v1/entries?limit=1000",
        f"/organisations/{published['firm']}",
    } <= before.keys()
    assert _buckets(client, headers) == 1

    decided = leader.post(f"{repair}/decide", grant="yes", reason="条件具备")
    assert decided.status_code == 303

    assert holding() == {}
    assert _buckets(client, headers) == 0
    gone = client.get(f"/notices/{published['notice']}")
    assert gone.status_code == 410
    assert "信用修复" in gone.text
    assert "明理" not in gone.text, "a tombstone names nobody"
    assert f"/notices/{published['notice']}" not in client.get(f"/organisations/{published['firm']}").text
    last = client.get("/feed/v1/entries?limit=1000", headers=headers).get_json()["entries"][-1]
    assert (last["action"], last["record"], last["body"]) == (
        "withdraw",
        published["notice"],
        {"ground": "repaired", "date": "2027-03-01"},
    )
    with host.work.read() as session:
        assert not list(verify.verify(session, "public"))
    paper = "".join(pages(leader.get(f"{repair}/decision.pdf").data))
    assert "准予信用修复决定书" in paper


def test_the_mark_is_public_from_the_receipt_to_the_answer_and_again_during_the_review(
    client: FlaskClient, sign_in: Callable[..., Person], published: dict[str, str]
) -> None:
    """上海市社会信用条例第三十六条。"""
    clerk, head, leader = sign_in("clerk"), sign_in("head"), sign_in("leader")
    page = f"/notices/{published['notice']}"

    def marked() -> bool:
        return "异议处理中" in client.get(page).text

    here = clerk.post(
        "/staff/objections",
        event=published["event"],
        number=office.FIRM_CODE,
        received_on="2027-03-01",
        asked="correct",
        statement="数额有误",
        contact="周正",
    ).location
    assert marked()
    clerk.post(f"{here}/assign", who="own")
    head.post(f"{here}/decide", outcome="rejected", reason="一致")
    assert marked()
    clerk.post(f"{here}/tell", how="电话")
    assert not marked()
    clerk.post(f"{here}/appeal", number=office.FIRM_CODE, statement="再核对")
    assert marked()
    leader.post(f"{here}/review", outcome="deleted", reason="经复核，归集错误")
    assert client.get(page).status_code == 410
    assert "异议成立，予以删除" in client.get(page).text


def test_staff_cannot_take_the_mark_away_by_hand(
    client: FlaskClient, sign_in: Callable[..., Person], published: dict[str, str]
) -> None:
    clerk = sign_in("clerk")
    clerk.post(
        "/staff/objections",
        event=published["event"],
        number=office.FIRM_CODE,
        received_on="2027-03-01",
        asked="correct",
        statement="数额有误",
        contact="周正",
    )
    assert clerk.post(f"/staff/notices/{published['notice']}/marks", marks="litigation").status_code == 303
    told = client.get(f"/notices/{published['notice']}").text
    assert "异议处理中" in told
    assert "行政复议或诉讼期间" in told


_FEED = ("/feed/v1/entries?limit=1000", "/feed/v1/digests")


def _accepted(clerk: Person, head: Person, event: str) -> str:
    """A request with everything that the conditions ask for, accepted; returns its address."""
    here = clerk.post(
        "/staff/repairs",
        event=event,
        number=office.FIRM_CODE,
        duties="已缴清",
        contact="周正",
        file=(BytesIO(b"%PDF-1.7\n1\n%%EOF\n"), "缴款书.pdf"),
    ).location
    assert clerk.post(f"{here}/pledge", signed_on="2027-03-01").status_code == 303
    page = clerk.get(here).text
    pledge = page.split("/staff/pledges/")[1][:16]
    signed = (BytesIO(b"%PDF-1.7\n2\n%%EOF\n"), "承诺书.pdf")
    assert clerk.post(f"/staff/evidence/of/{pledge}", file=signed, back=here).status_code == 303
    assert head.post(f"{here}/accept").status_code == 303, head.get(here).text
    return here


def _said(answer: TestResponse) -> str:
    """Everything that an answer says, whatever it is written in: papers, JSON, the stored leaves of the log."""
    if answer.content_type == "application/pdf":
        return "".join(pages(answer.data))
    said = answer.data.decode("utf-8", "replace")
    if "json" not in (answer.content_type or ""):
        return said
    body = json.loads(said)
    leaves = [base64.b64decode(entry["leaf"]).decode() for entry in body.get("entries", [])]
    return json.dumps(body, ensure_ascii=False) + "".join(leaves)


def _buckets(client: FlaskClient, headers: dict[str, str]) -> int:
    """How many records the feed's digests count as current."""
    return sum(
        bucket["count"] for bucket in client.get("/feed/v1/digests", headers=headers).get_json()["buckets"]
    )
