"""A way to the office's server that lies, cuts off and dawdles as a test tells it: a proxy on a real socket."""

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self


class Passing(NamedTuple):
    """An answer on its way: what was asked for, and what will be told. `cut`: after how many bytes the line breaks."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: int | None = None


class Crooked:
    """Passes requests on to `address`; `change` may make something else of each answer. `asked` are the paths, in order."""

    def __init__(self, address: str, change: Callable[[Passing], Passing]) -> None:
        self.asked: list[str] = []
        crooked = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._pass_on(None)

            def do_POST(self) -> None:
                self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

            def _pass_on(self, body: bytes | None) -> None:
                crooked.asked.append(self.path)
                kept = ("Authorization", "Content-Type", "If-None-Match")
                headers = {name: self.headers[name] for name in kept if name in self.headers}
                request = urllib.request.Request(address + self.path, body, headers)
                try:
                    with urllib.request.urlopen(request) as answer:
                        passing = Passing(self.path, answer.status, dict(answer.headers), answer.read())
                except urllib.error.HTTPError as error:
                    with error:
                        passing = Passing(self.path, error.code, dict(error.headers), error.read())
                self._tell(change(passing))

            def _tell(self, told: Passing) -> None:
                self.send_response(told.status)
                for name, value in told.headers.items():
                    if name not in ("Connection", "Content-Length", "Date", "Server", "Transfer-Encoding"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(told.body)))
                self.end_headers()
                self.wfile.write(told.body if told.cut is None else told.body[: told.cut])

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="crooked")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def only(part: str, **told: Any) -> Callable[[Passing], Passing]:
    """Tells this instead of every answer whose path holds `part`."""
    return lambda passing: passing._replace(**told) if part in passing.path else passing
