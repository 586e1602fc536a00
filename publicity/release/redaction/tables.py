"""The versions of a draft, what was proposed to be covered in each, and what was decided. Added, never changed, except that
the words of a version go when the draft goes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publicity.release.tables import Release
from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class DraftRow(Base):
    """One version of a release's draft. `texts` are its texts by path as they came, sealed; null once the draft is gone.

    `cause`: draft, fill, redraft, look (the texts of a draft from before versions were kept).
    """

    __tablename__ = "pub_release_drafts"
    __table_args__ = (UniqueConstraint("release_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("pub_releases.id"))
    number: Mapped[int] = mapped_column(Integer)
    cause: Mapped[str] = mapped_column(String(16))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    texts: Mapped[bytes | None] = mapped_column(Bytes)

    release: Mapped[Release] = relationship()
    redactions: Mapped[list["RedactionRow"]] = relationship(
        order_by="RedactionRow.id", back_populates="draft"
    )


class RedactionRow(Base):
    """Characters `begins` up to `ends` of the text at `path` are to be covered as `kind`.

    `digest` is blind: it finds the same words again in a corrected text, and keeps none. `added_by` is the reviewer who
    added it by hand, null for what the rules proposed.
    """

    __tablename__ = "pub_release_redactions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("pub_release_drafts.id"), index=True)
    path: Mapped[str] = mapped_column(String(64))
    begins: Mapped[int] = mapped_column(Integer)
    ends: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[str | None] = mapped_column(String(64))

    draft: Mapped[DraftRow] = relationship(back_populates="redactions")
    decisions: Mapped[list["RedactionDecisionRow"]] = relationship(
        order_by="RedactionDecisionRow.id", back_populates="redaction"
    )


class RedactionDecisionRow(Base):
    """The reviewer covers it, or shows it for a sealed reason; the last decision counts until the step is taken.

    `behalf` is whoever was away and stood in for, null where the reviewer acted in their own right.
    """

    __tablename__ = "pub_release_redaction_decisions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    redaction_id: Mapped[int] = mapped_column(ForeignKey("pub_release_redactions.id"), index=True)
    covered: Mapped[bool]
    reason: Mapped[bytes | None] = mapped_column(Bytes)
    actor: Mapped[str] = mapped_column(String(64))
    behalf: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    redaction: Mapped[RedactionRow] = relationship(back_populates="decisions")
