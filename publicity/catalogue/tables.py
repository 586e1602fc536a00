"""The published versions of the lists, what is prepared for them, and which notices were made under which power."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from publicity.notices.tables import Notice
from registry.kernel.store import Base, BigId, JsonText, UtcDateTime

_WAITING = text("state IN ('open', 'ready')")


class CatalogueVersionRow(Base):
    """One published version of a list, whole. It holds from `valid_from` until the next one does, and is never edited.

    `entries` in the order of their codes, `size` how many; `sha256` of the document stands in the public log at `log_index`.
    """

    __tablename__ = "pub_catalogue_versions"
    __table_args__ = (UniqueConstraint("listing", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    listing: Mapped[str] = mapped_column(String(20))
    number: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    log_index: Mapped[int | None] = mapped_column(Integer)
    entries: Mapped[list[dict[str, str]]] = deferred(mapped_column(JsonText))


class CatalogueDraftRow(Base):
    """拟稿: the next version of a list. `state`: open → ready (with its day and reason) → published, or discarded.

    `authors` are all who changed it (account ids), none of whom publishes it; `revision` grows with every change.
    """

    __tablename__ = "pub_catalogue_drafts"
    __table_args__ = (
        Index(
            "uq_pub_catalogue_drafts_waiting",
            "listing",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    listing: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int] = mapped_column(Integer)
    authors: Mapped[list[str]] = mapped_column(JsonText)
    entries: Mapped[list[dict[str, str]]] = mapped_column(JsonText)
    effective_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ready_on: Mapped[date | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))


class PowerUseRow(Base):
    """Under which power a current notice was made, as `version_id` of the list tells; no `code` where none fits.

    Worked out from the notice's public record, and gone with it.
    """

    __tablename__ = "pub_power_uses"
    __table_args__ = (Index("ix_pub_power_uses_code_notice_id", "code", "notice_id"),)

    notice_id: Mapped[int] = mapped_column(ForeignKey(Notice.id), primary_key=True, autoincrement=False)
    notice_version: Mapped[int] = mapped_column(Integer)
    version_id: Mapped[int] = mapped_column(ForeignKey(CatalogueVersionRow.id))
    code: Mapped[str | None] = mapped_column(String(32))
    tier: Mapped[str | None] = mapped_column(String(40))
