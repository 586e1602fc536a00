"""What follows a finding: its publication, orders to rectify and their re-checks, hand-overs, annual reports.

Steps taken, with their reasons, are steps of cases (registry.credit.casework.steps) under the public id of the record.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

import registry.credit.tables  # noqa: F401 - the foreign keys below need its tables
from inspection.visits.tables import VisitRow
from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class PublicationRow(Base):
    """Where the finding behind a credit event is public: `notice` is the public id of its notice, `until` its last day.

    Publicity tells, in the transaction in which it publishes or ends. `ended_on` is set once and stays.
    """

    __tablename__ = "insp_publications"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("reg_credit_events.id"), unique=True)
    notice: Mapped[str] = mapped_column(String(16), unique=True)
    published_on: Mapped[date]
    until: Mapped[date | None]
    ended_on: Mapped[date | None]


class RectificationRow(Base):
    """责令改正: one order after one visit. `state`: open → reported → rechecked → done or undone.

    `codes` are the finding's that are to be put right; `demands` says how, sealed. `due_on` is the day by which the subject
    has to be done, as extended.
    """

    __tablename__ = "insp_rectifications"
    __table_args__ = (Index("ix_insp_rectifications_state_due_on_id", "state", "due_on", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("insp_visits.id"), index=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    codes: Mapped[list[str]] = mapped_column(JsonText)
    demands: Mapped[bytes] = mapped_column(Bytes)
    state: Mapped[str] = mapped_column(String(16))
    issued_on: Mapped[date]
    due_on: Mapped[date]
    extensions: Mapped[int] = mapped_column(SmallInteger)
    reported_on: Mapped[date | None]
    issued_by: Mapped[str] = mapped_column(String(64))
    closed_on: Mapped[date | None]

    visit: Mapped[VisitRow] = relationship()


class RecheckRow(Base):
    """复查 of one order, with a finding of its own. `state`: recorded → confirmed; a failed order ends with its last one.

    `inspectors` are the certificates of those who went; `note` is sealed. `event_id` is what it became.
    """

    __tablename__ = "insp_rechecks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    rectification_id: Mapped[int] = mapped_column(ForeignKey("insp_rectifications.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    checked_on: Mapped[date]
    inspectors: Mapped[list[str]] = mapped_column(JsonText)
    corrected: Mapped[bool]
    codes: Mapped[list[str]] = mapped_column(JsonText)
    note: Mapped[bytes] = mapped_column(Bytes)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str | None] = mapped_column(String(64))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("reg_credit_events.id"))

    rectification: Mapped[RectificationRow] = relationship()


class HandoverRow(Base):
    """移送 of a lead to whoever handles cases (`kind` case), or 抄告 of another department (`kind` notify).

    `state`: proposed → sent → filed → closed, or refused; a notification is closed by its receipt. `facts` is sealed;
    `evidence` are public ids of the files that secure it. `event_id` is the penalty that came of it, `outcome` a code.
    """

    __tablename__ = "insp_handovers"
    __table_args__ = (Index("ix_insp_handovers_state_due_on_id", "state", "due_on", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("insp_visits.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    authority: Mapped[str] = mapped_column(String(200))
    facts: Mapped[bytes] = mapped_column(Bytes)
    evidence: Mapped[list[str]] = mapped_column(JsonText)
    state: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date | None]
    due_provisional: Mapped[bool]
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_on: Mapped[date | None]
    case_number: Mapped[str | None] = mapped_column(String(64))
    filed_on: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    closed_on: Mapped[date | None]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("reg_credit_events.id"), index=True)

    visit: Mapped[VisitRow] = relationship()


class AnnualReportRow(Base):
    """年度双随机抽查情况报告. `figures` are frozen when it is prepared; public from `published_at` on."""

    __tablename__ = "insp_annual_reports"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    year: Mapped[int] = mapped_column(SmallInteger, unique=True)
    figures: Mapped[dict[str, Any]] = mapped_column(JsonText)
    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    prepared_by: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str | None] = mapped_column(String(64))
