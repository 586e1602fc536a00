"""Reads channels and what became of every entry on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.channels import KINDS
from publicity.feed.configure import Wanted, title_of_kind
from publicity.feed.queue import answer_of
from publicity.feed.states import OPEN, OWN_CODES, QUESTIONED, STATES
from publicity.notices.find import ACTIONS
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.ledger import book


@dataclass(frozen=True)
class Health:
    """A channel at a glance. `counts` by state; `oldest` is when the entry that waits longest was queued; `unseen` how
    many entries of the book it has not looked at; `accepted_at` when the platform took something last."""

    public_id: str
    name: str
    kind_title: str
    kinds: Sequence[str]
    entitled: bool
    paused_at: datetime | None
    counts: Mapping[str, int]
    oldest: datetime | None
    unseen: int
    accepted_at: datetime | None
    receipt_at: datetime | None
    reconciled_at: datetime | None

    @property
    def open(self) -> int:
        """How many are still to be sent."""
        return sum(self.counts.get(state, 0) for state in OPEN)

    @property
    def questioned(self) -> int:
        """How many wait for a person."""
        return sum(self.counts.get(state, 0) for state in QUESTIONED)

    @property
    def tone(self) -> str:
        return "neutral" if self.paused_at else "bad" if self.questioned else "good"

    @property
    def title(self) -> str:
        return "已暂停" if self.paused_at else "有待处理" if self.questioned else "正常"


@dataclass(frozen=True)
class Delivery:
    """One entry on a channel. `message` is what the platform said, `reason` why it was sent again by hand."""

    position: int
    record: str
    version: int
    action_title: str
    kind_title: str
    state: str
    doubt: bool
    attempts: int
    queued_at: datetime
    attempted_at: datetime | None
    not_before: datetime | None
    settled_at: datetime | None
    code: str | None
    message: str | None
    platform_id: str | None
    reason: str | None

    @property
    def state_title(self) -> str:
        return STATES[self.state]

    @property
    def questioned(self) -> bool:
        return self.state in QUESTIONED


def channels(session: WorkSession) -> list[Health]:
    """All channels in the order in which they were added."""
    rows = session.scalars(select(ChannelRow).order_by(ChannelRow.id)).all()
    size = book.head(session, "public").size
    return [_health(session, row, size) for row in rows]


def health(session: WorkSession, public_id: str) -> Health:
    """One channel. Raises NotFound."""
    return _health(session, _row(session, public_id), book.head(session, "public").size)


def wanted(session: WorkSession, public_id: str) -> Wanted:
    """The settings of a channel as its form has them, without the secret. Raises NotFound."""
    row = _row(session, public_id)
    return Wanted(
        name=row.name,
        kind=row.kind,
        layout=row.layout,
        settings=row.settings,
        kinds=row.kinds,
        columns=row.columns,
        entitled=row.entitled,
        client=row.client or "",
    )


def deliveries(
    session: WorkSession, public_id: str, *, state: str | None, before: int | None, limit: int
) -> tuple[list[Delivery], int | None]:
    """What is on a channel, the latest entries first, and where the next page starts, None at the end. Raises NotFound."""
    found = select(DeliveryRow).where(DeliveryRow.channel_id == _row(session, public_id).id)
    if state is not None:
        found = found.where(DeliveryRow.state == state)
    if before is not None:
        found = found.where(DeliveryRow.position < before)
    rows = session.scalars(found.order_by(DeliveryRow.position.desc()).limit(limit + 1)).all()
    shown = [_delivery(session, row) for row in rows[:limit]]
    return shown, shown[-1].position if len(rows) > limit else None


def delivery(session: WorkSession, public_id: str, position: int) -> Delivery:
    """One entry on a channel. Raises NotFound."""
    row = session.scalar(
        select(DeliveryRow).where(
            DeliveryRow.channel_id == _row(session, public_id).id, DeliveryRow.position == position
        )
    )
    if row is None:
        raise NotFound("没有这条归集信息")
    return _delivery(session, row)


def of_notice(session: WorkSession, notice: str) -> list[tuple[str, str, Delivery]]:
    """What became of a notice's versions: public id and name of the channel, and the entry, in the order of the book."""
    rows = session.execute(
        select(DeliveryRow, ChannelRow.public_id, ChannelRow.name)
        .join(ChannelRow, ChannelRow.id == DeliveryRow.channel_id)
        .where(DeliveryRow.record == notice)
        .order_by(ChannelRow.id, DeliveryRow.position)
    ).all()
    return [(public_id, name, _delivery(session, row)) for row, public_id, name in rows]


def _row(session: WorkSession, public_id: str) -> ChannelRow:
    row = session.scalar(select(ChannelRow).where(ChannelRow.public_id == public_id))
    if row is None:
        raise NotFound("没有这个渠道")
    return row


def _health(session: WorkSession, row: ChannelRow, size: int) -> Health:
    of_channel = DeliveryRow.channel_id == row.id
    states = select(DeliveryRow.state, func.count()).where(of_channel).group_by(DeliveryRow.state)
    oldest = select(func.min(DeliveryRow.queued_at)).where(of_channel, DeliveryRow.state.in_(OPEN))
    accepted = select(func.max(DeliveryRow.settled_at)).where(of_channel, DeliveryRow.state == "accepted")
    return Health(
        public_id=row.public_id,
        name=row.name,
        kind_title=KINDS[row.kind].title,
        kinds=[title_of_kind(kind) for kind in row.kinds],
        entitled=row.entitled,
        paused_at=row.paused_at,
        counts={row[0]: row[1] for row in session.execute(states)},
        oldest=session.scalar(oldest),
        unseen=size - row.queued,
        accepted_at=session.scalar(accepted),
        receipt_at=row.receipt_at,
        reconciled_at=row.reconciled_at,
    )


def _delivery(session: WorkSession, row: DeliveryRow) -> Delivery:
    reason = (
        session.keys.decrypt(row.reason, f"pub_deliveries.reason:{row.id}")
        if row.reason is not None
        else None
    )
    return Delivery(
        position=row.position,
        record=row.record,
        version=row.version,
        action_title=ACTIONS[row.action],
        kind_title=title_of_kind(row.kind),
        state=row.state,
        doubt=row.doubt,
        attempts=row.attempts,
        queued_at=row.queued_at,
        attempted_at=row.attempted_at,
        not_before=row.not_before if row.state == "waiting" else None,
        settled_at=row.settled_at,
        code=row.code,
        message=answer_of(session, row) or OWN_CODES.get(row.code or ""),
        platform_id=row.platform_id,
        reason=reason,
    )
