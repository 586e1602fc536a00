"""Consultations of third parties and what came of them. Added, never changed."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publicity.release.tables import Release
from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class ConsultationRow(Base):
    """One third party, asked in writing. `wording` is sealed: name, address and what it is asked about.

    `behalf` is whoever was away and stood in for, null where the asker acted in their own right; so too in its steps.
    """

    __tablename__ = "pub_consultations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("pub_releases.id"), index=True)
    concern: Mapped[str] = mapped_column(String(16))
    wording: Mapped[bytes] = mapped_column(Bytes)
    asked_by: Mapped[str] = mapped_column(String(64))
    behalf: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)

    release: Mapped[Release] = relationship()
    steps: Mapped[list["ConsultationStepRow"]] = relationship(
        order_by="ConsultationStepRow.id", back_populates="consultation"
    )


class ConsultationStepRow(Base):
    """`step` is received (with the answer's term), answered, decided or told, each at most once; `on` its day.

    `wording` is sealed: what was answered, or the reason of the decision.
    """

    __tablename__ = "pub_consultation_steps"
    __table_args__ = (UniqueConstraint("consultation_id", "step"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("pub_consultations.id"))
    step: Mapped[str] = mapped_column(String(16))
    on: Mapped[date]
    due_on: Mapped[date | None]
    due_provisional: Mapped[bool | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    wording: Mapped[bytes | None] = mapped_column(Bytes)
    actor: Mapped[str] = mapped_column(String(64))
    behalf: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    consultation: Mapped[ConsultationRow] = relationship(back_populates="steps")
