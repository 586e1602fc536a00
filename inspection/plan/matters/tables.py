"""What is prepared for the list of matters and not decided yet, or how it was decided."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inspection.plan.tables import MatterRow
from registry.kernel.store import Base, BigId, JsonText, UtcDateTime


class MatterDraftRow(Base):
    """拟稿: a version of a matter, or (`content` None) its removal from the list, from the day `effective_on` on.

    `state`: open → published (the version it became is `matter_id`; of a removal, the one that ended) or discarded.
    """

    __tablename__ = "insp_matter_drafts"
    __table_args__ = (
        Index(
            "uq_insp_matter_drafts_open_code",
            "code",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    code: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, object] | None] = mapped_column(JsonText)
    effective_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    matter_id: Mapped[int | None] = mapped_column(ForeignKey("insp_matters.id"))

    matter: Mapped[MatterRow | None] = relationship()
