"""Where a release was published beside the site."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class PublicationRow(Base):
    """One publication. `place` is sealed: which board, which issue. Never changed."""

    __tablename__ = "pub_publications"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("pub_releases.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[bytes | None] = mapped_column(Bytes)
    noted_by: Mapped[str] = mapped_column(String(64))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
