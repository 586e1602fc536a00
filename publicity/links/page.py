"""What a page links to, and what of it can be linked to. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

_ADDRESSES = {"a": "href", "area": "href", "link": "href", "img": "src", "script": "src", "iframe": "src"}
_ID = re.compile(r"(?<=/)[a-z2-7]{16}(?![a-z2-7])|\d+")
_SITE = "http://site.invalid"


@dataclass(frozen=True)
class Page:
    """`links` as they are written, in order and once each; `anchors` are the ids that a fragment may name."""

    links: Sequence[str]
    anchors: frozenset[str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: dict[str, None] = {}
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "name" in given:
            self.anchors.add(given["name"])
        # What is not to be followed chooses a look or asks for something that nobody has asked for.
        if "nofollow" in given.get("rel", "").split():
            return
        if tag == "form" and given.get("method", "get").lower() == "get" and "action" in given:
            self.links.setdefault(given["action"])
        elif (name := _ADDRESSES.get(tag)) and name in given:
            self.links.setdefault(given[name])


def read(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    return Page(tuple(reader.links), frozenset(reader.anchors))


@dataclass(frozen=True)
class Target:
    """Where a link leads: `path` with its query on this site, None elsewhere; `fragment` without its mark."""

    path: str | None
    fragment: str = ""
    wellformed: bool = True


def target(page: str, link: str) -> Target:
    """The target of a link on the page with this address. Elsewhere is looked at for its form alone."""
    written = link.strip()
    try:
        parts = urlsplit(written)
        _ = parts.port
    except ValueError:
        return Target(None, wellformed=False)
    if parts.scheme or parts.netloc:
        web = parts.scheme in ("http", "https", "") and bool(parts.hostname) and " " not in written
        return Target(None, wellformed=web or (parts.scheme in ("mailto", "tel") and bool(parts.path)))
    whole, fragment = urldefrag(urljoin(_SITE + page, written))
    return Target(whole.removeprefix(_SITE) or "/", fragment)


def kind(path: str) -> str:
    """Addresses of one kind differ in their ids, numbers and in what is asked of them alone."""
    parts = urlsplit(path)
    asked = sorted(part.partition("=")[0] for part in parts.query.split("&") if part)
    return f"{_ID.sub('*', parts.path)}?{'&'.join(asked)}"
