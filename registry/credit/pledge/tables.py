"""Pledges as rows. A pledge is never edited; what is found of its performance is added to it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

import registry.credit.tables  # noqa: F401 - the foreign keys below need its tables
from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class PledgeRow(Base):
    """`wording` seals what was written and the promiser's number, `content` is blind: the same pledge meets itself.

    `performance` is that of the latest outcome, null while nobody has found any.
    """

    __tablename__ = "reg_pledges"
    __table_args__ = (Index("ix_reg_pledges_performance_valid_until", "performance", "valid_until"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    promiser_name: Mapped[str] = mapped_column(String(200))
    promiser_kind: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(64))
    given_on: Mapped[date]
    valid_until: Mapped[date | None]
    accepted_by: Mapped[str] = mapped_column(String(200))
    accepted_by_code: Mapped[str] = mapped_column(String(18))
    disclosure: Mapped[str] = mapped_column(String(16))
    performance: Mapped[str | None] = mapped_column(String(16))
    wording: Mapped[bytes] = mapped_column(Bytes)
    content: Mapped[str] = mapped_column(String(64), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OutcomeRow(Base):
    """What was found of a pledge's performance. `answers` is the earlier outcome that this one corrects."""

    __tablename__ = "reg_pledge_outcomes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pledge_id: Mapped[int] = mapped_column(ForeignKey("reg_pledges.id"), index=True)
    performance: Mapped[str] = mapped_column(String(16))
    assessed_on: Mapped[date]
    assessed_by: Mapped[str] = mapped_column(String(200))
    assessed_by_code: Mapped[str | None] = mapped_column(String(18))
    wording: Mapped[bytes] = mapped_column(Bytes)
    event_id: Mapped[int] = mapped_column(ForeignKey("reg_credit_events.id"))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("reg_pledge_outcomes.id"), unique=True)
    actor: Mapped[str] = mapped_column(String(80))
    actor_name: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SerialRow(Base):
    """The last serial that a region gave out for a day; the row is held while the next one is taken, so none is lost."""

    __tablename__ = "reg_pledge_serials"

    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(Integer)
