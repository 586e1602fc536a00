"""The ceremony over JSON: a program prepares and draws, people supply chance and decide, each in a session of their own."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from inspection.ceremony import announce
from inspection.ceremony import find as draws
from inspection.draw.verify import verify
from inspection.visits import find as visits
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Refused
from registry.kernel.host import Host
from tests.inspection import bureau
from tests.people import Person
from tests.registry.programs import Program

SignIn = Callable[..., Person]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PLAN = [{"kind": "dice", "by": "witness"}, {"kind": "reveal", "by": "witness2"}]
VALUE, NONCE = "ab" * 16, "cd" * 16


def send(person: Person, path: str, body: object, *, key: str | None = None) -> TestResponse:
    """JSON from somebody's own session, as a page's script or their own program sends it."""
    headers = {"X-CSRFToken": person._token, "Idempotency-Key": key or str(uuid.uuid4())}
    return person.client.post(f"/api/v1{path}", json=body, headers=headers)


def refused(answer: TestResponse) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json"
    return answer.status_code, answer.get_json()["rule"]


def test_a_draw_from_its_announcement_to_its_record(
    host: Host, app: Flask, client: FlaskClient, sign_in: SignIn
) -> None:
    place = bureau.found(host.work)
    witness, second = sign_in("witness"), sign_in("witness", username="witness2")
    program = Program(client, host.work, "draws:conduct")
    [task] = program.found("/inspection-tasks")["items"]
    assert (task["id"], task["object_kind"], task["draw"]) == (place.task, "law_firm", None)
    made = program.post("/draws", {"task": place.task, "plan": PLAN})
    assert made.status_code == 201, made.text
    draw = made.get_json()["id"]
    assert made.headers["Location"] == f"/api/v1/draws/{draw}"
    here = f"/draws/{draw}"
    assert refused(program.post(f"{here}/freeze", {})) == (409, "commitment_missing")
    commitment = sha256(f"commit|{draw}|witness2|{NONCE}|{VALUE}".encode()).hexdigest()
    assert refused(program.post(f"{here}/commitments", {"commitment": commitment})) == (403, "people_only")
    assert refused(send(witness, f"{here}/commitments", {"commitment": commitment})) == (403, "other_party")
    handed = send(second, f"{here}/commitments", {"commitment": commitment})
    assert handed.get_json()["plan"][1]["commitment"] == commitment
    frozen = program.post(f"{here}/freeze", {}).get_json()
    assert (frozen["state"], frozen["commit_index"]) == ("frozen", None)
    assert program.post(f"{here}/commit", {}).get_json()["state"] == "committed"
    assert refused(program.post(f"{here}/run", {})) == (409, "chance_missing")
    dice = {"position": 0, "value": bureau.DICE}
    assert refused(program.post(f"{here}/chance", dice)) == (403, "people_only")
    assert refused(send(second, f"{here}/chance", dice)) == (403, "other_party")
    assert refused(send(witness, f"{here}/chance", {"position": 0, "value": "123"}))[0] == 422
    assert send(witness, f"{here}/chance", dice).status_code == 200
    reveal = {"position": 1, "value": VALUE, "nonce": NONCE}
    assert refused(send(second, f"{here}/chance", {**reveal, "value": "00" * 16}))[0] == 422
    assert send(second, f"{here}/chance", reveal).get_json()["state"] == "ready"
    key = str(uuid.uuid4())
    done = program.post(f"{here}/run", {}, key=key)
    assert (done.status_code, done.get_json()["state"]) == (200, "drawn")
    again = program.post(f"{here}/run", {}, key=key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.get_json() == done.get_json()
    assert refused(program.post(f"{here}/run", {})) == (409, "state")
    with host.work.read() as session:
        record = json.loads(draws.record_bytes(session, draw))
        assert len(visits.worklist(session, limit=50)[0]) == len(record["selected"]) == 3
    assert verify(record) == []
    assert program.found(here) == done.get_json()
    [task] = program.found("/inspection-tasks")["items"]
    assert (task["draw"], task["state"]) == (draw, "drawn")
    pages = list(program.walked("/visits", state="assigned", limit=2))
    assert [len(page) for page in pages] == [2, 1]
    assert {visit["draw"] for page in pages for visit in page} == {draw}


@ONE_DATABASE
def test_a_program_has_no_chance_and_is_no_second_person(
    host: Host, client: FlaskClient, sign_in: SignIn
) -> None:
    place = bureau.found(host.work)
    sign_in("witness")
    program, reader = Program(client, host.work, "draws:conduct"), Program(client, host.work, "draws:read")
    assert refused(reader.post("/draws", {"task": place.task, "plan": PLAN})) == (403, "permission")
    for parties in (("witness", program.id), ("witness", "somebody"), ("witness", "witness2")):
        plan = [{"kind": "dice", "by": name} for name in parties]
        assert refused(program.post("/draws", {"task": place.task, "plan": plan})) == (422, "not_a_witness")
    draw = bureau.committed(host.work, place)
    for path, body in (
        ("chance", {"position": 0, "value": bureau.DICE}),
        ("void", {"ground": "frame_fault", "note": "漏列一家"}),
        ("void/confirm", {}),
    ):
        assert refused(program.post(f"/draws/{draw}/{path}", body)) == (403, "people_only")
    # Whatever a token may be granted one day, the use cases themselves want a person.
    everything = Actor("client", program.id, "程序", frozenset({"draw.chance"}))
    with pytest.raises(Refused, match="本人"), host.work.write(everything) as session:
        announce.hand_over(session, everything, draw_id=draw, commitment="0" * 64)


@ONE_DATABASE
def test_two_people_void_and_the_successor_names_the_draw(
    host: Host, client: FlaskClient, sign_in: SignIn
) -> None:
    place = bureau.found(host.work)
    draw = bureau.committed(host.work, place)
    head, leader = sign_in("head"), sign_in("leader")
    witness = sign_in("witness")
    proposal = {"ground": "frame_fault", "note": "漏列一家"}
    assert refused(send(witness, f"/draws/{draw}/void", proposal)) == (403, "permission")
    assert refused(send(head, f"/draws/{draw}/void", {**proposal, "ground": "record_invalid"})) == (
        422,
        "state",
    )
    proposed = send(head, f"/draws/{draw}/void", proposal).get_json()
    assert (proposed["state"], proposed["void_proposal"]["ground"]) == ("committed", "frame_fault")
    assert "漏列" not in json.dumps(proposed, ensure_ascii=False)
    assert refused(send(head, f"/draws/{draw}/void/confirm", {})) == (403, "four_eyes")
    voided = send(leader, f"/draws/{draw}/void/confirm", {}).get_json()
    assert (voided["state"], voided["voided"]["ground"]) == ("voided", "frame_fault")
    sign_in("witness", username="witness2")
    program = Program(client, host.work, "draws:conduct")
    plan = [{"kind": "dice", "by": name} for name in ("witness", "witness2")]
    assert refused(program.post("/draws", {"task": place.task, "plan": plan})) == (409, "supersedes")
    successor = program.post("/draws", {"task": place.task, "plan": plan, "supersedes": draw}).get_json()
    assert successor["supersedes"] == draw
    called_off = program.post(f"/draws/{successor['id']}/call-off", {}).get_json()
    assert called_off["state"] == "called_off"
    assert refused(program.post(f"/draws/{successor['id']}/freeze", {})) == (409, "not_announced")


@ONE_DATABASE
def test_a_replacement_is_asked_for_by_one_and_decided_by_another(host: Host, sign_in: SignIn) -> None:
    place = bureau.found(host.work)
    bureau.drawn(host.work, place)
    clerk, head = sign_in("clerk"), sign_in("head")
    with host.work.read() as session:
        [first, *_] = visits.worklist(session, limit=1)[0]
    path = f"/visits/{first.public_id}/substitutions"
    wrong = {"seat": 0, "ground": "ended", "reason": "已注销"}
    assert refused(send(clerk, path, wrong)) == (422, "unknown_ground")
    asked = send(clerk, path, {"seat": 0, "ground": "recused", "reason": "亲属关系"})
    assert asked.status_code == 200, asked.text
    assert "亲属" not in asked.text
    [request] = asked.get_json()["requests"]
    here = f"{path}/{request['id']}/decision"
    assert refused(send(clerk, here, {"granted": True})) == (403, "permission")
    assert refused(send(head, f"{path}/{'a' * 16}/decision", {"granted": True})) == (404, "not_found")
    decided = send(head, here, {"granted": True}).get_json()
    assert decided["requests"][0]["state"] == "granted"
    assert decided["seats"][0] != first.inspectors[0]
    assert refused(send(head, here, {"granted": True})) == (409, "decided")


@ONE_DATABASE
def test_what_does_not_fit_is_named_by_its_field(
    host: Host, client: FlaskClient, clock: SetClock, sign_in: SignIn
) -> None:
    place = bureau.found(host.work)
    sign_in("witness")
    sign_in("witness", username="witness2")
    program = Program(client, host.work, "draws:conduct")
    due = (clock.now() + timedelta(days=2)).isoformat()
    beacon = {"kind": "beacon", "by": "witness2", "source": "lottery", "round": "2026130", "due": due}
    for plan, path in (
        ([PLAN[0], {**beacon, "due": None}], "plan[1].due"),
        ([PLAN[0], {key: value for key, value in beacon.items() if key != "round"}], "plan[1].round"),
        ([{**PLAN[0], "source": "lottery"}, beacon], "plan[0].source"),
        ([beacon, PLAN[0]], "beacon_by"),
    ):
        answer = program.post("/draws", {"task": place.task, "plan": plan})
        assert answer.status_code == 422
        assert [error["path"] for error in answer.get_json()["errors"]] == [path]
    assert program.post("/draws", {"task": place.task, "plan": [PLAN[0], beacon]}).status_code == 201
    document = client.get("/api/v1/openapi.json").get_json()
    validate(document)
    wanted = document["paths"]["/api/v1/draws/{public_id}/chance"]["post"]["security"]
    assert wanted == [{"session": []}]
    offered = document["paths"]["/api/v1/draws/{public_id}/run"]["post"]["security"]
    assert offered == [{"token": ["draws:conduct"]}]
