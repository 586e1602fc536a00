"""Sealed draws as arithmetic (specification section 9): commitments, the proof at the door, the opened document."""

import copy
import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.draw import door, sealed
from inspection.draw.rules import RULES, Invalid
from inspection.draw.verify import Difference
from tests.inspection import sealing
from tests.inspection.drawing import frame
from tests.inspection.test_draw_verify import at, free_text, others, places


def vector(name: str) -> Any:
    return json.loads((sealing.VECTORS / f"{name}.json").read_text(encoding="utf-8"))


OPEN, CLOSED, DOOR = vector("open"), vector("closed"), vector("door")


@pytest.mark.parametrize("name", ["open", "closed", "door"])
def test_the_vectors_are_what_the_specification_says(name: str) -> None:
    drawn = OPEN["record"]
    last = 2 + len(drawn["substitutions"])
    slowly = {
        "open": lambda: sealing.document(drawn, is_open=True),
        "closed": lambda: sealing.document(drawn, is_open=False),
        "door": lambda: sealing.at_the_door(drawn, last, DOOR["unit"]),
    }
    assert slowly[name]() == vector(name)


def test_an_opened_document_a_closed_one_and_a_proof_at_the_door_verify() -> None:
    assert sealed.verify_sealed(OPEN) == []
    assert sealed.verify_sealed(CLOSED) == []
    assert door.check(DOOR) == []


def test_a_closed_document_is_the_open_one_without_what_it_hides() -> None:
    hidden = copy.deepcopy(OPEN) | {"record": None}
    for root in hidden["roots"]:
        root["secret"] = None
    assert hidden == CLOSED


@given(seed=st.integers(0, 2**32), units=st.integers(3, 20), substitutions=st.integers(0, 2))
@settings(max_examples=25)
def test_the_same_roots_and_proofs_come_out_as_slowly(seed: int, units: int, substitutions: int) -> None:
    drawn = sealing.record(seed, units=units, substitutions=substitutions)
    document = sealing.document(drawn, is_open=True)
    assert sealed.verify_sealed(document) == []
    for root in document["roots"]:
        assert sealed.root(drawn, version=root["version"], secret=root["secret"]) == root["root"]
        for name in sealing.visited(drawn, root["version"]):
            shown = door.prove(
                drawn,
                version=root["version"],
                secret=root["secret"],
                opens_after=sealing.OPENS_AFTER,
                unit=name,
            )
            expected = sealing.at_the_door(drawn, root["version"], name)
            assert shown | {"log": expected["log"]} == expected
            assert door.check(expected) == []


def test_nobody_who_was_not_drawn_gets_a_proof() -> None:
    drawn = OPEN["record"]
    there = sealing.visited(drawn, 2)
    for unit in drawn["frame"]["units"]:
        if unit["id"] not in there:
            with pytest.raises(KeyError):
                door.prove(
                    drawn, version=2, secret="00" * 32, opens_after=sealing.OPENS_AFTER, unit=unit["id"]
                )


@pytest.mark.parametrize("path", [path for path in places(DOOR) if path[-1] != "checkpoint"], ids=str)
def test_a_proof_at_the_door_fails_when_anything_in_it_is_altered(path: tuple[Any, ...]) -> None:
    for other in others(at(DOOR, path)):
        altered = copy.deepcopy(DOOR)
        at(altered, path[:-1])[path[-1]] = other
        if path == ("log",) and other is None:
            continue  # without a log nothing is said about it
        found = door.check(altered)
        assert found, (path, other)
        assert all(difference.rule in RULES for difference in found)


ROOTS_AND_HEAD = [
    path for path in places(CLOSED) if path[-1] not in ("checkpoint", "secret") and path != ("record",)
]


@pytest.mark.parametrize("path", ROOTS_AND_HEAD, ids=str)
def test_a_document_fails_closed_or_open_when_anything_in_it_is_altered(path: tuple[Any, ...]) -> None:
    for document in (CLOSED, OPEN):
        for other in others(at(document, path)):
            if path[-1] == "log" and other is None:
                continue
            if path == ("roots",) and other == CLOSED["roots"][:-1]:
                continue  # what the document was before the last substitution
            altered = copy.deepcopy(document)
            at(altered, path[:-1])[path[-1]] = other
            found = sealed.verify_sealed(altered)
            assert found, (path, other)
            assert all(difference.rule in RULES for difference in found)


