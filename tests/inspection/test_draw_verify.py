"""Verifying a published record (spec section 6): whatever is altered shows, and by its path."""

import copy
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.draw import record as records
from inspection.draw.canon import canonical
from inspection.draw.chance import commitment
from inspection.draw.frame import check
from inspection.draw.inclusion import root_of
from inspection.draw.substitute import replace_seat, replace_unit
from inspection.draw.verify import verify
from tests.inspection.drawing import DICE, Json, frame, inspector, team, unit

SALT = bytes(range(32))


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, by its recursive definition."""
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


def path_of(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*path_of(index, leaves[:split]), tree_hash(leaves[split:])]
    return [*path_of(index - split, leaves[split:]), tree_hash(leaves[:split])]


def logged(record: Json, *, index: int = 4, size: int = 7) -> Json:
    """The log block of a record whose commitment stands at `index` in a log of `size` entries."""
    body = canonical({"draw": record["frame"]["draw"], "frame_sha256": record["frame_sha256"]})
    entry = {
        "format": "legal-credit-leaf/1",
        "action": "frame",
        "record": record["frame"]["draw"],
        "version": 1,
        "time": "2026-11-20T02:00:00Z",
        "digest": sha256(SALT + body).hexdigest(),
        "restricted": None,
    }
    leaves = [f"other {n}".encode() for n in range(size)]
    leaves[index] = canonical(entry)
    root = b64encode(tree_hash(leaves)).decode()
    return {
        "origin": "credit.example/log",
        "index": index,
        "leaf": b64encode(leaves[index]).decode(),
        "salt": SALT.hex(),
        "proof": [node.hex() for node in path_of(index, leaves)],
        "checkpoint": f"credit.example/log\n{size}\n{root}\n\n— credit.example/log AAAAAA==\n",
    }


def published() -> Json:
    """A small record with everything in it: every kind of chance, two strata, substitutions, a log."""
    nonce, value = "cd" * 16, "ab" * 16
    plan = [
        {"kind": "dice", "by": "witness-1"},
        {"kind": "beacon", "by": "office", "source": "lottery", "round": "2026135"},
        {"kind": "reveal", "by": "bar", "commitment": commitment("D-1", "bar", nonce=nonce, value=value)},
    ]
    units = [unit(f"U{n}", stratum="AB"[n % 2], district="310101") for n in range(6)]
    units[0] |= {"status": "mandatory", "ground": "listed", "note": "上级交办"}
    units[5] |= {"status": "excluded", "ground": "closed"}
    people = [
        inspector(f"J{n}", district=[None, "310104"][n % 2], recused=[["U1"], []][n % 2]) for n in range(5)
    ]
    strata = [{"id": name, "rate_bp": 5000, "min": 0, "max": 3} for name in "AB"]
    document = frame(units, people, strata=strata, entropy=plan, supersedes="D-0", reserve=2)
    record = records.draw(
        check(document),
        [
            *DICE,
            {"kind": "beacon", "by": "office", "value": "deadbeef"},
            {"kind": "reveal", "by": "bar", "value": value, "nonce": nonce},
        ],
    )
    record["log"] = logged(record)
    drawn = [entry for entry in record["selected"] if not entry["mandatory"]]
    record["substitutions"].append(replace_unit(record, unit=drawn[0]["unit"], ground="closed"))
    record["substitutions"].append(replace_seat(record, unit="U0", seat=1, ground="recused"))
    return json.loads(json.dumps(record))  # as it is read from the published file


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every member and item of a JSON value."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield (*path, key)
        yield from places(member, (*path, key))


def free_text(path: tuple[Any, ...]) -> bool:
    """The office's own words about a substitution, and the signature under a checkpoint."""
    return path[0] == "substitutions" and path[-1] in ("ground", "note")


RECORD = published()
PLACES = list(places(RECORD))


