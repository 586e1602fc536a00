"""The chance of a draw (spec section 3): who supplies what, in which order, and what it rests on."""

from hashlib import sha256
from typing import Any

import pytest

from inspection.draw import chance, record
from inspection.draw.frame import check
from inspection.draw.rules import InvalidEntropy
from tests.inspection.drawing import Json, frame

VALUE, NONCE = "ab" * 16, "cd" * 16
OTHER_VALUE, OTHER_NONCE = "01" * 128, "23" * 32


def planned_and_supplied() -> tuple[Json, list[Json]]:
    """A frame with every kind of chance, and the items that serve its plan."""
    items: list[Json] = [
        {"kind": "reveal", "by": "bar-association", "value": VALUE, "nonce": NONCE},
        {"kind": "dice", "by": "witness-1", "value": "0123456789" * 2},
        {"kind": "beacon", "by": "office", "value": "deadbeef"},
        {"kind": "reveal", "by": "witness-2", "value": OTHER_VALUE, "nonce": OTHER_NONCE},
    ]
    plan = [
        {
            "kind": "reveal",
            "by": "bar-association",
            "commitment": commitment("bar-association", NONCE, VALUE),
        },
        {"kind": "dice", "by": "witness-1"},
        {"kind": "beacon", "by": "office", "source": "welfare-lottery", "round": "2026135"},
        {
            "kind": "reveal",
            "by": "witness-2",
            "commitment": commitment("witness-2", OTHER_NONCE, OTHER_VALUE),
        },
    ]
    return frame(entropy=plan), items


def commitment(by: str, nonce: str, value: str) -> str:
    return sha256(f"commit|D-1|{by}|{nonce}|{value}".encode()).hexdigest()


def test_the_seed_binds_the_frame_and_every_value_in_the_order_of_the_plan() -> None:
    document, items = planned_and_supplied()
    drawn = record.draw(check(document), items)
    text = (
        f"double-random-draw/1|D-1|{drawn['frame_sha256']}|reveal={VALUE}|dice=01234567890123456789"
        f"|beacon=deadbeef|reveal={OTHER_VALUE}"
    )
    assert drawn["seed"] == sha256(text.encode()).hexdigest()
    assert drawn["assurance"] == "beacon"
    assert drawn["entropy"] == items


def test_a_party_makes_its_commitment_from_value_nonce_draw_and_name() -> None:
    made = chance.commitment("D-1", "witness-2", nonce=NONCE, value=VALUE)
    assert made == commitment("witness-2", NONCE, VALUE)


@pytest.mark.parametrize(
    ("kinds", "rests_on"),
    [
        (["dice"], "witnessed"),
        (["dice", "reveal"], "witnessed"),
        (["dice", "reveal", "reveal"], "parties"),
        (["reveal", "reveal"], "parties"),
        (["reveal", "reveal", "beacon"], "beacon"),
        (["dice", "beacon"], "beacon"),
    ],
)
def test_what_a_draw_rests_on_is_said(kinds: list[str], rests_on: str) -> None:
    assert chance.assurance([{"kind": kind} for kind in kinds]) == rests_on


