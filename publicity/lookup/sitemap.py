"""The addresses that the site offers to search engines (sitemaps.org 0.9): current notices that lists tell, and institutions.

People's own pages are left out: what a list is silent about (policy.toml) is told to whoever asks for a person, and a search
engine would tell everybody.
"""

from collections.abc import Sequence
from typing import Literal
from xml.etree import ElementTree as ET

from sqlalchemy import func, or_, select

from publicity.lookup import policy
from publicity.notices.tables import Notice
from registry.kernel.work import WorkSession
from registry.roster.tables import OrganisationRow

Kind = Literal["notices", "organisations"]
KINDS: Sequence[Kind] = ("notices", "organisations")
PART = 10_000
"""Row ids that one file covers; the protocol allows 50,000 addresses."""
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def parts(session: WorkSession, kind: Kind) -> int:
    """How many files the addresses of this kind take."""
    table = Notice if kind == "notices" else OrganisationRow
    highest = session.scalar(select(func.max(table.id))) or 0
    return highest // PART + 1 if highest else 0


def ids(session: WorkSession, kind: Kind, part: int) -> Sequence[str]:
    """The public ids in one file, from 0; empty beyond the last."""
    first = part * PART
    if kind == "organisations":
        places = select(OrganisationRow.public_id).where(
            OrganisationRow.id.between(first, first + PART - 1), OrganisationRow.ended_on.is_(None)
        )
        return session.scalars(places.order_by(OrganisationRow.id)).all()
    current = select(Notice.public_id).where(
        Notice.id.between(first, first + PART - 1),
        Notice.state == "current",
        or_(Notice.until.is_(None), Notice.until >= session.today),
    )
    if unlisted := policy.on(session.today).asked:
        current = current.where(or_(Notice.practitioner_id.is_(None), Notice.kind.not_in(unlisted)))
    return session.scalars(current.order_by(Notice.id)).all()


def urlset(addresses: Sequence[str]) -> bytes:
    """A file of addresses, with their host."""
    return _written("urlset", "url", addresses)


def index(addresses: Sequence[str]) -> bytes:
    """The file that names the files."""
    return _written("sitemapindex", "sitemap", addresses)


def _written(root: str, each: str, addresses: Sequence[str]) -> bytes:
    document = ET.Element(f"{{{_NAMESPACE}}}{root}")
    for address in addresses:
        entry = ET.SubElement(document, f"{{{_NAMESPACE}}}{each}")
        ET.SubElement(entry, f"{{{_NAMESPACE}}}loc").text = address
    written: bytes = ET.tostring(
        document, encoding="utf-8", xml_declaration=True, default_namespace=_NAMESPACE
    )
    return written
