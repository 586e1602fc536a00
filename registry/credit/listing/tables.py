"""Listings as rows: one for each procedure, from the proposal to the removal, with every act added to it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

import registry.credit.tables  # noqa: F401 - the foreign keys below need its tables
from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime

_OPEN = text("state NOT IN ('removed', 'dismissed')")


class ListingRow(Base):
    """`version` is the day whose version of the list applies; `window_until` the last day of defence or public notice.

    `wording` seals what was written. `until` is the last day of the entry.
    """

    __tablename__ = "reg_listings"
    __table_args__ = (
        # Nobody stands twice on one list, nor has two procedures for it at once.
        Index(
            "uq_reg_listings_organisation",
            "list_code",
            "organisation_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "uq_reg_listings_practitioner",
            "list_code",
            "practitioner_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_reg_listings_state_due_on", "state", "due_on"),
        CheckConstraint("(organisation_id IS NULL) <> (practitioner_id IS NULL)", name="one_subject"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    list_code: Mapped[str] = mapped_column(String(40))
    version: Mapped[date]
    colour: Mapped[str] = mapped_column(String(8))
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    authority: Mapped[str] = mapped_column(String(200))
    criteria: Mapped[list[str]] = mapped_column(JsonText)
    wording: Mapped[bytes] = mapped_column(Bytes)
    state: Mapped[str] = mapped_column(String(16))
    state_since: Mapped[date]
    due_on: Mapped[date | None]
    due_provisional: Mapped[bool]
    window_until: Mapped[date | None]
    window_provisional: Mapped[bool]
    revision: Mapped[int]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("reg_credit_events.id"), unique=True)
    listed_on: Mapped[date | None]
    until: Mapped[date | None] = mapped_column(index=True)
    removed_on: Mapped[date | None]
    removal: Mapped[str | None] = mapped_column(String(16))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ListingActRow(Base):
    """One act of a procedure. `step` is what four eyes count; `on` the day it speaks of; `wording` seals its text."""

    __tablename__ = "reg_listing_acts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("reg_listings.id"), index=True)
    act: Mapped[str] = mapped_column(String(16))
    step: Mapped[str | None] = mapped_column(String(16))
    round: Mapped[str] = mapped_column(String(8))
    on: Mapped[date]
    document_number: Mapped[str | None] = mapped_column(String(128), unique=True)
    ground: Mapped[str | None] = mapped_column(String(16))
    wording: Mapped[bytes] = mapped_column(Bytes)
    actor: Mapped[str] = mapped_column(String(80))
    actor_name: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
