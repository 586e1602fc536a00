"""Requests for one's own record."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

import registry.roster.tables  # noqa: F401 - the foreign keys below need its tables
from registry.kernel.store import Base, BigId, UtcDateTime


class OwnRecordRow(Base):
    """Somebody asked at the desk what the register holds about them, and `actor` made sure who they are."""

    __tablename__ = "reg_own_records"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    identified_by: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
