"""Tables of accounts. Staff and clients are ended, never deleted: the audit book names them for as long as it is kept."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, JsonText, UtcDateTime


class StaffRow(Base):
    """One member of staff. Raising `epoch` ends every session that was opened under an earlier one."""

    __tablename__ = "reg_staff"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    username: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    section: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(255))
    must_change: Mapped[bool] = mapped_column(Boolean)
    demo: Mapped[bool] = mapped_column(Boolean)
    epoch: Mapped[int] = mapped_column(Integer)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffRoleRow(Base):
    """A role that a member of staff holds now; when each came and went is in the audit book."""

    __tablename__ = "reg_staff_roles"

    staff_id: Mapped[int] = mapped_column(ForeignKey("reg_staff.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)


class SignInFailureRow(Base):
    """A recent failed sign-in. Both keys are blind: people type passwords into the name field."""

    __tablename__ = "reg_sign_in_failures"
    __table_args__ = (
        Index("ix_reg_sign_in_failures_name_key", "name_key", "at"),
        Index("ix_reg_sign_in_failures_address_key", "address_key", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name_key: Mapped[str] = mapped_column(String(64))
    address_key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClientRow(Base):
    """A program that calls the interfaces. The secret of its token is kept as SHA-256 and cannot be shown again."""

    __tablename__ = "reg_clients"
    __table_args__ = (
        Index(
            "uq_reg_clients_name",
            "name",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    scopes: Mapped[list[str]] = mapped_column(JsonText)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DutyTakeRow(Base):
    """Who said of a duty "I do this". `key` is that of registry.accounts.duties: what is done is on no list any more."""

    __tablename__ = "reg_duty_takes"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("reg_staff.id"), index=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
