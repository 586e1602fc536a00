"""Checks of single fields, shared by frames, entropy and records. Each raises Invalid with the path it was given."""

import re
from itertools import pairwise
from typing import Any

from inspection.draw.rules import Invalid

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEX = re.compile(r"[0-9a-f]*")


def members(value: object, path: str, keys: frozenset[str], *, whole: str = "frame") -> dict[str, Any]:
    """An object with exactly these keys. A missing one is named by its own path, an unknown one by the object's;
    the document itself, whose path is empty, is called `whole`."""
    if not isinstance(value, dict):
        raise Invalid(path or whole, "not an object")
    if value.keys() != keys:
        for key in sorted(keys - value.keys()):
            raise Invalid(f"{path}.{key}".lstrip("."), "missing")
        raise Invalid(path or whole, "unknown key")
    return value


def items(value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise Invalid(path, "not a list")
    return value


def text(value: object, path: str) -> str:
    """A text that has UTF-8 bytes: a lone surrogate has none, and could not be hashed."""
    if not isinstance(value, str):
        raise Invalid(path, "not a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Invalid(path, "lone surrogate") from None
    return value


def identifier(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise Invalid(path, "not a text")
    if not _ID.fullmatch(value):
        raise Invalid(path, "bad characters")
    return value


def integer(value: object, path: str, *, low: int = 0, high: int = 2**53 - 1) -> int:
    """An integer from `low` to `high`. True and false are none, although Python counts them among the integers."""
    if isinstance(value, float):
        raise Invalid(path, "fraction")
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid(path, "not an integer")
    if value < low:
        raise Invalid(path, f"below {low}" if low and value >= 0 else "negative")
    if value > high:
        raise Invalid(path, "above 2^53" if high == 2**53 - 1 else f"above {high}")
    return value


def boolean(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid(path, "not a boolean")
    return value


def hexadecimal(value: object, path: str, *, low: int, high: int) -> str:
    """From `low` to `high` lower-case hex digits."""
    if not isinstance(value, str):
        raise Invalid(path, "not a text")
    if not _HEX.fullmatch(value):
        raise Invalid(path, "not lower-case hex")
    return digits_between(value, path, low=low, high=high)


def digits_between(value: str, path: str, *, low: int, high: int) -> str:
    if len(value) < low:
        raise Invalid(path, "too few digits")
    if len(value) > high:
        raise Invalid(path, "too many digits")
    return value


def ascending(values: list[str], path: str, *, repeated: str) -> None:
    """Values in the order of their bytes, none twice."""
    for before, after in pairwise(values):
        if before >= after:
            raise Invalid(path, repeated if before == after else "not sorted")
