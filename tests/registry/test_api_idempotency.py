"""A POST is carried out once, however often and from however many places it is sent, and whatever dies in between."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from registry.accounts import audit
from registry.kernel import idempotency
from registry.kernel.clock import SetClock
from registry.kernel.work import Work
from tests.commands import Commands
from tests.registry.programs import COMMAND, Program

FIRM = {"kind": "law_firm", "name": "上海新立律师事务所", "district": "310101", "phone": "021-12345678"}


@pytest.fixture
def program(client: FlaskClient, work: Work) -> Program:
    return Program(client, work)


def test_the_same_request_gets_the_stored_answer(program: Program, work: Work) -> None:
    first = program.post("/organisations", FIRM, key="k-1")
    assert first.status_code == 201
    assert "Idempotency-Replayed" not in first.headers
    for spelling in ("k-1", '"k-1"'):
        again = program.post("/organisations", FIRM, key=spelling)
        assert (again.status_code, again.data) == (201, first.data)
        assert again.headers["Location"] == first.headers["Location"]
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Idempotency-Replayed"] == "true"
    with work.read() as session:
        assert len(audit.find(session, verb="roster.enrol", limit=9)) == 1


def test_a_key_names_one_request(program: Program) -> None:
    assert program.post("/organisations", FIRM, key="k-1").status_code == 201
    other = program.post("/organisations", FIRM | {"name": "上海另立律师事务所"}, key="k-1")
    assert (other.status_code, other.get_json()["rule"]) == (422, "idempotency-key-reused")
    elsewhere = program.post(
        "/practitioners",
        {"name": "单勇", "profession": "lawyer", "licence_number": "1", "granted_on": "2020-01-01"},
        key="k-1",
    )
    assert (elsewhere.status_code, elsewhere.get_json()["rule"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("key", [None, "", " ", "a" * 129, "k 1", "键", '"k'])
def test_a_post_without_a_key_that_is_one_is_refused(
    program: Program, client: FlaskClient, key: str | None
) -> None:
    headers = {"Authorization": f"Bearer {program.token}"}
    if key is not None:
        headers["Idempotency-Key"] = key
    refused = client.post("/api/v1/organisations", json=FIRM, headers=headers)
    assert refused.status_code == 400
    assert [fault["path"] for fault in refused.get_json()["errors"]] == ["Idempotency-Key"]


def test_keys_of_two_clients_never_meet(program: Program, client: FlaskClient, work: Work) -> None:
    assert program.post("/organisations", FIRM, key="k-1").status_code == 201
    stranger = Program(client, work).post("/organisations", FIRM, key="k-1")
    assert (stranger.status_code, stranger.get_json()["rule"]) == (409, "enrolled")


def test_a_refusal_did_nothing_so_the_key_may_be_sent_again_corrected(program: Program) -> None:
    assert program.post("/organisations", FIRM | {"form": "个体户"}, key="k-1").status_code == 422
    assert program.post("/organisations", FIRM, key="k-1").status_code == 201


def test_an_answer_is_kept_sealed_and_forgotten_after_a_day(
    program: Program, work: Work, engine: Engine, clock: SetClock
) -> None:
    assert program.post("/organisations", FIRM, key="明".encode().hex()).status_code == 201
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM reg_idempotency_keys")).one()
    assert "上海新立".encode() not in bytes(row.answer)
    assert "明".encode().hex() not in repr(row)
    clock.advance(timedelta(hours=23, minutes=59))
    assert idempotency.purge(work) == {"deleted": 0}
    clock.advance(timedelta(minutes=2))
    assert idempotency.purge(work) == {"deleted": 1}
    forgotten = program.post("/organisations", FIRM, key="明".encode().hex())
    assert forgotten.status_code == 409


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_while_the_first_is_under_way_the_second_is_told(program: Program, work: Work) -> None:
    with work.write(COMMAND) as session:
        session.actor = type(session.actor)("client", program.id, "x")
        made = idempotency.attempt(session, key="k-1", request=b"x")
        assert idempotency.answered(session, made) is None
        told = program.post("/organisations", FIRM, key="k-1")
        assert (told.status_code, told.get_json()["rule"]) == (409, "idempotency-key-in-use")
        assert program.post("/organisations", FIRM, key="k-2").status_code == 201
    assert program.post("/organisations", FIRM, key="k-1").get_json()["rule"] == "enrolled"


@pytest.fixture
def server(legalcredit: Commands) -> str:
    return legalcredit.serve("--workers", "2")


def test_two_servers_asked_at_once_do_it_once(program: Program, work: Work, server: str) -> None:
    """Eight attempts over two processes: one enrolment, and every answer is that one's or says to wait."""
    command = [
        sys.executable,
        "-m",
        "tests.registry.posting",
        f"{server}/api/v1/organisations",
        program.token,
        "k-1",
    ]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: subprocess.check_output(command, text=True).split(), range(8)))
    statuses = {status for status, _ in told}
    assert statuses <= {"201", "409"}
    assert len({content for status, content in told if status == "201"}) == 1
    with work.read() as session:
        assert len(audit.find(session, verb="roster.enrol", limit=9)) == 1


def test_killed_before_the_commit_nothing_was_done_and_the_retry_does_it(
    work: Work, program: Program, database_url: str, home: Path
) -> None:
    """The key and the act are one transaction: a process that dies leaves neither."""
    killed = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.registry.posting",
            "die",
            database_url,
            str(home),
            program.token,
            "k-1",
        ],
        env=os.environ,
    )
    assert killed.returncode == -signal.SIGKILL
    with work.read() as session:
        assert audit.find(session, verb="roster.enrol", limit=9) == []
    done = program.post("/organisations", FIRM, key="k-1")
    assert done.status_code == 201
    assert "Idempotency-Replayed" not in done.headers
    assert program.post("/organisations", FIRM, key="k-1").headers["Idempotency-Replayed"] == "true"
