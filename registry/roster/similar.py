"""Whom somebody may have meant whose query found nobody: names that sound alike, and names that differ by a slip."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from registry.kernel.work import WorkSession
from registry.roster.names import grams, person_terms, search_key
from registry.roster.narrowing import Narrowed
from registry.roster.search import LONGEST_QUERY, Hit, frequencies, hits
from registry.roster.tables import GramRow, NameRow, TermRow

_LAST = "\U0010ffff"
_PERSON = 4
"""Names of people are no longer; one wrong character of so few is looked for place by place."""
_LOOKED_AT = 200
_ALIKE = 60
"""Of 100: names that share less with the query are nobody's slip."""
_SOUNDS = 25
"""What sounding alike counts beside looking alike: most slips are homophones."""

# What people who learnt another dialect first write for each other.
_CONFUSED = (
    ("ZH", "Z"), ("CH", "C"), ("SH", "S"), ("ANG", "AN"), ("ENG", "EN"), ("ING", "IN"), ("ONG", "ON"), ("N", "L"), ("H", "F"), ("LV", "LU"),
)  # fmt: skip
_SPELLINGS = 40


def similar(session: WorkSession, q: str, narrowed: Narrowed, *, limit: int = 8) -> list[Hit]:
    """The names most like `q` that meet the narrowing, the likest first. Numbers and codes are like no other."""
    query = search_key(q)[:LONGEST_QUERY]
    if len(query) < 2 or any(character.isdigit() for character in query):
        return []
    sounding = _ids(session, [_sounding(query)], narrowed)
    looking = _ids(session, list(_looking(session, query)), narrowed)
    scored = {name_id: max(_alike(query, key), _ALIKE) + _SOUNDS for name_id, key in sounding.items()} | {
        name_id: score
        for name_id, key in looking.items()
        if name_id not in sounding and (score := _alike(query, key)) >= _ALIKE
    }
    return hits(session, sorted(scored, key=lambda name_id: (-scored[name_id], name_id))[:limit])


def _alike(query: str, key: str) -> float:
    return max(
        max(fuzz.ratio(query, line), 0.9 * fuzz.partial_ratio(query, line)) for line in key.split("\n")
    )


def _sounding(query: str) -> Select[int]:
    """Names whose pinyin begins as the query's does, or as a common misspelling of it."""
    # Whole readings, not initials, which half of the city shares.
    longest = max(map(len, readings)) if (readings := _readings(query)) else 0
    spelled = islice(_spellings(reading for reading in readings if len(reading) == longest), _SPELLINGS)
    ranges: list[ColumnElement[bool]] = [
        and_(TermRow.term >= spelling, TermRow.term < spelling + _LAST) for spelling in spelled
    ]
    return select(TermRow.name_id).where(or_(False, *ranges)).limit(_LOOKED_AT)


def _readings(query: str) -> list[str]:
    return sorted(term for term in person_terms(query) if term.isascii())


def _spellings(readings: Iterable[str]) -> Iterator[str]:
    """The readings themselves, then each with one pair of sounds taken for the other in one place."""
    kept = list(readings)
    yield from kept
    for reading in kept:
        for pair in _CONFUSED:
            for old, new in (pair, pair[::-1]):
                start = reading.find(old)
                while start >= 0:
                    yield reading[:start] + new + reading[start + len(old) :]
                    start = reading.find(old, start + 1)


def _looking(session: WorkSession, query: str) -> Iterator[Select[int]]:
    if len(query) > _PERSON:
        pairs = sorted(piece for piece in grams(query) if len(piece) == 2)
        known = sorted((count, pair) for pair, count in frequencies(session, pairs).items() if count)
        for _, pair in known[:3]:
            yield select(GramRow.name_id).where(GramRow.gram == pair).limit(_LOOKED_AT)
    elif len(query) > 2:
        # The rarer character first: its bearers are walked through, and a surname has many.
        bearers = frequencies(session, sorted(set(query)))
        for place in range(len(query)):
            others = [character for other, character in enumerate(query) if other != place]
            others.sort(key=lambda character: bearers[character])
            yield _with_gap(query[:place] + "_" + query[place + 1 :], others)


def _with_gap(pattern: str, characters: Sequence[str]) -> Select[int]:
    """Names of exactly this pattern of LIKE, found by two of their characters."""
    first, other = aliased(GramRow), aliased(GramRow)
    together = (other.name_id == first.name_id) & (other.gram == characters[1])
    return (
        select(first.name_id)
        .join(other, together)
        .join(NameRow, NameRow.id == first.name_id)
        .where(first.gram == characters[0], NameRow.key.like(pattern))
        .limit(_LOOKED_AT)
    )


def _ids(session: WorkSession, statements: Sequence[Select[int]], narrowed: Narrowed) -> dict[int, str]:
    ids = {name_id for statement in statements for name_id in session.scalars(statement)}
    statement = select(NameRow.id, NameRow.key).where(NameRow.id.in_(ids))
    if narrowed:
        statement = statement.where(narrowed.condition())
    return {row.id: row.key for row in session.execute(statement, narrowed.bound)} if ids else {}
