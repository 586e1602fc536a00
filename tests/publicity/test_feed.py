"""The public ledger as a feed: what a platform's sync job reads, proves and answers."""

import base64
import json
import threading
import tracemalloc
from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from publicity.feed import digests as folded
from publicity.feed import receipts
from publicity.feed.envelope import Fold
from publicity.feed.tables import Receipt
from publicity.notices import end, publish
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host
from registry.ledger import book
from registry.ledger.book import Entry
from tests.publicity import independent_reader, office
from tests.publicity.conftest import Bearer

ENTRY = {"index", "leaf", "action", "record", "version", "salt", "body", "restricted_salt", "restricted"}


@pytest.fixture
def busy(host: Host, clock: SetClock) -> dict[str, str]:
    """A log with everything in it: frames and draws, notices of three kinds, marked, corrected, withdrawn and expired."""
    subjects = office.enrol(host.work)
    head, leader = (office.person(host.permissions, name) for name in ("head", "leader"))
    frame = {"draw": "d" * 16, "frame_sha256": "0" * 64}
    with host.work.write(office.OFFICE) as session:
        session.act("draw.commit", "d" * 16)
        book.append(
            session,
            "public",
            [Entry("frame", "d" * 16, 1, frame), Entry("draw", "d" * 16, 2, {"draw": "d" * 16})],
        )
    made = {
        "permit": office.publicise(host, office.permit(host.work, subjects)),
        "penalty": office.publicise(host, office.penalty(host.work, subjects)),
        "finding": office.publicise(host, office.finding(host.work, subjects)),
        "quashed": office.publicise(
            host, office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第8号")
        ),
        "expired": office.publicise(
            host, office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第9号", decided="2025-12-01")
        ),
    }
    with host.work.write(head) as session:
        publish.mark(session, head, notice=made["finding"], marks=["objection"])
        publish.correct(session, head, notice=made["permit"], columns={"XK_NR": "准予律师执业（专职）"})
    with host.work.write(leader) as session:
        end.withdraw(session, leader, notice=made["quashed"], ground="quashed")
    clock.set(datetime(2028, 12, 2, 0, 5, tzinfo=SHANGHAI))
    end.run(host.work)
    return made


@pytest.fixture
def five_entries(host: Host) -> None:
    with host.work.write(office.OFFICE) as session:
        session.act("test.fill", "test")
        book.append(
            session, "public", [Entry("other", session.new_id(), 1, {"n": number}) for number in range(5)]
        )


def test_an_independent_reader_agrees_on_every_leaf_salt_body_and_digest(
    client: FlaskClient, fetch: Callable[[str], bytes], busy: dict[str, str]
) -> None:
    copy = independent_reader.read(fetch, limit=3)
    assert copy.digests() == json.loads(fetch("/feed/v1/digests"))
    ended = {record for record, (_, action, _, _) in copy.latest.items() if action in ("withdraw", "expire")}
    assert ended == {busy["quashed"], busy["expired"], busy["penalty"]}
    assert "d" * 16 in copy.latest, "draws are records of the log like any other"


def test_the_reader_notices_when_it_is_lied_to(fetch: Callable[[str], bytes], busy: dict[str, str]) -> None:
    """A test that cannot fail proves nothing: each forged answer is caught."""

    def forged(change: Callable[[dict], None]) -> Callable[[str], bytes]:
        def get(path: str) -> bytes:
            answer = fetch(path)
            if not path.startswith("/feed"):
                return answer
            page = json.loads(answer)
            change(page)
            return json.dumps(page).encode()

        return get

    def alter(page: dict) -> None:
        first = next(entry for entry in page["entries"] if entry["body"] and "columns" in entry["body"])
        first["body"]["columns"]["XK_XDR_MC"] = "另一人"

    def reword(page: dict) -> None:
        raw = base64.b64decode(page["entries"][1]["leaf"])
        page["entries"][1]["leaf"] = base64.b64encode(raw.replace(b"2026-11-20", b"2026-11-19")).decode()

    def drop(page: dict) -> None:
        del page["entries"][2]

    def resign(page: dict) -> None:
        page["checkpoint"] = page["checkpoint"][:-12] + "AAAAAAAAAAA\n"

    for change in (alter, reword, drop, resign):
        with pytest.raises((independent_reader.Untrue, ValueError)):
            independent_reader.read(forged(change))


