"""Small programs on the kernel alone, for the tests that need processes of their own: `python -m tests.registry.processes`.

count URL KEYS N           adds one to the note of a day, N times, each in a unit of work
die URL KEYS               writes a day and an act, and is killed before it commits
jobs URL KEYS FOLDER       a runner with one job that is due every second, under a lease of two seconds. The job marks
                           its arrival in FOLDER, waits while FOLDER/gate is missing, then stores one more day
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import func, select

from registry.kernel import logs
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SystemClock
from registry.kernel.jobs import Runner
from registry.kernel.part import Job
from registry.kernel.secrets import Keyring
from registry.kernel.store import make_engine
from registry.kernel.tables import Workday
from registry.kernel.work import Work, WorkSession

ACTOR = Actor.command("tests")
DAY = date(2026, 11, 20)


def add_day(session: WorkSession, day: date = DAY, note: str = "0") -> None:
    session.add(Workday(day=day, works=True, note=note, official=True))


def count_up(work: Work, times: int) -> None:
    """Reads under lock, adds one, stores."""
    for _ in range(times):
        with work.write(ACTOR) as session:
            row = session.scalars(select(Workday).where(Workday.day == DAY).with_for_update()).one()
            row.note = str(int(row.note) + 1)
            session.act("calendar.edit", "x")


def die(work: Work) -> None:
    with work.write(ACTOR) as session:
        add_day(session)
        session.act("calendar.edit", "x")
        session.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def run_jobs(work: Work, folder: Path) -> None:
    def tick(work: Work) -> Mapping[str, int]:
        (folder / f"at-gate-{os.getpid()}").touch()
        while not (folder / "gate").exists():
            time.sleep(0.02)
        with work.write(Actor.job("tick")) as session:
            last = session.scalar(select(func.max(Workday.day))) or DAY
            add_day(session, last + timedelta(days=1))
            session.act("tick", "x")
        return {"days": 1}

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Runner(
        work,
        [Job("tick", "每秒一次", tick, "* * * * *")],
        length=timedelta(seconds=2),
        trigger=lambda _job: CronTrigger(second="*", timezone=SHANGHAI),
        say=lambda line: print(line, flush=True),
    ).run(stop)


def main(kind: str, url: str, keys: str, *rest: str) -> None:
    logs.configure("WARNING")
    work = Work(make_engine(url), clock=SystemClock(), keys=Keyring.open(Path(keys), origin="example.org"))
    match kind:
        case "count":
            count_up(work, int(rest[0]))
        case "die":
            die(work)
        case "jobs":
            run_jobs(work, Path(rest[0]))


if __name__ == "__main__":
    main(*sys.argv[1:])
