"""Sites of firms."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

import registry.roster.tables  # noqa: F401 - the foreign key below needs its tables
from registry.kernel.store import Base, BigId, UtcDateTime


class SiteRow(Base):
    """One host name of one organisation, registered from `since`; `until` is the first day on which it is not."""

    __tablename__ = "pub_sites"
    __table_args__ = (Index("ix_pub_sites_organisation_id_host", "organisation_id", "host"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("reg_organisations.id"))
    host: Mapped[str] = mapped_column(String(253))
    since: Mapped[date]
    until: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))
