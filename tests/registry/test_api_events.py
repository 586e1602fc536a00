"""Credit events for programs: what happened to whom, its words for a scope of their own, and its annulment."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from registry.accounts import audit
from registry.credit.record import Subject, record
from registry.kernel.clock import SetClock
from registry.kernel.work import Work
from registry.roster import enrol
from tests.registry import roster_facts as facts
from tests.registry.programs import COMMAND, Program

SECRET = "张三电话13900001234"


@pytest.fixture
def program(client: FlaskClient, work: Work) -> Program:
    return Program(client, work)


@pytest.fixture
def firm(work: Work) -> enrol.Organisation:
    with work.write(COMMAND) as session:
        return facts.firm(session)


def happened(work: Work, firm: enrol.Organisation, **more: Any) -> str:
    fact = {
        "kind": "penalty",
        "decided_on": date(2026, 5, 6),
        "summary": SECRET,
        "document_number": "沪司罚决〔2026〕1号",
        "authority": "上海市司法局",
        "severity": "一般",
        "columns": {"CF_CFLB": "警告;罚款", "CF_NR": SECRET},
        **more,
    }
    with work.write(COMMAND) as session:
        return record(session, COMMAND, subject=Subject(organisation=firm.id), **fact).public_id


def test_an_event_is_read_with_its_terms_and_without_its_words(
    program: Program, work: Work, firm: enrol.Organisation
) -> None:
    """信用修复管理办法: 一般 three months to one year."""
    event = happened(work, firm)
    answer = program.get(f"/credit-events/{event}")
    assert SECRET not in answer.text
    shown = answer.get_json()
    assert shown["subject"] == {"kind": "organisation", "id": firm.public_id, "name": "上海明理律师事务所"}
    assert (shown["kind"], shown["polarity"], shown["severity"]) == ("penalty", "negative", "一般")
    assert shown["penalties"] == ["警告", "罚款"]
    assert shown["repair_after"] < shown["public_until"]
    assert (shown["target"], shown["annulled_by"], shown["corrected_at"]) == (None, None, None)


def test_the_words_of_an_event_are_told_for_a_purpose_that_is_noted_at_its_subject(
    client: FlaskClient, work: Work, firm: enrol.Organisation
) -> None:
    event = happened(work, firm)
    asked = f"/credit-events/{event}/wording"
    assert Program(client, work, "registry:read").get(asked, purpose="rights").status_code == 403
    entitled = Program(client, work, "registry:personal")
    assert entitled.get(asked, purpose="curiosity").status_code == 400
    told = entitled.get(asked, purpose="rights").get_json()
    assert told["summary"] == SECRET
    assert told["columns"]["CF_NR"] == SECRET
    with work.read() as session:
        (look,) = audit.find(session, verb="credit.view", limit=9)
    assert (look.record, look.actor_id) == (firm.public_id, entitled.id)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, ["5", "4", "3", "2", "1"]),
        ({"kind": "permit"}, ["5"]),
        ({"since": "2026-05-03"}, ["5", "4", "3"]),
        ({"until": "2026-05-02"}, ["2", "1"]),
        ({"since": "2026-05-02", "until": "2026-05-03", "kind": "penalty"}, ["3", "2"]),
    ],
)
def test_events_are_listed_by_what_is_asked_the_latest_first(
    program: Program, work: Work, firm: enrol.Organisation, asked: dict[str, str], numbers: list[str]
) -> None:
    for day in range(1, 6):
        kind = "permit" if day == 5 else "penalty"
        happened(work, firm, document_number=str(day), decided_on=date(2026, 5, day), kind=kind)
    with work.write(COMMAND) as session:
        other = facts.firm(session, "上海乙律师事务所")
    of = {"subject": firm.public_id}
    listed = program.found("/credit-events", **asked, **of)
    assert [one["document_number"] for one in listed["items"]] == numbers
    walked = program.walked("/credit-events", **asked, **of, limit=2)
    assert [one["document_number"] for page in walked for one in page] == numbers
    assert program.found("/credit-events", **asked, subject=other.public_id)["items"] == []
    unknown = program.get("/credit-events", subject="a" * 16)
    assert (unknown.status_code, unknown.get_json()["rule"]) == (422, "unknown-subject")


def test_an_event_is_annulled_by_a_second_one(program: Program, work: Work, firm: enrol.Organisation) -> None:
    """行政处罚法第四十八条."""
    event = happened(work, firm)
    path, answer = f"/credit-events/{event}/annulment", {"ground": "行政复议撤销", "on": "2026-06-01"}
    early = program.post(path, answer | {"on": "2026-05-01"})
    assert (early.status_code, early.get_json()["errors"][0]["path"]) == (422, "on")
    done = program.post(path, answer)
    assert done.status_code == 200, done.text
    by = done.get_json()["annulled_by"]
    assert program.found(f"/credit-events/{by}")["target"] == event
    again = program.post(path, answer)
    assert (again.status_code, again.get_json()["rule"]) == (409, "annulled")
    assert program.post(f"/credit-events/{'a' * 16}/annulment", answer).status_code == 404


SERVICE = {
    "kind": "pro_bono",
    "decided_on": "2026-06-01",
    "authority": "上海市律师协会",
    "values": {"service": "法律咨询", "hours": "8", "place": "南京东路街道"},
}


def test_a_program_records_what_the_form_would_and_corrects_it(
    program: Program, work: Work, firm: enrol.Organisation
) -> None:
    """律师法第四十二条; 政府信息公开条例第四十一条."""
    made = program.post("/credit-events", SERVICE | {"subject": firm.public_id})
    assert made.status_code == 201, made.text
    event = made.get_json()
    assert (event["kind"], event["polarity"], event["subject"]["id"]) == (
        "pro_bono",
        "positive",
        firm.public_id,
    )
    again = program.post("/credit-events", SERVICE | {"subject": firm.public_id})
    assert (again.status_code, again.get_json()["rule"]) == (409, "known-record")
    now = {name: value for name, value in SERVICE.items() if name != "kind"} | {
        "decided_on": "2026-06-02",
        "reason": "日期抄错",
    }
    path = f"/credit-events/{event['id']}/corrections"
    stale = program.post(path, now, headers={"If-Match": '"x"'})
    assert stale.status_code == 412
    done = program.post(path, now, headers={"If-Match": made.headers["ETag"]})
    assert done.status_code == 200, done.text
    assert (done.get_json()["decided_on"], done.get_json()["id"]) == ("2026-06-02", event["id"])
    assert done.get_json()["corrected_at"] is not None
    assert len(program.found("/credit-events", subject=firm.public_id)["items"]) == 1
    same = program.post(path, now)
    assert (same.status_code, same.get_json()["rule"]) == (422, "nothing-changes")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "path", "rule"),
    [
        ({"decided_on": "2026-11-21"}, "decided_on", "decision-in-future"),
        ({"decided_on": "1999-01-01"}, "decided_on", "before-licence"),
        ({"values": {"service": "法律咨询"}}, "values.hours", "required"),
        ({"values": {"service": "打扫卫生", "hours": "8"}}, "values.service", "enum"),
        ({"values": {"service": "法律咨询", "hours": "八"}}, "values.hours", "number-form"),
        ({"values": {"service": "法律咨询", "hours": "8", "colour": "红"}}, "values.colour", "unknown-field"),
        ({"kind": "listing"}, "kind", "not-offered"),
        ({"subject": "a" * 16}, "subject", "unknown-subject"),
    ],
)
def test_what_the_form_would_refuse_is_refused_at_its_place(
    program: Program, firm: enrol.Organisation, change: dict[str, Any], path: str, rule: str
) -> None:
    refused = program.post("/credit-events", SERVICE | {"subject": firm.public_id} | change)
    assert refused.status_code == 422, refused.text
    assert (path, rule) in {(one["path"], one["rule"]) for one in refused.get_json()["errors"]}


def test_the_catalogue_is_told_to_programs(program: Program) -> None:
    kinds = {one["code"]: one for page in program.walked("/event-kinds", limit=3) for one in page}
    assert kinds["penalty"]["polarity"] == "negative"
    assert kinds["penalty"]["subjects"] == ["organisation", "practitioner"]
    assert "行政处罚法" in kinds["penalty"]["basis"]
    assert {"code", "title", "type"} <= set(kinds["permit"]["fields"][0])


def test_working_days_and_terms_are_counted_for_programs(program: Program, clock: SetClock) -> None:
    """民法典第二百零一条; the make-up Saturday of the National Day of 2026."""
    days = [
        one
        for page in program.walked("/working-days", since="2026-09-30", until="2026-10-12", limit=5)
        for one in page
    ]
    assert [one["day"] for one in days] == [
        f"2026-{9 if n < 1 else 10:02}-{30 if n < 1 else n:02}" for n in range(13)
    ]
    works = {one["day"]: one["works"] for one in days}
    assert works["2026-09-30"]
    assert not works["2026-10-01"]
    told = program.found("/deadline", since="2026-11-20", days=5)
    assert told == {"day": "2026-11-27", "provisional": False}
    assert program.get("/working-days", since="2026-01-01", until="2029-01-01").status_code == 400
    assert program.get("/working-days", since="2026-01-01").status_code == 400
