"""Search over names, pinyin, initials, licence numbers and codes, the same on both databases.

Answers come in two tiers: what begins with the query (the exact name first, then in the order of the terms), then what
contains it (in the order of enrolment). Both are walked along an index from where the last page ended, so a page costs
the same however many match.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Integer,
    Select,
    String,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from registry.kernel.faults import Invalid
from registry.kernel.work import WorkSession
from registry.roster import particulars
from registry.roster.kinds import (
    LICENCE_STATES,
    ORGANISATION_KINDS,
    ORGANISATION_STATES,
    PROFESSIONS,
    State,
    district_name,
)
from registry.roster.names import search_key
from registry.roster.narrowing import Narrowed, like, standing
from registry.roster.tables import GramRow, LicenceRow, NameRow, OrganisationRow, PractitionerRow, TermRow

LONGEST_QUERY = 60
_LAST = "\U0010ffff"
# Grams that more names have than this are all common; counting further would cost more than joining them.
_COUNTED = 500
# So many names are looked at for one page of a list without a query; whoever is rarer is found on a later page.
_WINDOW = 50_000


@dataclass(frozen=True)
class Hit:
    """A found subject, `kind` "organisation" or "practitioner". Namesakes are told apart by the title of its `calling` (an
    organisation's kind, a person's profession), by its `place` (district, organisation) and its `former` names; each is
    empty where there is none. `next` is the cursor that goes on behind this hit. `state` is the title of its state, of a
    person's licence that runs or ran last; `standing` as in registry.roster.narrowing."""

    kind: str
    public_id: str
    name: str
    calling: str
    place: str
    former: tuple[str, ...]
    next: str
    state: str
    standing: str

    @property
    def detail(self) -> str:
        """What tells namesakes apart, as one line of the office's own words."""
        renamed = f"曾用名 {'、'.join(self.former)}" if self.former else ""
        return " · ".join(filter(None, (self.calling, self.place, renamed)))


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
    narrowed: Narrowed | None = None,
    limit: int = 20,
    after: str | None = None,
) -> list[Hit]:
    """At most `limit` hits for `q`, from behind the hit whose `next` is `after`.

    `narrowed` keeps those that meet it; `kinds` stands for a narrowing to kinds alone. Raises Invalid for a foreign
    `after` or an unknown kind.
    """
    wanted = narrowed or Narrowed.to(kinds or ())
    found = _places(
        session, search_key(q)[:LONGEST_QUERY], wanted, limit, _Place.read(after) if after else _Place(0, 0)
    )
    return _hits(session, found)


def matching(session: WorkSession, q: str, *, limit: int) -> list[int]:
    """Row ids of the first `limit` names that a query without narrowing leads to."""
    return [
        place.name_id
        for place in _places(session, search_key(q)[:LONGEST_QUERY], Narrowed(), limit, _Place(0, 0))
    ]


def leaf_through(
    session: WorkSession, narrowed: Narrowed, *, limit: int, after: str | None = None
) -> tuple[list[Hit], str | None]:
    """A page of everybody who meets a narrowing, in the order of enrolment, and the cursor behind it or None at the end.

    A page looks at a bounded stretch of the roster: it may be shorter than `limit` and yet have a next one. Raises Invalid
    as `search` does.
    """
    last = _Place.read(after).name_id if after else 0
    bound = {**narrowed.bound, "last": last, "end": last + _WINDOW, "limit": limit}
    found = [_Place(1, id_) for id_ in session.scalars(_all(narrowed.shape), bound)]
    hits = _hits(session, found)
    if len(found) == limit:
        return hits, hits[-1].next
    more = session.scalar(select(NameRow.id).where(NameRow.id > last + _WINDOW).limit(1))
    return hits, str(_Place(1, last + _WINDOW)) if more is not None else None


def hits(session: WorkSession, names: Sequence[int]) -> list[Hit]:
    """The subjects behind names (row ids), in their order."""
    return _hits(session, [_Place(1, id_) for id_ in names])


