"""A clerk at the desk takes an objection in the browser, the head decides, the paper goes home with the person."""

from collections.abc import Callable
from datetime import date

import pytest

from registry.credit.record import Subject, record
from registry.kernel.access import Actor
from registry.kernel.host import Host
from tests.papers import pages
from tests.people import Person
from tests.registry import roster_facts as facts

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CODE = facts.code(serial=7)


@pytest.fixture
def firm(host: Host) -> dict[str, str]:
    with host.work.write(Actor.command("tests")) as session:
        place = facts.firm(session, uscc=CODE)
        event = record(
            session,
            session.actor,
            kind="penalty",
            subject=Subject(organisation=place.id),
            decided_on=date(2026, 11, 12),
            document_number="沪司罚决字〔2026〕第7号",
            authority="上海市司法局",
            severity="一般",
            summary="罚款二万元",
        )
    return {"organisation": place.public_id, "event": event.public_id}


def test_from_the_firms_page_to_the_answer(sign_in: Callable[..., Person], firm: dict[str, str]) -> None:
    clerk, head = sign_in("clerk"), sign_in("head")
    page = clerk.get(f"/staff/roster/organisations/{firm['organisation']}").text
    assert f"/staff/objections/new?organisation={firm['organisation']}" in page
    form = clerk.get(f"/staff/objections/new?organisation={firm['organisation']}").text
    assert firm["event"] in form

    given = {
        "of": "1",
        "organisation": firm["organisation"],
        "event": firm["event"],
        "number": facts.code(serial=8),
        "received_on": "2026-11-20",
        "asked": "correct",
        "statement": "罚款数额有误",
        "contact": "周正",
    }
    refused = clerk.post("/staff/objections", **given)
    assert refused.status_code == 403
    assert "第三十六条" in refused.text
    assert "罚款数额有误" in refused.text, "the form comes back filled in"
    assert facts.code(serial=8) not in refused.text, "but for the number"

    made = clerk.post("/staff/objections", **{**given, "number": CODE})
    assert made.status_code == 303
    here = made.location
    assert "待分办" in clerk.get(here).text
    again = clerk.post("/staff/objections", **{**given, "number": CODE})
    assert again.status_code == 409
    assert "已有异议正在处理" in again.text
    assert clerk.post(f"{here}/assign", who="").status_code == 422
    assert clerk.post(f"{here}/assign", who="own", source_unit="上海市司法局").status_code == 303
    assert "作出处理决定" not in clerk.get(here).text
    assert head.post(f"{here}/decide", outcome="rejected", reason=" ").status_code == 422
    assert head.post(f"{here}/decide", outcome="rejected", reason="与决定书一致").status_code == 303
    assert head.post(f"{here}/decide", outcome="rejected", reason="与决定书一致").status_code == 409
    assert clerk.post(f"{here}/tell", how="当面送达").status_code == 303
    assert "已办结" in clerk.get(here).text
    assert clerk.get("/staff/objections").text.count(firm["event"]) == 0
    assert "罚款数额有误" not in clerk.get("/staff/objections?state=told").text
    assert here in clerk.get("/staff/objections?state=told").text

    receipt = "".join(pages(clerk.get(f"{here}/receipt.pdf").data))
    for said in (
        "异议受理回执",
        "罚款数额有误",
        "5个工作日",
        "上海市社会信用条例第三十六条",
        "本机关承诺时限",
    ):
        assert said in receipt
    answer = "".join(pages(clerk.get(f"{here}/decision.pdf").data))
    for said in (
        "异议处理结果告知书",
        "异议不成立，维持原记录",
        "与决定书一致",
        "10个工作日内向本机关申请复核",
    ):
        assert said in answer


def test_whoever_may_not_see_objections_sees_none(
    sign_in: Callable[..., Person], firm: dict[str, str]
) -> None:
    inspector = sign_in("inspector")
    assert inspector.get("/staff/objections").status_code == 403
    assert "提出异议" not in inspector.get(f"/staff/roster/organisations/{firm['organisation']}").text


def test_an_unknown_step_or_objection_is_told_so(
    sign_in: Callable[..., Person], firm: dict[str, str]
) -> None:
    clerk = sign_in("clerk")
    assert clerk.get(f"/staff/objections/{'a' * 16}").status_code == 404
    assert clerk.post(f"/staff/objections/{'a' * 16}/tell", how="电话").status_code == 404
    assert clerk.get(f"/staff/objections/{'a' * 16}/receipt.pdf").status_code == 404
    assert "先选择记录" in clerk.get("/staff/objections/new").text
    assert clerk.get("/staff/objections?state=nowhere&before=x").status_code == 200
