"""Atom feeds (RFC 4287), of notices and of whatever else a list publishes. Pure.

An entry says what a list says and leads to its page; it leaves the feed when a notice ends. Readers keep what they
fetched before, and the address that they kept then answers with the reason of the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

MEDIA_TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Told:
    """An entry: `address` is its page with the host and its id, `category` a term and its label."""

    address: str
    title: str
    published: datetime
    updated: datetime
    category: tuple[str, str]
    summary: str


def feed_of(
    *, title: str, author: str, address: str, page: str, entries: Sequence[Told], empty: datetime
) -> bytes:
    """The feed at `address` of what stands at `page`, both with the host. `empty` is its time while it has no entry."""
    root = ET.Element(f"{{{_NAMESPACE}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "zh-CN"})
    latest = max((entry.updated for entry in entries), default=empty)
    _text(root, "id", address)
    _text(root, "title", title)
    _text(root, "updated", latest.isoformat())
    _text(_child(root, "author"), "name", author)
    _child(root, "link", rel="self", href=address, type=MEDIA_TYPE)
    _child(root, "link", rel="alternate", href=page, type="text/html")
    for entry in entries:
        _entry(root, entry)
    ET.register_namespace("", _NAMESPACE)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(root: ET.Element, told: Told) -> None:
    entry = _child(root, "entry")
    _text(entry, "id", told.address)
    _text(entry, "title", told.title)
    _text(entry, "published", told.published.isoformat())
    _text(entry, "updated", told.updated.isoformat())
    _child(entry, "link", rel="alternate", href=told.address, type="text/html")
    _child(entry, "category", term=told.category[0], label=told.category[1])
    _text(entry, "summary", told.summary)


def _child(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_NAMESPACE}}}{name}", attributes)


def _text(parent: ET.Element, name: str, text: str) -> None:
    # XML 1.0 has no form for control characters, and a title may have come from anybody's file.
    _child(parent, name).text = "".join(sign for sign in text if sign >= " " or sign in "\t\n")
