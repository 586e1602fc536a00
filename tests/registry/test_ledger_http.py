"""The log over HTTP, read by a client that knows the C2SP specifications and nothing of our code."""

import base64
import gzip
import json
import urllib.request
from collections.abc import Callable
from hashlib import sha256
from urllib.error import HTTPError

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.kernel.access import Actor
from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.book import Entry


class Reader:
    """A tlog-tiles client: trusts a verifier key, and believes only what hashes to a checkpoint that it signed."""

    def __init__(self, prefix: str, vkey: str) -> None:
        self.prefix = prefix
        self.name, key_id, key = vkey.split("+", 2)
        typed_key = base64.b64decode(key)
        assert typed_key[0] == 1
        self.key = Ed25519PublicKey.from_public_bytes(typed_key[1:])
        self.key_id = sha256(self.name.encode() + b"\n" + typed_key).digest()[:4]
        assert self.key_id.hex() == key_id

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.prefix}/{path}", timeout=10) as response:
            body: bytes = response.read()
            return body

    def checkpoint(self) -> tuple[int, bytes]:
        text, _, signatures = self.get("checkpoint").decode().rpartition("\n\n")
        line = next(line for line in signatures.splitlines() if line.startswith(f"— {self.name} "))
        signature = base64.b64decode(line.rpartition(" ")[2])
        assert signature[:4] == self.key_id
        self.key.verify(signature[4:], f"{text}\n".encode())
        origin, size, root = text.split("\n")
        assert origin == self.name
        return int(size), base64.b64decode(root)

    def tile(self, level: int | str, number: int, width: int) -> bytes:
        parts = [f"{number:03}"] if number < 1000 else [f"x{number // 1000:03}", f"{number % 1000:03}"]
        return self.get(f"tile/{level}/{'/'.join(parts)}" + (f".p/{width}" if width < 256 else ""))

    def leaves(self, size: int) -> list[bytes]:
        found = []
        for number in range(-(-size // 256)):
            bundle = self.tile("entries", number, min(256, size - number * 256))
            while bundle:
                length = int.from_bytes(bundle[:2])
                found.append(bundle[2 : 2 + length])
                bundle = bundle[2 + length :]
        return found

    def root_from_tiles(self, size: int) -> bytes:
        """Reads every tile of every level and hashes up; each full tile must give its hash one level up."""
        level, expected = 0, None
        while True:
            count = size // 256**level
            hashes = []
            for number in range(-(-count // 256)):
                width = min(256, count - number * 256)
                tile = self.tile(level, number, width)
                assert len(tile) == 32 * width
                hashes += [tile[i : i + 32] for i in range(0, len(tile), 32)]
            if expected is not None:
                assert hashes == expected
            if level == 0:
                self.leaf_hashes = hashes
            expected = [mth(hashes[i : i + 256]) for i in range(0, count - 255, 256)]
            if not expected:
                return mth(self.leaf_hashes)
            level += 1


def mth(hashes: list[bytes]) -> bytes:
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"").digest()
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + mth(hashes[:k]) + mth(hashes[k:])).digest()


Publish = Callable[[int, int], None]


@pytest.fixture
def publish(work: Work) -> Publish:
    def run(start: int, end: int) -> None:
        with work.write(Actor.command("test")) as session:
            session.act("ledger.test", "test")
            entries = [
                Entry("publish", f"record{number}", 1, {"number": number}) for number in range(start, end)
            ]
            book.append(session, "public", entries)

    return run


@pytest.fixture
def reader(live_server: str) -> Reader:
    with urllib.request.urlopen(f"{live_server}/log/vkey", timeout=10) as response:
        return Reader(f"{live_server}/log", response.read().decode().strip())


@pytest.mark.parametrize("size", [0, 1, 256, 600, 66_000])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_client_of_the_specification_agrees_on_every_leaf_and_the_root(
    publish: Publish, reader: Reader, size: int
) -> None:
    """66,000 leaves reach a full tile of level 1 and a partial one of level 2."""
    publish(0, size)
    assert reader.checkpoint() == (size, reader.root_from_tiles(size))
    leaves = reader.leaves(size)
    assert [sha256(b"\x00" + leaf).digest() for leaf in leaves] == reader.leaf_hashes
    assert [json.loads(leaf)["record"] for leaf in leaves] == [f"record{number}" for number in range(size)]


def test_a_client_follows_the_log_as_it_grows(publish: Publish, reader: Reader) -> None:
    """What it kept of the smaller tree is the beginning of the larger one, and old partial tiles are still served."""
    publish(0, 300)
    size, root = reader.checkpoint()
    assert reader.root_from_tiles(size) == root
    kept = reader.leaf_hashes
    publish(300, 520)
    size, root = reader.checkpoint()
    assert (size, reader.root_from_tiles(size)) == (520, root)
    assert reader.leaf_hashes[:300] == kept
    assert reader.tile(0, 1, 44) == b"".join(kept[256:])


def headers(url: str, **given: str) -> dict[str, str]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=given), timeout=10) as response:
        return {name.lower(): value for name, value in response.headers.items()}


