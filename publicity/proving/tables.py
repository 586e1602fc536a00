"""The roots of the map of penalties that were written into the public book."""

from datetime import date, datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, UtcDateTime


class MapRootRow(Base):
    """One version of the map. `record` is the same random id for all versions of an installation."""

    __tablename__ = "pub_map_roots"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    record: Mapped[str] = mapped_column(String(16))
    day: Mapped[date]
    root: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
