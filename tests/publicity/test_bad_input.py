"""What nobody should send to the feed's interface: a clear refusal in Chinese or English, and nothing half stored."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from publicity.feed.receipts import message_of
from publicity.feed.tables import Receipt
from registry.accounts import clients
from registry.kernel.host import Host
from tests.publicity import office
from tests.publicity.conftest import Bearer
from tests.publicity.syncing import fill

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ENTRIES = "/feed/v1/entries"
PATHS = (ENTRIES, "/feed/v1/entries.ndjson", "/feed/v1/digests")
CHINESE = range(0x4E00, 0xA000)
QUERIES = [
    # what is asked, the status, where the fault is
    ("start=4", 400, None),
    ("start=-1", 400, "start"),
    ("start=1e3", 400, "start"),
    ("start=99999999999999999999", 400, "start"),
    ("start=NaN", 400, "start"),
    ("limit=0", 400, "limit"),
    ("limit=-1", 400, "limit"),
    ("limit=1000000000", 400, "limit"),
    ("limit=%EF%BC%95", 400, "limit"),
]
RECEIPTS = [
    # what is sent, the rule, where the fault is
    ([{"index": 3, "result": "accepted"}], "unknown_index", "items[0].index"),
    ([{"index": 0, "result": "accepted"}, {"index": 10**9, "result": "rejected"}], "unknown_index", "items[1].index"),
    ([{"index": 0, "result": "accepted"}, {"index": 0, "result": "rejected"}], "conflicting", "items[1].index"),
    ([{"index": 0, "result": "accepted", "code": "a"}, {"index": 0, "result": "accepted", "code": "b"}], "conflicting", "items[1].index"),
    ([{"index": True, "result": "accepted"}], None, "items[0].index"),
    ([{"index": 0.0, "result": "accepted"}], None, "items[0].index"),
    ([{"index": 0, "result": "ACCEPTED"}], None, "items[0].result"),
    ([{"index": 0, "result": "accepted", "platform_id": "x" * 129}], None, "items[0].platform_id"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def three_entries(host: Host) -> None:
    fill(host, 3)


@pytest.fixture
def stored(host: Host) -> Callable[[], int]:
    def counted() -> int:
        with host.work.read() as session:
            return session.scalars(select(func.count()).select_from(Receipt)).one()

    return counted


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_query_that_cannot_be_is_refused_by_name(
    client: FlaskClient, bearer: Bearer, language: str
) -> None:
    headers = {**bearer("feed:read"), "Accept-Language": language}
    for query, status, field in QUERIES:
        refused = client.get(f"{ENTRIES}?{query}", headers=headers)
        told = refused.get_json()
        assert (query, refused.status_code, refused.content_type) == (
            query,
            status,
            "application/problem+json",
        )
        assert _chinese(refused.text) is (language != "en"), told
        assert field is None or [fault["path"] for fault in told["errors"]] == [field]
    beyond = client.get(f"{ENTRIES}?start=4", headers=headers).get_json()
    assert beyond["rule"] == "start_beyond_end"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_token_that_opens_nothing_is_told_why(
    host: Host, client: FlaskClient, bearer: Bearer, language: str
) -> None:
    with host.work.write(office.OFFICE) as session:
        added, revoked = clients.add_client(session, office.OFFICE, name="撤销", scopes=["feed:read"])
        clients.revoke(session, office.OFFICE, client=added.public_id)
    unknown = f"lc_{'a' * 16}_{'0' * 64}"
    tokens = [
        ({}, 401), ({"Authorization": "Bearer "}, 401), ({"Authorization": "Basic eDp5"}, 401),
        ({"Authorization": f"Bearer {unknown}"}, 401), ({"Authorization": f"Bearer {revoked}"}, 401),
        ({"Authorization": f"Bearer {revoked}x"}, 401), (bearer("feed:receipt"), 403), (bearer("feed:restricted"), 403),
    ]  # fmt: skip
    for path in PATHS:
        for headers, status in tokens:
            refused = client.get(path, headers={**headers, "Accept-Language": language})
            assert refused.status_code == status, (path, headers)
            told = refused.get_json()
            assert told["rule"] in ("token", "unidentified", "permission")
            assert _chinese(refused.text) is (language != "en"), told
            assert "lc_" not in refused.text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_receipts_that_cannot_be_are_refused_whole(
    client: FlaskClient, bearer: Bearer, stored: Callable[[], int], language: str
) -> None:
    headers = {**bearer("feed:receipt"), "Accept-Language": language}
    for items, rule, path in RECEIPTS:
        refused = client.post("/feed/v1/receipts", json={"items": items}, headers=headers)
        assert refused.status_code == 422, items
        [fault] = refused.get_json()["errors"]
        assert fault["path"] == path
        assert rule is None or fault["rule"] == rule
        assert _chinese(refused.text) is (language != "en")
        assert stored() == 0


def test_ten_megabytes_of_good_receipts_are_refused_before_they_are_read(
    client: FlaskClient, bearer: Bearer, stored: Callable[[], int]
) -> None:
    one = b'{"index":0,"result":"accepted","message":"' + "长".encode() * 600 + b'"}'
    body = b'{"items":[' + b",".join([one] * (10_000_000 // len(one))) + b"]}"
    headers = {**bearer("feed:receipt"), "Content-Type": "application/json"}
    refused = client.post("/feed/v1/receipts", data=body, headers=headers)
    assert (refused.status_code, refused.content_type) == (413, "application/problem+json")
    assert stored() == 0


def test_a_receipts_words_lie_sealed_and_cannot_be_guessed(
    host: Host, client: FlaskClient, bearer: Bearer
) -> None:
    """A platform's words may quote the number that it refuses; neither they nor a digest of them stand in the table."""
    item = {"index": 1, "result": "rejected", "message": f"证件号码 {office.LAWYER_ID} 与姓名不符"}
    for _ in range(2):
        told = client.post("/feed/v1/receipts", json={"items": [item]}, headers=bearer_once(host))
        assert told.status_code == 200
    with host.work.read() as session:
        for receipt in session.scalars(select(Receipt)):
            assert (receipt.message, receipt.words is None) == (None, False)
            assert office.LAWYER_ID.encode() not in (receipt.words or b"")
            assert message_of(session, receipt) == item["message"]


def bearer_once(host: Host) -> dict[str, str]:
    with host.work.write(office.OFFICE) as session:
        name = session.new_id()
        _, token = clients.add_client(session, office.OFFICE, name=name, scopes=["feed:receipt"])
    return {"Authorization": f"Bearer {token}"}


def _chinese(text: str) -> bool:
    return any(ord(sign) in CHINESE for sign in text)
