"""Walks the site from some addresses on, page by page, and tells which links lead nowhere. Pure but for what it is given.

What is followed is bounded by number, by time and by kind of address; of one kind other addresses every day. What was found
broken before comes first, so that a link that was mended is known the next morning.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, NamedTuple

from publicity.links.page import kind, read, target

Fault = Literal["missing", "failed", "fragment", "malformed"]
FAULTS: Mapping[Fault, str] = {
    "missing": "页面不存在",
    "failed": "页面出错",
    "fragment": "页面内没有所指的位置",
    "malformed": "网址格式不对",
}


class Answer(NamedTuple):
    """What the site says at an address: `html` None for what is no page; `location` where it leads on."""

    status: int
    html: str | None
    location: str | None


class Broken(NamedTuple):
    page: str
    target: str
    fault: Fault


class Bounds(NamedTuple):
    """As links.toml names them."""

    pages: int
    seconds: float
    of_a_kind: int
    on_a_page: int


@dataclass(frozen=True)
class Walk:
    """`pages` that were asked for, `links` that were looked at; `complete` unless a bound ended it early. Of what was known
    to be broken, `open` was not looked at again."""

    pages: int
    links: int
    complete: bool
    broken: Sequence[Broken]
    open: Collection[tuple[str, str]]


@dataclass(frozen=True)
class _Seen:
    """An address that was asked for; `anchors` None for what is no page."""

    status: int
    anchors: frozenset[str] | None
    links: Sequence[str]


def walk(
    fetch: Callable[[str], Answer],
    *,
    starts: Iterable[str],
    known: Collection[Broken],
    bounds: Bounds,
    day: str,
    elapsed: Callable[[], float],
) -> Walk:
    """From `starts`, with the pages of `known` before all. `elapsed` are seconds since the beginning."""
    first = [address for one in known for address in (one.page, target("/", one.target).path or "/")]
    queue = list(dict.fromkeys([*first, *starts]))
    waiting = set(queue)
    taken = Counter(kind(path) for path in queue)
    seen: dict[str, _Seen] = {}
    # Grows while it is walked through.
    for path in queue:
        if len(seen) >= bounds.pages or elapsed() > bounds.seconds:
            break
        seen[path] = _look(fetch(path), bounds.on_a_page)
        following = {target(path, link).path for link in seen[path].links} - {None}
        # Of many of a kind, another few every day.
        for leads_to in sorted(
            filter(None, following), key=lambda one: sha256((day + one).encode()).digest()
        ):
            if leads_to not in waiting and taken[kind(leads_to)] < bounds.of_a_kind:
                waiting.add(leads_to)
                taken[kind(leads_to)] += 1
                queue.append(leads_to)
    links, broken = _judged(seen)
    still = {(one.page, one.target) for one in known if _unsure(seen, one)}
    return Walk(len(seen), links, len(seen) == len(queue), broken, still)


def _unsure(seen: Mapping[str, _Seen], one: Broken) -> bool:
    page = seen.get(one.page)
    leads = target(one.page, one.target).path
    return page is None or (one.target in page.links and leads is not None and leads not in seen)


def _look(answer: Answer, most: int) -> _Seen:
    page = read(answer.html) if answer.html is not None else None
    links = list(page.links[:most]) if page else []
    if answer.location is not None and 300 <= answer.status < 400:
        links.append(answer.location)
    return _Seen(answer.status, page.anchors if page else None, links)


def _judged(seen: Mapping[str, _Seen]) -> tuple[int, list[Broken]]:
    """How many links lead elsewhere or to what was asked for, and those of them that are broken."""
    links = 0
    broken: dict[Broken, None] = {}
    for page, shown in seen.items():
        # What a refusal shows is no page of the site; what lawfully ended is, and says so with 410.
        for link in shown.links if shown.status < 400 or shown.status == 410 else ():
            leads = target(page, link)
            at = seen.get(leads.path) if leads.path is not None else None
            if leads.path is not None and at is None:
                continue
            links += 1
            fault: Fault | None = None if leads.wellformed else "malformed"
            if at is not None:
                fault = _fault(at, leads.fragment)
            if fault is not None:
                broken.setdefault(Broken(page[:500], link[:500], fault))
    return links, list(broken)


_THERE = frozenset({401, 403, 409, 410, 429})
"""Refusals of what is there: to whoever is not signed in, for the moment, or because it lawfully ended and says so."""


def _fault(at: _Seen, fragment: str) -> Fault | None:
    if at.status >= 500:
        return "failed"
    if at.status >= 400 and at.status not in _THERE:
        return "missing"
    if fragment and at.anchors is not None and fragment not in at.anchors:
        return "fragment"
    return None
