"""Stand-ins for the national service and a city's upload service, on a real socket; they misbehave as told."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
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
    drop, fault (both take it first), later, garbage, bomb, entity, soap_fault, unknown_table; nothing: it takes the row, unless
    `rules` names columns that it refuses it for."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, Key], Mapping[str, str]] = {}
        self.moods: list[str] = []
        self.calls: list[dict[str, str]] = []
        self.rules: Callable[[Mapping[str, str]], Sequence[str]] = lambda _row: ()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                called = fromstring(self.rfile.read(int(self.headers["Content-Length"])))
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

    def answer(self, line: Any, operation: str, parts: dict[str, str]) -> None:
        mood = self.moods.pop(0) if self.moods else ""
        if not mood and self.rules(_row(operation, parts)):
            mood = "refuse"
        if mood in ("", "drop", "fault", "garbage", "bomb"):
            self._take(operation, parts)
        if mood == "drop":
            line.connection.close()
            return
        national = operation.startswith("import")
        raw = {
            "garbage": b"\xff\xfe\x00not xml",
            "bomb": BOMB,
            "entity": ENTITY,
            "soap_fault": (
                b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault>'
                b"<faultstring>server</faultstring></e:Fault></e:Body></e:Envelope>"
            ),
        }.get(mood)
        status = {"fault": 500, "later": 503, "soap_fault": 500}.get(mood, 200)
        told = raw or ENVELOPE.format(escape(_national(mood) if national else _city(mood))).encode()
        line.send_response(status)
        line.send_header("Content-Length", str(len(told)))
        line.end_headers()
        line.wfile.write(told)

    def _take(self, operation: str, parts: dict[str, str]) -> None:
        table = operation if operation.startswith("import") else parts["tableCode"]
        row = _row(operation, parts)
        prefix = "XK" if any(code.startswith("XK_") for code in row) else "CF"
        name = row.get(f"{prefix}_XDR_MC") or row.get(f"{prefix}_XDR")
        key = (table, (name, row.get(f"{prefix}_WSH"), row.get(f"{prefix}_JDRQ")))
        if row.get(f"{prefix}_ZT") == "1" and f"{prefix}_NR" not in row and f"{prefix}_JG" not in row:
            self.rows.pop(key, None)
        else:
            self.rows[key] = row

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _row(operation: str, parts: dict[str, str]) -> dict[str, str]:
    if operation.startswith("import"):
        return {cell.tag: cell.text or "" for cell in fromstring(parts["xml"])[0]}
    [row] = json.loads(parts["body"])
    return dict(row)


def _national(mood: str) -> str:
    if mood == "refuse":
        return "<result><code>13</code><line>1</line><message>统一社会信用代码有误</message></result>"
    return "<result><code>00</code><line></line></result>"


def _city(mood: str) -> str:
    told: dict[str, Any] = {
        "errorCode": "200",
        "errorMsg": "",
        "totalSize": 1,
        "successSize": 1,
        "failSize": 0,
    }
    if mood == "refuse":
        told |= {"successSize": 0, "failSize": 1, "tips": "1条数据进入疑问数据"}
    if mood == "unknown_table":
        told |= {"errorCode": "3002", "errorMsg": "目录编码不存在", "successSize": 0}
    return json.dumps(told, ensure_ascii=False)
