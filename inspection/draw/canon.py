"""Hashing, canonical JSON and strict reading of JSON, for documents without fractions."""

import json
from hashlib import sha256
from typing import Any, NoReturn

from inspection.draw.rules import Invalid


def sha(text: str) -> str:
    """SHA-256 over the UTF-8 bytes of `text`, as 64 lower-case hex digits."""
    return sha256(text.encode()).hexdigest()


def canonical(value: object) -> bytes:
    """RFC 8785 bytes of a JSON value whose keys are ASCII and whose numbers are integers below 2^53.

    Within these bounds, which every checked document keeps, Python's own encoder gives what RFC 8785 wants.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def read_json(content: bytes, name: str) -> object:
    """The value of a JSON file; `name` is the path of the whole document in a refusal.

    Raises Invalid: not UTF-8 JSON (NaN and Infinity are not), nested too deeply, or a repeated key, which two
    readers of the same file could take differently.
    """
    repeated = False

    def read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        members = dict(pairs)
        if len(members) != len(pairs):
            repeated = True
            return _Repeated(members, _first_repeated(pairs))
        return members

    try:
        value = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=read_object, parse_constant=_no_constant
        )
    except RecursionError:
        raise Invalid(name, "nested too deeply") from None
    except ValueError:
        raise Invalid(name, "not JSON") from None
    if repeated:
        raise Invalid(_path_of_repeated(value) or name, "repeated key")
    return value


class _Repeated(dict[str, Any]):
    """An object of which one key came twice."""

    def __init__(self, members: dict[str, Any], key: str) -> None:
        super().__init__(members)
        self.key = key


def _first_repeated(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return key
        seen.add(key)
    raise AssertionError("no key is repeated")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _path_of_repeated(value: object) -> str | None:
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _Repeated):
            return f"{path}.{value.key}".lstrip(".")
        if isinstance(value, dict):
            waiting.extend((f"{path}.{key}".lstrip("."), member) for key, member in value.items())
        elif isinstance(value, list):
            waiting.extend((f"{path}[{n}]", member) for n, member in enumerate(value))
    return None
