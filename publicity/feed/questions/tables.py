"""What platforms' files of doubts say of entries."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import publicity.feed.channel_tables  # noqa: F401 - the foreign keys below need its tables
from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class QuestionRow(Base):
    """One row of a file of 疑问数据, put on the work list. `file` is the SHA-256 of the file, `sheet` the place of its table
    in there, `row` its row as the spreadsheet counts, `columns` the codes it is about, `reason` our code. `message` is what
    the platform wrote, sealed."""

    __tablename__ = "pub_questions"
    __table_args__ = (
        UniqueConstraint("channel_id", "file", "sheet", "row"),
        Index("ix_pub_questions_delivery_id", "delivery_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("pub_channels.id"))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("pub_deliveries.id"))
    file: Mapped[str] = mapped_column(String(64))
    sheet: Mapped[int] = mapped_column(Integer)
    row: Mapped[int] = mapped_column(Integer)
    columns: Mapped[str] = mapped_column(String(400))
    reason: Mapped[str] = mapped_column(String(16))
    message: Mapped[bytes] = mapped_column(Bytes)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
