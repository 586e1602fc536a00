"""A delivering process that is killed at a chosen step: `python -m tests.publicity.mortal_sender`, on the installation of
the environment.

Each line on stdin is `STEP MOMENT`: a process of its own runs the job at that moment and is killed by SIGKILL at that step,
0 lets it live. Steps are every statement, every commit and every message sent. Its end is told on stdout.
"""

import os
import signal
import sys
from datetime import datetime

from sqlalchemy import Engine, event

from publicity.app import PARTS
from publicity.feed import deliver
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.settings import Settings


def run(step: int, moment: datetime) -> None:
    left = step

    def alive(*_: object, **__: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(lambda name, _arguments: alive() if name == "http.client.send" else None)
    event.listen(Engine, "before_cursor_execute", alive)
    event.listen(Engine, "commit", alive)
    host = Host(Settings.load(os.environ), PARTS, clock=SetClock(moment))
    deliver.run(host.work)


def main() -> None:
    for line in sys.stdin:
        step, moment = line.split()
        child = os.fork()
        if child == 0:
            run(int(step), datetime.fromisoformat(moment))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else "done" if status == 0 else f"failed {status}", flush=True)


if __name__ == "__main__":
    main()
