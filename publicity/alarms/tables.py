"""Alarms, whom they are told to, and the calls to webhooks."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class AlarmRow(Base):
    """One thing amiss, from when it was seen to when it was no longer. `kind` is of alarms.toml; `about` the id of what it is
    amiss with (a channel, a job, a draw), `name` what people call that."""

    __tablename__ = "pub_alarms"
    __table_args__ = (
        # Raised once, whoever looks at the same time.
        Index(
            "uq_pub_alarms_open",
            "kind",
            "about",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_pub_alarms_closed_at", "closed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    about: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecipientRow(Base):
    """Whom alarms are told to: `way` mail or webhook. `target` is sealed: the address, or url and secret; gone at the end."""

    __tablename__ = "pub_alarm_recipients"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    way: Mapped[str] = mapped_column(String(8))
    target: Mapped[bytes | None] = mapped_column(Bytes)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CallRow(Base):
    """One message to one webhook; its public id is the same at every attempt. `state`: waiting, sent, parked (given up) or
    dropped (the recipient ended). `token` grows with every claim; an older one settles nothing."""

    __tablename__ = "pub_alarm_calls"
    __table_args__ = (Index("ix_pub_alarm_calls_state_not_before", "state", "not_before"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    alarm_id: Mapped[int] = mapped_column(ForeignKey("pub_alarms.id"), index=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("pub_alarm_recipients.id"))
    event: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int] = mapped_column(Integer)
    token: Mapped[int] = mapped_column(Integer)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    code: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    alarm: Mapped[AlarmRow] = relationship()
    recipient: Mapped[RecipientRow] = relationship()
