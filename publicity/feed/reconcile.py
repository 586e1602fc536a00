"""对账: asks a platform what it has of everything it was told, names what differs, and puts that back into the queue.

What a platform lacks after it was sent again and again is for a person: it will not come to agree by itself. What it shows and
was never told by us over this channel is named and left alone; somebody has to ask where it comes from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from publicity.feed import items
from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.channels.channel import Channel, Found, Held, Unanswered
from publicity.feed.deliver import opened
from publicity.feed.queue import Claimed, close
from publicity.feed.states import OPEN, patience
from registry.kernel.access import Actor
from registry.kernel.faults import NotFound
from registry.kernel.work import Work, WorkSession

ACTOR = Actor.job("reconcile")
_BATCH = 200
_KEY = ("name", "document_number", "decided_on")


@dataclass(frozen=True)
class Reconciled:
    """How many records were compared; of which the platform lacks the version (`missing`, public ids), has what has ended
    (`left`), lacks it after so many rounds (`parked`), confirmed what had no receipt yet, has taken without ever giving the
    receipt (`unanswered`), or could not tell. `strange` is what it shows and we never sent, by id or document number and day;
    `listed` whether it could be asked for that."""

    compared: int = 0
    missing: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    parked: tuple[str, ...] = ()
    confirmed: int = 0
    unanswered: tuple[str, ...] = ()
    untold: int = 0
    strange: tuple[str, ...] = ()
    listed: bool = False

    @property
    def counts(self) -> Mapping[str, int]:
        return {
            "compared": self.compared,
            "missing": len(self.missing),
            "left": len(self.left),
            "parked": len(self.parked),
            "confirmed": self.confirmed,
            "unanswered": len(self.unanswered),
            "untold": self.untold,
            "strange": len(self.strange),
        }


def run(work: Work) -> Mapping[str, int]:
    """The job `reconcile`: every channel that is not paused. Counts as Reconciled has them, of all channels."""
    with work.read() as session:
        going = select(ChannelRow.public_id).where(ChannelRow.paused_at.is_(None)).order_by(ChannelRow.id)
        channels = session.scalars(going).all()
    totals: dict[str, int] = {}
    for channel in channels:
        for name, count in reconcile(work, channel).counts.items():
            totals[name] = totals.get(name, 0) + count
    return totals


def reconcile(work: Work, channel: str, *, actor: Actor = ACTOR) -> Reconciled:
    """Compares one channel (public id). What differs is queued again, and goes with the next delivery. Raises NotFound."""
    with work.read() as session:
        row = _row(session, channel)
        line, told = opened(session, row), _latest(session, row)
    found = Reconciled()
    for start in range(0, len(told), _BATCH):
        with work.read() as session:
            asked = _asked(session, _row(session, channel), told[start : start + _BATCH])
        answers = line.look_up([claimed.item for claimed in asked]) if asked else ()
        with work.write(actor) as session:
            found = _healed(session, found, zip(asked, answers, strict=True))
            session.act("feed.compare", channel, entries=len(asked))
    found = replace(found, **_strange(work, channel, line))
    with work.write(actor) as session:
        row = _row(session, channel)
        row.reconciled_at = session.now
        _forget(session, row)
        session.act("feed.reconcile", channel, **found.counts)
    return found


def channel_named(session: WorkSession, name: str) -> str:
    """The public id of the channel with this name or public id. Raises NotFound (`no_channel`)."""
    named = select(ChannelRow.public_id).where((ChannelRow.name == name) | (ChannelRow.public_id == name))
    found = session.scalar(named)
    if found is None:
        raise NotFound("没有配置这个推送渠道", rule="no_channel")
    return found


def _row(session: WorkSession, channel: str) -> ChannelRow:
    row = session.scalar(select(ChannelRow).where(ChannelRow.public_id == channel))
    if row is None:
        raise NotFound("没有配置这个推送渠道", rule="no_channel")
    return row


def _strange(work: Work, channel: str, line: Channel) -> dict[str, Any]:
    listing = line.holds()
    if listing is None:
        return {}
    told = _Told.read(work, channel)
    try:
        unknown = [held for held in listing if held not in told]
    except Unanswered:
        return {}
    if unknown:
        # Told meanwhile, perhaps: what was sent while the platform listed.
        told = _Told.read(work, channel)
    return {"listed": True, "strange": tuple(held.title for held in unknown if held not in told)}


@dataclass(frozen=True)
class _Told:
    """What a channel was ever told: records, and natural keys as far as they are still kept."""

    records: frozenset[str]
    keys: frozenset[tuple[str, ...]]

    @classmethod
    def read(cls, work: Work, channel: str) -> "_Told":
        with work.read() as session:
            row = _row(session, channel)
            records = select(DeliveryRow.record).where(DeliveryRow.channel_id == row.id).distinct()
            return cls(
                frozenset(session.scalars(records)),
                frozenset(
                    tuple(identity.get(part, "") for part in _KEY)
                    for identity in items.identities(session, row)
                ),
            )

    def __contains__(self, held: Held) -> bool:
        return held.record in self.records if held.record else held[1:] in self.keys


def _latest(session: WorkSession, channel: ChannelRow) -> Sequence[int]:
    """The last entry of every record, by row id."""
    last = (
        select(func.max(DeliveryRow.position))
        .where(DeliveryRow.channel_id == channel.id)
        .group_by(DeliveryRow.record)
    )
    rows = select(DeliveryRow.id).where(DeliveryRow.channel_id == channel.id, DeliveryRow.position.in_(last))
    return session.scalars(rows.order_by(DeliveryRow.position)).all()


def _asked(session: WorkSession, channel: ChannelRow, ids: Sequence[int]) -> list[Claimed]:
    """Those among them that are settled, or taken so long ago that a receipt is overdue."""
    # Taken at a time that is still to come: by a clock that has been put right since.
    overdue = or_(
        DeliveryRow.attempted_at <= session.now - patience().receipt,
        DeliveryRow.attempted_at > session.now + patience().lease,
    )
    rows = session.scalars(
        select(DeliveryRow).where(
            DeliveryRow.id.in_(ids),
            or_(DeliveryRow.state == "accepted", and_(DeliveryRow.state == "sent", overdue)),
        )
    ).all()
    told = items.asked(session, channel, rows)
    return [Claimed(row.id, row.token, False, item) for row, item in zip(rows, told, strict=True)]


def _healed(session: WorkSession, found: Reconciled, answers: "zip[tuple[Claimed, Found]]") -> Reconciled:
    for asked, answer in answers:
        row = session.scalars(select(DeliveryRow).where(DeliveryRow.id == asked.id).with_for_update()).one()
        if row.token != asked.token or row.state in OPEN:
            continue  # it went on meanwhile
        if answer == "untold":
            found = replace(found, untold=found.untold + 1)
            continue
        if answer == "taken":
            # Of what has its receipt nobody asks further where there is nothing to compare with.
            told = (
                {"unanswered": (*found.unanswered, row.record)}
                if row.state == "sent"
                else {"untold": found.untold + 1}
            )
            found = replace(found, **told)
            continue
        found = replace(found, compared=found.compared + 1)
        if answer == "there":
            if row.state == "sent":
                row.state, row.code = "accepted", "found"
                close(session, row)
                found = replace(found, confirmed=found.confirmed + 1)
            continue
        if row.round >= patience().rounds:
            row.state, row.code, row.settled_at = "parked", "differs", session.now
            found = replace(found, parked=(*found.parked, row.record))
            continue
        row.state, row.code, row.settled_at, row.not_before = "waiting", "missing", None, None
        # Whoever keeps the keys of what it took must not take this for a repetition.
        row.round += 1
        if row.ends:
            found = replace(found, left=(*found.left, row.record))
        else:
            found = replace(found, missing=(*found.missing, row.record))
    return found


def _forget(session: WorkSession, channel: ChannelRow) -> None:
    """The natural keys of what ended so long ago that no backup of the platform's brings it back."""
    ended = select(DeliveryRow.record).where(
        DeliveryRow.channel_id == channel.id,
        DeliveryRow.ends,
        DeliveryRow.state == "accepted",
        DeliveryRow.settled_at < session.now - patience().remember,
    )
    session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.channel_id == channel.id,
            DeliveryRow.identity.is_not(None),
            DeliveryRow.record.in_(ended),
        )
        .values(identity=None)
    )
