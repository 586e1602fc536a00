"""Requests for disclosure."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

import publicity.notices.tables  # noqa: F401 - the foreign key below needs its tables
from registry.kernel.store import Base, BigId, Bytes, UtcDateTime


class RequestRow(Base):
    """One request. `number` and a code that is stored nowhere open its state to whoever made it.

    Sealed, and null once their term is over: `wording` (name, id_kind, id_number, contact, description), `answer` (reply).
    `applicant` is blind: the requests of one applicant meet, for fees and repeats. `form` is blind too: the same form sent
    twice is one request. The answer is due `answer` + `extended` + `paused` working days after `clock_from`; `due_on` is the
    last day of what now waits, and after the answer the one that the answer had. `waits_since` is the day on which the
    applicant or a third party was asked. `fee` in yuan, None where nothing is charged. `converted` is None until somebody
    looked at it, then "yes", with the notice that followed, or a code of rules.KEPT_BACK.
    """

    __tablename__ = "pub_requests"
    __table_args__ = (
        Index("ix_pub_requests_state_due_on_id", "state", "due_on", "id"),
        Index("ix_pub_requests_received_on_answered_on", "received_on", "answered_on"),
        Index("ix_pub_requests_applicant_received_on", "applicant", "received_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    form: Mapped[str] = mapped_column(String(64), unique=True)
    applicant_kind: Mapped[str] = mapped_column(String(16))
    applicant: Mapped[str] = mapped_column(String(64))
    delivery: Mapped[str] = mapped_column(String(16))
    wording: Mapped[bytes | None] = mapped_column(Bytes)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(16))
    clock_from: Mapped[date]
    extended: Mapped[int]
    paused: Mapped[int]
    due_on: Mapped[date]
    due_provisional: Mapped[bool]
    waits_since: Mapped[date | None]
    corrected: Mapped[bool]
    fee: Mapped[int | None]
    drafted_from: Mapped[str | None] = mapped_column(String(16))
    drafted_by: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str | None] = mapped_column(String(16))
    answer: Mapped[bytes | None] = mapped_column(Bytes)
    answered_on: Mapped[date | None]
    converted: Mapped[str | None] = mapped_column(String(16))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("pub_notices.id"))
