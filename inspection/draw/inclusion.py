"""The `log` of a record: proof that the frame was committed to in an append-only log (spec section 6).

Shown here: the checkpoint's tree holds the leaf, and the leaf commits to the frame. Whether the checkpoint is the log's
own is shown by its signature, which needs the log's public key: any tool for C2SP signed notes checks it.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType

from inspection.draw import fields
from inspection.draw.canon import canonical, read_json
from inspection.draw.rules import Invalid

_LOG = frozenset(("origin", "index", "leaf", "salt", "proof", "checkpoint"))
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


def check_log(value: object, *, draw: str, frame_sha256: str) -> None:
    """Raises Invalid, with a path such as `log.proof`, where the log does not prove the frame's commitment."""
    check_entry(value, "log", body={"draw": draw, "frame_sha256": frame_sha256})


def check_entry(
    value: object,
    path: str,
    *,
    body: Mapping[str, object],
    named: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Raises Invalid, with a path below `path`, where the log proves no entry that commits to `body` and whose leaf says
    what `named` does."""
    log = fields.members(value, path, _LOG)
    origin, size, root = _checkpoint(fields.text(log["checkpoint"], f"{path}.checkpoint"), path)
    if fields.text(log["origin"], f"{path}.origin") != origin:
        raise Invalid(f"{path}.origin", "differs")
    if fields.integer(log["index"], f"{path}.index") >= size:
        raise Invalid(f"{path}.index", "outside the tree")
    leaf = _base64(fields.text(log["leaf"], f"{path}.leaf"), f"{path}.leaf")
    salt = fields.text(log["salt"], f"{path}.salt")
    if not re.fullmatch(r"([0-9a-f]{2})+", salt):
        raise Invalid(f"{path}.salt", "not lower-case hex")
    entry = read_json(leaf, f"{path}.leaf")
    digest = sha256(bytes.fromhex(salt) + canonical(body)).hexdigest()
    wanted = {**named, "digest": digest}
    if not isinstance(entry, dict) or any(
        key not in entry or not _same(entry[key], wanted[key]) for key in wanted
    ):
        raise Invalid(f"{path}.leaf", "leaf commits to something else")
    proof = [
        bytes.fromhex(fields.hexadecimal(node, f"{path}.proof[{n}]", low=64, high=64))
        for n, node in enumerate(fields.items(log["proof"], f"{path}.proof"))
    ]
    if root_of(sha256(b"\x00" + leaf).digest(), index=log["index"], size=size, proof=proof) != root:
        raise Invalid(f"{path}.proof", "not under the checkpoint")


def _same(found: object, wanted: object) -> bool:
    """By type and value: 2 is neither 2.0 nor true."""
    return type(found) is type(wanted) and found == wanted


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


def _checkpoint(text: str, path: str) -> tuple[str, int, bytes]:
    """Origin, tree size and root hash of a C2SP checkpoint."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise Invalid(f"{path}.checkpoint", "not a checkpoint")
    root = _base64(lines[2], f"{path}.checkpoint")
    if len(root) != 32:
        raise Invalid(f"{path}.checkpoint", "not a checkpoint")
    return lines[0], int(lines[1]), root


def _base64(text: str, path: str) -> bytes:
    try:
        decoded = b64decode(text, validate=True)
    except (BadBase64, ValueError):
        raise Invalid(path, "not base64") from None
    if b64encode(decoded).decode() != text:
        raise Invalid(path, "not base64")  # unused bits set: another text for the same bytes
    return decoded