@given(st.sampled_from([path for path in places(OPEN["record"]) if not free_text(path)]))
def test_an_opened_document_fails_when_its_record_is_altered(path: tuple[Any, ...]) -> None:
    if path[-1] == "checkpoint" or path == ("log",):
        return
    for other in others(at(OPEN["record"], path)):
        altered = copy.deepcopy(OPEN)
        at(altered["record"], path[:-1])[path[-1]] = other
        assert sealed.verify_sealed(altered), (path, other)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda one: one["roots"][1].update(secret="00" * 32), ("roots[1].root", "differs")),
        (lambda one: one["roots"][1].update(secret=None), ("roots[1].secret", "open in part")),
        (lambda one: one["roots"].pop(), ("roots", "wrong length")),
        (lambda one: one["roots"].pop(0), ("roots[0].version", "differs")),
        (lambda one: one.update(leaves=12), ("roots[0].log.leaf", "leaf commits to something else")),
        (
            lambda one: one.update(opens_after="2027-12-31"),
            ("roots[0].log.leaf", "leaf commits to something else"),
        ),
        (
            lambda one: one["roots"][0].update(log=one["roots"][1]["log"]),
            ("roots[0].log.leaf", "leaf commits to something else"),
        ),
        (lambda one: one["record"].update(seed="00" * 32), ("record.seed", "differs")),
        (lambda one: one["record"].pop("seed"), ("record.seed", "missing")),
        (lambda one: one.update(record=[]), ("record", "not an object")),
    ],
)
def test_what_is_wrong_is_named(change: Any, expected: tuple[str, str]) -> None:
    altered = copy.deepcopy(OPEN)
    change(altered)
    assert expected in [(one.path, one.rule) for one in sealed.verify_sealed(altered)]


def test_a_record_without_a_closed_value_or_with_dice_first_is_no_sealed_draw() -> None:
    reveal = {"kind": "reveal", "by": "bar", "commitment": "00" * 32}
    dice = {"kind": "dice", "by": "witness"}
    sealed.check_plan([reveal, dice])
    for plan, rule in (
        ([dice], "nothing closed"),
        ([dice, reveal], "closed after open"),
        ([reveal, dice, {**reveal, "by": "office"}], "closed after open"),
    ):
        with pytest.raises(Invalid) as refused:
            sealed.check_plan(plan)
        assert (refused.value.path, refused.value.rule) == ("entropy", rule)


@given(st.sampled_from(sealing.visited(OPEN["record"], 2)), st.sampled_from([2, 3]))
def test_a_proof_at_the_door_tells_nothing_of_others(name: str, version: int) -> None:
    """It names one unit and one team; two records that differ in everything else give a proof of the same shape."""
    drawn = OPEN["record"]
    if name not in sealing.visited(drawn, version):
        return
    shown = sealing.at_the_door(drawn, version, name)
    told = json.dumps({key: value for key, value in shown.items() if key not in ("log", "unit")})
    assert not [unit["id"] for unit in drawn["frame"]["units"] if f'"{unit["id"]}"' in told]
    secret = f"{version:02x}" * 32
    assert secret not in told
    assert drawn["seed"] not in told
    # Whoever guesses who else was drawn cannot test the guess: every hash of the path stands over salts that are not told.
    guesses = {
        sha256(b"\0" + sealing.jcs(sealing.leaf(drawn, version, place, "00" * 32))).hexdigest()
        for place in range(len(drawn["frame"]["units"]))
    }
    assert not guesses & set(shown["proof"])


def test_two_versions_share_no_hash_even_where_nothing_changed() -> None:
    drawn = OPEN["record"]
    first, second = (
        {*sealed.leaf_hashes(drawn, version=version, secret=f"{version:02x}" * 32)} for version in (2, 3)
    )
    assert not first & second


def test_the_number_of_leaves_does_not_tell_how_many_were_drawn() -> None:
    few, many = sealing.record(3, substitutions=0), sealing.record(4, substitutions=2)
    assert len(few["selected"]) == len(sealing.visited(few, 2))
    assert {len(sealed.leaf_hashes(one, version=2, secret="11" * 32)) for one in (few, many)} == {11}


def test_a_proof_travels_as_the_fragment_of_an_address() -> None:
    spelled = door.fragment(DOOR)
    assert door.read_fragment(spelled, CLOSED) == DOOR
    assert door.read_fragment(spelled, OPEN) == DOOR


@pytest.mark.parametrize(
    "text",
    ["", "v=2", "#", "v=2&p=0&s=AA&u=U&i=&a=", f"v=9&p=0&s={'A' * 43}&u=U001&i=&a=", "你好", "v=2&v=2"],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        door.read_fragment(text, CLOSED)
    assert refused.value.rule in ("not a door proof", "unknown version")


@given(st.integers(0, 10_000), st.sampled_from("0Az_-9."))
def test_a_fragment_with_another_character_proves_nothing(place: int, sign: str) -> None:
    spelled = door.fragment(DOOR)
    place %= len(spelled)
    altered = spelled[:place] + sign + spelled[place + 1 :]
    if altered == spelled:
        return
    try:
        found = door.check(door.read_fragment(altered, CLOSED))
    except Invalid:
        return
    assert found


def test_a_unit_without_inspectors_has_a_leaf_too() -> None:
    """An unassignable draw is sealed as well: its units are fixed, their teams empty."""
    drawn = copy.deepcopy(OPEN["record"]) | {"assignments": None, "substitutions": []}
    assert set(sealed.teams(drawn, version=2)) == {entry["unit"] for entry in drawn["selected"]}
    assert all(team == [] for team in sealed.teams(drawn, version=2).values())


def test_nothing_is_too_odd_to_be_answered() -> None:
    odd: list[Any] = [None, 1, [], {}, "x", {"format": "double-random-draw-sealed/1"}, frame()]
    for value in odd:
        assert isinstance(sealed.verify_sealed(value)[0], Difference)
        assert isinstance(door.check(value)[0], Difference)
