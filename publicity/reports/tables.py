"""Reports of errors."""

from datetime import date, datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class ErrorReportRow(Base):
    """One report. `about` is the kind of page (practitioner, organisation, notice), `about_id` its public id.

    `wording` is what the reporter wrote, `answer` what the office replied, both sealed; null once they were deleted.
    `content` is blind: the same words about the same page meet. The public id is the reporter's tracking number.
    """

    __tablename__ = "pub_error_reports"
    __table_args__ = (
        Index("ix_pub_error_reports_state_due_on_id", "state", "due_on", "id"),
        Index("ix_pub_error_reports_about_id_state", "about_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    about: Mapped[str] = mapped_column(String(16))
    about_id: Mapped[str] = mapped_column(String(16))
    ground: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    wording: Mapped[bytes | None] = mapped_column(Bytes)
    content: Mapped[str] = mapped_column(String(64), index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date]
    due_provisional: Mapped[bool]
    outcome: Mapped[str | None] = mapped_column(String(16))
    answer: Mapped[bytes | None] = mapped_column(Bytes)
    answered_by: Mapped[str | None] = mapped_column(String(80))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
