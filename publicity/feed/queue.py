"""The queue of every channel: what is put in, who holds it, what came of it.

Each entry of a notice is one row a channel. Per record the order holds: nothing is claimed while an earlier version is
open; no record waits for another. An end takes the place of what was not sent, and goes first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, update
from sqlalchemy.orm import aliased

from publicity.feed import items
from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.channels.channel import Item
from publicity.feed.envelope import ENDS
from publicity.feed.items import some
from publicity.feed.states import (
    OPEN,
    QUESTIONED,
    UNSENT,
    Outcome,
    doubt_after,
    patience,
    pause_after,
    state_after,
    superseded_or,
)
from publicity.notices.find import ACTIONS
from publicity.notices.tables import Notice
from registry.kernel.work import WorkSession
from registry.ledger import book
from registry.ledger.tables import EntryRow

Given = Mapping[int, tuple[str, str | None, str | None, str | None]]
"""(result, code, message, platform id) by position."""
_ANSWERS = 1000
_MAY_BE_THERE = ("sent", "accepted", "claimed")
_ANSWERED = ("accepted", "rejected")


@dataclass(frozen=True)
class Claimed:
    """An entry that this process holds until its lease ends. `doubtful`: it may be there from an earlier attempt."""

    id: int
    token: int
    doubtful: bool
    item: Item


def enqueue(session: WorkSession, channel: ChannelRow) -> int:
    """Queues the notices' entries that the channel, held by the caller, has not looked at, up to `look` of them. Returns
    how many entries were looked at, 0 at the head."""
    stop = min(channel.queued + patience().look, book.head(session, "public").size)
    start = channel.queued
    if start == stop:
        return 0
    channel.queued = stop
    entries = session.execute(
        select(EntryRow.position, EntryRow.record, EntryRow.version, EntryRow.action, Notice.kind)
        .join(Notice, Notice.public_id == EntryRow.record)
        .where(EntryRow.book == "public", EntryRow.position >= start, EntryRow.position < stop)
        .order_by(EntryRow.position)
    ).all()
    told = [entry for entry in entries if entry.kind in channel.kinds and entry.action in ACTIONS]
    before = _of_records(session, channel, {entry.record for entry in told})
    for entry in told:
        earlier = before.setdefault(entry.record, [])
        earlier.append(_put(session, channel, entry, earlier))
    session.act("feed.queue", channel.public_id, start=start, stop=stop, queued=len(told))
    return stop - start


def claim(session: WorkSession, channel: ChannelRow, *, limit: int) -> list[Claimed]:
    """Takes up to `limit` entries that may go now, each of another record, for the length of a lease.

    What the book no longer shows is taken off the queue instead. On PostgreSQL several processes claim side by side.
    """
    going = due(session, channel, limit)
    stored = book.entries(session, "public", [row.position for row in going], on=session.today)
    known = items.known(session, channel, [row.record for row in going if row.ends])
    claimed = []
    for row in going:
        item = items.told(session, channel, row, stored[row.position], known.get(row.record, {}))
        if item is None:
            row.state, row.settled_at, row.code = "superseded", session.now, "over"
            continue
        claimed.append(Claimed(row.id, row.token + 1, row.doubt, item))
        row.state, row.token, row.doubt = "claimed", row.token + 1, True
        row.lease_until, row.attempted_at = session.now + patience().lease, session.now
        row.attempts += 1
    return claimed


def settle(
    session: WorkSession, channel: ChannelRow, outcomes: Iterable[tuple[Claimed, Outcome]]
) -> Mapping[str, int]:
    """Stores what came of the claimed entries, and counts the states. What another process took over meanwhile, or a
    receipt has settled, stays as it is."""
    counts: dict[str, int] = {}
    came = list(outcomes)
    claimed = select(DeliveryRow).where(DeliveryRow.id.in_([held.id for held, _ in came]))
    rows = {row.id: row for row in session.scalars(claimed.order_by(DeliveryRow.id).with_for_update())}
    behind = _behind(session, channel, rows.values())
    for held, outcome in came:
        row = rows[held.id]
        if (row.state, row.token) != ("claimed", held.token):
            continue
        row.doubt = doubt_after(outcome, before=held.doubtful)
        row.state = state_after(outcome, **behind[row.id])
        row.lease_until = None
        row.code = outcome.code and outcome.code[:64]
        row.answer = _sealed_answer(session, row.id, outcome.message)
        row.platform_id = (outcome.platform_id and outcome.platform_id[:128]) or row.platform_id
        if outcome.verdict == "untried":
            row.attempts -= 1
        elif row.state == "waiting":
            row.not_before = session.now + pause_after(row.attempts, outcome.after)
        elif row.state != "sent":
            close(session, row)
        counts[row.state] = counts.get(row.state, 0) + 1
    if counts:
        session.act("feed.deliver", channel.public_id, **counts)
    return counts


def receive(session: WorkSession, client: str, answers: Given, *, fresh: Collection[int]) -> None:
    """Settles what was sent over the channels of an API client by its receipts, those at `fresh` positions given for the
    first time."""
    for channel in session.scalars(select(ChannelRow).where(ChannelRow.client == client)).all():
        answered(session, channel, answers, fresh=fresh)


def answered(
    session: WorkSession, channel: ChannelRow, answers: Given, *, fresh: Collection[int] | None = None
) -> int:
    """Settles what was sent over a channel by receipts; returns how many it settled.

    A receipt may come before we have heard the answer to our own sending, come twice, or be about what was never sent, which
    settles nothing. A platform that takes something in and refuses it later says so by another receipt: of those at `fresh`
    positions (all where None) the latest counts; a repetition changes nothing that is settled.
    """
    channel.receipt_at = session.now
    known = [position for position in answers if 0 <= position < 1 << 53]
    settled = 0
    for start in range(0, len(known), _ANSWERS):
        rows = session.scalars(
            select(DeliveryRow)
            .where(
                DeliveryRow.channel_id == channel.id,
                DeliveryRow.position.in_(known[start : start + _ANSWERS]),
                or_(
                    DeliveryRow.state == "sent",
                    DeliveryRow.doubt,
                    DeliveryRow.state.in_(_ANSWERED) if fresh is None else false(),
                    and_(DeliveryRow.state.in_(_ANSWERED), DeliveryRow.position.in_(fresh or ())),
                ),
            )
            .order_by(DeliveryRow.position)
            .with_for_update()
        ).all()
        behind = _behind(session, channel, rows)
        for row in rows:
            if row.state in _ANSWERED and not row.doubt and row.state == answers[row.position][0]:
                continue
            _answered(session, row, behind[row.id], *answers[row.position])
            settled += 1
    return settled


def question(session: WorkSession, row: DeliveryRow, *, code: str, message: str) -> None:
    """Puts an entry, held by the caller, in doubt after the platform took it: what it says of its own accord later counts.
    Its row may stand there all the same, so an end is still told; what is sent next is sent under another key."""
    row.doubt = row.doubt or row.state in ("accepted", "sent")
    row.state, row.code = "rejected", code[:64]
    row.answer = _sealed_answer(session, row.id, message)
    row.token, row.round = row.token + 1, row.round + 1
    close(session, row)


def close(session: WorkSession, row: DeliveryRow) -> None:
    """Notes that an entry, held by the caller, is settled, and what that says of its record's earlier entries."""
    row.settled_at = session.now
    if row.state != "accepted":
        return
    of_record = update(DeliveryRow).where(
        DeliveryRow.channel_id == row.channel_id, DeliveryRow.record == row.record
    )
    earlier = of_record.where(DeliveryRow.position < row.position, DeliveryRow.state == "sent")
    # Nobody asks for their receipts any more: reconciliation is about the last entry of a record.
    session.execute(earlier.values(state="superseded", settled_at=session.now))
    if row.ends:
        # Whatever was in doubt before it is not there any more.
        session.execute(of_record.values(doubt=False))


