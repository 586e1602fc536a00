"""The proof at the door: one inspected subject is shown that it was drawn, and nothing of others (spec section 9.4)."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from inspection.draw import fields, merkle
from inspection.draw.inclusion import root_of
from inspection.draw.rules import Invalid
from inspection.draw.sealed import (
    FIRST_VERSION,
    check_head,
    check_log,
    leaf_bytes,
    leaf_hashes,
    salt_of,
    teams,
)
from inspection.draw.verify import Difference

FORMAT = "double-random-draw-door/1"

_DOOR = frozenset(
    (
        "format", "draw", "frame_sha256", "opens_after", "leaves", "version", "position", "salt", "unit",
        "inspectors", "root", "proof", "log",
    )
)  # fmt: skip
_SHARED = ("draw", "frame_sha256", "opens_after", "leaves")
_HASH = 32
_FRAGMENT = re.compile(
    r"v=(?P<version>[0-9]{1,9})&p=(?P<position>[0-9]{1,9})&s=(?P<salt>[A-Za-z0-9_-]{43})"
    r"&u=(?P<unit>[A-Za-z0-9._-]{1,64})&i=(?P<inspectors>[A-Za-z0-9._,-]*)&a=(?P<path>[A-Za-z0-9_-]*)",
    re.ASCII,
)


def prove(
    record: Mapping[str, Any], *, version: int, secret: str, opens_after: str, unit: str
) -> dict[str, Any]:
    """The proof that `unit` is inspected in this version; `log` is null. KeyError for a unit that is not."""
    draw, team = record["frame"]["draw"], teams(record, version=version)[unit]
    position = next(n for n, one in enumerate(record["frame"]["units"]) if one["id"] == unit)
    hashes = leaf_hashes(record, version=version, secret=secret)
    return {
        "format": FORMAT,
        "draw": draw,
        "frame_sha256": record["frame_sha256"],
        "opens_after": opens_after,
        "leaves": len(hashes),
        "version": version,
        "position": position,
        "salt": salt_of(draw, version=version, position=position, secret=secret),
        "unit": unit,
        "inspectors": team,
        "root": merkle.root(hashes).hex(),
        "proof": [node.hex() for node in merkle.path(hashes, position)],
        "log": None,
    }


def fragment(proof: Mapping[str, Any]) -> str:
    """The proof as the fragment of an address: only what the sealed document does not tell."""
    parts = {
        "v": str(proof["version"]),
        "p": str(proof["position"]),
        "s": _spelled(bytes.fromhex(proof["salt"])),
        "u": proof["unit"],
        "i": ",".join(name or "" for name in proof["inspectors"]),
        "a": _spelled(b"".join(bytes.fromhex(node) for node in proof["proof"])),
    }
    return "&".join(f"{key}={value}" for key, value in parts.items())


def read_fragment(text: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """The proof at the door that a fragment spells, for the draw of a sealed document.

    Raises Invalid: not a fragment of this form, or of a version that the document does not have.
    """
    parts = _FRAGMENT.fullmatch(text)
    salt, path = (_bytes(parts["salt"]), _bytes(parts["path"])) if parts else (None, None)
    if parts is None or salt is None or path is None or len(path) % _HASH:
        raise Invalid("proof", "not a door proof")
    of_version = {entry["version"]: entry for entry in document["roots"]}
    version = int(parts["version"])
    if version not in of_version:
        raise Invalid("version", "unknown version")
    names = parts["inspectors"]
    return {
        "format": FORMAT,
        **{key: document[key] for key in _SHARED},
        "version": version,
        "position": int(parts["position"]),
        "salt": salt.hex(),
        "unit": parts["unit"],
        "inspectors": [name or None for name in names.split(",")] if names else [],
        "root": of_version[version]["root"],
        "proof": [path[n : n + _HASH].hex() for n in range(0, len(path), _HASH)],
        "log": of_version[version]["log"],
    }


def check(proof: object) -> list[Difference]:
    """Why a proof at the door proves nothing; empty means that it holds. Whether its version is the last one, and the
    signature of its checkpoint, are not told by the proof alone."""
    try:
        value = fields.members(proof, "", _DOOR, whole="proof")
        check_head(value, FORMAT)
        _check_path(value, _leaf(value))
        if value["log"] is not None:
            check_log(value, value["root"], value["version"], value["log"], "log")
    except Invalid as fault:
        return [Difference(fault.path, fault.rule)]
    return []


def _leaf(value: Mapping[str, Any]) -> bytes:
    if fields.integer(value["version"], "version") < FIRST_VERSION:
        raise Invalid("version", "unknown version")
    for n, name in enumerate(fields.items(value["inspectors"], "inspectors")):
        if name is not None:
            fields.identifier(name, f"inspectors[{n}]")
    return leaf_bytes(
        value["draw"],
        version=value["version"],
        position=fields.integer(value["position"], "position"),
        salt=fields.hexadecimal(value["salt"], "salt", low=64, high=64),
        unit=fields.identifier(value["unit"], "unit"),
        inspectors=value["inspectors"],
    )


def _check_path(value: Mapping[str, Any], leaf: bytes) -> None:
    committed = fields.hexadecimal(value["root"], "root", low=64, high=64)
    path = [
        bytes.fromhex(fields.hexadecimal(node, f"proof[{n}]", low=64, high=64))
        for n, node in enumerate(fields.items(value["proof"], "proof"))
    ]
    if value["position"] >= value["leaves"]:
        raise Invalid("position", "outside the tree")
    above = root_of(merkle.leaf_hash(leaf), index=value["position"], size=value["leaves"], proof=path)
    if above is None or above.hex() != committed:
        raise Invalid("proof", "not under the root")


def _spelled(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes | None:
    """The bytes of a base64url text in its one canonical spelling, None for another."""
    try:
        decoded = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return decoded if _spelled(decoded) == text else None