def test_a_page_has_exactly_the_published_shape(
    client: FlaskClient, bearer: Bearer, busy: dict[str, str]
) -> None:
    page = client.get(
        "/feed/v1/entries?start=2&limit=1", headers=bearer("feed:read", "feed:restricted")
    ).get_json()
    assert set(page) == {"format", "entries", "next", "size", "checkpoint"}
    assert (page["format"], page["next"], page["checkpoint"]) == (
        "legal-credit-feed/1",
        3,
        client.get("/log/checkpoint").text,
    )
    [entry] = page["entries"]
    assert set(entry) == ENTRY
    assert entry["body"]["kind"] == "permit"
    assert entry["body"]["subject"]["type"] == "practitioner"
    assert entry["restricted"] == {"columns": {"XK_XDR_ZJLX": "身份证", "XK_XDR_ZJHM": office.LAWYER_ID}}


def test_numbers_of_identity_papers_are_for_entitled_tokens_only(
    client: FlaskClient, bearer: Bearer, busy: dict[str, str]
) -> None:
    plain = client.get("/feed/v1/entries", headers=bearer("feed:read"))
    for entry in plain.get_json()["entries"]:
        assert (entry["restricted"], entry["restricted_salt"]) == (None, None), (
            "a salt alone lets one guess the number"
        )
    for secret in office.PRIVATE:
        assert secret not in plain.text


def test_positions_have_no_gap_and_pages_end_at_the_checkpoint(
    client: FlaskClient, bearer: Bearer, busy: dict[str, str]
) -> None:
    reader = bearer("feed:read")
    whole = client.get("/feed/v1/entries?limit=1000", headers=reader).get_json()
    size = whole["size"]
    assert [entry["index"] for entry in whole["entries"]] == list(range(size))
    empty = client.get(f"/feed/v1/entries?start={size}", headers=reader).get_json()
    assert (empty["entries"], empty["next"]) == ([], size)
    last = client.get(f"/feed/v1/entries?start={size - 1}&limit=1000", headers=reader).get_json()
    assert (len(last["entries"]), last["next"]) == (1, size)


BAD_QUERIES = [
        "start=1", "start=-1", "start=x", "start=", "limit=0", "limit=-1", "limit=1001", "limit=1000000000", "limit=1.5",
        "start=99999999999999999999", "start=0&start=1&limit=0",
]  # fmt: skip


def test_a_start_beyond_the_end_or_a_bad_limit_is_400(client: FlaskClient, bearer: Bearer) -> None:
    reader = bearer("feed:read")
    for query in BAD_QUERIES:
        answer = client.get(f"/feed/v1/entries?{query}", headers=reader)
        assert (query, answer.status_code, answer.content_type) == (query, 400, "application/problem+json")


def test_an_empty_log_is_an_empty_page_and_256_empty_buckets(
    client: FlaskClient, bearer: Bearer, fetch: Callable[[str], bytes]
) -> None:
    page = client.get("/feed/v1/entries?start=0&limit=5", headers=bearer("feed:read")).get_json()
    assert (page["entries"], page["next"], page["size"]) == ([], 0, 0)
    assert independent_reader.read(fetch).digests() == json.loads(fetch("/feed/v1/digests"))


@pytest.mark.parametrize("path", ["/feed/v1/entries", "/feed/v1/digests"])
def test_without_a_token_or_with_the_wrong_scope_there_is_nothing(
    client: FlaskClient, bearer: Bearer, path: str
) -> None:
    assert client.get(path).status_code == 401
    assert (
        client.get(path, headers={"Authorization": "Bearer lc_" + "a" * 16 + "_" + "0" * 64}).status_code
        == 401
    )
    assert client.get(path, headers=bearer("feed:receipt")).status_code == 403
    assert (
        client.post("/feed/v1/receipts", json={"items": []}, headers=bearer("feed:read")).status_code == 403
    )


