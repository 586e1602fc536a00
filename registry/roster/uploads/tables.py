"""Uploads: what is known of a file while it waits, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class UploadRow(Base):
    """One file. Its content and its preview lie sealed in the staging folder until it is stored or given up.

    `state`: uploaded (columns to be named) → queued (to be checked) → previewed → approved (to be stored) → stored; or
    refused (unreadable, with `note`), discarded. `permissions` are those of its owner when they last asked for something,
    under which a job goes on. `signature` is what the preview said would become of every row.
    """

    __tablename__ = "reg_uploads"
    __table_args__ = (Index("ix_reg_uploads_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[bytes] = mapped_column(Bytes)
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    owner: Mapped[str] = mapped_column(String(64), index=True)
    owner_name: Mapped[str] = mapped_column(String(64))
    permissions: Mapped[list[str]] = mapped_column(JsonText)
    mapping: Mapped[dict[str, str]] = mapped_column(JsonText)
    state: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(300))
    counts: Mapped[dict[str, Any]] = mapped_column(JsonText)
    signature: Mapped[str | None] = mapped_column(String(64))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
