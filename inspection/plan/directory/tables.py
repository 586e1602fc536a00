"""What happened to the particulars of inspectors, and when they are away."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class InspectorChangeRow(Base):
    """One change of an inspector's particulars: the fields that changed, as they were `before` and are `after`.

    `insp_inspectors` holds what is true now; these rows tell how it came about.
    """

    __tablename__ = "insp_inspector_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    inspector_id: Mapped[int] = mapped_column(ForeignKey("insp_inspectors.id"), index=True)
    before: Mapped[dict[str, object]] = mapped_column(JsonText)
    after: Mapped[dict[str, object]] = mapped_column(JsonText)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(64))


class LeaveRow(Base):
    """请假: an inspector is away from `starts_on` to `ends_on`, both included, unless it was taken back. The reason is
    sealed; the days are public."""

    __tablename__ = "insp_leaves"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    inspector_id: Mapped[int] = mapped_column(ForeignKey("insp_inspectors.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[bytes] = mapped_column(Bytes)
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    declared_by: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(64))
