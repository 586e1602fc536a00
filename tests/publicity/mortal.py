"""A sync client that is killed at a chosen step: `python -m tests.publicity.mortal ADDRESS TOKEN INTO`.

For each number on stdin a process of its own runs one round and is killed by SIGKILL at that step; steps are every
request sent, every statement and every commit. 0 lets it live. Its end is told on stdout, `killed` or `done`.
"""

import os
import signal
import sys
from datetime import date

from sqlalchemy import Engine, event

from publicity.sync.copy import Copy
from publicity.sync.follow import Client
from publicity.sync.transport import Server


def run(address: str, token: str, into: str, step: int) -> None:
    left = step

    def alive(*_: object, **__: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(lambda name, _arguments: alive() if name == "http.client.send" else None)
    event.listen(Engine, "before_cursor_execute", alive)
    event.listen(Engine, "commit", alive)
    client = Client(Server(address, token), Copy(into))
    client.round(today=date(2026, 11, 20), receipts=True, compare=True)


def main() -> None:
    address, token, into = sys.argv[1:]
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(address, token, into, int(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else "done" if status == 0 else f"failed {status}", flush=True)


if __name__ == "__main__":
    main()
