"""Objections, repairs, complaints, pledges, lists, measures, standings and work lists for programs."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts import audit
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.registry import roster_facts as facts
from tests.registry.programs import Program
from tests.registry.register import BUREAU, BUREAU_CODE, CODE, SECRET, Register, filled

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def register(host: Host) -> Register:
    return filled(host)


@pytest.fixture
def program(client: FlaskClient, work: Work, host: Host) -> Program:
    return Program(client, work, *host.scopes)


def test_a_portal_hands_in_an_objection_for_the_subject_alone(
    client: FlaskClient, work: Work, register: Register
) -> None:
    """上海市社会信用条例第三十六条: the subject itself, and the record is marked from then on."""
    portal = Program(client, work, "rights:write")
    draft = {
        "event": register.old_penalty,
        "number": CODE,
        "received_on": "2026-11-20",
        "asked": "correct",
        "statement": "罚款数额有误",
        "contact": "13900005678",
    }
    foreign = portal.post("/objections", draft | {"number": facts.resident(9)})
    assert (foreign.status_code, foreign.get_json()["rule"]) == (403, "not_subject")
    made = portal.post("/objections", draft)
    assert made.status_code == 201, made.text
    assert "罚款数额有误" not in made.text
    assert "13900005678" not in made.text
    shown = made.get_json()
    assert (shown["state"], shown["event"], shown["identified_by"]) == (
        "marked",
        register.old_penalty,
        "credit_code",
    )
    assert shown["due_on"] == "2026-11-24"
    again = portal.post("/objections", draft)
    assert (again.status_code, again.get_json()["rule"]) == (409, "objected")
    early = portal.post(f"/objections/{shown['id']}/appeal", {"number": CODE, "statement": "不服"})
    assert (early.status_code, early.get_json()["rule"]) == (409, "out_of_turn")


def test_objections_are_listed_for_programs(program: Program, register: Register, clock: SetClock) -> None:
    (listed,) = program.found("/objections", state="open")["items"]
    assert listed["id"] == register.objection
    assert program.found("/objections", subject=register.firm)["items"] == [listed]
    assert program.found("/objections", subject=register.notaries)["items"] == []
    assert program.found("/objections", overdue="true")["items"] == []
    clock.advance(timedelta(days=30))
    assert program.found("/objections", overdue="true")["items"] == [listed]
    mixed = program.get("/objections", subject=register.firm, state="open")
    assert (mixed.status_code, mixed.get_json()["rule"]) == (400, "filters")


def test_a_repair_before_its_time_is_refused_with_the_day(
    client: FlaskClient, work: Work, register: Register
) -> None:
    """信用修复管理办法: not before the shortest term is over."""
    portal = Program(client, work, "rights:write")
    draft = {"event": register.penalty, "number": CODE, "duties": "已缴罚款", "contact": "x"}
    early = portal.post("/repairs", draft)
    assert (early.status_code, early.get_json()["rule"]) == (409, "too_early")
    assert "2027" in early.get_json()["title"]
    shown = portal.found(f"/repairs/{register.repair}")
    assert (shown["state"], shown["event"]) == ("applied", register.old_penalty)
    assert {one["name"] for one in shown["conditions"]} >= {"term"} or shown["conditions"]
    assert all(set(one) == {"name", "title", "basis", "met"} for one in shown["conditions"])


def test_the_hotline_hands_over_a_complaint_once_and_asks_what_became_of_it(
    client: FlaskClient, work: Work, register: Register
) -> None:
    hotline = Program(client, work, "complaints:write")
    draft: dict[str, Any] = {
        "number": "GD20261120002",
        "channel": "12348",
        "received_on": "2026-11-20",
        "subject": {"name": "单勇", "licence": facts.lawyer(1)},
        "complainant": "郝来信",
        "contact": "13912345678",
        "facts": "收了三万元，开庭没有到场。",
    }
    made = hotline.post("/complaints", draft)
    assert made.status_code == 201, made.text
    for private in ("郝来信", "13912345678", "三万元"):
        assert private not in made.text
    shown = made.get_json()
    assert shown["subject"] == {"kind": "practitioner", "id": register.lawyer, "name": "单勇"}
    assert shown["state"] == "received"
    again = hotline.post("/complaints", draft)
    assert (again.status_code, again.get_json()["id"]) == (201, shown["id"])
    other = hotline.post("/complaints", draft | {"facts": "另一件事"})
    assert (other.status_code, other.get_json()["rule"]) == (409, "known-record-differs")
    (found,) = hotline.found("/complaints", number="GD20261120002")["items"]
    assert found["id"] == shown["id"]
    assert hotline.get(f"/complaints/{shown['id']}/wording", purpose="complaint").status_code == 403
    assert hotline.get("/practitioners").status_code == 403
    nobody = hotline.post("/complaints", draft | {"number": "3", "subject": {}})
    assert (nobody.status_code, nobody.get_json()["errors"][0]["path"]) == (422, "subject.name")


def test_a_complainant_is_told_to_the_entitled_alone_and_the_look_is_noted(
    program: Program, work: Work, register: Register
) -> None:
    told = program.found(f"/complaints/{register.complaint}/wording", purpose="complaint")
    assert (told["complainant"], told["facts"]) == ("郝来信", SECRET)
    with work.read() as session:
        (look,) = audit.find(session, verb="complaint.view", limit=9)
    assert (look.record, look.actor_id) == (register.complaint, program.id)


def test_a_pledge_is_given_and_found_to_be_kept(program: Program, register: Register) -> None:
    draft = {
        "subject": register.firm,
        "kind": "主动型",
        "reason": "年度检查",
        "content": "按时公开收费标准",
        "liability": "接受失信惩戒",
        "given_on": "2026-11-10",
        "accepted_by": BUREAU,
        "accepted_by_code": BUREAU_CODE,
    }
    made = program.post("/pledges", draft)
    assert made.status_code == 201, made.text
    pledge = made.get_json()
    assert (pledge["state"], pledge["performance"], pledge["subject"]["id"]) == (
        "running",
        None,
        register.firm,
    )
    assert len(pledge["code"]) == 20
    path = f"/pledges/{pledge['id']}/outcomes"
    kept = program.post(path, {"performance": "全部履行"}, headers={"If-Match": made.headers["ETag"]})
    assert kept.status_code == 200, kept.text
    assert (kept.get_json()["state"], len(kept.get_json()["outcomes"])) == ("kept", 1)
    stale = program.post(path, {"performance": "部分履行"}, headers={"If-Match": made.headers["ETag"]})
    assert stale.status_code == 412
    bad = program.post("/pledges", draft | {"accepted_by_code": "123"})
    assert "accepted_by_code" in {fault["path"] for fault in bad.get_json()["errors"]}
    assert [one["id"] for one in program.found("/pledges", state="kept")["items"]] == [pledge["id"]]


def test_may_this_firm_enter_the_mediation_roster(
    client: FlaskClient, work: Work, register: Register
) -> None:
    partner = Program(client, work, "measures:read")
    purposes = {one["code"]: one for page in partner.walked("/measures/purposes", limit=1) for one in page}
    purpose = next(code for code in sorted(purposes) if "organisation" in purposes[code]["subjects"])
    told = partner.found("/measures/check", subject=register.firm, purpose=purpose)
    assert told["allowed"] is True
    assert (told["subject"]["id"], told["purpose"], told["on"]) == (register.firm, purpose, "2026-11-20")
    with work.read() as session:
        (asked,) = audit.find(session, verb="measures.check", limit=9)
    assert (asked.record, asked.actor_id) == (told["id"], partner.id)
    future = partner.get("/measures/check", subject=register.firm, purpose=purpose, on="2026-12-24")
    assert (future.status_code, future.get_json()["errors"][0]["path"]) == (422, "on")
    assert partner.get("/measures/check", subject=register.firm).status_code == 400
    assert partner.get("/listings").status_code == 403


def test_lists_are_read_and_never_written_by_a_program(program: Program, register: Register) -> None:
    """国办发〔2020〕49号: people alone decide on lists."""
    assert program.found("/listings")["items"] == []
    (open_,) = program.found("/listings", view="open")["items"]
    assert (open_["id"], open_["subject"]["id"]) == (register.listing, register.firm)
    assert program.found("/listings", subject=register.firm)["items"] == [open_]
    assert program.found(f"/listings/{register.listing}")["criteria"]
    refused = program.post("/listings", {})
    assert (refused.status_code, refused.headers["Allow"].replace(" ", "").split(",")[0]) == (405, "GET") or (
        "GET" in refused.headers["Allow"]
    )


def test_a_standing_is_told_with_the_reason_of_every_event(program: Program, register: Register) -> None:
    assert program.found("/standing", subject=register.firm)["standings"] == []
    told = program.found("/standing", subject=register.firm, on="2026-11-25")
    (standing,) = told["standings"]
    assert standing["kind"] == "law_firm"
    assert standing["points"] == standing["base"] + sum(reason["points"] for reason in standing["reasons"])
    assert {reason["event"] for reason in standing["reasons"]} == {register.penalty, register.old_penalty}
    grades = program.found("/standings", kind="law_firm", on="2026-11-25")["items"]
    assert [(one["id"], one["grade"]) for one in grades] == [(register.firm, standing["grade"])]
    people = [
        one for page in program.walked("/standings", kind="lawyer", on="2026-11-25", limit=1) for one in page
    ]
    assert len(people) == 2


def test_what_waits_in_the_office_is_told_to_a_program_that_reminds(
    program: Program, register: Register
) -> None:
    lists = [one for page in program.walked("/worklists", limit=3) for one in page]
    waiting = {one["title"]: one["duties"] for one in lists}
    assert any("异议" in title and duties for title, duties in waiting.items())
    assert all(date.fromisoformat(duty["since"]) for duties in waiting.values() for duty in duties)


@ONE_DATABASE
def test_what_people_wrote_stands_in_no_answer_but_its_own(
    app: Flask, client: FlaskClient, work: Work, host: Host, register: Register
) -> None:
    """Every GET of the interface with real ids and all scopes but the one for personal data."""
    modest = Program(client, work, *(scope for scope in host.scopes if scope != "registry:personal"))
    said, refused = "", set()
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/v1/") or "GET" not in (rule.methods or ()):
            continue
        for public_id in register.ids if rule.arguments else [""]:
            path = rule.rule.removeprefix("/api/v1").replace("<string(length=16):public_id>", public_id)
            answer = modest.get(path)
            said += answer.text
            if answer.status_code == 403:
                refused.add(rule.rule.rsplit("/", 1)[-1])
    assert register.penalty in said
    assert register.complaint in said
    for private in (SECRET, "13900001234", "郝来信", facts.resident(7)):
        assert private not in said
    assert refused == {"wording", "contact"}
