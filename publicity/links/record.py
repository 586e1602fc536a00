"""Keeps what the nightly check found, and reads it: what is broken, where, since when."""

import time
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from publicity.links.tables import BrokenLinkRow, LinkRunRow
from publicity.links.walk import FAULTS, Answer, Bounds, Broken, Walk, walk
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import Work, WorkSession

_FILE: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("links.toml").read_text("utf-8"))
BOUNDS = Bounds(_FILE["pages"], _FILE["seconds"], _FILE["of_a_kind"], _FILE["on_a_page"])
KEEP_DAYS: int = _FILE["keep_days"]
MEND = "links.mend"


def check(
    work: Work, fetch: Callable[[str], Answer], *, starts: Iterable[str], bounds: Bounds
) -> Mapping[str, int]:
    """Walks the site and stores what it found. Returns pages, links and how many are broken now. The act is `links.check`."""
    started = work.clock.now()
    began = time.monotonic()
    with work.read() as session:
        known = [Broken(one.page, one.target, one.fault) for one in broken(session)]  # type: ignore[arg-type]
    found = walk(
        fetch,
        starts=starts,
        known=known,
        bounds=bounds,
        day=local_day(started).isoformat(),
        elapsed=lambda: time.monotonic() - began,
    )
    with work.write(Actor.job("links")) as session:
        count = _store(session, found, started)
        session.act("links.check", "links", pages=found.pages, links=found.links, broken=count)
    return {"pages": found.pages, "links": found.links, "broken": count}


def _store(session: WorkSession, found: Walk, started: datetime) -> int:
    now = {(one.page, one.target): one.fault for one in found.broken}
    waiting = session.scalars(
        select(BrokenLinkRow).where(BrokenLinkRow.mended_at.is_(None)).with_for_update()
    )
    for row in waiting:
        fault = now.pop((row.page, row.target), None)
        if fault is not None:
            row.fault = fault
        elif (row.page, row.target) not in found.open:
            row.mended_at = session.now
    session.add_all(
        BrokenLinkRow(page=page, target=target, fault=fault, since=started)
        for (page, target), fault in now.items()
    )
    session.flush()
    count = len(broken(session))
    session.add(
        LinkRunRow(
            started_at=started,
            ended_at=session.now,
            pages=found.pages,
            links=found.links,
            broken=count,
            complete=found.complete,
        )
    )
    old = session.now - timedelta(days=KEEP_DAYS)
    session.execute(delete(BrokenLinkRow).where(BrokenLinkRow.mended_at < old))
    session.execute(delete(LinkRunRow).where(LinkRunRow.started_at < old))
    return count


@dataclass(frozen=True)
class BrokenLink:
    """A link that leads nowhere; `days` is its age."""

    page: str
    target: str
    fault: str
    since: datetime
    days: int

    @property
    def fault_title(self) -> str:
        return FAULTS[self.fault]  # type: ignore[index]


@dataclass(frozen=True)
class Run:
    started_at: datetime
    pages: int
    links: int
    broken: int
    complete: bool


def last_run(session: WorkSession) -> Run | None:
    """The latest run, None before the first."""
    row = session.scalar(select(LinkRunRow).order_by(LinkRunRow.id.desc()).limit(1))
    return Run(row.started_at, row.pages, row.links, row.broken, row.complete) if row else None


def broken(session: WorkSession, *, limit: int = 1_000) -> list[BrokenLink]:
    """What is broken, the longest broken first."""
    rows = session.scalars(
        select(BrokenLinkRow)
        .where(BrokenLinkRow.mended_at.is_(None))
        .order_by(BrokenLinkRow.since, BrokenLinkRow.id)
        .limit(limit)
    )
    return [
        BrokenLink(row.page, row.target, row.fault, row.since, (session.now - row.since).days) for row in rows
    ]


def _open(session: WorkSession, limit: int) -> Sequence[Duty]:
    return [
        Duty(
            title=f"{one.fault_title}：{one.page} → {one.target}",
            endpoint="links.index",
            values={},
            since=local_day(one.since),
        )
        for one in broken(session, limit=limit)
    ]


WORKLIST = Worklist("修复本站断链", MEND, _open)
