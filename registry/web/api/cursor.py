"""Cursors: where a page ended, as a word that only this list understands."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import orjson

from registry.kernel.faults import Fault
from registry.kernel.secrets import Keyring

_SIGN = 16


def written(keys: Keyring, filters: Mapping[str, object], place: object) -> str:
    """The cursor of `place`, any JSON value, in the list with these filters."""
    content = orjson.dumps(place)
    return base64.urlsafe_b64encode(_signed(keys, filters, content) + content).decode().rstrip("=")


def read(keys: Keyring, filters: Mapping[str, object], cursor: str) -> Any:
    """The place in a cursor of this list. Raises Fault for any other text, a cursor under other filters among it."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    sign, content = raw[:_SIGN], raw[_SIGN:]
    if not content or sign != _signed(keys, filters, content):
        raise Fault("翻页标记无效，请不带 after 重新查询", rule="cursor")
    return orjson.loads(content)


def _signed(keys: Keyring, filters: Mapping[str, object], content: bytes) -> bytes:
    asked = orjson.dumps(filters, option=orjson.OPT_SORT_KEYS)
    return bytes.fromhex(keys.blind((asked + content).hex(), "api.cursor"))[:_SIGN]
