"""Tables of the ledger. Everything but bodies is append-only; `registry.ledger.triggers` makes the database refuse the rest."""

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKeyConstraint, Index, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, Bytes


class HeadRow(Base):
    """One row for each book, locked by whoever appends: positions come from here and nowhere else."""

    __tablename__ = "reg_ledger_heads"

    book: Mapped[str] = mapped_column(String(16), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    frontier: Mapped[bytes] = mapped_column(Bytes)


class EntryRow(Base):
    """A leaf as bytes, with its RFC 6962 hash; action, record and version repeat the leaf's for look-up."""

    __tablename__ = "reg_ledger_entries"
    __table_args__ = (
        Index("ix_reg_ledger_entries_record", "book", "record", "version"),
        # Two leaves that both claim to be version 3 of a notice would leave every reader to guess which one counts.
        Index(
            "uq_reg_ledger_entries_version",
            "record",
            "version",
            unique=True,
            sqlite_where=text("book = 'public'"),
            postgresql_where=text("book = 'public'"),
        ),
    )

    book: Mapped[str] = mapped_column(String(16), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(String(40))
    record: Mapped[str] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(Integer)
    leaf: Mapped[bytes] = mapped_column(Bytes)
    hash: Mapped[bytes] = mapped_column(Bytes)


class BodyRow(Base):
    """What a leaf commits to: the only rows of the ledger that are ever deleted, at the end of their term.

    `body` is JCS; `restricted` is JCS encrypted at rest; `until` repeats the body's. While `sealed`, nobody is shown it.
    """

    __tablename__ = "reg_ledger_bodies"
    __table_args__ = (
        ForeignKeyConstraint(
            ["book", "position"], ["reg_ledger_entries.book", "reg_ledger_entries.position"]
        ),
    )

    book: Mapped[str] = mapped_column(String(16), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    salt: Mapped[bytes] = mapped_column(Bytes)
    body: Mapped[bytes] = mapped_column(Bytes)
    restricted_salt: Mapped[bytes | None] = mapped_column(Bytes)
    restricted: Mapped[bytes | None] = mapped_column(Bytes)
    until: Mapped[date | None] = mapped_column(Date)
    sealed: Mapped[bool] = mapped_column(server_default="0")


class TileRow(Base):
    """A full tile (C2SP tlog-tiles): 256 hashes, and the root of the subtree above them, a hash of the next level."""

    __tablename__ = "reg_ledger_tiles"

    book: Mapped[str] = mapped_column(String(16), primary_key=True)
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(Bytes)
    root: Mapped[bytes] = mapped_column(Bytes)


class CheckpointRow(Base):
    """Every head that was ever signed: the signed note, as the bytes that were signed."""

    __tablename__ = "reg_ledger_checkpoints"

    book: Mapped[str] = mapped_column(String(16), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    note: Mapped[bytes] = mapped_column(Bytes)
