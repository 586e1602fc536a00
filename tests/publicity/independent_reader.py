"""A reader of the feed, written from the published description of its format alone: it imports nothing of this service.

Standard library and `cryptography` only. It checks every signature, leaf, salt and body it is given, proves that all
leaves are those of the signed tree, and folds them to the 256 digests. What does not hold raises Untrue.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Get = Callable[[str], bytes]
ENDS = ("withdraw", "expire")


class Untrue(Exception):
    """Something does not hold; the text says what."""


@dataclass
class Copy:
    """What the reader holds: every leaf hash, and the latest version of each record as (version, action, digest, entry)."""

    hashes: list[bytes] = field(default_factory=list)
    latest: dict[str, tuple[int, str, str, dict[str, Any]]] = field(default_factory=dict)

    def digests(self) -> dict[str, Any]:
        buckets: list[list[str]] = [[] for _ in range(256)]
        for record, (version, action, digest, _) in self.latest.items():
            if action not in ENDS:
                buckets[sha256(record.encode()).digest()[0]].append(f"{record}\t{version}\t{digest}\n")
        lines = [sorted(bucket, key=str.encode) for bucket in buckets]
        return {
            "size": len(self.hashes),
            "buckets": [{"count": len(b), "digest": sha256("".join(b).encode()).hexdigest()} for b in lines],
        }


def read(get: Get, *, limit: int = 100) -> Copy:
    """Reads the whole feed through `get(path)` and returns what holds. Raises Untrue."""
    vkey, copy = get("/log/vkey").decode().strip(), Copy()
    while True:
        page = json.loads(get(f"/feed/v1/entries?start={len(copy.hashes)}&limit={limit}"))
        _require(page["format"] == "legal-credit-feed/1", "format")
        for entry in page["entries"]:
            _take(copy, entry)
        _require(page["next"] == len(copy.hashes), "next")
        size, root = _opened(page["checkpoint"], vkey)
        _require(size == page["size"], "size")
        if len(copy.hashes) == size:
            _require(_root(copy.hashes) == root, "the leaves are not those of the signed tree")
            return copy
        _require(bool(page["entries"]), "an empty page before the end")


def canonical(value: Any) -> bytes:
    """RFC 8785 for what stands in bodies: objects with ASCII keys, arrays, strings, integers, booleans, null."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _take(copy: Copy, entry: dict[str, Any]) -> None:
    raw = base64.b64decode(entry["leaf"], validate=True)
    leaf = json.loads(raw)
    _require(canonical(leaf) == raw, "a leaf is not canonical")
    _require(leaf["format"] == "legal-credit-leaf/1", "leaf format")
    _require(entry["index"] == len(copy.hashes), "indexes have a gap")
    for name in ("action", "record", "version"):
        _require(leaf[name] == entry[name], f"{name} differs from its leaf")
    for body, salt, digest in (("body", "salt", "digest"), ("restricted", "restricted_salt", "restricted")):
        _require((entry[body] is None) == (entry[salt] is None), f"{body} without its salt")
        if entry[body] is not None:
            salted = sha256(bytes.fromhex(entry[salt]) + canonical(entry[body])).hexdigest()
            _require(salted == leaf[digest], f"{body} is not what its leaf says")
    version = copy.latest.get(leaf["record"], (0,))[0]
    _require(leaf["version"] > version, "versions of a record do not grow")
    copy.latest[leaf["record"]] = (leaf["version"], leaf["action"], leaf["digest"], entry)
    copy.hashes.append(sha256(b"\0" + raw).digest())


def _opened(note: str, vkey: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint (C2SP signed note, Ed25519) that this key signed."""
    name, _, key = vkey.split("+", 2)
    public = base64.b64decode(key, validate=True)
    text, _, signatures = note.partition("\n\n")
    origin, size, root = text.split("\n")[:3]
    _require(origin == name, "another log's checkpoint")
    identity = sha256(name.encode() + b"\n" + public).digest()[:4]
    for line in signatures.splitlines():
        _, signer, signature = line.split(" ")
        blob = base64.b64decode(signature, validate=True)
        if signer == name and blob[:4] == identity:
            try:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(blob[4:], f"{text}\n".encode())
            except InvalidSignature as error:
                raise Untrue("the checkpoint's signature") from error
            return int(size), base64.b64decode(root, validate=True)
    raise Untrue("nobody we know signed the checkpoint")


def _root(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1" + _root(hashes[:split]) + _root(hashes[split:])).digest()


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Untrue(what)
