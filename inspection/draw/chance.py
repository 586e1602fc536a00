"""Chance: commitments, the supplied items against the plan, the seed and what it rests on (spec section 3)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from inspection.draw import fields
from inspection.draw.canon import sha
from inspection.draw.rules import FORMAT, Invalid, InvalidEntropy, refusing

_SUPPLIED = frozenset(("kind", "by", "value"))
_DECIMAL = re.compile(r"[0-9]*")


def commitment(draw: str, by: str, *, nonce: str, value: str) -> str:
    """What a party hands over before the frame is frozen: 64 hex digits that bind `value` without telling it."""
    return sha(f"commit|{draw}|{by}|{nonce}|{value}")


def check_entropy(supplied: object, frame: Mapping[str, Any]) -> list[dict[str, str]]:
    """The supplied items of a checked frame's plan: all of them, in the plan's order, each by its rule.

    Raises InvalidEntropy with a path such as `entropy[1].value`.
    """
    with refusing(InvalidEntropy):
        given = fields.items(supplied, "entropy")
        for n, planned in enumerate(frame["entropy"]):
            if n == len(given):
                raise Invalid(f"entropy[{n}]", "missing")
            check_item(given[n], planned, f"entropy[{n}]", draw=frame["draw"])
        if len(given) > len(frame["entropy"]):
            raise Invalid(f"entropy[{len(frame['entropy'])}]", "not planned")
    return given


def check_item(item: object, planned: Mapping[str, str], path: str, *, draw: str) -> dict[str, str]:
    """One supplied item against its planned one. Raises Invalid."""
    keys = _SUPPLIED | {"nonce"} if planned["kind"] == "reveal" else _SUPPLIED
    if isinstance(item, dict):
        for key in ("kind", "by"):
            if key in item and item[key] != planned[key]:
                raise Invalid(f"{path}.{key}", "not as planned")
    given = fields.members(item, path, keys)
    value = given["value"]
    if planned["kind"] == "dice":
        if not _DECIMAL.fullmatch(fields.text(value, f"{path}.value")):
            raise Invalid(f"{path}.value", "not decimal digits")
        fields.digits_between(value, f"{path}.value", low=20, high=256)
    elif planned["kind"] == "beacon":
        fields.hexadecimal(value, f"{path}.value", low=8, high=256)
    else:
        fields.hexadecimal(value, f"{path}.value", low=32, high=256)
        nonce = fields.hexadecimal(given["nonce"], f"{path}.nonce", low=32, high=64)
        if commitment(draw, planned["by"], nonce=nonce, value=value) != planned["commitment"]:
            raise Invalid(f"{path}.value", "does not give the commitment")
    return given


def seed(draw: str, frame_sha256: str, entropy: Sequence[Mapping[str, str]]) -> str:
    """The seed of both randoms, 64 hex digits, from checked items."""
    chance = "|".join(f"{item['kind']}={item['value']}" for item in entropy)
    return sha(f"{FORMAT}|{draw}|{frame_sha256}|{chance}")


def assurance(plan: Sequence[Mapping[str, str]]) -> str:
    """What the chance rests on: `beacon`, `parties` (two reveals or more), or `witnessed` (dice alone)."""
    kinds = [item["kind"] for item in plan]
    if "beacon" in kinds:
        return "beacon"
    return "parties" if kinds.count("reveal") >= 2 else "witnessed"
