"""Runs of the link check and what they found."""

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, UtcDateTime


class LinkRunRow(Base):
    """One run: addresses asked for, links looked at. `complete` is False where a bound ended it early."""

    __tablename__ = "pub_link_runs"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    pages: Mapped[int]
    links: Mapped[int]
    broken: Mapped[int]
    complete: Mapped[bool]


class BrokenLinkRow(Base):
    """A link on one page that leads nowhere, from the run that found it first until the one that found it `mended_at`."""

    __tablename__ = "pub_broken_links"
    __table_args__ = (
        Index(
            "uq_pub_broken_links_open",
            "page",
            "target",
            unique=True,
            sqlite_where=text("mended_at IS NULL"),
            postgresql_where=text("mended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    page: Mapped[str] = mapped_column(String(500))
    target: Mapped[str] = mapped_column(String(500))
    fault: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    mended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
