"""A stand-in for the city's platform, on a real socket: it checks what it is sent, keeps it, and misbehaves as told."""

import base64
import hashlib
import hmac
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
ENDS = ("withdraw", "expire")


class Platform:
    """`rows` is what it shows: record → (version, content). `moods` are what it does with the next messages, one each:

    refuse (a rule of its own), later (503), busy (429, Retry-After 90), closed (403), garbage, nonsense (takes it and answers what nobody can read), receipt (202, answer later),
    drop (takes it and breaks the line), fault (takes it and answers 500), slow (takes it and never answers), lost (breaks
    the line and takes nothing), stumble (500 and takes nothing). It does what is asked once the moods are used up, unless
    `rules` names columns of the row that it refuses it for.
    """

    def __init__(self) -> None:
        self.rows: dict[str, tuple[int, dict[str, Any]]] = {}
        self.keys: Counter[str] = Counter()
        self.applied: Counter[str] = Counter()
        self.received: list[dict[str, Any]] = []
        self.moods: list[str] = []
        self.refused_records: set[str] = set()
        self.page = 1000
        self._closing = threading.Event()
        self.rules: Callable[[Mapping[str, str]], Sequence[str]] = lambda _columns: ()
        self._lock = threading.Lock()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not platform.signed(self.headers, body):
                    self.answer(401, {})
                elif self.path == "/query":
                    self.answer(200, platform.query(json.loads(body)))
                else:
                    platform.message(self, json.loads(body))

            def answer(self, status: int, told: Any, **headers: str) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                text = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="platform")

    def will(self, *moods: str) -> Self:
        self.moods.extend(moods)
        return self

    def versions(self) -> dict[str, int]:
        return {record: version for record, (version, _) in self.rows.items()}

    def forget(self, records: Iterable[str]) -> None:
        """Loses rows, as after an old backup."""
        for record in records:
            self.rows.pop(record, None)

    def signed(self, headers: Any, body: bytes) -> bool:
        """Standard Webhooks 1.0, checked apart from the sender's code."""
        identifier, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        mac = hmac.new(key, f"{identifier}.{stamp}.".encode() + body, hashlib.sha256).digest()
        given = headers["webhook-signature"].removeprefix("v1,")
        return hmac.compare_digest(base64.b64encode(mac).decode(), given)

    def query(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "after" in asked:
            later = sorted(record for record in self.rows if record > asked["after"])
            page = later[: min(asked["limit"], self.page)]
            return {
                "records": {record: self.rows[record][0] for record in page},
                "next": page[-1] if len(later) > len(page) else None,
            }
        known = {record: self.rows[record][0] if record in self.rows else None for record in asked["records"]}
        return {"records": known}

    def message(self, line: Any, message: dict[str, Any]) -> None:
        with self._lock:
            self.received.append(message)
            self.keys[line.headers["webhook-id"]] += 1
            mood = self.moods.pop(0) if self.moods else ""
            record = message["data"]["record"]
            if record in self.refused_records or (
                not mood and self.rules(message["data"].get("columns", {}))
            ):
                mood = "refuse"
            if mood in ("", "drop", "fault", "slow", "nonsense"):
                self._apply(line.headers["webhook-id"], message["data"])
        if mood == "slow":
            self._closing.wait(60)
            return
        if mood in ("drop", "lost"):
            line.connection.close()
            return
        self._answer(line, mood, record)

    def _answer(self, line: Any, mood: str, record: str) -> None:
        rejected = {"result": "rejected", "code": "17", "message": "统一社会信用代码不存在"}
        accepted = {"result": "accepted", "code": "00", "platform_id": f"P-{record}"}
        answers: dict[str, tuple[int, Any, dict[str, str]]] = {
            "refuse": (200, rejected, {}),
            "later": (503, {}, {}),
            "busy": (429, {}, {"Retry_After": "90"}),
            "closed": (403, {}, {}),
            "fault": (500, b"<html>error</html>", {}),
            "stumble": (500, {}, {}),
            "garbage": (200, b"\xff\xfe<xml", {}),
            "nonsense": (200, b"[" * 100_000, {}),
            "receipt": (202, {}, {}),
        }
        status, told, headers = answers.get(mood, (200, accepted, {}))
        line.answer(status, told, **headers)

    def _apply(self, key: str, entry: dict[str, Any]) -> None:
        if self.applied[key]:
            return
        self.applied[key] += 1
        if entry["action"] in ENDS:
            self.rows.pop(entry["record"], None)
        else:
            self.rows[entry["record"]] = (entry["version"], entry)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
