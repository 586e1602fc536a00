"""Free text that people wrote, several fields sealed as one: it holds names and numbers that no column foresees."""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from registry.kernel.work import WorkSession


def seal(session: WorkSession, texts: Mapping[str, Any], context: str) -> bytes:
    """The encrypted JSON of `texts`, bound to its column `table.column`."""
    return session.keys.encrypt(json.dumps(dict(texts), ensure_ascii=False), context)


def opened(session: WorkSession, sealed: bytes, context: str) -> dict[str, Any]:
    """What `seal` was given. Raises KeyMissing for another key, another column or altered bytes."""
    found: dict[str, Any] = orjson.loads(session.keys.decrypt(sealed, context))
    return found