def at(record: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        record = record[step]
    return record


def others(value: Any) -> list[Any]:
    """Values that differ from `value` by as little as possible, some of them by their type alone."""
    if isinstance(value, bool):
        return [not value, int(value), None]
    if isinstance(value, int):
        return [value + 1, value - 1, float(value), str(value), *([bool(value)] if value in (0, 1) else [])]
    if isinstance(value, str):
        return [value + "0", value[:-1], "x" + value[1:], value + "\ud800", None, [value]]
    if isinstance(value, list):
        return [
            [*value, None],
            value[:-1] if value else [None],
            [*value, *value[-1:]] if value else {},
            None,
            {},
        ]
    if isinstance(value, dict):
        return [value | {"extra": None}, {**dict(list(value.items())[1:])}, None, []]
    return [0, "", "x", [], False]


def stays_true(path: tuple[Any, ...], other: object) -> bool:
    """The same value; a course before its last steps; the other seat, where the same inspector would have come in; no
    log, which proves less; the same checkpoint signed otherwise."""
    value = at(RECORD, path)
    if path == ("substitutions",) and isinstance(other, list):
        return bool(other == value[: len(other)])
    if path == ("substitutions", 1, "seat") and type(other) is int:
        return other in (0, 1)
    if path == ("log", "checkpoint") and isinstance(other, str) and "\ud800" not in other:
        return bool(other.split("\n")[:3] == value.split("\n")[:3])
    return json.dumps(other) == json.dumps(value) or (path == ("log",) and other is None)


def test_the_record_with_everything_in_it_is_verified() -> None:
    assert verify(RECORD) == []
    assert RECORD["assurance"] == "beacon"
    assert len(RECORD["substitutions"]) == 2


@pytest.mark.parametrize("part", RECORD)
def test_any_altered_field_shows(part: str) -> None:
    altered = 0
    for path in PLACES:
        if path[0] != part or free_text(path):
            continue
        for other in others(at(RECORD, path)):
            tampered = copy.deepcopy(RECORD)
            at(tampered, path[:-1])[path[-1]] = other
            if not stays_true(path, other):
                assert verify(tampered), (path, other)
                altered += 1
    assert altered or part == "log"


@pytest.mark.parametrize("part", RECORD)
def test_a_record_with_a_part_missing_or_added_is_none(part: str) -> None:
    less = {key: value for key, value in RECORD.items() if key != part}
    assert [(d.path, d.rule) for d in verify(less)] == [(part, "missing")]
    more = RECORD | {f"{part}_2": None}
    assert [(d.path, d.rule) for d in verify(more)] == [("record", "unknown key")]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(_json)
def test_anything_can_be_asked_to_verify(value: object) -> None:
    assert verify(value)


@given(st.sampled_from([path for path in PLACES if not free_text(path)]), _json)
def test_anything_can_stand_in_any_place(path: tuple[Any, ...], value: object) -> None:
    tampered = copy.deepcopy(RECORD)
    at(tampered, path[:-1])[path[-1]] = value
    differences = verify(tampered)
    assert differences or stays_true(path, value)
    for difference in differences:
        assert difference.message.startswith(f"{difference.path}：")


@pytest.mark.parametrize(
    ("path", "value", "named", "rule"),
    [
        (("format",), "double-random-draw/2", "format", "differs"),
        (("frame", "units", 3, "kind"), "a b", "frame.units[3].kind", "bad characters"),
        (("frame", "extra"), 1, "frame", "unknown key"),
        (("entropy", 1, "value"), "dead", "entropy[1].value", "too few digits"),
        (("entropy", 2, "value"), "ac" * 16, "entropy[2].value", "does not give the commitment"),
        (("seed",), "0" * 64, "seed", "differs"),
        (("assurance",), "parties", "assurance", "differs"),
        (("selected", 0, "ticket"), "0" * 64, "selected[0].ticket", "differs"),
        (("selected", 0, "mandatory"), 1, "selected[0].mandatory", "differs"),
        (("reserves",), [], "reserves", "wrong length"),
        (("assignments", 1, "inspectors", 0), "J9", "assignments[1].inspectors[0]", "differs"),
        (("assignments",), None, "assignments", "differs"),
        (("unassignable",), {"units": ["U1"], "why": "人手不足"}, "unassignable", "differs"),
        (("substitutions",), None, "substitutions", "not a list"),
        (("substitutions", 1, "inspector_in"), "J9", "substitutions[1].inspector_in", "differs"),
        (("log", "index"), 7, "log.index", "outside the tree"),
        (("log", "index"), 5, "log.proof", "not under the checkpoint"),
        (("log", "proof", 0), "0" * 64, "log.proof", "not under the checkpoint"),
        (("log", "proof", 0), "0" * 63, "log.proof[0]", "too few digits"),
        (("log", "proof"), [], "log.proof", "not under the checkpoint"),
        (("log", "salt"), "00" * 32, "log.leaf", "leaf commits to something else"),
        (("log", "salt"), "0", "log.salt", "not lower-case hex"),
        (("log", "leaf"), b64encode(b"{}").decode(), "log.leaf", "leaf commits to something else"),
        (("log", "leaf"), b64encode(b"[").decode(), "log.leaf", "not JSON"),
        (("log", "leaf"), "?", "log.leaf", "not base64"),
        (("log", "origin"), "other.example/log", "log.origin", "differs"),
        (("log", "checkpoint"), "credit.example/log\n7\n", "log.checkpoint", "not a checkpoint"),
        (("log", "checkpoint"), "credit.example/log\n07\nAA==\n\n", "log.checkpoint", "not a checkpoint"),
        (("log", "checkpoint"), "credit.example/log\n7\nAA==\n\n", "log.checkpoint", "not a checkpoint"),
    ],
)  # fmt: skip
def test_a_difference_is_named_by_its_path(
    path: tuple[Any, ...], value: object, named: str, rule: str
) -> None:
    tampered = copy.deepcopy(RECORD)
    at(tampered, path[:-1])[path[-1]] = value
    assert (named, rule) in [(difference.path, difference.rule) for difference in verify(tampered)]


def test_base64_that_spells_the_same_bytes_otherwise_is_no_proof() -> None:
    tampered = copy.deepcopy(RECORD)
    leaf = RECORD["log"]["leaf"]
    assert leaf.endswith("=")
    spelled = leaf.rstrip("=")[:-1] + chr(ord(leaf.rstrip("=")[-1]) + 1) + leaf[len(leaf.rstrip("=")) :]
    assert b64decode(spelled) == b64decode(leaf)
    tampered["log"]["leaf"] = spelled
    assert [(d.path, d.rule) for d in verify(tampered)] == [("log.leaf", "not base64")]


@pytest.mark.parametrize("size", range(1, 18))
def test_every_place_in_trees_of_every_shape_is_proved(size: int) -> None:
    leaves = [bytes([n]) for n in range(size)]
    root = tree_hash(leaves)
    for index in range(size):
        proof = path_of(index, leaves)
        leaf_hash = sha256(b"\x00" + leaves[index]).digest()
        assert root_of(leaf_hash, index=index, size=size, proof=proof) == root
        assert root_of(leaf_hash, index=index, size=size, proof=[*proof, root]) is None
        if proof:
            assert root_of(leaf_hash, index=index, size=size, proof=proof[:-1]) is None


def _unassignable() -> Json:
    """Four firms and two offices; the offices could be served, the firms never."""
    units = [unit(f"U{n}") for n in range(4)] + [unit(f"V{n}", kind="notary_office") for n in range(2)]
    people = [inspector(f"J{n}") for n in range(3)] + [
        inspector(f"K{n}", kinds=["notary_office"]) for n in range(2)
    ]
    strata = [{"id": "A", "rate_bp": 10000, "min": 0, "max": None}]
    return records.draw(check(frame(units, people, strata=strata, team=team(max_load=2))), DICE)


@pytest.mark.parametrize("names", [["U0", "U1", "U2", "U3"], ["U0", "U1", "U2", "U3", "V0"]])
def test_any_true_set_is_as_good(names: list[str]) -> None:
    record = _unassignable()
    assert verify(record | {"unassignable": {"units": names, "why": "人手不足"}}) == []


@pytest.mark.parametrize(
    ("change", "path", "rule"),
    [
        ({"units": ["U0", "U1", "U2"]}, "unassignable.units", "can be served together"),
        ({"units": ["V0", "V1"]}, "unassignable.units", "can be served together"),
        ({"units": []}, "unassignable.units", "can be served together"),
        ({"units": ["U9"]}, "unassignable.units[0]", "not selected"),
        ({"units": ["U1", "U0", "U2", "U3"]}, "unassignable.units", "not sorted"),
        ({"units": ["U0", "U1", "U2", "U3", "U3"]}, "unassignable.units", "repeated id"),
        ({"units": "U0"}, "unassignable.units", "not a list"),
        ({"units": [7]}, "unassignable.units[0]", "not a text"),
        ({"why": None}, "unassignable.why", "not a text"),
        ({"by": "office"}, "unassignable", "unknown key"),
    ],
)
def test_a_set_that_proves_nothing_is_refused(change: dict[str, Any], path: str, rule: str) -> None:
    record = _unassignable()
    record["unassignable"] |= change
    assert [(difference.path, difference.rule) for difference in verify(record)] == [(path, rule)]


def test_an_assignment_may_not_be_withheld() -> None:
    record = _unassignable()
    assert [d.path for d in verify(record | {"unassignable": None})] == ["unassignable"]
    assert [d.path for d in verify(record | {"assignments": []})] == ["assignments"]
    step: Json = {
        "unit": "U0",
        "seat": None,
        "ground": "closed",
        "note": None,
        "unit_in": None,
        "inspectors": [],
    }
    assert [(d.path, d.rule) for d in verify(record | {"substitutions": [step]})] == [
        ("substitutions", "nothing assigned")
    ]
