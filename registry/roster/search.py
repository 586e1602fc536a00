"""Search over names, pinyin, initials, licence numbers and codes, the same on both databases.

Answers come in two tiers: what begins with the query (the exact name first, then in the order of the terms), then what
contains it (in the order of enrolment). Both are walked along an index from where the last page ended, so a page costs
the same however many match.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased

from registry.kernel.faults import Invalid
from registry.kernel.work import WorkSession
from registry.roster.kinds import ORGANISATION_KINDS, PROFESSIONS, district_name
from registry.roster.names import fold
from registry.roster.tables import GramRow, LicenceRow, NameRow, OrganisationRow, PractitionerRow, TermRow

LONGEST_QUERY = 60
_LAST = "\U0010ffff"
# Grams that more names have than this are all common; counting further would cost more than joining them.
_COUNTED = 2_000


@dataclass(frozen=True)
class Hit:
    """A found subject, `kind` "organisation" or "practitioner". `detail` tells namesakes apart: an organisation's kind
    and district, a person's profession and organisation. `next` is the cursor that goes on behind this hit."""

    kind: str
    public_id: str
    name: str
    detail: str
    next: str


@dataclass(frozen=True)
class _Place:
    """Where a page ended: the tier, the term there (first tier only) and the name."""

    tier: int
    name_id: int
    term: str = ""

    def __str__(self) -> str:
        return f"{self.tier}.{self.name_id}.{self.term}"

    @classmethod
    def read(cls, text: str) -> "_Place":
        tier, _, rest = text.partition(".")
        name_id, _, term = rest.partition(".")
        if tier not in ("0", "1") or not (name_id.isascii() and name_id.isdigit() and len(name_id) < 18):
            raise Invalid.field("after", "cursor", "翻页标记无效，请重新查询")
        return cls(int(tier), int(name_id), term)


def search(
    session: WorkSession,
    q: str,
    *,
    kinds: Collection[str] | None = None,
    limit: int = 20,
    after: str | None = None,
) -> list[Hit]:
    """At most `limit` hits for `q`, from behind the hit whose `next` is `after`.

    `kinds` keeps those of any of these: `organisation`, `practitioner`, a kind of organisation or a profession.
    Raises Invalid for a foreign `after` or an unknown kind.
    """
    query = fold(q)[:LONGEST_QUERY]
    place = _Place.read(after) if after else _Place(0, 0)
    wanted = _of_kinds(kinds) if kinds else None
    found: list[_Place] = []
    if query and place.tier == 0:
        rows = session.execute(_beginning(query, place, wanted).limit(limit))
        found = [_Place(0, row.name_id, row.term) for row in rows]
    if query and len(found) < limit and (rarest := _rarest(session, query)):
        statement = containing(query, rarest, place.name_id if place.tier == 1 else 0)
        if wanted is not None:
            statement = statement.where(wanted)
        found += [_Place(1, id_) for id_ in session.scalars(statement.limit(limit - len(found)))]
    return _hits(session, found)


def _beginning(query: str, place: _Place, wanted: ColumnElement[bool] | None) -> Select[*tuple[Any, ...]]:
    """Terms that begin with the query; each name once, at the first of its terms that does."""
    earlier = aliased(TermRow)
    doubled = select(literal(1)).where(
        earlier.name_id == TermRow.name_id, earlier.term >= query, earlier.term < TermRow.term
    )
    statement = (
        select(TermRow.term, TermRow.name_id)
        .where(TermRow.term >= query, TermRow.term < query + _LAST, ~doubled.exists())
        .order_by(TermRow.term, TermRow.name_id)
    )
    if place.name_id:
        statement = statement.where(tuple_(TermRow.term, TermRow.name_id) > tuple_(place.term, place.name_id))
    if wanted is not None:
        statement = statement.join(NameRow, NameRow.id == TermRow.name_id).where(wanted)
    return statement


