"""Sends what is due, outside transactions: claim, send, settle. Killed anywhere, the lease runs out and another goes on."""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from prometheus_client import Counter, Gauge
from sqlalchemy import select

from publicity.feed import find, queue
from publicity.feed.channel_tables import ChannelRow
from publicity.feed.channels import KINDS
from publicity.feed.channels.channel import Channel
from publicity.feed.queue import Claimed
from publicity.feed.states import Outcome, patience
from registry.kernel.access import Actor
from registry.kernel.work import Work, WorkSession
from registry.ledger import book

ACTOR = Actor.job("deliver")
_DELIVERIES = Counter("legalcredit_deliveries_total", "Entries told to platforms", ["channel", "state"])
_WAITING = Gauge(
    "legalcredit_deliveries_waiting", "Entries still to be told", ["channel"], multiprocess_mode="mostrecent"
)
_OLDEST = Gauge(
    "legalcredit_deliveries_oldest_seconds",
    "How long the oldest entry still to be told has waited",
    ["channel"],
    multiprocess_mode="mostrecent",
)
_QUESTIONED = Gauge(
    "legalcredit_deliveries_questioned",
    "Entries that wait for a person: rejected or parked",
    ["channel"],
    multiprocess_mode="mostrecent",
)
_LONGEST_RUN = timedelta(minutes=10)


def run(work: Work) -> Mapping[str, int]:
    """The job `deliver`: every channel that is not paused, until nothing is due or the run has been long enough. Counts
    the states that entries came to. What fails with one channel keeps none of the others; it is raised at the end."""
    counts: dict[str, int] = {}
    until = time.monotonic() + _LONGEST_RUN.total_seconds()
    failures: list[Exception] = []
    for channel in _going(work):
        try:
            delivered = deliver(work, channel, until=until)
        except Exception as failure:  # noqa: BLE001 — raised below, when the other platforms have been told
            failures.append(failure)
            continue
        for state, count in delivered.items():
            counts[state] = counts.get(state, 0) + count
    _measure(work)
    if failures:
        raise ExceptionGroup("channels that could not be told", failures)
    return counts


def _measure(work: Work) -> None:
    """What /metrics shows of every channel, as it stands after a run; channels are labelled by public id."""
    with work.read() as session:
        for channel in find.channels(session):
            _WAITING.labels(channel.public_id).set(channel.open + channel.unseen)
            _QUESTIONED.labels(channel.public_id).set(channel.questioned)
            waited = (session.now - channel.oldest).total_seconds() if channel.oldest else 0
            _OLDEST.labels(channel.public_id).set(waited)


def deliver(work: Work, channel: int, *, until: float) -> Mapping[str, int]:
    """One channel (row id), until nothing is due, its line fails again and again, or the monotonic clock shows `until`."""
    counts: dict[str, int] = {}
    while _enqueue(work, channel):
        pass
    while time.monotonic() < until:
        began = time.monotonic()
        held, line, now = _claim(work, channel)
        if not held or line is None:
            break
        outcomes, broken = _send(held, line, now, deadline=began + _deadline())
        with work.write(ACTOR) as session:
            row = _locked(session, channel)
            public_id, settled = row.public_id, queue.settle(session, row, outcomes)
            # A unit of work that only found others ahead of it says so, too.
            session.act("feed.attempt", public_id, entries=len(held))
        for state, count in settled.items():
            counts[state] = counts.get(state, 0) + count
            _DELIVERIES.labels(public_id, state).inc(count)
        if broken:
            break
    receipts = _collect(work, channel)
    return {**counts, "receipts": receipts} if receipts else counts


def opened(session: WorkSession, row: ChannelRow) -> Channel:
    """The channel of a row, with its secret."""
    secret = session.keys.decrypt(row.secret, f"pub_channels.secret:{row.public_id}") if row.secret else ""
    timeout = float(row.settings.get("timeout") or patience().answer.total_seconds())
    return KINDS[row.kind].open({**row.settings, "layout": row.layout}, secret, timeout)


def _going(work: Work) -> Sequence[int]:
    with work.read() as session:
        going = select(ChannelRow.id).where(ChannelRow.paused_at.is_(None)).order_by(ChannelRow.id)
        return session.scalars(going).all()


def _locked(session: WorkSession, channel: int) -> ChannelRow:
    return session.scalars(select(ChannelRow).where(ChannelRow.id == channel).with_for_update()).one()


def _enqueue(work: Work, channel: int) -> int:
    with work.read() as session:
        if session.get_one(ChannelRow, channel).queued >= book.head(session, "public").size:
            return 0
    with work.write(ACTOR) as session:
        return queue.enqueue(session, _locked(session, channel))


def _claim(work: Work, channel: int) -> tuple[list[Claimed], Channel | None, datetime]:
    with work.housekeeping() as session:
        row = session.get_one(ChannelRow, channel)
        if row.paused_at is not None:
            return [], None, session.now
        held = queue.claim(session, row, limit=patience().claim)
        return held, opened(session, row), session.now


def _collect(work: Work, channel: int) -> int:
    """Fetches the receipts that lie with the platform. Killed between storing and putting aside, one is stored again,
    which settles nothing twice."""
    with work.read() as session:
        line = opened(session, session.get_one(ChannelRow, channel))
    settled = 0
    for receipt in line.receipts():
        with work.write(ACTOR) as session:
            row = _locked(session, channel)
            settled += (found := queue.answered(session, row, receipt.items))
            session.act("feed.receipt", row.public_id, stored=found)
        line.taken(receipt.name)
    return settled


def _deadline() -> float:
    """How long a claim may be worked on: well under its lease, so that nothing is sent that another may hold."""
    return patience().lease.total_seconds() / 2


def _send(
    held: Sequence[Claimed], line: Channel, now: datetime, *, deadline: float
) -> tuple[list[tuple[Claimed, Outcome]], bool]:
    """What came of each, and whether the line failed so often that the rest was not begun."""
    done = _looked_up(held, line)
    known = {claimed.id for claimed, _ in done}
    rest = [claimed for claimed in held if claimed.id not in known]
    batches = deque(rest[start : start + line.batch] for start in range(0, len(rest), line.batch))
    begun: set[int] = set()
    failures = 0
    while batches and failures < patience().give_up_after and time.monotonic() <= deadline:
        batch = batches.popleft()
        outcomes = line.send([claimed.item for claimed in batch], now=now)
        told = list(zip(batch, outcomes, strict=True))
        apart = [claimed for claimed, outcome in told if outcome.verdict == "singly" and len(batch) > 1]
        batches.extendleft([claimed] for claimed in reversed(apart))
        done += [one for one in told if one[0] not in apart]
        failing = all(outcome.verdict in ("later", "unknown") for outcome in outcomes)
        failures = failures + 1 if failing else 0
        begun.update(claimed.id for claimed in apart)
    untried = [claimed for batch in batches for claimed in batch]
    # What went in a batch that was refused as a whole may be there, though it was not told again alone.
    done += [(one, Outcome("unknown", "batch") if one.id in begun else Outcome("untried")) for one in untried]
    return done, failures >= patience().give_up_after


def _looked_up(held: Sequence[Claimed], line: Channel) -> list[tuple[Claimed, Outcome]]:
    """What an earlier attempt brought there after all: it is not sent again."""
    doubtful = [claimed for claimed in held if claimed.doubtful]
    if not doubtful:
        return []
    found = line.look_up([claimed.item for claimed in doubtful])
    known = {"there": Outcome("accepted", "found"), "taken": Outcome("taken", "found")}
    return [(claimed, known[state]) for claimed, state in zip(doubtful, found, strict=True) if state in known]
