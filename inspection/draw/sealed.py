"""Sealed draws: what is committed to at the draw, the proof at the door, and the opened document (spec section 9)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from inspection.draw import fields, merkle
from inspection.draw.canon import canonical, sha
from inspection.draw.inclusion import check_entry
from inspection.draw.rules import Invalid
from inspection.draw.verify import Difference, verify

SEALED_FORMAT = "double-random-draw-sealed/1"
FIRST_VERSION = 2

_SEALED = frozenset(("format", "draw", "frame_sha256", "opens_after", "leaves", "roots", "record"))
_ROOT = frozenset(("version", "root", "secret", "log"))
Teams = dict[str, list[str | None]]


def check_plan(plan: Sequence[Mapping[str, str]]) -> None:
    """What section 9.1 wants of a checked plan of chance. Raises Invalid with the path `entropy`."""
    kinds = [item["kind"] for item in plan]
    closed = kinds.count("reveal")
    if not closed:
        raise Invalid("entropy", "nothing closed")
    if "reveal" in kinds[closed:]:
        raise Invalid("entropy", "closed after open")


def teams(record: Mapping[str, Any], *, version: int) -> Teams:
    """Who inspects each unit in this version: the draw's (2), after the first substitution (3), and so on."""
    assigned = {entry["unit"]: list(entry["inspectors"]) for entry in record["assignments"] or ()}
    standing: Teams = {entry["unit"]: assigned.get(entry["unit"], []) for entry in record["selected"]}
    for entry in record["substitutions"][: version - FIRST_VERSION]:
        if entry["seat"] is not None:
            standing[entry["unit"]][entry["seat"]] = entry["inspector_in"]
            continue
        del standing[entry["unit"]]
        if entry["unit_in"] is not None:
            standing[entry["unit_in"]] = list(entry["inspectors"])
    return standing


def salt_of(draw: str, *, version: int, position: int, secret: str) -> str:
    """The salt of one leaf, 64 hex digits; it tells nothing of the secret, nor of another salt."""
    return sha(f"salt|{draw}|{version}|{position}|{secret}")


def leaf_bytes(
    draw: str,
    *,
    version: int,
    position: int,
    salt: str,
    unit: str | None,
    inspectors: Sequence[str | None] | None,
) -> bytes:
    """One result leaf, as it is hashed into the tree."""
    return canonical(
        {
            "draw": draw,
            "version": version,
            "position": position,
            "salt": salt,
            "unit": unit,
            "inspectors": None if inspectors is None else list(inspectors),
        }
    )


def leaf_hashes(record: Mapping[str, Any], *, version: int, secret: str) -> list[bytes]:
    """The hashes of all leaves of one version, in the frame's order: one for every unit, drawn or not."""
    draw, standing = record["frame"]["draw"], teams(record, version=version)
    hashes = []
    for position, unit in enumerate(record["frame"]["units"]):
        team = standing.get(unit["id"])
        leaf = leaf_bytes(
            draw,
            version=version,
            position=position,
            salt=salt_of(draw, version=version, position=position, secret=secret),
            unit=None if team is None else unit["id"],
            inspectors=team,
        )
        hashes.append(merkle.leaf_hash(leaf))
    return hashes


def root(record: Mapping[str, Any], *, version: int, secret: str) -> str:
    """What is committed to in the log for this version, in hex."""
    return merkle.root(leaf_hashes(record, version=version, secret=secret)).hex()


def log_body(document: Mapping[str, Any], committed: str) -> dict[str, Any]:
    """The body of the log's entry for the root `committed`; `document` is a sealed document or a proof at the door."""
    named = {key: document[key] for key in ("draw", "frame_sha256", "leaves", "opens_after")}
    return {**named, "root": committed}


def verify_sealed(document: object) -> list[Difference]:
    """Everything in which a sealed document differs from what it must be; empty means verified.

    Of an open document all of it is recomputed; of a closed one (`record` null) its form and its logs are checked.
    """
    try:
        value = fields.members(document, "", _SEALED, whole="sealed")
        check_head(value, SEALED_FORMAT)
        _check_roots(value)
    except Invalid as fault:
        return [Difference(fault.path, fault.rule)]
    if value["record"] is None:
        return []
    wrong = [difference._replace(path=_below(difference.path)) for difference in verify(value["record"])]
    return wrong or list(_differences(value, value["record"]))


def check_head(value: Mapping[str, Any], tag: str) -> None:
    """What sealed documents and proofs at the door share. Raises Invalid."""
    if value["format"] != tag:
        raise Invalid("format", "differs")
    fields.identifier(value["draw"], "draw")
    fields.hexadecimal(value["frame_sha256"], "frame_sha256", low=64, high=64)
    if fields.integer(value["leaves"], "leaves") == 0:
        raise Invalid("leaves", "empty")
    try:
        day = date.fromisoformat(fields.text(value["opens_after"], "opens_after"))
    except ValueError as fault:
        if isinstance(fault, Invalid):
            raise
        raise Invalid("opens_after", "no date") from None
    if day.isoformat() != value["opens_after"]:
        raise Invalid("opens_after", "no date")


def _check_roots(value: Mapping[str, Any]) -> None:
    roots = fields.items(value["roots"], "roots")
    if not roots:
        raise Invalid("roots", "empty")
    for n, entry in enumerate(roots):
        _check_root(value, entry, n)


def _check_root(value: Mapping[str, Any], entry: object, n: int) -> None:
    path = f"roots[{n}]"
    given = fields.members(entry, path, _ROOT)
    if fields.integer(given["version"], f"{path}.version") != n + FIRST_VERSION:
        raise Invalid(f"{path}.version", "differs")
    committed = fields.hexadecimal(given["root"], f"{path}.root", low=64, high=64)
    if (given["secret"] is None) is not (value["record"] is None):
        raise Invalid(f"{path}.secret", "open in part")
    if given["secret"] is not None:
        fields.hexadecimal(given["secret"], f"{path}.secret", low=64, high=64)
    if given["log"] is not None:
        check_log(value, committed, given["version"], given["log"], f"{path}.log")


def check_log(value: Mapping[str, Any], committed: str, version: int, log: object, path: str) -> None:
    """Raises Invalid where the log does not prove the root `committed` of this version."""
    digest_of = log_body(value, committed)
    action = "draw" if version == FIRST_VERSION else "other"
    named = {"action": action, "record": value["draw"], "version": version}
    check_entry(log, path, body=digest_of, named=named)


def _differences(value: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[Difference]:
    """Of an open document whose record verifies."""
    frame = record["frame"]
    expected = {
        "draw": frame["draw"],
        "frame_sha256": record["frame_sha256"],
        "leaves": len(frame["units"]),
    }
    for key, wanted in expected.items():
        if value[key] != wanted:
            yield Difference(key, "differs", wanted, value[key])
    try:
        check_plan(frame["entropy"])
    except Invalid as fault:
        yield Difference(f"record.frame.{fault.path}", fault.rule)
    if len(value["roots"]) != 1 + len(record["substitutions"]):
        yield Difference("roots", "wrong length", 1 + len(record["substitutions"]), len(value["roots"]))
        return
    for n, entry in enumerate(value["roots"]):
        wanted = root(record, version=entry["version"], secret=entry["secret"])
        if entry["root"] != wanted:
            yield Difference(f"roots[{n}].root", "differs", wanted, entry["root"])


def _below(path: str) -> str:
    return "record" if path == "record" else f"record.{path}"


def record_sha256(record: Mapping[str, Any]) -> str:
    """What the log's entry of the opening says of the record."""
    return sha256(canonical(record)).hexdigest()
