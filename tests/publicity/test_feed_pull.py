"""Reading the feed from the beginning, and again and again with nothing new: flat in memory, cheap, and told no to."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from publicity.feed.stream import lines
from registry.accounts import clients
from registry.kernel.host import Host
from registry.ledger import book
from registry.ledger.book import Entry
from tests.publicity import independent_reader, office
from tests.publicity.conftest import Bearer
from tests.registry.queries import statements

GZIP = {"Accept-Encoding": "gzip"}


def fill(host: Host, count: int) -> None:
    """A log of `count` records, each with a number for the entitled alone."""
    with host.work.write(office.OFFICE) as session:
        session.act("test.fill", "test")
        restricted = {"columns": {"XK_XDR_ZJHM": office.LAWYER_ID}}
        entries = [
            Entry("publish", session.new_id(), 1, {"kind": "permit", "n": n, "marks": []}, restricted)
            for n in range(count)
        ]
        book.append(session, "public", entries)


@pytest.fixture
def filled(host: Host) -> int:
    fill(host, 1500)
    return 1500


class TestFirstLoad:
    def test_the_stream_holds_what_the_pages_hold(
        self, client: FlaskClient, fetch: Callable[[str], bytes], filled: int
    ) -> None:
        head, *listed = map(json.loads, fetch("/feed/v1/entries.ndjson").splitlines())
        pages = [
            json.loads(fetch(f"/feed/v1/entries?start={start}&limit=1000"))
            for start in range(0, filled, 1000)
        ]
        assert listed == [entry for page in pages for entry in page["entries"]]
        assert head == {
            "format": "legal-credit-feed/1",
            "start": 0,
            "size": filled,
            "checkpoint": client.get("/log/checkpoint").text,
        }

    def test_whoever_was_cut_off_goes_on_where_the_lines_ended(
        self, fetch: Callable[[str], bytes], filled: int
    ) -> None:
        whole = fetch("/feed/v1/entries.ndjson").splitlines()[1:]
        assert fetch("/feed/v1/entries.ndjson?start=1203").splitlines()[1:] == whole[1203:]
        assert fetch(f"/feed/v1/entries.ndjson?start={filled}").splitlines()[1:] == []

    def test_restricted_bodies_are_for_entitled_tokens_in_the_stream_too(
        self, client: FlaskClient, bearer: Bearer, filled: int
    ) -> None:
        plain = client.get("/feed/v1/entries.ndjson", headers=bearer("feed:read")).text
        assert office.LAWYER_ID not in plain
        assert {json.loads(line)["restricted_salt"] for line in plain.splitlines()[1:]} == {None}

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_memory_does_not_grow_with_the_log(self, host: Host) -> None:
        """Nine times the entries, the same peak: blocks are read, sent and forgotten one after another."""
        peaks, reader = [], platform(host, "feed:read", "feed:restricted")
        for more in (1000, 8000):
            fill(host, more)
            with host.work.read() as session:
                head = book.head(session, "public")
            tracemalloc.start()
            taken = sum(block.count(b"\n") for block in lines(host.work, head, start=0, client=reader))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert taken == head.size + 1
        assert peaks[1] < 1.3 * peaks[0] + 500_000

    def test_whoever_reads_holds_no_transaction_while_sending(self, host: Host, filled: int) -> None:
        """A slow reader in the middle of the stream keeps no connection; what is appended meanwhile is not in it."""
        with host.work.read() as session:
            head = book.head(session, "public")
        blocks = lines(host.work, head, start=0, client=platform(host, "feed:read"))
        next(blocks), next(blocks)
        assert host.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        fill(host, 3)
        assert sum(block.count(b"\n") for block in blocks) == filled - 1000

    def test_a_token_that_is_revoked_while_it_downloads_gets_no_further_block(
        self, host: Host, client: FlaskClient, filled: int
    ) -> None:
        """The last block was sent already; the next one is not, and whoever comes back for it is refused."""
        with host.work.read() as session:
            head = book.head(session, "public")
        reader = platform(host, "feed:read")
        blocks = lines(host.work, head, start=0, client=reader)
        sent = [next(blocks), next(blocks)]
        with host.work.write(office.OFFICE) as session:
            clients.revoke(session, office.OFFICE, client=reader)
        assert list(blocks) == []
        assert sum(block.count(b"\n") for block in sent) == 1001 < head.size


def platform(host: Host, *scopes: str) -> str:
    """The public id of a new client with these scopes."""
    with host.work.write(office.OFFICE) as session:
        return clients.add_client(session, office.OFFICE, name=" ".join(scopes), scopes=scopes)[0].public_id


class TestGzip:
    def test_pages_digests_and_streams_come_shorter_to_whoever_takes_gzip(
        self, client: FlaskClient, bearer: Bearer, filled: int
    ) -> None:
        headers = bearer("feed:read")
        for path in ("/feed/v1/entries?limit=1000", "/feed/v1/digests", "/feed/v1/entries.ndjson"):
            plain, packed = client.get(path, headers=headers), client.get(path, headers={**headers, **GZIP})
            assert packed.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(packed.data) == plain.data
            assert len(packed.data) < len(plain.data) * 0.8
            assert {"Authorization", "Accept-Encoding"} <= {
                part.strip() for part in packed.headers["Vary"].split(",")
            }
            assert packed.headers["ETag"] == f"W/{plain.headers['ETag']}", "other bytes, so no strong tag"

    def test_a_stream_is_packed_while_it_is_read(
        self, client: FlaskClient, bearer: Bearer, filled: int
    ) -> None:
        answer = client.get(
            "/feed/v1/entries.ndjson", headers={**bearer("feed:read"), **GZIP}, buffered=False
        )
        blocks = list(answer.iter_encoded())
        assert len(blocks) > 2
        assert zlib.decompressobj(31).decompress(blocks[0]).endswith(b"\n"), "a line reads without the others"

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_who_refuses_gzip_gets_none(self, client: FlaskClient, bearer: Bearer, filled: int) -> None:
        refusing = {**bearer("feed:read"), "Accept-Encoding": "gzip;q=0, identity"}
        assert "Content-Encoding" not in client.get("/feed/v1/entries", headers=refusing).headers


class TestPolling:
    def test_a_poll_with_nothing_new_reads_the_token_and_the_head_and_no_body(
        self, client: FlaskClient, bearer: Bearer, app: object, filled: int
    ) -> None:
        engine: Engine = app.extensions["legalcredit"].engine  # type: ignore[attr-defined]
        headers = bearer("feed:read", "feed:restricted")
        for path in ("/feed/v1/entries?start=0&limit=1000", "/feed/v1/digests", "/feed/v1/entries.ndjson"):
            tag = client.get(path, headers={**headers, **GZIP}).headers["ETag"]
            with statements(engine) as executed:
                again = client.get(path, headers={**headers, **GZIP, "If-None-Match": tag})
            assert (again.status_code, again.data) == (304, b"")
            assert len(executed) == 2, executed
            assert not any("reg_ledger_bodies" in statement for statement in executed)
        fill_one = client.get("/feed/v1/entries.ndjson", headers={**headers, "If-None-Match": '"other"'})
        assert fill_one.status_code == 200

    def test_a_page_costs_the_same_queries_whatever_the_age_of_its_cursor(
        self, client: FlaskClient, bearer: Bearer, app: object, filled: int
    ) -> None:
        engine: Engine = app.extensions["legalcredit"].engine  # type: ignore[attr-defined]
        headers, counts = bearer("feed:read"), []
        for start in (0, 700, filled - 10, filled):
            with statements(engine) as executed:
                assert client.get(f"/feed/v1/entries?start={start}", headers=headers).status_code == 200
            counts.append(len(executed))
        assert counts == [3] * 4


class TestRefusals:
    def test_a_revoked_token_reads_nothing_more(self, host: Host, client: FlaskClient, filled: int) -> None:
        with host.work.write(office.OFFICE) as session:
            added, token = clients.add_client(session, office.OFFICE, name="市平台", scopes=["feed:read"])
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/feed/v1/entries.ndjson", headers=headers).status_code == 200
        with host.work.write(office.OFFICE) as session:
            clients.revoke(session, office.OFFICE, client=added.public_id)
        for path in ("/feed/v1/entries", "/feed/v1/entries.ndjson", "/feed/v1/digests"):
            refused = client.get(path, headers=headers)
            assert (refused.status_code, refused.get_json()["rule"]) == (401, "token")

    @pytest.mark.parametrize("query", ["start=1501", "start=-1", "start=x", "start=99999999999999999999"])
    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_a_stream_from_beyond_the_end_is_400(
        self, client: FlaskClient, bearer: Bearer, filled: int, query: str
    ) -> None:
        refused = client.get(f"/feed/v1/entries.ndjson?{query}", headers=bearer("feed:read"))
        assert (refused.status_code, refused.content_type) == (400, "application/problem+json")
        assert client.get("/feed/v1/entries.ndjson", headers=bearer("feed:receipt")).status_code == 403
        assert client.get("/feed/v1/entries.ndjson").status_code == 401

    def test_one_batch_that_answers_an_entry_in_two_ways_is_refused_whole(
        self, client: FlaskClient, bearer: Bearer, filled: int
    ) -> None:
        items = [
            {"index": 4, "result": "accepted"},
            {"index": 5, "result": "accepted"},
            {"index": 5, "result": "accepted"},
            {"index": 4, "result": "rejected", "code": "17"},
        ]
        platform = bearer("feed:receipt")
        refused = client.post("/feed/v1/receipts", json={"items": items}, headers=platform)
        assert refused.status_code == 422
        assert [(error["path"], error["rule"]) for error in refused.get_json()["errors"]] == [
            ("items[3].index", "conflicting")
        ]
        taken = client.post("/feed/v1/receipts", json={"items": items[:3]}, headers=platform)
        assert taken.get_json() == {"stored": 2, "repeated": 1}


def test_the_independent_reader_reads_the_stream_as_well(host: Host, fetch: Callable[[str], bytes]) -> None:
    """The lines, put back into pages, hold for a reader that knows the published format alone."""
    subjects = office.enrol(host.work)
    office.publicise(host, office.penalty(host.work, subjects))

    def get(path: str) -> bytes:
        if not path.startswith("/feed/v1/entries"):
            return fetch(path)
        head, *listed = map(json.loads, fetch("/feed/v1/entries.ndjson").splitlines())
        return json.dumps({**head, "entries": listed, "next": head["size"]}).encode()

    assert independent_reader.read(get).digests() == json.loads(fetch("/feed/v1/digests"))
