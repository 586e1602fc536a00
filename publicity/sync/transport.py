"""HTTP to the office's server: patient where the line fails, strict in what it takes. Nothing here is believed yet."""

import contextlib
import random
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import NamedTuple, Self, TypeVar
from urllib.parse import urlsplit

import orjson

LARGEST_ANSWER = 64 * 1024 * 1024
LARGEST_LINE = 16 * 1024 * 1024
_BLOCK = 256 * 1024
_GZIP = 31  # wbits
Taken = TypeVar("Taken")
_LONGEST_PAUSE = 60.0  # seconds


class Unreachable(Exception):
    """No answer after every attempt: no connection, or the server says that it cannot now (5xx, 429)."""


class Refused(Exception):
    """The server answered no. `status` and `rule` (RFC 9457) say why."""

    def __init__(self, status: int, rule: str) -> None:
        super().__init__(f"{status} {rule}")
        self.status, self.rule = status, rule


class Garbled(Exception):
    """What came is not what HTTP, gzip or JSON let come; the text says what."""


class Answer(NamedTuple):
    """`body` unpacked; empty when nothing has changed since `tag` (304)."""

    changed: bool
    body: bytes
    tag: str | None


class Stream:
    """An answer that is read line by line; leaving its context closes it. `changed` is False for a 304."""

    def __init__(self, connection: HTTPConnection, response: HTTPResponse, tag: str | None) -> None:
        self._connection, self._response = connection, response
        self.changed = response.status != 304
        self.tag = response.headers["ETag"] if self.changed else tag

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._response.close()
        self._connection.close()

    def lines(self) -> Iterator[bytes]:
        """Whole lines for as long as the connection holds: they may end early. Raises Garbled for a line without end."""
        rest = b""
        for block in _unpacked(self._response, self._arriving()):
            *whole, rest = (rest + block).split(b"\n")
            yield from whole
            if len(rest) > LARGEST_LINE:
                raise Garbled("a line without end")

    def _arriving(self) -> Iterator[bytes]:
        with contextlib.suppress(OSError, HTTPException):
            yield from _received(self._response)


class Server:
    """The office's server at an http or https address. Redirections are not followed: the token is for this server."""

    def __init__(
        self,
        address: str,
        token: str,
        *,
        attempts: int = 6,
        timeout: float = 60,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"not an http or https address: {address}")
        self._secure = parts.scheme == "https"
        self._place = (parts.hostname, parts.port)
        self._root = parts.path.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
        self._attempts, self._timeout, self._pause = attempts, timeout, pause

    def get(self, path: str, *, tag: str | None = None) -> Answer:
        """A whole answer. Raises Unreachable, Refused, Garbled."""
        asked = {"If-None-Match": tag} if tag else {}
        return self._patiently(lambda: self._get(path, asked))

    def post(self, path: str, document: Mapping[str, object]) -> bytes:
        """The answer to a JSON document that may be sent any number of times. Raises as `get` does."""
        body = orjson.dumps(document)
        return self._patiently(lambda: self._post(path, body))

    def stream(self, path: str, *, tag: str | None = None) -> Stream:
        """A stream of lines, open. Raises as `get` does."""
        asked = {"If-None-Match": tag} if tag else {}
        return self._patiently(lambda: Stream(*self._open("GET", path, headers=asked), tag))

    def _get(self, path: str, headers: Mapping[str, str]) -> Answer:
        connection, response = self._open("GET", path, headers=headers)
        with contextlib.closing(connection), response:
            if response.status == 304:
                return Answer(False, b"", headers["If-None-Match"])
            return Answer(True, _whole(response), response.headers["ETag"])

    def _post(self, path: str, body: bytes) -> bytes:
        connection, response = self._open(
            "POST", path, body=body, headers={"Content-Type": "application/json"}
        )
        with contextlib.closing(connection), response:
            return _whole(response)

    def _open(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[HTTPConnection, HTTPResponse]:
        """An answer of 200 or 304, its body still to be read. Raises Refused, or _Later for what may pass."""
        host, port = self._place
        connection: HTTPConnection
        if self._secure:
            connection = HTTPSConnection(
                host, port, timeout=self._timeout, context=ssl.create_default_context()
            )
        else:
            connection = HTTPConnection(host, port, timeout=self._timeout)
        try:
            connection.request(method, self._root + path, body, {**self._headers, **headers})
            response = connection.getresponse()
            with contextlib.ExitStack() as unanswered:
                unanswered.push(response)
                _require_answer(response)
                unanswered.pop_all()
        except BaseException:
            connection.close()
            raise
        return connection, response

    def _patiently(self, attempt: Callable[[], Taken]) -> Taken:
        for tried in range(self._attempts):
            try:
                return attempt()
            except ssl.SSLCertVerificationError as error:
                # Whoever answers there is not the server; asking again will not make it so.
                raise Unreachable(f"certificate: {error.verify_message}") from error
            except (_Later, OSError, HTTPException) as error:
                if tried == self._attempts - 1:
                    raise Unreachable(str(error) or type(error).__name__) from error
                asked = error.after if isinstance(error, _Later) else None
                # Spread out, so that those whom one failure stopped do not all come back at once.
                patience = 0.5 * 2**tried * random.uniform(0.5, 1.5)  # noqa: S311
                self._pause(min(patience if asked is None else asked, _LONGEST_PAUSE))
        raise AssertionError("unreachable")


class _Later(Exception):
    def __init__(self, what: str, after: float | None) -> None:
        super().__init__(what)
        self.after = after


def _require_answer(response: HTTPResponse) -> None:
    if response.status == 429 or response.status >= 500:
        raise _Later(f"the server answers {response.status}", _seconds(response))
    if response.status not in (200, 304):
        raise Refused(response.status, _rule(response))


def _seconds(response: HTTPResponse) -> float | None:
    """Retry-After in its form as seconds (RFC 9110 section 10.2.3); the form as a date is passed over."""
    given = response.headers.get("Retry-After", "")
    return float(given) if given.isascii() and given.isdigit() else None


def _rule(response: HTTPResponse) -> str:
    try:
        problem = orjson.loads(response.read(LARGEST_ANSWER))
        return str(problem["rule"])
    except (orjson.JSONDecodeError, HTTPException, OSError, KeyError, TypeError):
        return response.reason


def _whole(response: HTTPResponse) -> bytes:
    body = bytearray()
    for block in _unpacked(response, _received(response)):
        body += block
        if len(body) > LARGEST_ANSWER:
            raise Garbled("an answer without end")
    return bytes(body)


def _received(response: HTTPResponse) -> Iterator[bytes]:
    while block := response.read1(_BLOCK):
        yield block
    if response.length:
        raise HTTPException("the answer was cut off")


def _unpacked(response: HTTPResponse, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpacks gzip a block at a time, so that what swells to gigabytes is refused before it has."""
    if response.headers.get("Content-Encoding", "identity") != "gzip":
        yield from blocks
        return
    packed = zlib.decompressobj(_GZIP)
    try:
        for block in blocks:
            rest = block
            while rest:
                yield packed.decompress(rest, _BLOCK)
                rest = packed.unconsumed_tail
    except zlib.error as error:
        raise Garbled("not gzip") from error
