"""Complaints."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

import registry.credit.tables  # noqa: F401 - the foreign keys below need its tables
from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class ComplaintRow(Base):
    """One complaint. `wording` is who complains, how to reach them and about what, sealed; `content` tells equal ones apart.

    `due_on` is the last day of the step that waits, None when none does. `extended`: its term was put off, once.
    """

    __tablename__ = "reg_complaints"
    __table_args__ = (
        Index("ix_reg_complaints_state_due_on_id", "state", "due_on", "id"),
        Index("ix_reg_complaints_received_on", "received_on", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    channel: Mapped[str] = mapped_column(String(16))
    received_on: Mapped[date]
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    anonymous: Mapped[bool]
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    subject_name: Mapped[str] = mapped_column(String(200))
    wording: Mapped[bytes] = mapped_column(Bytes)
    content: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date | None]
    due_provisional: Mapped[bool]
    extended: Mapped[bool]
    ground: Mapped[str | None] = mapped_column(String(16))
    outcome: Mapped[str | None] = mapped_column(String(16))
    concluded_on: Mapped[date | None]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("reg_credit_events.id"))
