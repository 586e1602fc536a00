"""Processes that are killed at a chosen step: `python -m tests.publicity.mortal sync ADDRESS TOKEN INTO`, or `… deliver` on the
installation of the environment.

Each line on stdin is `STEP MOMENT`: a process of its own does the job at that moment and is killed by SIGKILL at that step, 0
lets it live. Steps are every statement, every commit and every message sent; `dropped` is the step after a drop of files has
appeared. Its end is told on stdout, `killed` or `done`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, event

from publicity.app import PARTS
from publicity.feed import deliver
from publicity.sync.copy import Copy
from publicity.sync.follow import Client
from publicity.sync.transport import Server
from registry.kernel.clock import SetClock, local_day
from registry.kernel.host import Host
from registry.kernel.settings import Settings


class Mortal:
    """Such processes from outside: `with Mortal("deliver", environment=…) as mortal: mortal.run(17, moment)`."""

    def __init__(self, *job: str, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.publicity.mortal", *job],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, step: int | str, moment: datetime) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{step} {moment.isoformat()}\n")
        self._process.stdin.flush()

    def end(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def run(self, step: int | str, moment: datetime) -> str:
        self.begin(step, moment)
        return self.end()

    def __enter__(self) -> "Mortal":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def _dies_at(step: int) -> None:
    left = step

    def alive(*_: object, **__: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(lambda name, _arguments: alive() if name == "http.client.send" else None)
    event.listen(Engine, "before_cursor_execute", alive)
    event.listen(Engine, "commit", alive)


def _dies_when_dropped() -> None:
    """The folder is opened, to be forced to disk, when the drop has just been renamed into it."""
    appeared = False

    def heard(name: str, arguments: tuple[Any, ...]) -> None:
        nonlocal appeared
        if appeared and name == "open":
            os.kill(os.getpid(), signal.SIGKILL)
        appeared = appeared or (
            name == "os.rename" and ".staging" in str(arguments[0]) and ".part" not in str(arguments[0])
        )

    sys.addaudithook(heard)


def _sync(moment: datetime, address: str, token: str, into: str) -> None:
    client = Client(Server(address, token), Copy(into))
    client.round(today=local_day(moment), receipts=True, compare=True)


def _deliver(moment: datetime) -> None:
    deliver.run(Host(Settings.load(os.environ), PARTS, clock=SetClock(moment)).work)


_JOBS: Mapping[str, Callable[..., None]] = {"sync": _sync, "deliver": _deliver}


def main() -> None:
    job, *arguments = sys.argv[1:]
    for line in sys.stdin:
        step, moment = line.split()
        child = os.fork()
        if child == 0:
            _dies_when_dropped() if step == "dropped" else _dies_at(int(step))
            _JOBS[job](datetime.fromisoformat(moment), *arguments)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else "done" if status == 0 else f"failed {status}", flush=True)


if __name__ == "__main__":
    main()