def answer_of(session: WorkSession, row: DeliveryRow) -> str | None:
    """What the platform said, in its own words."""
    return session.keys.decrypt(row.answer, f"pub_deliveries.answer:{row.id}") if row.answer else None


def _answered(
    session: WorkSession,
    row: DeliveryRow,
    behind: Mapping[str, bool],
    result: str,
    code: str | None,
    message: str | None,
    platform_id: str | None,
) -> None:
    if row.state == "superseded":
        # What came to be there all the same stays in doubt, so that its end is told.
        row.doubt = result == "accepted"
        return
    if row.state == "accepted" and result == "rejected":
        # Taken in and refused later: its row may stand there all the same, and a repetition must not pass for the first.
        row.doubt, row.round = True, row.round + 1
    else:
        row.doubt = False
    row.code = code and code[:64]
    row.platform_id = (platform_id and platform_id[:128]) or row.platform_id
    row.answer = _sealed_answer(session, row.id, message)
    row.state = superseded_or(result, **behind)
    row.token += 1
    close(session, row)


def _of_records(
    session: WorkSession, channel: ChannelRow, records: Collection[str]
) -> dict[str, list[DeliveryRow]]:
    """What the channel already has of these records, locked, in order."""
    found: dict[str, list[DeliveryRow]] = {}
    for listed in some(records):
        rows = session.scalars(
            select(DeliveryRow)
            .where(DeliveryRow.channel_id == channel.id, DeliveryRow.record.in_(listed))
            .order_by(DeliveryRow.position)
            .with_for_update()
        )
        for row in rows:
            found.setdefault(row.record, []).append(row)
    return found


