"""What a certificate says and how it is checked offline, from its document and the log's public key alone. Pure."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from publicity.proving import merkle_map
from publicity.proving.merkle_map import Entry, InvalidProof, Proof
from registry.kernel.canon import salted_digest
from registry.ledger.checkpoint import open_checkpoint
from registry.ledger.leaf import parse_leaf
from registry.ledger.merkle import includes, leaf_hash
from registry.ledger.note import NoteError, Verifier

FORMAT = "legal-credit-certificate/1"
MAP_FORMAT = "legal-credit-map/1"


class Live(NamedTuple):
    """A penalty that is public: its record, version and the digest of its content, as in its leaf."""

    record: str
    version: int
    digest: str


def key(subject: str) -> bytes:
    """The key of a subject, by its public id."""
    return sha256(f"subject|{subject}".encode()).digest()


def value(live: Iterable[Live]) -> bytes:
    """The value of a subject: its public penalties, in the order of their records."""
    return sha256(
        "".join(f"{row.record}\t{row.version}\t{row.digest}\n" for row in sorted(live)).encode()
    ).digest()


class Unproven(ValueError):
    """The document does not prove what it says. `rule` is stable, the message Chinese."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


@dataclass(frozen=True)
class Proven:
    """What holds, if the log's key is the bureau's: on `day`, `penalties` of this subject's penalties were public.

    Whether a later root of that day says otherwise, the public log tells from leaf `index` on.
    """

    subject: str
    name: str
    day: date
    penalties: int
    index: int


def check(document: Mapping[str, Any], verifier: Verifier) -> Proven:
    """What the document proves. Raises Unproven."""
    try:
        return _check(document, verifier)
    except NoteError as unsigned:
        raise Unproven("checkpoint", "检查点不是这个日志的密钥签发的") from unsigned
    except InvalidProof as astray:
        raise Unproven("map", "证明的路径与日志中的根不符") from astray
    except (KeyError, TypeError, AttributeError, ValueError) as malformed:
        if isinstance(malformed, Unproven):
            raise
        raise Unproven("format", "证明文件残缺，或被改动") from malformed


def _check(document: Mapping[str, Any], verifier: Verifier) -> Proven:
    if document["format"] != FORMAT:
        raise Unproven("format", "不是证明文件")
    subject, root = document["subject"], document["root"]
    body = _logged(root, verifier)
    if (body["format"], body["date"]) != (MAP_FORMAT, document["date"]):
        raise Unproven("date", "证明的日期与日志中的不符")
    found = _looked_up(document["map"], bytes.fromhex(body["root"]), subject["id"])
    live = [Live(**fields) for fields in document["penalties"]]
    if found != (value(live) if live else None):
        raise Unproven("penalties", "所列处罚与日志中的不符")
    return Proven(subject["id"], subject["name"], date.fromisoformat(body["date"]), len(live), root["index"])


def _logged(root: Mapping[str, Any], verifier: Verifier) -> dict[str, Any]:
    """The body of the root's leaf, which the log holds under a signed head."""
    signed = open_checkpoint(root["checkpoint"], [verifier], origin=verifier.name)
    leaf, body = base64.b64decode(root["leaf"]), base64.b64decode(root["body"])
    inclusion = [base64.b64decode(hash_) for hash_ in root["inclusion"]]
    if not includes(leaf_hash(leaf), root["index"], signed.size, inclusion, signed.root):
        raise Unproven("inclusion", "日志的检查点不含这一叶")
    if parse_leaf(leaf).digest != salted_digest(bytes.fromhex(root["salt"]), body):
        raise Unproven("digest", "叶中的摘要与内容不符")
    opened: dict[str, Any] = json.loads(body)
    return opened


def _looked_up(way: Mapping[str, Any], root: bytes, subject: str) -> bytes | None:
    terminal = way["terminal"]
    proof = Proof(
        tuple(bytes.fromhex(hash_) for hash_ in way["siblings"]),
        terminal and Entry(bytes.fromhex(terminal["key"]), bytes.fromhex(terminal["value"])),
    )
    if way["key"] != key(subject).hex():
        raise Unproven("key", "证明不是关于此人或此机构的")
    return merkle_map.proven(root, key(subject), proof)
