"""Stand-ins for the national service and a city's upload service, on a real socket; they misbehave as told."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (b"" if n == 1 else b"%d" % (n - 1)) * 10) for n in range(1, 9)
    )
    + b"]><code>&a8;</code>"
)
ENTITY = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><code>&a;</code>'
ENVELOPE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><r:answer xmlns:r="urn:x">'
    "<return>{}</return></r:answer></soap:Body></soap:Envelope>"
)
Key = tuple[str | None, ...]


class SoapPlatform:
    """`rows` are what stands, by catalogue and natural key. `moods` are what it does with the next calls, one each: refuse,
    drop, fault, slow (these three take the rows first), later, busy (429, Retry-After 90), closed (403), garbage, bomb, deep,
    entity, soap_fault, unknown_table; nothing: it takes the rows, but those for which `rules` names columns.

    At /query it is asked by natural key, or for everything page by page; `mute` makes it answer nothing there."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, Key], Mapping[str, str]] = {}
        self.moods: list[str] = []
        self.rules: Callable[[Mapping[str, str]], Sequence[str]] = lambda _row: ()
        self.mute = False
        self.calls: list[dict[str, str]] = []
        self.queries: list[dict[str, str]] = []
        self._closing = threading.Event()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/query":
                    platform.query(self, dict(parse_qsl(body.decode(), keep_blank_values=True)))
                    return
                called = fromstring(body)
                operation = called[0][0]
                parts = {part.tag: part.text or "" for part in operation}
                name = operation.tag.rpartition("}")[2]
                platform.calls.append({"operation": name, **parts})
                platform.answer(self, name, parts)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="soap")

    def will(self, *moods: str) -> None:
        self.moods.extend(moods)

    def query(self, line: Any, asked: dict[str, str]) -> None:
        self.queries.append(asked)
        code = "CF" if asked["type"] == "xzcflist" else "XK"
        known = [row for row in self.rows.values() if f"{code}_WSH" in row]
        if "wsh" in asked:
            key = (asked["xdrmc"], asked["wsh"], asked["jdrq"].replace("-", "/"))
            known = [row for row in known if _key(row) == key]
        else:
            size = int(asked["rows"])
            start = (int(asked["page"]) - 1) * size
            known = known[start : start + size]
        told = b"<html>" if self.mute else json.dumps({"status": "1", asked["type"]: known}).encode()
        _tell(line, 200, told)

    def answer(self, line: Any, operation: str, parts: dict[str, str]) -> None:
        mood = self.moods.pop(0) if self.moods else ""
        refused: list[int] = []
        if mood in ("", "drop", "fault", "slow", "garbage", "bomb", "deep"):
            refused = self._take(operation, parts)
        if mood == "slow":
            self._closing.wait(60)
            return
        if mood == "drop":
            line.connection.close()
            return
        national = operation.startswith("import")
        raw = {
            "garbage": b"\xff\xfe\x00not xml",
            "bomb": BOMB,
            "deep": b"<a>" * 200_000,
            "entity": ENTITY,
            "soap_fault": (
                b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault>'
                b"<faultstring>server</faultstring></e:Fault></e:Body></e:Envelope>"
            ),
        }.get(mood)
        status = {"fault": 500, "later": 503, "soap_fault": 500, "busy": 429, "closed": 403}.get(mood, 200)
        answer = _national(mood, refused) if national else _city(mood, refused, parts)
        headers = {"Retry-After": "90"} if mood == "busy" else {}
        _tell(line, status, raw or ENVELOPE.format(escape(answer)).encode(), headers)

    def _take(self, operation: str, parts: dict[str, str]) -> list[int]:
        """Takes the rows in and gives the numbers, from 1, of those that it refuses. As the services do, a national call is
        taken up to its first bad row, a city's upload without its bad rows."""
        national = operation.startswith("import")
        if national:
            table = operation
            rows = [{cell.tag: cell.text or "" for cell in row} for row in fromstring(parts["xml"])]
        else:
            table = parts["tableCode"]
            rows = json.loads(parts["body"])
        refused = []
        for number, row in enumerate(rows, 1):
            if self.rules(row):
                refused.append(number)
                if national:
                    break
                continue
            key = (table, _key(row))
            if _over(row):
                self.rows.pop(key, None)
            else:
                self.rows[key] = row
        return refused

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _row(operation: str, parts: dict[str, str]) -> dict[str, str]:
    if operation.startswith("import"):
        return {cell.tag: cell.text or "" for cell in fromstring(parts["xml"])[0]}
    [row] = json.loads(parts["body"])
    return dict(row)


def _prefix(row: Mapping[str, str]) -> str:
    return "XK" if any(code.startswith("XK_") for code in row) else "CF"


def _key(row: Mapping[str, str]) -> Key:
    prefix = _prefix(row)
    name = row.get(f"{prefix}_XDR_MC") or row.get(f"{prefix}_XDR")
    return name, row.get(f"{prefix}_WSH"), row.get(f"{prefix}_JDRQ")


def _over(row: Mapping[str, str]) -> bool:
    prefix = _prefix(row)
    return row.get(f"{prefix}_ZT") == "1" and f"{prefix}_NR" not in row and f"{prefix}_JG" not in row


def _tell(line: Any, status: int, told: bytes, headers: Mapping[str, str] | None = None) -> None:
    line.send_response(status)
    for name, value in (headers or {}).items():
        line.send_header(name, value)
    line.send_header("Content-Length", str(len(told)))
    line.end_headers()
    line.wfile.write(told)


def _national(mood: str, refused: list[int]) -> str:
    if mood == "refuse" or refused:
        line = refused[0] if refused else 1
        return f"<result><code>13</code><line>{line}</line><message>统一社会信用代码有误</message></result>"
    return "<result><code>00</code><line></line></result>"


def _city(mood: str, refused: list[int], parts: Mapping[str, str]) -> str:
    total = len(json.loads(parts["body"])) if "body" in parts else 1
    failed = total if mood == "refuse" else len(refused)
    told: dict[str, Any] = {
        "errorCode": "200",
        "errorMsg": "",
        "totalSize": total,
        "successSize": total - failed,
        "failSize": failed,
    }
    if failed:
        told["tips"] = f"{failed}条数据进入疑问数据"
    if mood == "unknown_table":
        told |= {"errorCode": "3002", "errorMsg": "目录编码不存在", "successSize": 0}
    return json.dumps(told, ensure_ascii=False)
