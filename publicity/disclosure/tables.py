"""The attribute of each fact, and every decision about it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class DisclosureRow(Base):
    """公开属性 of one credit event. `proposed` and `proposed_ground` wait for the release's approval, null while nothing does.

    `review_on` is the last day of the next assessment of what is not told by itself, null for what is.
    """

    __tablename__ = "pub_disclosures"
    __table_args__ = (
        Index("ix_pub_disclosures_attribute_kind_ground", "attribute", "kind", "ground"),
        Index("ix_pub_disclosures_review_on_id", "review_on", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("reg_credit_events.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    attribute: Mapped[str] = mapped_column(String(16))
    ground: Mapped[str] = mapped_column(String(16))
    proposed: Mapped[str | None] = mapped_column(String(16))
    proposed_ground: Mapped[str | None] = mapped_column(String(16))
    review_on: Mapped[date | None]
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)

    decisions: Mapped[list["DisclosureDecisionRow"]] = relationship(
        order_by="DisclosureDecisionRow.id", back_populates="disclosure"
    )


class DisclosureDecisionRow(Base):
    """What somebody decided about an attribute: `step` is propose, confirm, keep or open. Never changed. `reason` is sealed.

    `behalf` is whoever was away and stood in for by the approval that confirmed it, null in one's own right.
    """

    __tablename__ = "pub_disclosure_decisions"
    __table_args__ = (Index("ix_pub_disclosure_decisions_step_at", "step", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    disclosure_id: Mapped[int] = mapped_column(ForeignKey("pub_disclosures.id"), index=True)
    step: Mapped[str] = mapped_column(String(16))
    attribute: Mapped[str] = mapped_column(String(16))
    ground: Mapped[str] = mapped_column(String(16))
    reason: Mapped[bytes | None] = mapped_column(Bytes)
    review_on: Mapped[date | None]
    actor: Mapped[str] = mapped_column(String(64))
    behalf: Mapped[str | None] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    disclosure: Mapped[DisclosureRow] = relationship(back_populates="decisions")
