"""Atom feeds of notices (RFC 4287). Pure.

An entry says what a list says and leads to the notice; it leaves the feed when the notice ends. Readers keep what they
fetched before, and the address that they kept then answers with the reason of the end.
"""

from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

from publicity.notices.find import Shown

MEDIA_TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"


def feed(
    *,
    title: str,
    author: str,
    address: str,
    page: str,
    public_url: str,
    notices: Sequence[Shown],
    empty: datetime,
) -> bytes:
    """The feed at `address` of what stands at `page`, both with the host. `empty` is its time while it has no entry."""
    root = ET.Element(f"{{{_NAMESPACE}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "zh-CN"})
    latest = max((notice.versions[-1].at for notice in notices), default=empty)
    _text(root, "id", address)
    _text(root, "title", title)
    _text(root, "updated", latest.isoformat())
    _text(_child(root, "author"), "name", author)
    _child(root, "link", rel="self", href=address, type=MEDIA_TYPE)
    _child(root, "link", rel="alternate", href=page, type="text/html")
    for notice in notices:
        _entry(root, notice, f"{public_url}/notices/{notice.public_id}")
    ET.register_namespace("", _NAMESPACE)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(root: ET.Element, notice: Shown, address: str) -> None:
    entry = _child(root, "entry")
    _text(entry, "id", address)
    _text(entry, "title", f"{notice.kind_title}：{notice.title}")
    _text(entry, "published", notice.published_at.isoformat())
    _text(entry, "updated", notice.versions[-1].at.isoformat())
    _child(entry, "link", rel="alternate", href=address, type="text/html")
    _child(entry, "category", term=notice.kind, label=notice.kind_title)
    told = [notice.subject.get("name", ""), f"{notice.decided_on.isoformat()} 决定", *notice.marks]
    _text(entry, "summary", " · ".join(filter(None, told)))


def _child(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_NAMESPACE}}}{name}", attributes)


def _text(parent: ET.Element, name: str, text: str) -> None:
    # XML 1.0 has no form for control characters, and a title may have come from anybody's file.
    _child(parent, name).text = "".join(sign for sign in text if sign >= " " or sign in "\t\n")