def test_polling_with_nothing_new_is_304_and_with_something_new_is_not(
    host: Host, client: FlaskClient, bearer: Bearer, clock: SetClock
) -> None:
    subjects = office.enrol(host.work)
    office.publicise(host, office.penalty(host.work, subjects))
    reader, entitled = bearer("feed:read"), bearer("feed:read", "feed:restricted")
    for path in ("/feed/v1/entries?start=0&limit=10", "/feed/v1/digests"):
        first = client.get(path, headers=reader)
        again = client.get(path, headers={**reader, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        # A proxy that compresses makes the tag a weak one (RFC 9110 section 13.1.2 compares them as weak).
        weak = client.get(path, headers={**reader, "If-None-Match": f"W/{first.headers['ETag']}"})
        assert weak.status_code == 304
    page = client.get("/feed/v1/entries?start=0&limit=10", headers=reader)
    known = {"If-None-Match": page.headers["ETag"]}
    assert client.get("/feed/v1/entries?start=0&limit=9", headers={**reader, **known}).status_code == 200
    assert client.get("/feed/v1/entries?start=0&limit=10", headers={**entitled, **known}).status_code == 200
    office.publicise(host, office.finding(host.work, subjects))
    assert client.get("/feed/v1/entries?start=0&limit=10", headers={**reader, **known}).status_code == 200
    fresh = client.get("/feed/v1/entries?start=0&limit=10", headers=reader)
    clock.set(datetime(2027, 11, 13, tzinfo=SHANGHAI))
    later = client.get(
        "/feed/v1/entries?start=0&limit=10", headers={**reader, "If-None-Match": fresh.headers["ETag"]}
    )
    assert later.status_code == 200, "at the end of a term the content is gone, though the log has not moved"
    assert later.get_json()["entries"][0]["body"] is None


NO_RECEIPTS: list[object] = [
    {},
    {"items": []},
    {"items": "all"},
    {"items": [{"index": 0}]},
    {"items": [{"index": "0", "result": "accepted"}]},
    {"items": [{"index": -1, "result": "accepted"}]},
    {"items": [{"index": 0, "result": "maybe"}]},
    {"items": [{"index": 0, "result": "accepted", "note": "?"}]},
    {"items": [{"index": 0, "result": "accepted", "code": "a\0b"}]},
    {"items": [{"index": 0, "result": "accepted", "message": "\ud800"}]},
    {"items": [{"index": 0, "result": "accepted", "\ud800": 1}]},
    {"items": [{"index": 0, "result": "accepted", "message": "长" * 2001}]},
    {"items": [{"index": 0, "result": "accepted"}] * 1001},
]


class TestReceipts:
    def test_receipts_are_stored_once_however_often_they_are_sent(
        self, host: Host, client: FlaskClient, bearer: Bearer, five_entries: None
    ) -> None:
        platform = bearer("feed:receipt")
        items = [
            {"index": 2, "result": "accepted", "code": "00", "message": "成功", "platform_id": "P-1"},
            {"index": 3, "result": "rejected", "code": "17", "message": "统一社会信用代码不存在"},
        ]
        first = client.post("/feed/v1/receipts", json={"items": items}, headers=platform)
        assert (first.status_code, first.get_json()) == (200, {"stored": 2, "repeated": 0})
        again = client.post("/feed/v1/receipts", json={"items": items}, headers=platform)
        assert again.get_json() == {"stored": 0, "repeated": 2}
        doubled = client.post("/feed/v1/receipts", json={"items": [items[0]] * 3}, headers=platform)
        assert doubled.get_json() == {"stored": 0, "repeated": 3}
        changed = [{**items[1], "result": "accepted", "code": "00", "message": None}]
        assert (
            client.post("/feed/v1/receipts", json={"items": changed}, headers=platform).get_json()["stored"]
            == 1
        )
        other = bearer("feed:receipt", "feed:read")
        assert (
            client.post("/feed/v1/receipts", json={"items": items}, headers=other).get_json()["stored"] == 2
        )
        assert self._count(host) == 5

    def test_the_same_batch_sent_four_times_at_once_is_stored_once(
        self, host: Host, five_entries: None
    ) -> None:
        """A platform that retries before our answer reaches it."""
        platform = Actor("client", "city", "市信用平台", frozenset({"feed:receipt"}))
        items = [receipts.Item(index, "accepted", platform_id=f"P-{index}") for index in range(5)]
        together, failures = threading.Barrier(4), []

        def send() -> None:
            together.wait()
            try:
                with host.work.write(platform) as session:
                    receipts.accept(session, platform, items=items)
            except Exception as failure:  # noqa: BLE001 - told to the test, which fails
                failures.append(failure)

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert self._count(host) == 5

    def test_one_unknown_index_and_nothing_is_stored(
        self, host: Host, client: FlaskClient, bearer: Bearer, five_entries: None
    ) -> None:
        items = [{"index": index, "result": "accepted"} for index in (0, 4000, 1, 5000)]
        refused = client.post("/feed/v1/receipts", json={"items": items}, headers=bearer("feed:receipt"))
        assert refused.status_code == 422
        assert [error["path"] for error in refused.get_json()["errors"]] == [
            "items[1].index",
            "items[3].index",
        ]
        assert self._count(host) == 0

    def test_what_is_no_receipt_is_refused_with_its_place(
        self, host: Host, client: FlaskClient, bearer: Bearer
    ) -> None:
        platform = bearer("feed:receipt")
        for body in NO_RECEIPTS:
            refused = client.post("/feed/v1/receipts", json=body, headers=platform)
            assert refused.status_code == 422, body
            assert all(error["path"].startswith("items") for error in refused.get_json()["errors"])
        assert self._count(host) == 0

    def test_what_no_reader_gets_through_is_refused_too(self, client: FlaskClient, bearer: Bearer) -> None:
        platform = bearer("feed:receipt")
        unreadable = (b"", b"{", b"\xff", b"[" * 100_000, b'{"items": [{"index": ' + b"9" * 5000 + b"}]}")
        for body in unreadable:
            headers = {**platform, "Content-Type": "application/json"}
            refused = client.post("/feed/v1/receipts", data=body, headers=headers)
            assert (refused.status_code, refused.get_json()["rule"]) == (400, "json"), body[:20]
        refused = client.post("/feed/v1/receipts", data={"items": "[]"}, headers=platform)
        assert refused.status_code == 415

    def test_ten_megabytes_of_receipts_are_not_even_read(self, client: FlaskClient, bearer: Bearer) -> None:
        body = b'{"items": [' + b" " * 10_000_000 + b"]}"
        headers = {**bearer("feed:receipt"), "Content-Type": "application/json"}
        assert client.post("/feed/v1/receipts", data=body, headers=headers).status_code == 413
        assert client.post("/feed/v1/receipts", data=b"{", headers=headers).status_code in (400, 422)

    def _count(self, host: Host) -> int:
        with host.work.read() as session:
            return session.scalars(select(func.count()).select_from(Receipt)).one()


@given(
    versions=st.lists(
        st.tuples(
            st.sampled_from(["a" * 16, "b" * 16, "c" * 16, "7" * 16]), st.sampled_from(["publish", "expire"])
        ),
        max_size=12,
    )
)
def test_the_fold_counts_live_records_only_whatever_the_history(versions: list[tuple[str, str]]) -> None:
    """Against a fold that keeps everything in memory."""
    latest = dict(versions)
    live = sorted(record for record, action in latest.items() if action == "publish")
    fold = Fold()
    for record in live:
        fold.add(record, 1, "0" * 64)
    copy = independent_reader.Copy()
    copy.latest = {record: (1, action, "0" * 64, {}) for record, action in latest.items()}
    assert fold.buckets() == copy.digests()["buckets"]


def test_the_digests_of_a_long_log_take_no_more_memory(host: Host) -> None:
    """20,000 records are streamed: the fold holds its 256 states and one batch of rows."""
    if host.engine.dialect.name == "sqlite":
        with host.work.write(office.OFFICE) as session:
            session.act("test.fill", "test")
            entries = [
                Entry("publish", session.new_id(), 1, {"n": number, "until": None})
                for number in range(20_000)
            ]
            book.append(session, "public", entries)
        del entries
        with host.work.read() as session:
            tracemalloc.start()
            found = folded.digests(session, size=20_000)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert sum(bucket["count"] for bucket in found["buckets"]) == 20_000
        assert peak < 8_000_000
