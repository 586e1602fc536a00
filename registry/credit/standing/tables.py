"""Rule sets as they were proposed and adopted, and the courses of standings that follow from them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

import registry.credit.tables  # noqa: F401 - the foreign keys below need its tables
from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class RulesRow(Base):
    """One rule set. `source` is the YAML text as it was uploaded and never changes; `since` and `until` are read from it.

    `state`: proposed, adopted, withdrawn. `applied_at` is when all courses had been computed with it.
    """

    __tablename__ = "reg_standing_rules"
    __table_args__ = (CheckConstraint("state IN ('proposed', 'adopted', 'withdrawn')", name="state"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    sample: Mapped[bool]
    source: Mapped[bytes] = mapped_column(Bytes)
    digest: Mapped[str] = mapped_column(String(64))
    since: Mapped[date]
    until: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(16))
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StandingRow(Base):
    """Days on which somebody's grade is not the one that the base makes: `since` the first, `until` the first day after.

    A day without a row is a day at the base grade of the rules of that day. `kind` is a profession or a kind of
    organisation; a person of two professions has a course for each.
    """

    __tablename__ = "reg_standings"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (practitioner_id IS NULL)", name="one_subject"),
        Index("ix_reg_standings_kind_grade", "kind", "grade"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    since: Mapped[date]
    until: Mapped[date | None]
    grade: Mapped[str] = mapped_column(String(8))
    rules_id: Mapped[int] = mapped_column(ForeignKey("reg_standing_rules.id"), index=True)


class WordsRow(Base):
    """The words of an event that rules may ask for (registry.credit.standing.vocabulary), joined by `|`.

    They are read once from what is sealed in the event, and again when the `vocabulary` (its digest) is another; none of
    them is anybody's own.
    """

    __tablename__ = "reg_standing_words"

    event_id: Mapped[int] = mapped_column(ForeignKey("reg_credit_events.id"), primary_key=True)
    words: Mapped[str] = mapped_column(String(200))
    vocabulary: Mapped[str] = mapped_column(String(8))


class TrialRow(Base):
    """A what-if: the grades of everyone on the first day of a proposed rule set, without and with it.

    `done` of `total` subjects are computed. `counts` is {kind: {grade before: {grade after: number}}} once it is finished.
    """

    __tablename__ = "reg_standing_trials"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    rules_id: Mapped[int] = mapped_column(ForeignKey("reg_standing_rules.id"), index=True)
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done: Mapped[int]
    total: Mapped[int]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, dict[str, dict[str, int]]] | None] = mapped_column(JsonText)


class ChangeRow(Base):
    """Somebody whose grade a trial found to change. `before` is None where no rules were in force before."""

    __tablename__ = "reg_standing_changes"
    __table_args__ = (Index("ix_reg_standing_changes_trial_id_kind_id", "trial_id", "kind", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    trial_id: Mapped[int] = mapped_column(ForeignKey("reg_standing_trials.id"))
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"))
    kind: Mapped[str] = mapped_column(String(32))
    before: Mapped[str | None] = mapped_column(String(8))
    after: Mapped[str | None] = mapped_column(String(8))
    points_before: Mapped[int | None]
    points_after: Mapped[int | None]
