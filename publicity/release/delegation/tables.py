"""Delegations and their early ends. Both are added, never changed."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class DelegationRow(Base):
    """`delegate` stands in for `absent` (public ids of staff) in `steps`, from `from_on` to `until_on`, both included.

    `reason` is sealed: it may say why somebody is away.
    """

    __tablename__ = "pub_delegations"
    __table_args__ = (Index("ix_pub_delegations_delegate_until_on", "delegate", "until_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    absent: Mapped[str] = mapped_column(String(16), index=True)
    delegate: Mapped[str] = mapped_column(String(16))
    steps: Mapped[list[str]] = mapped_column(JsonText)
    from_on: Mapped[date]
    until_on: Mapped[date]
    agreed_by: Mapped[str] = mapped_column(String(16))
    reason: Mapped[bytes | None] = mapped_column(Bytes)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DelegationEndRow(Base):
    """Somebody ended a delegation before its last day."""

    __tablename__ = "pub_delegation_ends"

    delegation_id: Mapped[int] = mapped_column(ForeignKey("pub_delegations.id"), primary_key=True)
    ended_by: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
