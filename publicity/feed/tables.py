"""What readers of the feed answered."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class Receipt(Base):
    """回执: one answer of one client to one entry. The latest counts; the same answer twice is one row, known by a keyed
    fingerprint. `words` is the sealed message: a platform's words may quote the row that it refuses. `message` is theirs of
    before, and is written no more."""

    __tablename__ = "pub_receipts"
    __table_args__ = (
        UniqueConstraint("client", "position", "fingerprint"),
        Index("ix_pub_receipts_position", "position"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(BigInteger)
    result: Mapped[str] = mapped_column(String(16))
    code: Mapped[str | None] = mapped_column(String(64))
    message: Mapped[str | None] = mapped_column(Text)
    words: Mapped[bytes | None] = mapped_column(Bytes)
    platform_id: Mapped[str | None] = mapped_column(String(128))
    fingerprint: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
