"""Releases, the steps they took, and how far the intake has read."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class Release(Base):
    """公开流程 of one credit event; the unique event is what makes the intake propose it once.

    `correction_id` is the last correction of the event that the draft and its notice have taken in. `columns`, `detail` and
    `restricted` are the draft. They are cleared on publication: from then on the content stands
    in the ledger alone, where the end of its term finds it.
    """

    __tablename__ = "pub_releases"
    __table_args__ = (UniqueConstraint("archive_class", "archive_year", "archive_serial"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("reg_credit_events.id"), unique=True)
    correction_id: Mapped[int | None] = mapped_column(ForeignKey("reg_credit_events.id"))
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), index=True)
    revision: Mapped[int] = mapped_column(Integer)
    decided_on: Mapped[date]
    due_on: Mapped[date] = mapped_column(index=True)
    due_provisional: Mapped[bool]
    until: Mapped[date | None]
    subject: Mapped[dict[str, str] | None] = mapped_column(JsonText)
    title: Mapped[str | None] = mapped_column(Text)
    columns: Mapped[dict[str, str] | None] = mapped_column(JsonText)
    detail: Mapped[dict[str, object] | None] = mapped_column(JsonText)
    restricted: Mapped[bytes | None] = mapped_column(Bytes)
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archive_class: Mapped[str | None] = mapped_column(String(8))
    archive_year: Mapped[int | None] = mapped_column(SmallInteger)
    archive_serial: Mapped[int | None] = mapped_column(Integer)

    steps: Mapped[list["ReleaseStep"]] = relationship(order_by="ReleaseStep.id", back_populates="release")

    @property
    def archive_number(self) -> str | None:
        """As `许可-2026-0001`: class, year, number within both."""
        if self.archive_serial is None:
            return None
        return f"{self.archive_class}-{self.archive_year}-{self.archive_serial:04d}"


class ReleaseStep(Base):
    """One step as taken, or sent back from (`sent_back`, with the reason as `note`). Never changed.

    `behalf` is the public id of whoever was away and stood in for, null where the actor acted in their own right.
    """

    __tablename__ = "pub_release_steps"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("pub_releases.id"), index=True)
    step: Mapped[str] = mapped_column(String(16))
    sent_back: Mapped[bool]
    actor: Mapped[str] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(64))
    behalf: Mapped[str | None] = mapped_column(String(64))
    behalf_name: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text)

    release: Mapped[Release] = relationship(back_populates="steps")


class ArchiveSerial(Base):
    """The last number given in a class and year; locked by whoever gives the next."""

    __tablename__ = "pub_archive_serials"

    archive_class: Mapped[str] = mapped_column(String(8), primary_key=True)
    archive_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class Cursor(Base):
    """How far a reader of a book has come; locked while it reads on."""

    __tablename__ = "pub_cursors"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
