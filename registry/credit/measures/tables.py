"""What was asked of the table of measures, and what it answered."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

import registry.roster.tables  # noqa: F401 - the foreign keys below need its tables
from registry.kernel.store import Base, BigId, JsonText, UtcDateTime


class CheckRow(Base):
    """One 资格核查. `reasons` are the measures as they were worded then; the answer stands as given."""

    __tablename__ = "reg_measure_checks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    on: Mapped[date]
    allowed: Mapped[bool]
    grade: Mapped[str | None] = mapped_column(String(16))
    reasons: Mapped[list[Any]] = mapped_column(JsonText)
    actor: Mapped[str] = mapped_column(String(80))
    actor_name: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
