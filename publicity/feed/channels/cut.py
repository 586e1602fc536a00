"""A line that is cut when its time is over: no time-out of a socket ends an answer that drips a byte at a time."""

import contextlib
import socket
from collections.abc import Iterator
from threading import Event, Timer


@contextlib.contextmanager
def cut_after(seconds: float, line: socket.socket) -> Iterator[Event]:
    """Ends whatever waits on `line` after so many seconds; the event tells that it did, because half an answer may look
    like a whole one."""
    over = Event()

    def cut() -> None:
        over.set()
        with contextlib.suppress(OSError):
            # Of the plain socket below, also where it speaks TLS: that layer belongs to the thread that reads.
            socket.socket.shutdown(line, socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()
