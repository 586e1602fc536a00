"""The `log` of a record: proof that the frame was committed to in an append-only log (spec section 6).

Shown here: the checkpoint's tree holds the leaf, and the leaf commits to the frame. Whether the checkpoint is the log's
own is shown by its signature, which needs the log's public key: any tool for C2SP signed notes checks it.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Sequence
from hashlib import sha256

from inspection.draw import fields
from inspection.draw.canon import canonical, read_json
from inspection.draw.rules import Invalid

_LOG = frozenset(("origin", "index", "leaf", "salt", "proof", "checkpoint"))
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


def check_log(value: object, *, draw: str, frame_sha256: str) -> None:
    """Raises Invalid, with a path such as `log.proof`, where the log does not prove the frame's commitment."""
    log = fields.members(value, "log", _LOG)
    origin, size, root = _checkpoint(fields.text(log["checkpoint"], "log.checkpoint"))
    if fields.text(log["origin"], "log.origin") != origin:
        raise Invalid("log.origin", "differs")
    if fields.integer(log["index"], "log.index") >= size:
        raise Invalid("log.index", "outside the tree")
    leaf = _base64(fields.text(log["leaf"], "log.leaf"), "log.leaf")
    salt = fields.text(log["salt"], "log.salt")
    if not re.fullmatch(r"([0-9a-f]{2})+", salt):
        raise Invalid("log.salt", "not lower-case hex")
    body = canonical({"draw": draw, "frame_sha256": frame_sha256})
    entry = read_json(leaf, "log.leaf")
    if not isinstance(entry, dict) or entry.get("digest") != sha256(bytes.fromhex(salt) + body).hexdigest():
        raise Invalid("log.leaf", "leaf commits to something else")
    proof = [
        bytes.fromhex(fields.hexadecimal(node, f"log.proof[{n}]", low=64, high=64))
        for n, node in enumerate(fields.items(log["proof"], "log.proof"))
    ]
    if root_of(sha256(b"\x00" + leaf).digest(), index=log["index"], size=size, proof=proof) != root:
        raise Invalid("log.proof", "not under the checkpoint")


def root_of(leaf_hash: bytes, *, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2), or None if its length is wrong."""
    node, last, above = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            above = sha256(b"\x01" + sibling + above).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            above = sha256(b"\x01" + above + sibling).digest()
        node, last = node >> 1, last >> 1
    return above if last == 0 else None


def _checkpoint(text: str) -> tuple[str, int, bytes]:
    """Origin, tree size and root hash of a C2SP checkpoint."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise Invalid("log.checkpoint", "not a checkpoint")
    root = _base64(lines[2], "log.checkpoint")
    if len(root) != 32:
        raise Invalid("log.checkpoint", "not a checkpoint")
    return lines[0], int(lines[1]), root


def _base64(text: str, path: str) -> bytes:
    try:
        decoded = b64decode(text, validate=True)
    except (BadBase64, ValueError):
        raise Invalid(path, "not base64") from None
    if b64encode(decoded).decode() != text:
        raise Invalid(path, "not base64")  # unused bits set: another text for the same bytes
    return decoded
