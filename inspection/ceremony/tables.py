"""Draws and the chance that was supplied to them. Nothing here is ever deleted: a draw that failed stays and shows."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inspection.plan.tables import TaskRow
from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class AnnouncementRow(Base):
    """A draw that is going to be: its id, and who will supply what chance in which order (`plan`, without commitments).

    It is open until its frame is frozen or it is called off; `ended_at` says when. The draw then bears the same id.
    """

    __tablename__ = "insp_announcements"
    __table_args__ = (
        Index(
            "uq_insp_announcements_open_task",
            "task_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("insp_tasks.id"), index=True)
    plan: Mapped[list[dict[str, str]]] = mapped_column(JsonText)
    supersedes: Mapped[str | None] = mapped_column(String(16))
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    announced_by: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    task: Mapped[TaskRow] = relationship()


class CommitmentRow(Base):
    """What binds a party to the value that it will reveal (specification section 3.1)."""

    __tablename__ = "insp_commitments"
    __table_args__ = (
        UniqueConstraint("announcement_id", "position"),
        UniqueConstraint("announcement_id", "commitment"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("insp_announcements.id"))
    position: Mapped[int]
    commitment: Mapped[str] = mapped_column(String(64))
    handed_over_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DrawRow(Base):
    """抽取: `state` goes frozen → committed → ready → drawn or unassignable, or ends in voided.

    `deadline` is the last day for its chance; who stands in `void_party` withheld theirs.
    """

    __tablename__ = "insp_draws"
    __table_args__ = (
        # The database itself refuses a second live draw of a task (specification section 8).
        Index(
            "uq_insp_draws_live_task",
            "task_id",
            unique=True,
            sqlite_where=text("state IN ('frozen', 'committed', 'ready')"),
            postgresql_where=text("state IN ('frozen', 'committed', 'ready')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("insp_tasks.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    as_of: Mapped[date]
    deadline: Mapped[date]
    frame: Mapped[bytes] = mapped_column(Bytes)
    frame_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_by: Mapped[str] = mapped_column(String(64))
    commit_index: Mapped[int | None]
    committed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    record: Mapped[bytes | None] = mapped_column(Bytes)
    record_index: Mapped[int | None]
    drawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    drawn_by: Mapped[str | None] = mapped_column(String(64))
    void_ground: Mapped[str | None] = mapped_column(String(32))
    void_note: Mapped[str | None] = mapped_column(Text)
    void_proposed_by: Mapped[str | None] = mapped_column(String(64))
    void_party: Mapped[str | None] = mapped_column(String(64))
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voided_by: Mapped[str | None] = mapped_column(String(64))

    task: Mapped[TaskRow] = relationship()


class ChanceRow(Base):
    """One supplied item of a draw's plan of chance."""

    __tablename__ = "insp_chance"
    __table_args__ = (UniqueConstraint("draw_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("insp_draws.id"))
    position: Mapped[int]
    value: Mapped[str] = mapped_column(String(256))
    nonce: Mapped[str | None] = mapped_column(String(64))
    supplied_by: Mapped[str] = mapped_column(String(64))
    supplied_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PseudonymsRow(Base):
    """Who stands behind the units of a draw from natural persons: `inspection.plan.pseudonyms.written`, sealed."""

    __tablename__ = "insp_pseudonyms"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("insp_draws.id"), unique=True)
    written: Mapped[bytes] = mapped_column(Bytes)


class OpeningRow(Base):
    """A person who was drawn: `unit` is SHA-256 over `subject`, the public id of the day of the frame, and `nonce`.

    It is public as far as the draw's record is. `practitioner_id` follows the person when records are merged, `subject`
    stays as it was hashed.
    """

    __tablename__ = "insp_openings"
    __table_args__ = (UniqueConstraint("draw_id", "unit"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("insp_draws.id"))
    unit: Mapped[str] = mapped_column(String(64))
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    subject: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[str] = mapped_column(String(32))


class SelectionRow(Base):
    """A unit that a draw selected, with the certificates of its team by seat.

    `organisation_id` is where the visit takes place: the organisation itself, or, where `practitioner_id` is the one who is
    inspected, the firm of the day of the draw, None for who practises at none. `unit` is never null; its column is, because
    the rows of older installations got theirs after it. `joined_to_id` is an earlier selection of the same subject whose
    visit was still open when this one was drawn: both are carried out as one visit (综合查一次) and count once.
    """

    __tablename__ = "insp_selections"
    __table_args__ = (UniqueConstraint("draw_id", "unit"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("insp_draws.id"))
    unit: Mapped[str] = mapped_column(String(64), nullable=True)
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    inspectors: Mapped[list[str]] = mapped_column(JsonText)
    joined_to_id: Mapped[int | None] = mapped_column(ForeignKey("insp_selections.id"), index=True)

    draw: Mapped[DrawRow] = relationship()


class SubstitutionRow(Base):
    """Somebody is to be replaced: `seat` of the team, held by `inspector` when it was asked, or the unit itself (None).

    `state`: asked → granted (`position` in the record's substitutions) or refused.
    """

    __tablename__ = "insp_substitutions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    selection_id: Mapped[int] = mapped_column(ForeignKey("insp_selections.id"), index=True)
    seat: Mapped[int | None]
    inspector: Mapped[str | None] = mapped_column(String(64))
    ground: Mapped[str] = mapped_column(String(32))
    reason: Mapped[bytes] = mapped_column(Bytes)
    state: Mapped[str] = mapped_column(String(16), index=True)
    position: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))

    selection: Mapped[SelectionRow] = relationship()
