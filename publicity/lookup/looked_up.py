"""The public search: what was meant, who was found, how it can be narrowed, and who else may have been meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from publicity.lookup.asked import Asked, readings
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.find import Facets, Hit

COUNTED = 500
"""So many names are counted for the facets; beyond, the choices are offered without numbers."""


@dataclass(frozen=True)
class Results:
    """A page of hits for `asked`, the reading that found them; `next` continues behind the last one, None at the end.

    `facets` are counted on a first page alone, and None where too many were found. `similar` are names like the one
    asked for, where nobody bears that.
    """

    asked: Asked
    hits: Sequence[Hit]
    next: str | None
    facets: Facets | None = None
    similar: Sequence[Hit] = ()


def search(session: WorkSession, asked: Asked, *, after: str | None, limit: int) -> Results:
    """Practitioners and organisations. Raises Invalid for a foreign `after`, an unknown kind or state."""
    asked.narrowed  # noqa: B018 - refused before anything is looked for
    if after:
        return _page(session, asked, after, limit)
    for reading in readings(asked):
        found = _page(session, reading, None, limit)
        if found.hits:
            return Results(found.asked, found.hits, found.next, facets=_facets(session, reading))
    return Results(asked, (), None, similar=find.similar(session, asked.q, asked.narrowed))


def suggestions(session: WorkSession, q: str, *, limit: int = 8) -> Sequence[Hit]:
    """What a line that is still being typed may become."""
    return find.search(session, q, limit=limit)


def _page(session: WorkSession, asked: Asked, after: str | None, limit: int) -> Results:
    if not asked.q:
        if not asked.narrowed:
            return Results(asked, (), None)
        hits, following = find.leaf_through(session, asked.narrowed, limit=limit, after=after)
        return Results(asked, hits, following)
    hits = find.search(session, asked.q, narrowed=asked.narrowed, limit=limit + 1, after=after)
    return Results(asked, hits[:limit], hits[limit - 1].next if len(hits) > limit else None)


def _facets(session: WorkSession, asked: Asked) -> Facets | None:
    if not asked.q or asked.at:
        return None
    names = find.matching(session, asked.q, limit=COUNTED)
    return find.facets(session, names, asked.narrowed) if len(names) < COUNTED else None


def choices(facet: Mapping[str, int] | None, titles: Mapping[str, str], chosen: str) -> list[tuple[str, str]]:
    """The options of one facet: those that would leave something, with how many, and the chosen one in any case."""
    if facet is None:
        return list(titles.items())
    return [
        (code, f"{title}（{facet.get(code, 0)}）")
        for code, title in titles.items()
        if facet.get(code) or code == chosen
    ]