def containing(query: str, rarest: Sequence[str], last: int) -> Select[int]:
    """Ids of names behind `last` that contain the query and do not begin with it, by joining its rarest grams."""
    first = aliased(GramRow)
    begins = select(literal(1)).where(
        TermRow.name_id == NameRow.id, TermRow.term >= query, TermRow.term < query + _LAST
    )
    statement = (
        select(first.name_id)
        .join(NameRow, NameRow.id == first.name_id)
        .where(first.gram == rarest[0], first.name_id > last)
        .where(NameRow.key.contains(query, autoescape=True), ~begins.exists())
        .order_by(first.name_id)
    )
    for gram in rarest[1:]:
        other = aliased(GramRow)
        statement = statement.join(other, (other.name_id == first.name_id) & (other.gram == gram))
    return statement


def _rarest(session: WorkSession, query: str) -> list[str]:
    """The two rarest grams of the query, the rarest first; none if one of them is in no name at all."""
    grams = list(dict.fromkeys(query[start : start + 2] for start in range(max(1, len(query) - 1))))
    counts = [
        select(
            literal(gram).label("gram"),
            select(func.count())
            .select_from(select(GramRow.name_id).where(GramRow.gram == gram).limit(_COUNTED).subquery())
            .scalar_subquery()
            .label("names"),
        )
        for gram in grams
    ]
    rows = sorted(session.execute(union_all(*counts)), key=lambda row: (row.names, row.gram))
    return [row.gram for row in rows[:2]] if rows[0].names else []


def _of_kinds(kinds: Collection[str]) -> ColumnElement[bool]:
    choices: list[ColumnElement[bool]] = []
    for kind in kinds:
        if kind == "organisation":
            choices.append(NameRow.organisation_id.is_not(None))
        elif kind == "practitioner":
            choices.append(NameRow.practitioner_id.is_not(None))
        elif kind in ORGANISATION_KINDS:
            own = OrganisationRow.id == NameRow.organisation_id
            choices.append(select(literal(1)).where(own, OrganisationRow.kind == kind).exists())
        elif kind in PROFESSIONS:
            held = LicenceRow.practitioner_id == NameRow.practitioner_id
            choices.append(select(literal(1)).where(held, LicenceRow.profession == kind).exists())
        else:
            raise Invalid.field("kind", "unknown-kind", "没有这个类别")
    return or_(*choices)


def _hits(session: WorkSession, found: Sequence[_Place]) -> list[Hit]:
    ids = [place.name_id for place in found]
    statement = (
        select(
            NameRow.id,
            NameRow.practitioner_id,
            OrganisationRow.public_id.label("organisation"),
            OrganisationRow.name.label("title"),
            OrganisationRow.kind,
            OrganisationRow.district,
            PractitionerRow.public_id.label("practitioner"),
            PractitionerRow.name,
        )
        .outerjoin(OrganisationRow, OrganisationRow.id == NameRow.organisation_id)
        .outerjoin(PractitionerRow, PractitionerRow.id == NameRow.practitioner_id)
        .where(NameRow.id.in_(ids))
    )
    rows = {row.id: row for row in session.execute(statement)} if ids else {}
    people = [row.practitioner_id for row in rows.values() if row.practitioner_id is not None]
    callings = _callings(session, people)
    hits = []
    for place in found:
        row = rows[place.name_id]
        if row.organisation is not None:
            detail = f"{ORGANISATION_KINDS[row.kind].title} · {district_name(row.district)}"
            hits.append(Hit("organisation", row.organisation, row.title, detail, str(place)))
        else:
            detail = callings.get(row.practitioner_id, "")
            hits.append(Hit("practitioner", row.practitioner, row.name, detail, str(place)))
    return hits


def _callings(session: WorkSession, people: Sequence[int]) -> dict[int, str]:
    """Profession and organisation of each person, by the licence that runs or else ran last."""
    if not people:
        return {}
    statement = (
        select(LicenceRow.practitioner_id, LicenceRow.profession, OrganisationRow.name)
        .outerjoin(OrganisationRow, OrganisationRow.id == LicenceRow.organisation_id)
        .where(LicenceRow.practitioner_id.in_(people))
        .order_by(LicenceRow.ended_on.is_(None), LicenceRow.granted_on)
    )
    return {
        row.practitioner_id: " · ".join(filter(None, (PROFESSIONS[row.profession].title, row.name)))
        for row in session.execute(statement)
    }
