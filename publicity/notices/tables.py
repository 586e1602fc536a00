"""Notices and their versions. What a notice says is not here: it stands in the ledger, and goes when its term ends."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publicity.release.tables import Release
from registry.kernel.store import Base, BigId, UtcDateTime


class Notice(Base):
    """公示: `state` is current, withdrawn or expired. After an end that the law does not explain, nothing here names anyone.

    `published_on` is the office's day of `published_at`. `gaps` is how many items of the standard a permit or penalty lacked
    when it was published; null for other kinds, and for what was published before anybody counted.
    """

    __tablename__ = "pub_notices"
    __table_args__ = (
        Index("ix_pub_notices_state_kind_id", "state", "kind", "id"),
        Index("ix_pub_notices_state_until", "state", "until"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("pub_releases.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    until: Mapped[date | None]
    ground: Mapped[str | None] = mapped_column(String(16))
    ended_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(Integer)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_on: Mapped[date | None]
    gaps: Mapped[int | None]

    release: Mapped[Release | None] = relationship()
    versions: Mapped[list["NoticeVersion"]] = relationship(
        order_by="NoticeVersion.version", back_populates="notice"
    )


class NoticeVersion(Base):
    """Where a version stands in the public book."""

    __tablename__ = "pub_notice_versions"

    notice_id: Mapped[int] = mapped_column(ForeignKey("pub_notices.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(String(16))
    position: Mapped[int] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    notice: Mapped[Notice] = relationship(back_populates="versions")
