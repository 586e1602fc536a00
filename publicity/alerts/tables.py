"""Who follows what by mail."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class AlertRequestRow(Base):
    """An address that has to be confirmed. `content` is sealed (address, alert, language), gone once it was confirmed;
    the row goes after `until`."""

    __tablename__ = "pub_alert_requests"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes | None] = mapped_column(Bytes)
    reader: Mapped[str | None] = mapped_column(String(16))
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AlertReaderRow(Base):
    """A confirmed address, sealed, and its blind index. Deleted with its last alert."""

    __tablename__ = "pub_alert_readers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    address: Mapped[str] = mapped_column(String(64), unique=True)
    sealed_address: Mapped[bytes] = mapped_column(Bytes)
    language: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime] = mapped_column(UtcDateTime)

    alerts: Mapped[list["AlertRow"]] = relationship(
        order_by="AlertRow.id", back_populates="reader", cascade="all, delete-orphan"
    )


class AlertRow(Base):
    """One thing that a reader follows. `topic` is sealed, for a search holds what somebody typed; `same` is its blind index.

    `through` is the first position of the public book that the reader has not been told of, `due_at` when to look next.
    """

    __tablename__ = "pub_alerts"
    __table_args__ = (
        UniqueConstraint("reader_id", "same"),
        Index("ix_pub_alerts_due_at_through", "due_at", "through"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("pub_alert_readers.id"))
    topic: Mapped[bytes] = mapped_column(Bytes)
    same: Mapped[str] = mapped_column(String(64))
    frequency: Mapped[str] = mapped_column(String(8))
    through: Mapped[int] = mapped_column(BigInteger)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)

    reader: Mapped[AlertReaderRow] = relationship(back_populates="alerts")
    told: Mapped[list["AlertToldRow"]] = relationship(cascade="all, delete-orphan")


class AlertToldRow(Base):
    """That a notice was told on an alert, so that its end can be: `record` is the notice's id, blind to whoever reads the
    table, because what ended is no longer linked to whom it was about."""

    __tablename__ = "pub_alerts_told"

    alert_id: Mapped[int] = mapped_column(ForeignKey("pub_alerts.id"), primary_key=True)
    record: Mapped[str] = mapped_column(String(64), primary_key=True)
