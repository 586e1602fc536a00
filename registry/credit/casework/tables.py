"""The steps of cases. Never changed; what was written at them may be deleted at the end of its term."""

from datetime import date, datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class StepRow(Base):
    """One step of an objection or a repair (`record`, its public id), with the last day of its term as it was counted.

    `note` is what a person wrote, sealed; `outcome` is a code.
    """

    __tablename__ = "reg_case_steps"
    __table_args__ = (Index("ix_reg_case_steps_record_id", "record", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    record: Mapped[str] = mapped_column(String(16))
    step: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str | None] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None]
    note: Mapped[bytes | None] = mapped_column(Bytes)
