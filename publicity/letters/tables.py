"""Letters from the public."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import registry.credit.complaint.tables  # noqa: F401 - the foreign keys below need these tables
from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class LetterRow(Base):
    """One letter. `number` and a code that is stored nowhere open its state to whoever wrote it.

    Sealed, and null once their term is over: `sender` (name, contact; null from the first for an anonymous letter),
    `wording` (subject, statement), `answer` (reply), `summary` (what may be published of the result). `form` is blind: the
    same form sent twice is one letter. `due_on` is the last day of the step that waits, and after the answer the one that
    the answer had. `section` is None until it is assigned. The result is public from `published_on` until `published_until`;
    once retracted it has no `published_on`, and the day on which it would have ended stays.
    """

    __tablename__ = "pub_letters"
    __table_args__ = (
        Index("ix_pub_letters_state_due_on_id", "state", "due_on", "id"),
        Index("ix_pub_letters_received_on", "received_on", "id"),
        Index("ix_pub_letters_published_on", "published_on", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    form: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    anonymous: Mapped[bool]
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    sender: Mapped[bytes | None] = mapped_column(Bytes)
    wording: Mapped[bytes | None] = mapped_column(Bytes)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(16))
    section: Mapped[str | None] = mapped_column(String(60))
    accepted_on: Mapped[date | None]
    due_on: Mapped[date]
    due_provisional: Mapped[bool]
    extended: Mapped[bool]
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("reg_complaints.id"))
    outcome: Mapped[str | None] = mapped_column(String(16))
    answer: Mapped[bytes | None] = mapped_column(Bytes)
    drafted_by: Mapped[str | None] = mapped_column(String(64))
    answered_on: Mapped[date | None]
    summary: Mapped[bytes | None] = mapped_column(Bytes)
    summarised_by: Mapped[str | None] = mapped_column(String(64))
    published_on: Mapped[date | None]
    published_until: Mapped[date | None]


class LetterRecusalRow(Base):
    """Somebody of the office who may not know of a letter, because it is about them or somebody close."""

    __tablename__ = "pub_letter_recusals"
    __table_args__ = (UniqueConstraint("letter_id", "staff"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("pub_letters.id"))
    staff: Mapped[str] = mapped_column(String(16), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LetterHandoverRow(Base):
    """What a letter says to those who plan inspections: a matter and a note that names no sender, sealed. `task_id` is the
    task that they opened for it, None while it waits."""

    __tablename__ = "pub_letter_handovers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("pub_letters.id"), index=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("insp_matters.id"))
    note: Mapped[bytes | None] = mapped_column(Bytes)
    handed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("insp_tasks.id"), index=True)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
