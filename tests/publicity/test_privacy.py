"""Canaries: numbers that nobody may read are pushed through the whole way, and looked for on every public route."""

import logging
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from publicity.notices import end
from registry.kernel.host import Host
from registry.kernel.store import Base
from tests.publicity import office, routes
from tests.publicity.conftest import Bearer

WITNESSED = (
    "欧阳修远",
    "刘小宝",
    "天平路185号",
    "6222021001116245702",
    "021-62345678",
    "沪A12345",
    "zhou@example.cn",
)
"""What a decision tells of third persons, proposed by rule and covered by the secrecy reviewer."""
FACTS = (
    f"投诉人{WITNESSED[0]}（其子{WITNESSED[1]}）家住上海市徐汇区{WITNESSED[2]}302室，向账号{WITNESSED[3]}付款，"
    f"电话{WITNESSED[4]}，车牌{WITNESSED[5]}，邮箱{WITNESSED[6]}。"
)


@pytest.fixture
def published(host: Host) -> routes.Ids:
    """Ids by the name that the routes give them, of subjects, notices in every state, and searches that would find a number."""
    subjects = office.enrol(host.work)
    current = [
        office.publicise(host, office.permit(host.work, subjects)),
        office.publicise(host, office.penalty(host.work, subjects)),
        office.publicise(
            host, office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第9号", facts=FACTS)
        ),
    ]
    ended = office.publicise(host, office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第8号"))
    leader = office.person(host.permissions, "leader")
    with host.work.write(leader) as session:
        end.withdraw(session, leader, notice=ended, ground="quashed")
    return {
        "notices": [*current, ended],
        "practitioners": [subjects.lawyer.public_id],
        "organisations": [subjects.firm.public_id],
    }


def test_no_public_route_holds_an_identity_number_or_a_telephone(
    app: Flask, client: FlaskClient, published: routes.Ids
) -> None:
    visited = 0
    for path in routes.public_paths(app, published):
        answer = client.get(path)
        assert answer.status_code < 500, path
        # A page may repeat to its reader what the reader typed.
        secrets = [secret for secret in (*office.PRIVATE, *WITNESSED) if secret not in path]
        assert not any(secret.encode() in answer.data for secret in secrets), path
        visited += 1
    assert visited > 30
    told = client.get(f"/notices/{published['notices'][1]}").text
    assert "身份证号码略" in told, "the facts are told without the number"
    assert "电话■■■■" in told
    witnessed = client.get(f"/notices/{published['notices'][2]}").text
    assert "投诉人欧阳某某（其子某某）家住■■■■，向账号■■■■付款" in witnessed


def test_a_number_that_nobody_may_know_finds_nobody(client: FlaskClient, published: routes.Ids) -> None:
    for secret in office.PRIVATE:
        assert client.get(f"/search.json?q={secret}").get_json()["results"] == []


def test_feed_and_log_hold_the_numbers_for_the_entitled_alone(
    client: FlaskClient, bearer: Bearer, published: routes.Ids
) -> None:
    plain = client.get("/feed/v1/entries?limit=1000", headers=bearer("feed:read")).text
    entitled = client.get("/feed/v1/entries?limit=1000", headers=bearer("feed:read", "feed:restricted")).text
    assert office.LAWYER_ID in entitled
    assert office.HEAD_ID in entitled
    assert office.MOBILE not in entitled
    assert not any(secret in plain for secret in (*office.PRIVATE, *WITNESSED))
    assert not any(secret in entitled for secret in WITNESSED), "the exchange gets what the public gets"


def test_releases_keep_the_numbers_encrypted_and_logs_never_see_them(
    host: Host,
    client: FlaskClient,
    published: routes.Ids,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    tables = [
        table
        for table in Base.metadata.sorted_tables
        if table.name.startswith(("pub_", "reg_ledger_", "reg_credit_"))
    ]
    with host.engine.connect() as connection:
        # As plain tuples: a row's own text leaves out the middle of long values.
        stored = [str([tuple(row) for row in connection.execute(table.select())]) for table in tables]
    published_words = str("电话■■■■".encode())[2:-1]
    assert published_words in "".join(stored), "what is published of a number is found, so a number would be"
    with caplog.at_level(logging.DEBUG):
        client.get(f"/search?q={office.LAWYER_ID}")
    told = "".join(stored) + caplog.text + "".join(capfd.readouterr())
    secrets = (*office.PRIVATE, *WITNESSED)
    assert not any(secret in told or str(secret.encode())[2:-1] in told for secret in secrets)


def test_errors_tell_no_more_than_pages_do(
    client: FlaskClient, fetch: Callable[[str], bytes], published: routes.Ids
) -> None:
    for path in (
        f"/notices/{office.LAWYER_ID}",
        f"/search.json?limit={office.LAWYER_ID}",
        f"/notices.json?before=x{office.MOBILE}",
    ):
        answer = client.get(path)
        assert answer.status_code in (400, 404)
        assert not any(secret in answer.text for secret in office.PRIVATE)
