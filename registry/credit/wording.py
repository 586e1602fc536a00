"""What people wrote in an event, sealed as one: free text holds identity numbers and phones that no column foresees."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from registry.kernel.work import WorkSession

_CONTEXT = "reg_credit_events.wording"


class Wording(NamedTuple):
    """`columns` may become public, `restricted` never; both by XK_/CF_ code. `detail` is of the kind of event."""

    summary: str
    columns: Mapping[str, str]
    restricted: Mapping[str, str]
    detail: Mapping[str, Any]


def seal(session: WorkSession, wording: Wording) -> bytes:
    """The encrypted JSON of a wording, as the row keeps it."""
    return session.keys.encrypt(json.dumps(wording._asdict(), ensure_ascii=False, default=dict), _CONTEXT)


def opened(session: WorkSession, sealed: bytes) -> Wording:
    """The wording in a row's bytes. Raises KeyMissing for another key or altered bytes."""
    return Wording(**orjson.loads(session.keys.decrypt(sealed, _CONTEXT)))