# The story, the item and what is changed in it (None: taken away), the field that the refusal names, and the rule.
REFUSALS: list[tuple[str, int | None, dict[str, Any], str, str]] = [
    ("a wrong reveal", 0, {"value": "ac" * 16}, "entropy[0].value", "does not give the commitment"),
    ("another nonce", 3, {"nonce": "24" * 32}, "entropy[3].value", "does not give the commitment"),
    ("a short reveal", 0, {"value": "a" * 31}, "entropy[0].value", "too few digits"),
    ("a long reveal", 0, {"value": "a" * 257}, "entropy[0].value", "too many digits"),
    ("a reveal in capitals", 0, {"value": "AB" * 16}, "entropy[0].value", "not lower-case hex"),
    ("a short nonce", 0, {"nonce": "c" * 31}, "entropy[0].nonce", "too few digits"),
    ("a long nonce", 0, {"nonce": "c" * 65}, "entropy[0].nonce", "too many digits"),
    ("a nonce that is no hex", 0, {"nonce": "g" * 32}, "entropy[0].nonce", "not lower-case hex"),
    ("a reveal without nonce", 0, {"nonce": None}, "entropy[0].nonce", "missing"),
    ("too few dice", 1, {"value": "1" * 19}, "entropy[1].value", "too few digits"),
    ("too many dice", 1, {"value": "1" * 257}, "entropy[1].value", "too many digits"),
    ("no dice", 1, {"value": ""}, "entropy[1].value", "too few digits"),
    ("dice with spaces", 1, {"value": "12345 " * 5}, "entropy[1].value", "not decimal digits"),
    ("dice in full-width digits", 1, {"value": "１" * 20}, "entropy[1].value", "not decimal digits"),
    ("dice as a number", 1, {"value": 10**20}, "entropy[1].value", "not a text"),
    ("a lone surrogate for dice", 1, {"value": "\ud800" * 20}, "entropy[1].value", "lone surrogate"),
    ("dice with a nonce", 1, {"nonce": NONCE}, "entropy[1]", "unknown key"),
    ("a short beacon", 2, {"value": "deadbee"}, "entropy[2].value", "too few digits"),
    ("a long beacon", 2, {"value": "d" * 257}, "entropy[2].value", "too many digits"),
    ("a beacon that is no hex", 2, {"value": "deadbeeg"}, "entropy[2].value", "not lower-case hex"),
    ("a beacon with its source", 2, {"source": "welfare-lottery"}, "entropy[2]", "unknown key"),
    ("another party", 1, {"by": "witness-9"}, "entropy[1].by", "not as planned"),
    ("another kind", 1, {"kind": "beacon"}, "entropy[1].kind", "not as planned"),
    ("a kind that is a number", 1, {"kind": 6}, "entropy[1].kind", "not as planned"),
    ("no party", 1, {"by": None}, "entropy[1].by", "missing"),
    ("no value", 2, {"value": None}, "entropy[2].value", "missing"),
]


@pytest.mark.parametrize(
    ("item", "change", "path", "rule"), [c[1:] for c in REFUSALS], ids=[c[0] for c in REFUSALS]
)
def test_chance_that_breaks_a_rule_is_refused(
    item: int, change: dict[str, Any], path: str, rule: str
) -> None:
    document, items = planned_and_supplied()
    items[item] = {key: value for key, value in (items[item] | change).items() if value is not None}
    _refused(document, items, path, rule)


def test_a_missing_reveal_is_named_by_its_place_in_the_plan() -> None:
    document, items = planned_and_supplied()
    _refused(document, items[:3], "entropy[3]", "missing")
    _refused(document, [], "entropy[0]", "missing")


def test_items_come_in_the_order_of_the_plan() -> None:
    document, items = planned_and_supplied()
    _refused(document, [items[1], items[0], *items[2:]], "entropy[0].kind", "not as planned")
    _refused(document, [items[3], *items[1:3], items[0]], "entropy[0].by", "not as planned")


def test_what_nobody_planned_is_refused() -> None:
    document, items = planned_and_supplied()
    _refused(document, [*items, items[1]], "entropy[4]", "not planned")


@pytest.mark.parametrize("supplied", [None, {}, "dice", 5])
def test_chance_is_a_list(supplied: object) -> None:
    document, _ = planned_and_supplied()
    _refused(document, supplied, "entropy", "not a list")


def test_an_item_is_an_object() -> None:
    document, items = planned_and_supplied()
    _refused(document, ["dice", *items[1:]], "entropy[0]", "not an object")


def _refused(document: Json, supplied: object, path: str, rule: str) -> None:
    with pytest.raises(InvalidEntropy) as refused:
        record.draw(check(document), supplied)
    assert (refused.value.path, refused.value.rule) == (path, rule)
    assert refused.value.message.startswith(f"{path}：")