def _places(session: WorkSession, query: str, wanted: Narrowed, limit: int, place: _Place) -> list[_Place]:
    bound = {
        **wanted.bound,
        "start": query,
        "end": query + _LAST,
        "last": place.name_id,
        "term": place.term,
    }
    found: list[_Place] = []
    if query and place.tier == 0:
        rows = session.execute(_beginning(wanted.shape, later=bool(place.name_id)), {**bound, "limit": limit})
        found = [_Place(0, row.name_id, row.term) for row in rows]
    if query and len(found) < limit and (rarest := _rarest(session, query)):
        last = place.name_id if place.tier == 1 else 0
        more = {**bound, **rarest, "last": last, "within": like(query), "limit": limit - len(found)}
        found += [
            _Place(1, id_) for id_ in session.scalars(_containing(wanted.shape, pair="other" in rarest), more)
        ]
    return found


# Statements are built once for each shape: building one costs more than running it.


@cache
def _beginning(shape: Narrowed, *, later: bool) -> Select[*tuple[Any, ...]]:
    """Terms from `start` up to `end`; each name once, at the first of its terms there. `later`: behind (term, last)."""
    start, end = bindparam("start", type_=String), bindparam("end", type_=String)
    earlier = aliased(TermRow)
    doubled = select(literal(1)).where(
        earlier.name_id == TermRow.name_id, earlier.term >= start, earlier.term < TermRow.term
    )
    statement = (
        select(TermRow.term, TermRow.name_id)
        .where(TermRow.term >= start, TermRow.term < end, ~doubled.exists())
        .order_by(TermRow.term, TermRow.name_id)
        .limit(bindparam("limit", type_=Integer))
    )
    if later:
        behind = tuple_(bindparam("term", type_=String), bindparam("last", type_=BigInteger))
        statement = statement.where(tuple_(TermRow.term, TermRow.name_id) > behind)
    if shape:
        statement = statement.join(NameRow, NameRow.id == TermRow.name_id).where(shape.condition())
    return statement


@cache
def _containing(shape: Narrowed, *, pair: bool) -> Select[int]:
    """Ids of names behind `last` that contain the query and do not begin with it, by joining its rarest grams."""
    first, other = aliased(GramRow), aliased(GramRow)
    begins = select(literal(1)).where(
        TermRow.name_id == NameRow.id,
        TermRow.term >= bindparam("start", type_=String),
        TermRow.term < bindparam("end", type_=String),
    )
    statement = (
        select(first.name_id)
        .join(NameRow, NameRow.id == first.name_id)
        .where(first.gram == bindparam("rarest", type_=String))
        .where(first.name_id > bindparam("last", type_=BigInteger))
        .where(NameRow.key.like(bindparam("within", type_=String), escape="/"), ~begins.exists())
        .order_by(first.name_id)
        .limit(bindparam("limit", type_=Integer))
    )
    if pair:
        together = (other.name_id == first.name_id) & (other.gram == bindparam("other", type_=String))
        statement = statement.join(other, together)
    return statement.where(shape.condition()) if shape else statement


@cache
def _all(shape: Narrowed) -> Select[int]:
    """Ids of names behind `last` up to `end` that meet the narrowing."""
    last, end = bindparam("last", type_=BigInteger), bindparam("end", type_=BigInteger)
    statement = select(NameRow.id).where(NameRow.id > last, NameRow.id <= end)
    if shape:
        statement = statement.where(shape.condition())
    return statement.order_by(NameRow.id).limit(bindparam("limit", type_=Integer))


def _rarest(session: WorkSession, query: str) -> dict[str, str]:
    """The two rarest grams of the query as `rarest` and `other`; nothing if one of them is in no name at all."""
    grams = list(dict.fromkeys(query[start : start + 2] for start in range(max(1, len(query) - 1))))
    rows = sorted((names, gram) for gram, names in frequencies(session, grams).items())
    if not rows[0][0]:
        return {}
    return dict(zip(("rarest", "other"), (gram for _, gram in rows), strict=False))


