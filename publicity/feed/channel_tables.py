"""Channels to the platforms that are told, and what became of every entry on each of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class ChannelRow(Base):
    """渠道: one way to one platform. `settings` are its kind's, without the secret, which is sealed to the channel.

    `kinds` are the kinds of notice that go out, `columns` the allow-list of columns; restricted columns in it count only
    while `entitled`. `queued` is the first position of the public book that was not looked at yet. `client` is the API
    client whose receipts settle what was taken.
    """

    __tablename__ = "pub_channels"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    layout: Mapped[str] = mapped_column(String(8))
    settings: Mapped[dict[str, Any]] = mapped_column(JsonText)
    secret: Mapped[bytes | None] = mapped_column(Bytes)
    kinds: Mapped[list[str]] = mapped_column(JsonText)
    columns: Mapped[list[str]] = mapped_column(JsonText)
    entitled: Mapped[bool] = mapped_column(Boolean)
    client: Mapped[str | None] = mapped_column(String(16), index=True)
    queued: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    receipt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reconciled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeliveryRow(Base):
    """One entry on one channel; `state` is of publicity.feed.states.

    `doubt`: an attempt was begun of which nobody knows whether the platform took it. `token` fences: it grows with every
    claim, and an older one settles nothing. `round` grows when it is sent anew on purpose, with another key. `identity` is the sealed natural key that the platform knows the record by,
    kept for a while after its end, because the book has forgotten it by then. `answer` is what the platform said.
    """

    __tablename__ = "pub_deliveries"
    __table_args__ = (
        UniqueConstraint("channel_id", "position"),
        Index("ix_pub_deliveries_channel_due", "channel_id", "state", "ends", "position"),
        Index("ix_pub_deliveries_channel_record", "channel_id", "record", "position"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("pub_channels.id"))
    position: Mapped[int] = mapped_column(BigInteger)
    record: Mapped[str] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(32))
    ends: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(String(16))
    doubt: Mapped[bool] = mapped_column(Boolean)
    attempts: Mapped[int] = mapped_column(Integer)
    token: Mapped[int] = mapped_column(Integer)
    round: Mapped[int] = mapped_column(Integer)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code: Mapped[str | None] = mapped_column(String(64))
    answer: Mapped[bytes | None] = mapped_column(Bytes)
    platform_id: Mapped[str | None] = mapped_column(String(128))
    identity: Mapped[bytes | None] = mapped_column(Bytes)
    reason: Mapped[bytes | None] = mapped_column(Bytes)

    channel: Mapped[ChannelRow] = relationship()
