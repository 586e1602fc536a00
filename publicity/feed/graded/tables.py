"""The monthly returns that were handed in."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class ReturnRow(Base):
    """双公示月报 as it was handed in; never changed. A return that was wrong is followed by another `version`. `month` is its
    first day, `figures` what stands in it, `words` the sealed texts: what the office says of its problems, why it hands in
    again."""

    __tablename__ = "pub_monthly_returns"
    __table_args__ = (UniqueConstraint("month", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    month: Mapped[date]
    version: Mapped[int] = mapped_column(Integer)
    figures: Mapped[dict[str, Any]] = mapped_column(JsonText)
    words: Mapped[bytes] = mapped_column(Bytes)
    handed_in_by: Mapped[str] = mapped_column(String(80))
    handed_in_name: Mapped[str] = mapped_column(String(80))
    handed_in_at: Mapped[datetime] = mapped_column(UtcDateTime)