def _put(session: WorkSession, channel: ChannelRow, entry: Any, before: Sequence[DeliveryRow]) -> DeliveryRow:
    """Queues one entry of a record of which the channel has `before`."""
    ends = entry.action in ENDS
    for row in before:
        if row.state in (UNSENT if ends else QUESTIONED):
            row.state, row.settled_at = "superseded", session.now
    there = [row for row in before if row.doubt or row.state in _MAY_BE_THERE]
    tried = [row.attempted_at for row in there if row.doubt and row.attempted_at]
    needless = ends and not there
    queued = DeliveryRow(
        channel_id=channel.id,
        position=entry.position,
        record=entry.record,
        version=entry.version,
        action=entry.action,
        kind=entry.kind,
        ends=ends,
        state="superseded" if needless else "waiting",
        code="never_sent" if needless else None,
        doubt=False,
        attempts=0,
        token=0,
        round=0,
        queued_at=session.now,
        settled_at=session.now if needless else None,
        # What nobody knows the fate of may still be under way, and must not arrive behind its own end.
        not_before=max(tried) + patience().quiet if ends and tried else None,
    )
    session.add(queued)
    return queued


def due(session: WorkSession, channel: ChannelRow, limit: int) -> list[DeliveryRow]:
    """Ends first, then what waits, then what somebody left behind, each in the order of the book, locked."""
    patient = patience()
    # Whatever stands further off than we ever wait was set by a clock that has been put right since.
    waited = or_(
        DeliveryRow.not_before.is_(None),
        DeliveryRow.not_before <= session.now,
        DeliveryRow.not_before > session.now + 2 * patient.longest_pause,
    )
    left = or_(
        DeliveryRow.lease_until <= session.now, DeliveryRow.lease_until > session.now + 2 * patient.lease
    )
    found: list[DeliveryRow] = []
    for ends in (True, False):
        # One state a statement: each is read in the order of its index, however long the queue is.
        for state, may_go in (("claimed", left), ("waiting", waited)):
            if len(found) < limit:
                may_be_held = select(DeliveryRow).where(
                    DeliveryRow.channel_id == channel.id,
                    DeliveryRow.state == state,
                    DeliveryRow.ends.is_(ends),
                    may_go,
                    ~_behind_another(),
                )
                ordered = may_be_held.order_by(DeliveryRow.position).limit(limit - len(found))
                found += session.scalars(ordered.with_for_update(skip_locked=True, of=DeliveryRow))
    return found


def _behind_another() -> ColumnElement[bool]:
    earlier = aliased(DeliveryRow)
    return exists().where(
        earlier.channel_id == DeliveryRow.channel_id,
        earlier.record == DeliveryRow.record,
        earlier.position < DeliveryRow.position,
        earlier.state.in_(OPEN),
    )


def _behind(
    session: WorkSession, channel: ChannelRow, rows: Collection[DeliveryRow]
) -> dict[int, dict[str, bool]]:
    """What is queued behind each entry of the same record: `followed` by any version, `ended` by an end."""
    later: dict[str, list[tuple[int, bool]]] = {}
    for listed in some({row.record for row in rows}):
        found = select(DeliveryRow.record, DeliveryRow.position, DeliveryRow.ends).where(
            DeliveryRow.channel_id == channel.id, DeliveryRow.record.in_(listed)
        )
        for record, position, ends in session.execute(found):
            later.setdefault(record, []).append((position, ends))
    told = {row.id: [ends for position, ends in later[row.record] if position > row.position] for row in rows}
    return {row: {"followed": bool(ends), "ended": any(ends)} for row, ends in told.items()}


def _sealed_answer(session: WorkSession, row: int, message: str | None) -> bytes | None:
    # A platform's words may quote the row that it refuses.
    return session.keys.encrypt(message[:2000], f"pub_deliveries.answer:{row}") if message else None
