"""JSON over HTTPS, one entry a POST, signed as Standard Webhooks 1.0 has it.

The platform answers 2xx with `{"result": "accepted"|"rejected", "code", "message", "platform_id"}`, or with any other 2xx
and sends its receipt later. `webhook-id` is the same at every attempt, so a platform that keeps it applies nothing twice.
With `query` set, that address is asked, signed in the same way, which versions it has: `{"records": [id, …]}` gives
`{"records": {id: version or null}}`. Asked `{"after": id or "", "limit": n}` it may list what it has, in the order of ids, as
`{"records": {id: version}, "next": id or null}`.
"""

import base64
import binascii
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson

from publicity.feed.channels.channel import (
    NOTICE_KINDS,
    TIMEOUT,
    Answers,
    Channel,
    Found,
    Held,
    Item,
    Kind,
    Setting,
    Unanswered,
)
from publicity.feed.channels.http import AUTHORITY, Answered, check_address, failed, post
from publicity.feed.states import Outcome

_PREFIX = "whsec_"
_LISTED = 1000


class JsonChannel:
    """Sends to `url` with the secret `whsec_` + base64 of 24 to 64 bytes."""

    batch = 1

    def __init__(self, settings: Mapping[str, str], secret: str, timeout: float) -> None:
        self._url = settings["url"]
        self._query = settings.get("query", "")
        self._key = base64.b64decode(secret.removeprefix(_PREFIX))
        self._timeout, self._authority = timeout, settings.get("authority", "")

    def send(self, items: Sequence[Item], *, now: datetime) -> Sequence[Outcome]:
        return [self._send(item, now) for item in items]

    def look_up(self, items: Sequence[Item]) -> Sequence[Found]:
        if not self._query:
            return ["untold"] * len(items)
        known = self._asked({"records": [item.record for item in items]}).get("records")
        if not isinstance(known, dict):
            return ["untold"] * len(items)
        return [_found(item, known.get(item.record)) for item in items]

    def holds(self) -> Iterator[Held] | None:
        if not self._query:
            return None
        first = self._listed("")
        # A platform that cannot list answers something else.
        return None if first is None else self._pages(first)

    def receipts(self) -> Sequence[Answers]:
        return ()

    def taken(self, receipt: str) -> None:
        """Nothing is fetched here."""

    def _send(self, item: Item, now: datetime) -> Outcome:
        message = {
            "type": f"notice.{item.action}",
            "timestamp": now.astimezone(UTC).isoformat(timespec="seconds"),
            "data": {
                "index": item.position,
                "record": item.record,
                "version": item.version,
                "action": item.action,
                **item.content,
            },
        }
        answer = self._post(self._url, orjson.dumps(message), item.key, now)
        if isinstance(answer, Outcome):
            return answer
        return failed(answer) or _read(answer)

    def _pages(self, page: dict[str, Any]) -> Iterator[Held]:
        while True:
            yield from (Held(record) for record in page["records"])
            following = page.get("next")
            if not isinstance(following, str) or not page["records"]:
                return
            listed = self._listed(following)
            if listed is None:
                raise Unanswered
            page = listed

    def _listed(self, after: str) -> dict[str, Any] | None:
        told = self._asked({"after": after, "limit": _LISTED})
        return told if isinstance(told.get("records"), dict) and "next" in told else None

    def _asked(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a question, empty where none came."""
        asked, now = orjson.dumps(question), datetime.now(UTC)
        answer = self._post(self._query, asked, f"query-{sha256(asked).hexdigest()[:32]}", now)
        return _object(answer.body) if isinstance(answer, Answered) and answer.status == 200 else {}

    def _post(self, url: str, body: bytes, key: str, now: datetime) -> Answered | Outcome:
        stamp = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": stamp,
            "webhook-signature": sign(self._key, key, stamp, body),
        }
        return post(url, body, headers, timeout=self._timeout, authority=self._authority)


def sign(key: bytes, identifier: str, stamp: str, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` (Standard Webhooks 1.0, symmetric signatures)."""
    mac = hmac.digest(key, f"{identifier}.{stamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(mac).decode()}"


def check_secret(text: str) -> str | None:
    """None for `whsec_` and the base64 of 24 to 64 bytes."""
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return "应为 whsec_ 加 base64"
    return (
        None if text.startswith(_PREFIX) and 24 <= len(key) <= 64 else "应为 whsec_ 加 24 至 64 字节的 base64"
    )


def _read(answer: Answered) -> Outcome:
    told = _object(answer.body)
    code, message, platform_id = (_text(told.get(name)) for name in ("code", "message", "platform_id"))
    if told.get("result") == "rejected" or answer.status in (400, 422):
        return Outcome("rejected", code or f"http_{answer.status}", message)
    if told.get("result") == "accepted":
        return Outcome("accepted", code, message, platform_id)
    return Outcome("taken", code, message, platform_id)


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _text(value: object) -> str | None:
    return str(value)[:2000] if isinstance(value, str | int) else None


def _found(item: Item, version: object) -> Found:
    if item.ends:
        return "there" if version is None else "absent"
    return "there" if isinstance(version, int) and version >= item.version else "absent"


def _open(settings: Mapping[str, str], secret: str, timeout: float) -> Channel:
    return JsonChannel(settings, secret, timeout)


KIND = Kind(
    name="json",
    title="JSON 接口（HTTPS）",
    settings=(
        Setting(
            "url",
            "接收网址",
            "平台接收每条信息的 https 网址；签名按 Standard Webhooks 1.0。",
            check=check_address,
        ),
        Setting(
            "query",
            "查询网址",
            "可向平台查询某条信息是否已收到的，填写其网址；对账和结果不明时使用。",
            required=False,
            check=check_address,
        ),
        AUTHORITY,
        TIMEOUT,
    ),
    secret="签名密钥",  # noqa: S106 — its title
    check_secret=check_secret,
    layouts=("2018",),
    kinds=NOTICE_KINDS,
    open=_open,
)
