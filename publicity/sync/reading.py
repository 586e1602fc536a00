"""What the feed says, held against what it must be: form, leaf, salt, tree, signature. Pure.

Nothing is taken on trust but the verifier key. What does not hold raises Untrue, and nothing of it is kept.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from publicity.feed.envelope import BUCKETS, ENDS, FORMAT
from registry.kernel.canon import canonical
from registry.ledger.checkpoint import Checkpoint, open_checkpoint
from registry.ledger.leaf import Leaf, parse_leaf
from registry.ledger.merkle import (
    HASH_SIZE,
    TILE_HEIGHT,
    Frontier,
    NodeOf,
    consistency_proof,
    consistent,
    leaf_hash,
    root,
)
from registry.ledger.note import NoteError, Verifier, parse_vkey
from registry.ledger.tiles import TILE_WIDTH, Tile, hashes_at

_TILES_KEPT = 64


class Untrue(Exception):
    """Something that the feed says does not hold; the text says what."""


class Head(NamedTuple):
    """The signed head of the log: its note as signed, and what that says."""

    note: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry whose content is what its leaf commits to. `body` and `restricted` are JCS bytes, None where withheld or
    gone; `bucket` is its record's among the digests."""

    index: int
    leaf: Leaf
    hash: bytes
    salt: str | None
    body: bytes | None
    restricted_salt: str | None
    restricted: bytes | None

    @property
    def bucket(self) -> int:
        return bucket_of(self.leaf.record)

    @property
    def ended(self) -> bool:
        return self.leaf.action in ENDS


def bucket_of(record: str) -> int:
    """The first byte of SHA-256(record)."""
    return sha256(record.encode()).digest()[0]


def read_key(text: str) -> Verifier:
    """A verifier key as `/log/vkey` tells it. Raises Untrue."""
    try:
        return parse_vkey(text.strip())
    except NoteError as error:
        raise Untrue(f"verifier key: {error}") from error


def read_note(note: object, verifier: Verifier) -> Head:
    """A checkpoint that our key signed for its log. Raises Untrue."""
    try:
        opened: Checkpoint = open_checkpoint(str(note), [verifier], origin=verifier.name)
    except NoteError as error:
        raise Untrue(f"checkpoint: {error}") from error
    return Head(str(note), opened.size, opened.root)


def read_head(line: bytes, verifier: Verifier, *, start: int) -> Head:
    """The first line of a stream that was asked for from `start`. Raises Untrue."""
    given = _object(line)
    if given.get("format") != FORMAT:
        raise Untrue("not a stream of the feed")
    head = read_note(given.get("checkpoint"), verifier)
    if (given.get("size"), given.get("start")) != (head.size, start):
        raise Untrue("the stream's size or start is not what its checkpoint says or what was asked for")
    return head


def read_entry(line: bytes, *, index: int) -> Entry:
    """One line of a stream, which must be the entry at `index`. Raises Untrue."""
    given = _object(line)
    try:
        raw = base64.b64decode(given["leaf"], validate=True)
        leaf = parse_leaf(raw)
        stated = (given["index"], given["action"], given["record"], given["version"])
        salt, body = _opened(given, "salt", "body", leaf.digest)
        restricted_salt, restricted = _opened(given, "restricted_salt", "restricted", leaf.restricted)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise Untrue(f"entry {index}: {error}") from error
    if stated != (index, leaf.action, leaf.record, leaf.version):
        raise Untrue(f"entry {index}: its place, action, record or version is not its leaf's")
    return Entry(index, leaf, leaf_hash(raw), salt, body, restricted_salt, restricted)


def grown(frontier: Frontier, hashes: Iterable[bytes], head: Head, node: NodeOf) -> Frontier:
    """The frontier after these leaves, once the head's tree is proved to begin with them. Raises Untrue.

    One proof for the whole batch stands for one of inclusion for each: the tree of the first n leaves has one root.
    """
    grown, _ = frontier.extend(hashes)
    prove(grown.size, grown.root, head, node)
    return grown


def prove(size: int, known: bytes, head: Head, node: NodeOf) -> None:
    """Raises Untrue unless the head's tree begins with the tree of `size` leaves whose root is `known`."""
    if size > head.size:
        raise Untrue(f"the log became shorter: {head.size} leaves after {size}")
    try:
        proof = consistency_proof(size, head.size, node)
    except (ValueError, IndexError) as error:
        raise Untrue(f"tiles: {error}") from error
    if not consistent(size, head.size, proof, known, head.root):
        raise Untrue(f"the tree of {head.size} leaves does not begin with the {size} leaves that we know")


def nodes(fetch: Callable[[str], bytes], size: int) -> NodeOf:
    """Reads subtrees of the tree of `size` leaves from tiles (C2SP tlog-tiles), the last ones kept. Raises Untrue."""

    @lru_cache(_TILES_KEPT)
    def hashes(level: int, number: int) -> Sequence[bytes]:
        width = min(TILE_WIDTH, hashes_at(level, size) - number * TILE_WIDTH)
        tile = fetch(Tile(level, number, width).path)
        if len(tile) != width * HASH_SIZE:
            raise Untrue("a tile of another width")
        return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]

    def node(height: int, index: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        number, place = divmod(index << above, TILE_WIDTH)
        return root(hashes(level, number)[place : place + (1 << above)])

    return node


def read_digests(answer: bytes) -> tuple[int, list[str]]:
    """The size that the digests are of, and the 256 in order. Raises Untrue."""
    given = _object(answer)
    try:
        size, digests = given["size"], [bucket["digest"] for bucket in given["buckets"]]
    except (KeyError, TypeError) as error:
        raise Untrue("not digests of the feed") from error
    if type(size) is not int or len(digests) != BUCKETS or not all(isinstance(one, str) for one in digests):
        raise Untrue("not digests of the feed")
    return size, digests


def commits(digest: str, salt: str, body: bytes) -> bool:
    """Whether `digest` is that of the body under its salt (hex)."""
    return sha256(bytes.fromhex(salt) + body).hexdigest() == digest


def _opened(
    given: Mapping[str, Any], salt_name: str, name: str, digest: str | None
) -> tuple[str | None, bytes | None]:
    salt, content = given[salt_name], given[name]
    if salt is None and content is None:
        return None, None
    if not isinstance(salt, str) or not isinstance(content, dict) or digest is None:
        raise ValueError(f"{name} and its salt do not belong together")
    # Sorted keys are nearly always the canonical form, and what hashes right is right.
    body = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    if not commits(digest, salt, body):
        body = canonical(content)
        if not commits(digest, salt, body):
            raise ValueError(f"{name} is not what its leaf commits to")
    return salt, body


def _object(text: bytes) -> dict[str, Any]:
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Untrue("not JSON") from error
    if not isinstance(given, dict):
        raise Untrue("not a JSON object")
    return given
