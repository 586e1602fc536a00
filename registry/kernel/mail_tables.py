"""The outbox: mail that is to be handed over, and that it was."""

from datetime import datetime

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class MailRow(Base):
    """One mail. `cause` is what it was written for, once: another mail for the same cause is the same mail.

    `state`: waiting, claimed, sent, parked (a person decides), dropped (pointless by now, or the reader wants no more).
    It is pointless after `until`. `content` is the sealed mail and `recipient` the blind index of its address, both gone once it was sent or dropped.
    `token` grows with every claim; an older one settles nothing. `code` is the server's number, or a word of
    registry.kernel.smtp.
    """

    __tablename__ = "reg_mails"
    __table_args__ = (
        Index("ix_reg_mails_state_not_before", "state", "not_before"),
        Index("ix_reg_mails_recipient", "recipient"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    cause: Mapped[str] = mapped_column(String(160), unique=True)
    state: Mapped[str] = mapped_column(String(8))
    content: Mapped[bytes | None] = mapped_column(Bytes)
    recipient: Mapped[str | None] = mapped_column(String(64))
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer)
    token: Mapped[int] = mapped_column(Integer)
    code: Mapped[str | None] = mapped_column(String(16))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
