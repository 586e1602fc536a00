"""Requests for repair."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

import registry.credit.tables  # noqa: F401 - the foreign keys below need its tables
from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class RepairRow(Base):
    """One request for the repair of one event.

    `wording` is what was done to make good and how to reach the subject, sealed. `pledge` is the public id of the signed
    public pledge. `due_on` is the last day of the step that waits, None when none does.
    """

    __tablename__ = "reg_repairs"
    __table_args__ = (
        Index("ix_reg_repairs_state_due_on_id", "state", "due_on", "id"),
        Index("ix_reg_repairs_event_id_state", "event_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("reg_credit_events.id"))
    state: Mapped[str] = mapped_column(String(16))
    applied_on: Mapped[date]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    identified_by: Mapped[str] = mapped_column(String(16))
    wording: Mapped[bytes] = mapped_column(Bytes)
    pledge: Mapped[str | None] = mapped_column(String(16))
    extended: Mapped[bool]
    due_on: Mapped[date | None]
    due_provisional: Mapped[bool]
