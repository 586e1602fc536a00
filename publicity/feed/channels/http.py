"""One POST to a platform, told apart by what it leaves open: surely not sent, sent with an answer, or nobody knows."""

import contextlib
import ssl
from collections.abc import Mapping
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from publicity.feed.channels.channel import Setting
from publicity.feed.channels.cut import cut_after
from publicity.feed.states import Outcome

LARGEST_ANSWER = 1 << 20
_LATER = frozenset({408, 425, 429, 503})
"""The platform says itself that it took nothing."""


class Answered(NamedTuple):
    """`body` is at most LARGEST_ANSWER long; `after` the seconds of Retry-After, if told as seconds."""

    status: int
    body: bytes
    after: timedelta | None


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, timeout: float, authority: str = ""
) -> Answered | Outcome:
    """The answer, or what came instead of one. `authority` is a PEM file of the certificates that vouch for the platform,
    "" for those that the system trusts. Redirections are not followed: signature and token are for this address."""
    parts = urlsplit(url)
    try:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, timeout, authority)
    except ValueError:
        return Outcome("refused", "address", "渠道的网址有误")
    except OSError:
        return Outcome("refused", "authority", "渠道的签发机构证书文件无法读取")
    path = parts.path or "/"
    with contextlib.closing(connection):
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as error:
            return Outcome("refused", "certificate", f"平台的证书未通过核验：{error.verify_message}")
        except OSError as error:
            return Outcome("later", "connection", type(error).__name__)
        with cut_after(timeout, connection.sock) as over:
            try:
                connection.request(
                    "POST", f"{path}?{parts.query}" if parts.query else path, body, dict(headers)
                )
                with connection.getresponse() as response:
                    answer = response.read(LARGEST_ANSWER + 1)[:LARGEST_ANSWER]
                    after = _seconds(response.headers.get("Retry-After", ""))
            except (OSError, HTTPException) as error:
                return Outcome(
                    "unknown", "no_answer", "TimeoutError" if over.is_set() else type(error).__name__
                )
            if over.is_set():
                return Outcome("unknown", "no_answer", "TimeoutError")
            return Answered(response.status, answer, after)


def failed(answered: Answered) -> Outcome | None:
    """What an answer outside 2xx means to any channel; None for 2xx, 400 and 422, which the channel reads itself."""
    status = answered.status
    if 200 <= status < 300 or status in (400, 422):
        return None
    if status in _LATER:
        return Outcome("later", f"http_{status}", after=answered.after)
    if status >= 500:
        # Some answer 500 and have taken it all the same.
        return Outcome("unknown", f"http_{status}", after=answered.after)
    return Outcome("refused", f"http_{status}")


def check_address(text: str) -> str | None:
    """https, or http to this machine, where a gateway of the office's may stand."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
        return "请填写 https 网址"
    if parts.scheme == "http" and not _loopback(parts.hostname):
        return "须用 https：内容、签名和令牌不能明文经过网络"
    return None


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_authority(text: str) -> str | None:
    """A PEM file that can be read here."""
    try:
        ssl.create_default_context(cafile=text)
    except OSError:
        return "应为本机上可以读取的 PEM 证书文件的完整路径"
    return None


AUTHORITY = Setting(
    "authority",
    "签发机构证书",
    "平台的证书由自设机构签发的，填写其 PEM 证书文件的完整路径；不填为系统信任的机构。",
    required=False,
    check=check_authority,
)


def _connection(scheme: str, host: str, port: int | None, timeout: float, authority: str) -> HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context(cafile=authority or None)
        return HTTPSConnection(host, port, timeout=timeout, context=context)
    return HTTPConnection(host, port, timeout=timeout)


def _seconds(text: str) -> timedelta | None:
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else None
