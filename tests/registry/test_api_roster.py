"""The roster for programs: what the office's pages show and do, read and done by a token."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from registry.accounts import audit
from registry.kernel.work import Work
from registry.roster import enrol, find
from tests.registry import roster_facts as facts
from tests.registry.programs import COMMAND, Program

PHONE = "13900001234"
NUMBER = facts.resident(7)


@pytest.fixture
def program(client: FlaskClient, work: Work) -> Program:
    return Program(client, work)


@pytest.fixture
def firm(work: Work) -> enrol.Organisation:
    with work.write(COMMAND) as session:
        return facts.firm(session, uscc=facts.code(), form="普通合伙", phone="021-12345678")


@pytest.fixture
def lawyer(work: Work, firm: enrol.Organisation) -> enrol.Practitioner:
    with work.write(COMMAND) as session:
        return facts.advocate(session, firm, id_number=NUMBER, phone=PHONE)


def test_a_program_reads_a_firm_and_its_lawyer(
    program: Program, firm: enrol.Organisation, lawyer: enrol.Practitioner
) -> None:
    place = program.found(f"/organisations/{firm.public_id}")
    assert (place["name"], place["kind"], place["state"]) == ("上海明理律师事务所", "law_firm", "normal")
    person = program.found(f"/practitioners/{lawyer.public_id}")
    (licence,) = person["licences"]
    assert licence["organisation"] == {
        "id": firm.public_id,
        "name": "上海明理律师事务所",
        "kind": "law_firm",
        "district": "310101",
    }
    assert [one["value"] for one in licence["states"]] == ["practising"]
    assert (licence["granted_on"], licence["ended_on"]) == ("2010-05-01", None)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["甲一", "甲二", "乙一"]),
        ({"profession": "lawyer"}, ["甲一", "甲二", "乙一"]),
        ({"profession": "notary"}, []),
        ({"district": "310106"}, ["乙一"]),
        ({"state": "suspended"}, ["甲二"]),
        ({"state": "suspended", "district": "310106"}, []),
        ({"q": "甲"}, ["甲一", "甲二"]),
        ({"q": "甲", "profession": "notary"}, []),
        ({"q": "不在"}, []),
    ],
)
def test_people_are_listed_by_what_is_asked(
    program: Program, work: Work, asked: dict[str, str], names: list[str]
) -> None:
    with work.write(COMMAND) as session:
        one = facts.firm(session)
        other = facts.firm(session, "上海乙律师事务所", district="310106")
        facts.advocate(session, one, 1, name="甲一")
        second = facts.advocate(session, one, 2, name="甲二")
        facts.advocate(session, other, 3, name="乙一")
        enrol.change_state(
            session,
            session.actor,
            licence=second.licence,
            state="suspended",
            on=date(2026, 3, 1),
            reason="沪司罚决〔2026〕1号",
        )
    assert [line["name"] for line in program.found("/practitioners", **asked)["items"]] == names
    # The same in pages of one: no line twice, none left out, and the last page says that it is the last.
    assert [
        line["name"] for page in program.walked("/practitioners", **asked, limit=1) for line in page
    ] == names


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["上海明理律师事务所", "上海市东方公证处"]),
        ({"kind": "notary_office"}, ["上海市东方公证处"]),
        ({"district": "310115"}, ["上海市东方公证处"]),
        ({"state": "cancelled"}, []),
        ({"q": "明理"}, ["上海明理律师事务所"]),
        ({"q": "上海", "kind": "notary_office"}, ["上海市东方公证处"]),
    ],
)
def test_organisations_are_listed_by_what_is_asked(
    program: Program, work: Work, firm: enrol.Organisation, asked: dict[str, str], names: list[str]
) -> None:
    with work.write(COMMAND) as session:
        facts.firm(session, "上海市东方公证处", kind="notary_office", district="310115")
    assert [line["name"] for line in program.found("/organisations", **asked)["items"]] == names
    assert [
        line["name"] for page in program.walked("/organisations", **asked, limit=1) for line in page
    ] == names


def test_identity_and_phone_stand_in_an_answer_of_their_own_and_whoever_asks_is_noted(
    client: FlaskClient, work: Work, lawyer: enrol.Practitioner
) -> None:
    """个人信息保护法第六条、第五十四条."""
    reader = Program(client, work, "registry:read")
    asked = f"/practitioners/{lawyer.public_id}/contact"
    said = reader.get(f"/practitioners/{lawyer.public_id}").text + reader.get("/practitioners").text
    assert PHONE not in said
    assert NUMBER[:6] not in said
    refused = reader.get(asked, purpose="rights")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (
        403,
        'Bearer error="insufficient_scope"',
    )
    entitled = Program(client, work, "registry:personal")
    assert entitled.get(asked).status_code == 400, "nobody looks without a purpose"
    told = entitled.get(asked, purpose="rights")
    assert told.headers["Cache-Control"] == "no-store"
    assert told.get_json() == {
        "id": lawyer.public_id,
        "id_type": "身份证",
        "id_hint": f"{NUMBER[:6]}{'*' * 10}{NUMBER[-2:]}",
        "phone": PHONE,
    }
    with work.read() as session:
        looks = audit.find(session, verb="roster.view", limit=9)
    assert [(look.record, look.actor_kind, look.actor_id, look.detail) for look in looks] == [
        (lawyer.public_id, "client", entitled.id, {"purpose": "rights"})
    ]


def test_a_program_enrols_a_firm_and_a_lawyer(program: Program) -> None:
    made = program.post(
        "/organisations",
        {
            "kind": "law_firm",
            "name": "上海新立律师事务所",
            "district": "310101",
            "established_on": "2020-01-02",
        },
    )
    assert made.status_code == 201, made.text
    place = made.get_json()
    assert made.headers["Location"] == f"/api/v1/organisations/{place['id']}"
    assert program.found(f"/organisations/{place['id']}") == place
    draft = {
        "name": "单勇",
        "profession": "lawyer",
        "licence_number": facts.lawyer(5),
        "granted_on": "2021-05-01",
        "organisation": place["id"],
        "id_number": NUMBER,
        "phone": PHONE,
    }
    person = program.post("/practitioners", draft)
    assert person.status_code == 201, person.text
    assert PHONE not in person.text
    assert NUMBER not in person.text
    again = program.post("/practitioners", draft)
    assert (again.status_code, again.get_json()["rule"]) == (409, "enrolled")


def test_what_cannot_be_enrolled_is_refused_by_field(program: Program, firm: enrol.Organisation) -> None:
    draft = {"name": "单勇", "profession": "lawyer", "licence_number": "12", "granted_on": "2021-05-01"}
    refused = program.post("/practitioners", draft | {"organisation": "a" * 16})
    assert (refused.status_code, refused.get_json()["rule"]) == (422, "unknown-organisation")
    refused = program.post("/practitioners", draft | {"organisation": firm.public_id})
    assert refused.status_code == 422
    assert {fault["path"] for fault in refused.get_json()["errors"]} == {"licence_number"}
    taken = program.post(
        "/organisations", {"kind": "law_firm", "name": "上海明理律师事务所", "district": "310106"}
    )
    assert taken.status_code == 409
    assert [fault["path"] for fault in taken.get_json()["errors"]] == ["district"]


def test_a_program_suspends_and_moves_a_lawyer(
    program: Program, work: Work, firm: enrol.Organisation, lawyer: enrol.Practitioner
) -> None:
    with work.write(COMMAND) as session:
        other = facts.firm(session, "上海乙律师事务所")
    licence = f"/practitioners/{lawyer.public_id}/licences/{lawyer.licence.public_id}"
    move = {"organisation": other.public_id, "on": "2026-11-01"}
    moved = program.post(f"{licence}/transfers", move)
    assert moved.status_code == 200, moved.text
    (shown,) = moved.get_json()["licences"]
    assert shown["organisation"]["id"] == other.public_id
    assert [one["organisation"]["id"] for one in shown["engagements"]] == [other.public_id, firm.public_id]
    change = {"state": "suspended", "on": "2026-11-10", "reason": "沪司罚决〔2026〕9号"}
    assert program.post(f"{licence}/states", change).get_json()["licences"][0]["state"] == "suspended"
    again = program.post(f"{licence}/states", change)
    assert (again.status_code, again.get_json()["rule"]) == (409, "same-state")
    stuck = program.post(f"{licence}/transfers", {"organisation": firm.public_id, "on": "2026-11-12"})
    assert (stuck.status_code, stuck.get_json()["rule"]) == (409, "suspended")


def test_an_address_that_mixes_two_people_is_none(
    program: Program, work: Work, firm: enrol.Organisation, lawyer: enrol.Practitioner
) -> None:
    with work.write(COMMAND) as session:
        other = facts.advocate(session, firm, 2, name="乙二")
    mixed = f"/practitioners/{other.public_id}/licences/{lawyer.licence.public_id}/states"
    change = {"state": "suspended", "on": "2026-11-10", "reason": "x"}
    assert program.post(mixed, change).status_code == 404


def test_a_change_based_on_what_another_has_changed_since_is_refused(
    program: Program, work: Work, firm: enrol.Organisation, lawyer: enrol.Practitioner
) -> None:
    """RFC 9110 section 13.1.1."""
    seen = program.get(f"/organisations/{firm.public_id}").headers["ETag"]
    path = f"/organisations/{firm.public_id}/states"
    change: dict[str, Any] = {"state": "rectifying", "on": "2026-11-10", "reason": "沪司改〔2026〕1号"}
    with work.write(COMMAND) as session:
        enrol.change_organisation_state(
            session,
            session.actor,
            organisation=find.organisation(session, firm.public_id),
            state="suspended",
            on=date(2026, 11, 9),
            reason="沪司罚〔2026〕2号",
        )
    refused = program.post(path, change, headers={"If-Match": seen})
    assert (refused.status_code, refused.get_json()["rule"]) == (412, "changed")
    now = program.get(f"/organisations/{firm.public_id}").headers["ETag"]
    done = program.post(path, change, headers={"If-Match": now})
    assert (done.status_code, done.get_json()["state"]) == (200, "rectifying")
    assert program.get(f"/organisations/{firm.public_id}").headers["ETag"] == done.headers["ETag"]


def test_a_firm_changes_its_name_and_a_slip_is_corrected(
    program: Program, work: Work, firm: enrol.Organisation, lawyer: enrol.Practitioner
) -> None:
    path = f"/organisations/{firm.public_id}/amendments"
    before = program.found(f"/organisations/{firm.public_id}")
    changed = program.post(
        path, {"name": "上海明理正律师事务所", "on": "2026-11-02", "reason": "沪司许〔2026〕7号"}
    )
    assert changed.status_code == 200, changed.text
    after = changed.get_json()
    assert {key for key in after if after[key] != before[key]} == {"name"}
    then = program.found(f"/organisations/{firm.public_id}", on="2026-11-01")
    assert then["name"] == "上海明理律师事务所"
    early = program.get(f"/organisations/{firm.public_id}", on="1999-01-01")
    assert (early.status_code, early.get_json()["rule"]) == (404, "not-yet")
    nothing = program.post(path, {"reason": "x", "on": "2026-11-02"})
    assert nothing.status_code == 409
    slip = f"/practitioners/{lawyer.public_id}/amendments"
    corrected = program.post(slip, {"name": "单永", "correction": True, "reason": "录入笔误"})
    assert corrected.status_code == 200, corrected.text
    assert program.found(f"/practitioners/{lawyer.public_id}", on="2020-01-01")["name"] == "单永"
    undated = program.post(slip, {"name": "单泳", "reason": "改名"})
    assert (undated.status_code, undated.get_json()["errors"][0]["path"]) == (422, "on")
