"""Sealed draws: that a draw is sealed, the deposits of its closed values, and the roots that stand in the log."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class SealRow(Base):
    """A draw (`draw` is its public id, known from the announcement on) that stays closed until `opened_at`.

    `record` is the record of the draw, encrypted, from the draw on; after the opening it stays as it then was.
    `depositary` is a user name, `opens_after` the last day on which the draw may be closed.
    """

    __tablename__ = "insp_seals"
    __table_args__ = (
        Index(
            "ix_insp_seals_closed",
            "draw",
            sqlite_where=text("opened_at IS NULL"),
            postgresql_where=text("opened_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draw: Mapped[str] = mapped_column(ForeignKey("insp_announcements.public_id"), unique=True)
    ground: Mapped[str] = mapped_column(String(32))
    depositary: Mapped[str] = mapped_column(String(64))
    opens_after: Mapped[date]
    record: Mapped[bytes | None] = mapped_column(Bytes)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DepositRow(Base):
    """The value and nonce of one closed item of the plan, encrypted twice: for the service, which computes the record,
    and for the depositary (see `inspection.ceremony.deposits`)."""

    __tablename__ = "insp_deposits"
    __table_args__ = (UniqueConstraint("seal_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seal_id: Mapped[int] = mapped_column(ForeignKey("insp_seals.id"))
    position: Mapped[int]
    item: Mapped[bytes] = mapped_column(Bytes)
    for_depositary: Mapped[bytes] = mapped_column(Bytes)


class DepositaryKeyRow(Base):
    """The public key (X25519) under which values are deposited with a member of staff; its private half is theirs alone.
    The newest one counts."""

    __tablename__ = "insp_depositary_keys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    username: Mapped[str] = mapped_column(String(64), index=True)
    public_key: Mapped[bytes] = mapped_column(Bytes)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RootRow(Base):
    """One root of a sealed draw: `version` as in the log, where it stands at `index`; `secret` is encrypted."""

    __tablename__ = "insp_sealed_roots"
    __table_args__ = (UniqueConstraint("seal_id", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seal_id: Mapped[int] = mapped_column(ForeignKey("insp_seals.id"))
    version: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    leaves: Mapped[int]
    secret: Mapped[bytes] = mapped_column(Bytes)
    index: Mapped[int]
    committed_at: Mapped[datetime] = mapped_column(UtcDateTime)
