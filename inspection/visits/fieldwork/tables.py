"""What was noted at a visit, one row for each thing that a phone or a desk said."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class FieldNoteRow(Base):
    """现场记录: one fact of a visit. A later one of the same `kind` and `item` counts in its place; both stay.

    `operation` is the id that the phone made, so that the same fact comes in once however often it is sent; `mark` is a
    keyed digest of what was sent under it. `content` is sealed JSON (`kinds`). `base` is the visit's last position that the
    phone knew. `day` is that of an appointment, in clear so that lists can ask for it. `noted_at` is the phone's time, set right by its clock's error. What came too late or from somebody who is
    not of the team any more has `outcome` "aside" and counts for nothing, but is not lost.
    """

    __tablename__ = "insp_field_notes"
    __table_args__ = (UniqueConstraint("visit_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    operation: Mapped[str] = mapped_column(String(36), unique=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("insp_visits.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    item: Mapped[str] = mapped_column(String(96))
    day: Mapped[date | None]
    content: Mapped[bytes] = mapped_column(Bytes)
    mark: Mapped[str] = mapped_column(String(64))
    base: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(8))
    rule: Mapped[str | None] = mapped_column(String(32))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[str] = mapped_column(String(64))
    certificate: Mapped[str | None] = mapped_column(String(64))
