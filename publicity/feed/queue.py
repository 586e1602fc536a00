"""The queue of every channel: what is put in, who holds it, what came of it.

Each entry of a notice is one row a channel. Per record the order holds: nothing is claimed while an earlier version is
open; no record waits for another. An end takes the place of what was not sent, and goes first.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, update
from sqlalchemy.orm import aliased

from publicity.feed import projection
from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.channels.channel import Item
from publicity.feed.envelope import ENDS
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
    queued = 0
    for entry in entries:
        if entry.kind in channel.kinds and entry.action in ACTIONS:
            _put(session, channel, entry.position, entry.record, entry.version, entry.action, entry.kind)
            queued += 1
    session.act("feed.queue", channel.public_id, start=start, stop=stop, queued=queued)
    return stop - start


def claim(session: WorkSession, channel: ChannelRow, *, limit: int) -> list[Claimed]:
    """Takes up to `limit` entries that may go now, each of another record, for the length of a lease.

    What the book no longer shows is taken off the queue instead. On PostgreSQL several processes claim side by side.
    """
    claimed = []
    for row in _due(session, channel, limit):
        item = _item(session, channel, row)
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
    for held, outcome in outcomes:
        row = session.scalar(
            select(DeliveryRow)
            .where(DeliveryRow.id == held.id, DeliveryRow.token == held.token, DeliveryRow.state == "claimed")
            .with_for_update()
        )
        if row is None:
            continue
        row.doubt = doubt_after(outcome, before=held.doubtful)
        row.state = state_after(outcome, **_behind(session, row))
        row.lease_until = None
        row.code = outcome.code and outcome.code[:64]
        row.answer = _sealed_answer(session, row.id, outcome.message)
        row.platform_id = (outcome.platform_id and outcome.platform_id[:128]) or row.platform_id
        if outcome.verdict == "untried":
            row.attempts -= 1
        elif row.state == "waiting":
            row.not_before = session.now + pause_after(row.attempts, outcome.after)
        elif row.state != "sent":
            _close(session, row)
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
        for row in rows:
            if row.state in _ANSWERED and not row.doubt and row.state == answers[row.position][0]:
                continue
            _answered(session, row, *answers[row.position])
            settled += 1
    return settled


def question(session: WorkSession, row: DeliveryRow, *, code: str, message: str) -> None:
    """Puts an entry, held by the caller, in doubt after the platform took it: what it says of its own accord later counts.
    Its row may stand there all the same, so an end is still told; what is sent next is sent under another key."""
    row.doubt = row.doubt or row.state in ("accepted", "sent")
    row.state, row.code = "rejected", code[:64]
    row.answer = _sealed_answer(session, row.id, message)
    row.token, row.round = row.token + 1, row.round + 1
    _close(session, row)


def answer_of(session: WorkSession, row: DeliveryRow) -> str | None:
    """What the platform said, in its own words."""
    return session.keys.decrypt(row.answer, f"pub_deliveries.answer:{row.id}") if row.answer else None


def identities(session: WorkSession, channel: ChannelRow) -> Iterator[dict[str, str]]:
    """The natural keys of everything that the channel was told of and that are still kept."""
    kept = select(DeliveryRow.id, DeliveryRow.identity).where(
        DeliveryRow.channel_id == channel.id, DeliveryRow.identity.is_not(None)
    )
    for row in session.execute(kept.execution_options(yield_per=1000)):
        yield _opened(session, row.id, row.identity)


def key_of(channel: str, position: int, round_: int) -> str:
    """The idempotency key of an entry on a channel, the same at every attempt of one round."""
    return sha256(f"{channel}\n{position}\n{round_}".encode()).hexdigest()[:32]


def _answered(
    session: WorkSession,
    row: DeliveryRow,
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
    row.state = superseded_or(result, **_behind(session, row))
    row.token += 1
    _close(session, row)


def _put(
    session: WorkSession,
    channel: ChannelRow,
    position: int,
    record: str,
    version: int,
    action: str,
    kind: str,
) -> None:
    before = session.scalars(
        select(DeliveryRow)
        .where(DeliveryRow.channel_id == channel.id, DeliveryRow.record == record)
        .with_for_update()
    ).all()
    ends = action in ENDS
    for row in before:
        if row.state in (UNSENT if ends else QUESTIONED):
            row.state, row.settled_at = "superseded", session.now
    there = [row for row in before if row.doubt or row.state in _MAY_BE_THERE]
    tried = [row.attempted_at for row in there if row.doubt and row.attempted_at]
    needless = ends and not there
    session.add(
        DeliveryRow(
            channel_id=channel.id,
            position=position,
            record=record,
            version=version,
            action=action,
            kind=kind,
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
    )


def _due(session: WorkSession, channel: ChannelRow, limit: int) -> list[DeliveryRow]:
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
                due = select(DeliveryRow).where(
                    DeliveryRow.channel_id == channel.id,
                    DeliveryRow.state == state,
                    DeliveryRow.ends.is_(ends),
                    may_go,
                    ~_behind_another(),
                )
                ordered = due.order_by(DeliveryRow.position).limit(limit - len(found))
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


def _item(session: WorkSession, channel: ChannelRow, row: DeliveryRow) -> Item | None:
    stored = book.entry(session, "public", row.position, on=session.today)
    body = projection.parsed(stored.body)
    if body is None:
        return None
    if row.ends:
        content, identity = projection.end_content(body), _identity(session, row)
    else:
        restricted = projection.parsed(stored.restricted)
        content = projection.content(body, restricted, columns=channel.columns, entitled=channel.entitled)
        identity = projection.identity(body)
        row.identity = session.keys.encrypt(
            json.dumps(identity, ensure_ascii=False), f"pub_deliveries.identity:{row.id}"
        )
    return replace(_named(session, channel, row), content=content, identity=identity)


def asked(session: WorkSession, channel: ChannelRow, row: DeliveryRow) -> Item:
    """An entry as it was told, for asking what became of it; without content where the book no longer shows it."""
    named = _named(session, channel, row)
    stored = book.entry(session, "public", row.position, on=session.today)
    body = projection.parsed(stored.body)
    if body is None or row.ends:
        return named
    restricted = projection.parsed(stored.restricted)
    told = projection.content(body, restricted, columns=channel.columns, entitled=channel.entitled)
    return replace(named, content=told)


def _named(session: WorkSession, channel: ChannelRow, row: DeliveryRow) -> Item:
    return Item(
        key=key_of(channel.public_id, row.position, row.round),
        position=row.position,
        action=row.action,
        record=row.record,
        version=row.version,
        kind=row.kind,
        ends=row.ends,
        content={},
        identity=_identity(session, row),
    )


def _identity(session: WorkSession, entry: DeliveryRow) -> dict[str, str]:
    """By what the platform knows the record: as its last version that was sent told it."""
    row = session.scalar(
        select(DeliveryRow)
        .where(
            DeliveryRow.channel_id == entry.channel_id,
            DeliveryRow.record == entry.record,
            DeliveryRow.identity.is_not(None),
        )
        .order_by(DeliveryRow.position.desc())
        .limit(1)
    )
    if row is None or row.identity is None:
        return {}
    return _opened(session, row.id, row.identity)


def _opened(session: WorkSession, row: int, identity: bytes) -> dict[str, str]:
    opened: dict[str, str] = json.loads(session.keys.decrypt(identity, f"pub_deliveries.identity:{row}"))
    return opened


def _behind(session: WorkSession, row: DeliveryRow) -> dict[str, bool]:
    """What is queued behind an entry of the same record: `followed` by any version, `ended` by an end."""
    ends = session.scalars(
        select(DeliveryRow.ends).where(
            DeliveryRow.channel_id == row.channel_id,
            DeliveryRow.record == row.record,
            DeliveryRow.position > row.position,
        )
    ).all()
    return {"followed": bool(ends), "ended": any(ends)}


def _close(session: WorkSession, row: DeliveryRow) -> None:
    row.settled_at = session.now
    if row.ends and row.state == "accepted":
        # Whatever was in doubt before it is not there any more.
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.channel_id == row.channel_id, DeliveryRow.record == row.record)
            .values(doubt=False)
        )


def _sealed_answer(session: WorkSession, row: int, message: str | None) -> bytes | None:
    # A platform's words may quote the row that it refuses.
    return session.keys.encrypt(message[:2000], f"pub_deliveries.answer:{row}") if message else None
