"""Who exists, and since when. Current values stand on the rows; every past one keeps a row with its days.

Periods are half-open: `since` is the first day, `until` the first day after, null while it lasts. Rows end, none goes.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime

# Prefix ranges and orders compare code points; a locale's collation on PostgreSQL would not, nor use the index.
Ordered = String(400).with_variant(String(400, collation="C"), "postgresql")
_Names = Text().with_variant(Text(collation="C"), "postgresql")
_CURRENT = text("ended_on IS NULL")


class OrganisationRow(Base):
    """`doubts` are warnings that its numbers kept, such as a code issued with a wrong check character.

    `head` is the head's name, `head_id` the person of the roster where it is one.
    """

    __tablename__ = "reg_organisations"
    __table_args__ = (
        Index(
            "uq_reg_organisations_uscc", "uscc", unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT
        ),
        Index(
            "uq_reg_organisations_name",
            "kind",
            "name_key",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(Ordered, index=True)
    uscc: Mapped[str | None] = mapped_column(String(18), index=True)
    licence_number: Mapped[str | None] = mapped_column(String(64), index=True)
    form: Mapped[str | None] = mapped_column(String(32))
    district: Mapped[str] = mapped_column(String(6))
    head: Mapped[str | None] = mapped_column(String(100))
    head_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    head_office_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"))
    authority: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[bytes | None] = mapped_column(Bytes)
    phone: Mapped[bytes | None] = mapped_column(Bytes)
    state: Mapped[str] = mapped_column(String(32))
    state_since: Mapped[date]
    state_reason: Mapped[str | None] = mapped_column(String(200))
    established_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    doubts: Mapped[list[str]] = mapped_column(JsonText)
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OrganisationStateRow(Base):
    __tablename__ = "reg_organisation_states"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    since: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PractitionerRow(Base):
    """One person, whatever their professions. `id_blind` finds an identity number without telling it.

    A record that turned out to be somebody known already is `merged_into_id` that one, and answers for nothing more.
    """

    __tablename__ = "reg_practitioners"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(Ordered, index=True)
    id_type: Mapped[str] = mapped_column(String(32))
    id_number: Mapped[bytes | None] = mapped_column(Bytes)
    id_blind: Mapped[str | None] = mapped_column(String(64), unique=True)
    phone: Mapped[bytes | None] = mapped_column(Bytes)
    doubts: Mapped[list[str] | None] = mapped_column(JsonText)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LicenceRow(Base):
    """The right to practise. `organisation_id` is the present place of practice, or the last one of an ended licence.

    `origin` is where it came from when it was moved into the city, `destination` where to when it was moved out.
    """

    __tablename__ = "reg_licences"
    __table_args__ = (
        Index(
            "uq_reg_licences_number",
            "profession",
            "number",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
        Index(
            "uq_reg_licences_practitioner",
            "practitioner_id",
            "profession",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    profession: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(64))
    serial: Mapped[str | None] = mapped_column(String(6), index=True)
    category: Mapped[str | None] = mapped_column(String(200))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    granted_on: Mapped[date]
    origin: Mapped[str | None] = mapped_column(String(100))
    destination: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(32))
    state_since: Mapped[date]
    state_reason: Mapped[str | None] = mapped_column(String(200))
    ended_on: Mapped[date | None]
    doubts: Mapped[list[str]] = mapped_column(JsonText)
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LicenceNumberRow(Base):
    """A lawyer's number changes with place and category; only its last six digits stay for life."""

    __tablename__ = "reg_licence_numbers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey("reg_licences.id"), index=True)
    number: Mapped[str] = mapped_column(String(64), index=True)
    since: Mapped[date]
    until: Mapped[date | None]
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LicenceStateRow(Base):
    __tablename__ = "reg_licence_states"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey("reg_licences.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    since: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EngagementRow(Base):
    """Where a licence was practised, and when."""

    __tablename__ = "reg_engagements"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey("reg_licences.id"), index=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ParticularRow(Base):
    """One change of one particular of an organisation, a person or a licence, in force from `since`, null for always.

    `change` is sealed: what it was, what it is, why (see registry.roster.particulars). A correction answers a slip: what
    stood there never held. `corrects_id` names the change that brought the slip, where one did.
    """

    __tablename__ = "reg_particulars"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    licence_id: Mapped[int | None] = mapped_column(ForeignKey("reg_licences.id"), index=True)
    field: Mapped[str] = mapped_column(String(32))
    since: Mapped[date | None]
    change: Mapped[bytes] = mapped_column(Bytes)
    correction: Mapped[bool]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("reg_particulars.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(64))


class MergeRow(Base):
    """Two records that somebody holds to be of one person, and what a second person decided.

    `outcome` is null while it waits, then confirmed or declined. A merge wrongly made is answered by a row that
    `undoes_id` it. `took_identity`: the kept record had no identity number and got the other's.
    """

    __tablename__ = "reg_merges"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    absorbed_id: Mapped[int] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("reg_merges.id"), index=True)
    reason: Mapped[bytes] = mapped_column(Bytes)
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    took_identity: Mapped[bool]


class MovedRow(Base):
    """A row that a merge brought from the absorbed record to the kept one: what a split gives back."""

    __tablename__ = "reg_merge_moves"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merge_id: Mapped[int] = mapped_column(ForeignKey("reg_merges.id"), index=True)
    table: Mapped[str] = mapped_column("table_name", String(64))
    column: Mapped[str] = mapped_column("column_name", String(64))
    row_id: Mapped[int]


class NameRow(Base):
    """What an organisation or a practitioner is searched by; `key` holds `registry.roster.names.fold` of every name that
    it bears or bore, a line each, the present one first."""

    __tablename__ = "reg_names"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (practitioner_id IS NULL)", name="one_subject"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(_Names)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), unique=True)
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), unique=True)


class TermRow(Base):
    """What a subject is found by from its beginning: the name, its pinyin and initials, licence numbers, codes."""

    __tablename__ = "reg_terms"
    __table_args__ = (Index("ix_reg_terms_name_id_term", "name_id", "term"), {"sqlite_with_rowid": False})

    term: Mapped[str] = mapped_column(Ordered, primary_key=True)
    name_id: Mapped[int] = mapped_column(ForeignKey("reg_names.id"), primary_key=True, autoincrement=False)


class GramRow(Base):
    """One and two characters in a row of a name; joining the rarest of a query finds it anywhere in the name."""

    __tablename__ = "reg_grams"
    __table_args__ = ({"sqlite_with_rowid": False},)

    gram: Mapped[str] = mapped_column(
        String(2).with_variant(String(2, collation="C"), "postgresql"), primary_key=True
    )
    name_id: Mapped[int] = mapped_column(ForeignKey("reg_names.id"), primary_key=True, autoincrement=False)
