"""A line to a PostgreSQL server that fails at the worst moment: a proxy on a real socket that knows what a COMMIT looks like."""

import contextlib
import socket
import threading
from typing import Self

from sqlalchemy.engine import URL


class CutLine:
    """Passes on between `url` and clients of the server behind `server`, which listens on a unix socket.

    `moods` are what it does with the next commits, one each: drop (the commit arrives, its answer does not), slow (the answer
    does not come as long as the line stands), garbage (something else comes instead). `closed` takes no connection.
    """

    def __init__(self, server: URL) -> None:
        self._path = f"{server.query['host']}/.s.PGSQL.{server.query.get('port', '5432')}"
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.moods: list[str] = []
        self.closed = False
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._accept, name="line")
        self._pumps: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    def will(self, *moods: str) -> None:
        self.moods.extend(moods)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self.closed:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._path)
            mood: list[str] = []
            self._open += [client, server]
            for pump in (self._asked, self._answered):
                thread = threading.Thread(target=pump, args=(client, server, mood))
                thread.start()
                self._pumps.append(thread)

    def _asked(self, client: socket.socket, server: socket.socket, mood: list[str]) -> None:
        while block := _received(client):
            if b"COMMIT\0" in block and self.moods:
                mood.append(self.moods.pop(0))
            server.sendall(block)
        _end(server)

    def _answered(self, client: socket.socket, server: socket.socket, mood: list[str]) -> None:
        while block := _received(server):
            # What comes after the commit was asked for says that it is done.
            if mood == ["slow"]:
                self._ending.wait(60)
                break
            if mood == ["garbage"]:
                block = b"\xff" * 64
            if mood != ["drop"]:
                with contextlib.suppress(OSError):
                    client.sendall(block)
            if mood:
                break
        _end(client)
        _end(server)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        # A thread that waits in accept is woken by shutdown, not by close.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()
        for one in self._open:
            _end(one)
        for pump in self._pumps:
            pump.join()
        for one in self._open:
            one.close()


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except OSError:
        return b""


def _end(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
