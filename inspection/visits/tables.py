"""Visits and their findings."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inspection.ceremony import sealed
from inspection.ceremony.tables import SelectionRow
from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime

RECORDABLE = ("assigned", "returned", "recorded")
"""States in which the team may still record what it found."""
NOTE_CONTEXT = "insp_visits.sealed_note"


class VisitRow(Base):
    """检查: one drawn organisation and its team. `state`: assigned → recorded → closed, or replaced.

    What the reviewer sends back is `returned`, and recorded again. `sealed_note` holds what the team wrote; `note` is where
    it stood in clear before, for old rows alone.
    """

    __tablename__ = "insp_visits"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    selection_id: Mapped[int] = mapped_column(ForeignKey("insp_selections.id"), unique=True)
    state: Mapped[str] = mapped_column(String(16))
    visited_on: Mapped[date | None]
    codes: Mapped[list[str] | None] = mapped_column(JsonText)
    measure: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)
    sealed_note: Mapped[bytes | None] = mapped_column(Bytes)
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(64))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("reg_credit_events.id"))

    selection: Mapped[SelectionRow] = relationship()


sealed.gate(VisitRow, VisitRow.selection_id)