def test_content_types_and_caching_are_those_of_the_specification(publish: Publish, live_server: str) -> None:
    publish(0, 300)
    checkpoint = headers(f"{live_server}/log/checkpoint")
    assert checkpoint["content-type"] == "text/plain; charset=utf-8"
    assert checkpoint["cache-control"] == "public, max-age=2, must-revalidate"
    assert headers(f"{live_server}/log/vkey")["content-type"] == "text/plain; charset=utf-8"
    for path in ("0/000", "0/001.p/44", "1/000.p/1", "entries/000", "entries/001.p/44"):
        tile = headers(f"{live_server}/log/tile/{path}")
        assert tile["content-type"] == "application/octet-stream"
        assert tile["cache-control"] == "public, max-age=31536000, immutable"
        assert "set-cookie" not in tile


BEYOND = [
    "0/001",
    "0/001.p/45",
    "0/002.p/1",
    "1/000",
    "1/000.p/2",
    "2/000.p/1",
    "entries/001",
    "entries/002.p/1",
]
MISSPELT = [
    "0/000.p/0",
    "0/000.p/256",
    "0/0",
    "64/000",
    "0/x000/000",
    "0/999999999999999999999",
    "data/000",
    "0/000/../001",
]


@pytest.mark.parametrize("path", [*BEYOND, *MISSPELT])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_the_checkpoint_does_not_cover_is_not_found_and_not_cached(
    publish: Publish, live_server: str, path: str
) -> None:
    publish(0, 300)
    with pytest.raises(HTTPError) as refused:
        headers(f"{live_server}/log/tile/{path}")
    with refused.value as answer:
        assert answer.code == 404
        assert "max-age" not in answer.headers.get("Cache-Control", "")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_entry_bundles_are_compressed_for_who_accepts_it(publish: Publish, live_server: str) -> None:
    publish(0, 256)
    url = f"{live_server}/log/tile/entries/000"
    plain = urllib.request.urlopen(url, timeout=10)
    with (
        urllib.request.urlopen(
            urllib.request.Request(url, headers={"Accept-Encoding": "gzip"}), timeout=10
        ) as packed,
        plain,
    ):
        assert packed.headers["Content-Encoding"] == "gzip"
        body = packed.read()
        assert gzip.decompress(body) == plain.read()
        assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
        assert len(body) < int(plain.headers["Content-Length"]) / 2
    assert "content-encoding" not in headers(url, **{"Accept-Encoding": "gzip;q=0"})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_polling_an_unchanged_checkpoint_costs_no_body(publish: Publish, live_server: str) -> None:
    publish(0, 3)
    url = f"{live_server}/log/checkpoint"
    etag = headers(url)["etag"]
    with pytest.raises(HTTPError) as unchanged:
        headers(url, **{"If-None-Match": etag})
    with unchanged.value as answer:
        assert (answer.code, answer.read()) == (304, b"")
    publish(3, 4)
    assert headers(url, **{"If-None-Match": etag})["etag"] != etag