def frequencies(session: WorkSession, grams: Sequence[str]) -> dict[str, int]:
    """How many names have each gram, counted up to a bound."""
    counts = session.execute(_counts(len(grams)), {f"gram{place}": gram for place, gram in enumerate(grams)})
    return {grams[row.place]: row.names for row in counts}


@cache
def _counts(grams: int) -> CompoundSelect[*tuple[Any, ...]]:
    return union_all(
        *(
            select(
                literal(place).label("place"),
                select(func.count())
                .select_from(
                    select(GramRow.name_id)
                    .where(GramRow.gram == bindparam(f"gram{place}", type_=String))
                    .limit(_COUNTED)
                    .subquery()
                )
                .scalar_subquery()
                .label("names"),
            )
            for place in range(grams)
        )
    )


def _hits(session: WorkSession, found: Sequence[_Place]) -> list[Hit]:
    ids = [place.name_id for place in found]
    rows = {row.id: row for row in session.execute(_SUBJECTS, {"ids": ids})} if ids else {}
    people = [row.practitioner_id for row in rows.values() if row.practitioner_id is not None]
    callings = _callings(session, people)
    renamed = [row.organisation_id for row in rows.values() if row.organisation_id and "\n" in row.key]
    former = particulars.names_of(session, renamed) if renamed else {}
    hits = []
    for place in found:
        row = rows[place.name_id]
        if row.organisation is not None:
            names = particulars.former(former.get(row.organisation_id, ()), "name")
            calling, where = ORGANISATION_KINDS[row.kind].title, district_name(row.district)
            given = ("organisation", row.organisation, row.title, calling, where, tuple(dict.fromkeys(names)))
            state = ORGANISATION_STATES[row.state]
        else:
            calling, where, state = callings.get(row.practitioner_id, ("", "", _UNLICENSED))
            given = ("practitioner", row.practitioner, row.name, calling, where, ())
        hits.append(Hit(*given, next=str(place), state=state.title, standing=standing(state)))
    return hits


# Nobody is enrolled without a licence; a record from which a split took the last one has none.
_UNLICENSED = State("none", "无执业许可", ended=True)


def _callings(session: WorkSession, people: Sequence[int]) -> dict[int, tuple[str, str, State]]:
    """Profession and organisation of each person, and its state, by the licence that runs or else ran last."""
    if not people:
        return {}
    return {
        row.practitioner_id: (
            PROFESSIONS[row.profession].title,
            row.name or "",
            LICENCE_STATES[row.state],
        )
        for row in session.execute(_CALLINGS, {"people": people})
    }


_SUBJECTS = (
    select(
        NameRow.id,
        NameRow.key,
        NameRow.practitioner_id,
        NameRow.organisation_id,
        OrganisationRow.public_id.label("organisation"),
        OrganisationRow.name.label("title"),
        OrganisationRow.kind,
        OrganisationRow.district,
        OrganisationRow.state,
        PractitionerRow.public_id.label("practitioner"),
        PractitionerRow.name,
    )
    .outerjoin(OrganisationRow, OrganisationRow.id == NameRow.organisation_id)
    .outerjoin(PractitionerRow, PractitionerRow.id == NameRow.practitioner_id)
    .where(NameRow.id.in_(bindparam("ids", expanding=True)))
)

_CALLINGS = (
    select(LicenceRow.practitioner_id, LicenceRow.profession, LicenceRow.state, OrganisationRow.name)
    .outerjoin(OrganisationRow, OrganisationRow.id == LicenceRow.organisation_id)
    .where(LicenceRow.practitioner_id.in_(bindparam("people", expanding=True)))
    .order_by(LicenceRow.ended_on.is_(None), LicenceRow.granted_on)
)
