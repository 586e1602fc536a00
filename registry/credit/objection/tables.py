"""Objections."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

import registry.credit.tables  # noqa: F401 - the foreign keys below need its tables
from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class ObjectionRow(Base):
    """One objection to one event. `round` is 1, and 2 once its decision is under review (复核).

    `wording` is what the subject said and how to reach them, sealed. `region` chose the terms, by the day of receipt.
    `due_on` is the last day of the step that waits, None when none does.
    """

    __tablename__ = "reg_objections"
    __table_args__ = (
        Index("ix_reg_objections_state_due_on_id", "state", "due_on", "id"),
        Index("ix_reg_objections_event_id_state", "event_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("reg_credit_events.id"))
    state: Mapped[str] = mapped_column(String(16))
    round: Mapped[int] = mapped_column(SmallInteger)
    region: Mapped[str] = mapped_column(String(6))
    received_on: Mapped[date]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    identified_by: Mapped[str] = mapped_column(String(16))
    asked: Mapped[str] = mapped_column(String(16))
    wording: Mapped[bytes] = mapped_column(Bytes)
    source_unit: Mapped[str | None] = mapped_column(String(100))
    due_on: Mapped[date | None]
    due_provisional: Mapped[bool]
    outcome: Mapped[str | None] = mapped_column(String(16))
    appeal_until: Mapped[date | None]
