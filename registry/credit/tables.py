"""What happened, as rows. Events are added and never edited; a mistake is answered by a second event."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import registry.roster.tables  # noqa: F401 - the foreign keys below need its tables
from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class EventRow(Base):
    """One credit event.

    `natural_key` and `content` are blind: equal records meet, and neither tells a name. `wording` is sealed
    (see registry.credit.wording). `target_id` is the event that this one annuls or corrects, or the
    firm's penalty that this one on its head came along with. The columns of a correction
    (decided_on to missing) are those of the corrected event from then on; the day of the correction is `recorded_at`.
    `recorded_by` is the public id of whoever recorded it, null for rows older than the column.
    """

    __tablename__ = "reg_credit_events"
    __table_args__ = (
        Index("ix_reg_credit_events_incomplete", "incomplete", "id"),
        Index("ix_reg_credit_events_kind_decided_on", "kind", "decided_on"),
        Index("ix_reg_credit_events_document_number", "document_number"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    subject_name: Mapped[str] = mapped_column(String(200))
    decided_on: Mapped[date]
    document_number: Mapped[str | None] = mapped_column(String(128))
    authority: Mapped[str | None] = mapped_column(String(200))
    severity: Mapped[str | None] = mapped_column(String(8))
    simple: Mapped[bool]
    wording: Mapped[bytes] = mapped_column(Bytes)
    missing: Mapped[list[str]] = mapped_column(JsonText)
    incomplete: Mapped[bool]
    scope: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(8))
    target_id: Mapped[int | None] = mapped_column(ForeignKey("reg_credit_events.id"), index=True)
    natural_key: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str | None] = mapped_column(String(80))


class EndRow(Base):
    """The end of an event's publication before its last day: repaired, removed from a list, or found wrong."""

    __tablename__ = "reg_credit_ends"

    event_id: Mapped[int] = mapped_column(ForeignKey("reg_credit_events.id"), primary_key=True)
    ground: Mapped[str] = mapped_column(String(16))
    ended_on: Mapped[date]


class EvidenceRow(Base):
    """A file that stands behind a record: `owner` is the record's public id, `digest` names the file (see evidence).

    `name` is encrypted. `fault` is what the nightly check found: the file is `missing` or `altered`, null while it is well.
    """

    __tablename__ = "reg_evidence"
    __table_args__ = (UniqueConstraint("owner", "digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    owner: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    type: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    name: Mapped[bytes] = mapped_column(Bytes)
    attached_by: Mapped[str] = mapped_column(String(80))
    attached_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fault: Mapped[str | None] = mapped_column(String(8), index=True)


class OverrideRow(Base):
    """A penalty that breaks its statute, kept sealed until a leader has answered for it.

    `wording` is sealed (what was typed, why, and the answer); `rules` are codes as `律师法第四十七条|fine-range`. `state`:
    waiting, allowed or refused.
    """

    __tablename__ = "reg_credit_overrides"
    __table_args__ = (Index("ix_reg_credit_overrides_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"))
    rules: Mapped[list[str]] = mapped_column(JsonText)
    wording: Mapped[bytes] = mapped_column(Bytes)
    drafted_by: Mapped[str] = mapped_column(String(80))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8))
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[bytes | None] = mapped_column(Bytes)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("reg_credit_events.id"))
