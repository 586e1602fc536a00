"""Reads the lists: the version of a day, any version by number, an entry, and what is prepared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from publicity.catalogue.schema import SCHEMAS, Entry, Schema
from publicity.catalogue.tables import CatalogueDraftRow, CatalogueVersionRow
from registry.kernel.faults import Gone, NotFound
from registry.kernel.work import WorkSession

FORMAT = "legal-credit-catalogue/1"


@dataclass(frozen=True)
class Version:
    """A published version. `until` is its last day, None while no later one is published; `entries` are only read where
    asked for, `size` always."""

    id: int
    public_id: str
    listing: str
    number: int
    valid_from: date
    until: date | None
    published_at: datetime
    reason: str
    size: int
    sha256: str
    log_index: int | None
    entries: Sequence[Entry] = field(default=(), repr=False)

    @property
    def schema(self) -> Schema:
        return SCHEMAS[self.listing]

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.until is None or on <= self.until)

    def entry(self, code: str) -> Entry | None:
        return next((entry for entry in self.entries if entry["code"] == code), None)

    def document(self) -> dict[str, Any]:
        """As it was published; the SHA-256 of its canonical JSON (RFC 8785) stands in the public log."""
        return document(self.listing, self.number, self.valid_from, self.reason, self.entries)


@dataclass(frozen=True)
class Draft:
    """What is prepared. `authors` are account ids; `effective_on` is set once it is ready."""

    public_id: str
    listing: str
    state: str
    revision: int
    authors: Sequence[str]
    entries: Sequence[Entry]
    effective_on: date | None
    reason: str
    changed_at: datetime

    @property
    def schema(self) -> Schema:
        return SCHEMAS[self.listing]

    def entry(self, code: str) -> Entry | None:
        return next((entry for entry in self.entries if entry["code"] == code), None)


def document(
    listing: str, number: int, valid_from: date, reason: str, entries: Sequence[Entry]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "list": listing,
        "version": number,
        "valid_from": valid_from.isoformat(),
        "reason": reason,
        "entries": [dict(entry) for entry in entries],
    }


def versions(session: WorkSession, listing: str) -> list[Version]:
    """All versions, the newest first, those that do not hold yet too; without their entries."""
    return _versions(session, [listing])[listing]


def every_version(session: WorkSession) -> Mapping[str, list[Version]]:
    """The versions of every list, as `versions` gives them."""
    return _versions(session, list(SCHEMAS))


def _versions(session: WorkSession, listings: Sequence[str]) -> dict[str, list[Version]]:
    rows = session.scalars(
        select(CatalogueVersionRow)
        .where(CatalogueVersionRow.listing.in_(listings))
        .order_by(CatalogueVersionRow.number.desc())
    )
    found: dict[str, list[Version]] = {listing: [] for listing in listings}
    for row in rows:
        later = found[row.listing]
        until = later[-1].valid_from - timedelta(days=1) if later else None
        later.append(_version(row, until, ()))
    return found


def current(session: WorkSession, listing: str, on: date | None = None) -> Version | None:
    """The version of a day (today), with its entries; None before the first one holds."""
    day = on or session.today
    held = select(func.max(CatalogueVersionRow.number)).where(
        CatalogueVersionRow.listing == listing, CatalogueVersionRow.valid_from <= day
    )
    number = session.scalar(held)
    return version(session, listing, number) if number else None


def version(session: WorkSession, listing: str, number: int) -> Version:
    """One version with its entries. Raises NotFound."""
    wanted = select(CatalogueVersionRow).where(
        CatalogueVersionRow.listing == listing, CatalogueVersionRow.number.in_((number, number + 1))
    )
    rows = session.scalars(
        wanted.options(undefer(CatalogueVersionRow.entries)).order_by(CatalogueVersionRow.number)
    ).all()
    if not rows or rows[0].number != number:
        raise NotFound("没有这个版本")
    until = rows[1].valid_from - timedelta(days=1) if len(rows) > 1 else None
    return _version(rows[0], until, rows[0].entries)


def entry(session: WorkSession, listing: str, code: str) -> tuple[Version, Entry]:
    """An entry of the version of today. Raises NotFound, and Gone (`left-list`) for one that stood in an earlier version."""
    held = current(session, listing)
    found = held.entry(code) if held else None
    if held is not None and found is not None:
        return held, found
    if last := last_with(session, listing, code):
        raise Gone(
            f"{code} 已不在{SCHEMAS[listing].title}中，最后见于第 {last.number} 版（{last.valid_from} 起）",
            rule="left-list",
        )
    raise NotFound(f"{SCHEMAS[listing].title}中没有这一项")


def last_with(session: WorkSession, listing: str, code: str) -> Version | None:
    """The latest version that holds or held and has an entry of that code."""
    rows = session.scalars(
        select(CatalogueVersionRow)
        .where(CatalogueVersionRow.listing == listing, CatalogueVersionRow.valid_from <= session.today)
        .options(undefer(CatalogueVersionRow.entries))
        .order_by(CatalogueVersionRow.number.desc())
    )
    for row in rows:
        if any(one["code"] == code for one in row.entries):
            return _version(row, None, row.entries)
    return None


def codes(session: WorkSession, listing: str) -> frozenset[str]:
    """The codes of the latest published version, whether it holds yet or not; what other lists may refer to."""
    entries = session.scalar(
        select(CatalogueVersionRow.entries)
        .where(CatalogueVersionRow.listing == listing)
        .order_by(CatalogueVersionRow.number.desc())
        .limit(1)
    )
    return frozenset(one["code"] for one in entries or ())


def names(session: WorkSession, listing: str) -> Mapping[str, str]:
    """Name by code in the version of today."""
    held = current(session, listing)
    return {one["code"]: one["name"] for one in held.entries} if held else {}


def drafts(session: WorkSession) -> list[Draft]:
    """What is prepared for any list."""
    rows = session.scalars(
        select(CatalogueDraftRow)
        .where(CatalogueDraftRow.state.in_(("open", "ready")))
        .order_by(CatalogueDraftRow.id)
    )
    return [_draft(row) for row in rows]


def draft(session: WorkSession, public_id: str) -> Draft:
    """One that waits. Raises NotFound once it was published or given up."""
    row = session.scalar(
        select(CatalogueDraftRow).where(
            CatalogueDraftRow.public_id == public_id, CatalogueDraftRow.state.in_(("open", "ready"))
        )
    )
    if row is None:
        raise NotFound("没有这份拟稿，或者已经公布、放弃")
    return _draft(row)


def _draft(row: CatalogueDraftRow) -> Draft:
    return Draft(
        row.public_id,
        row.listing,
        row.state,
        row.revision,
        row.authors,
        row.entries,
        row.effective_on,
        row.reason,
        row.changed_at,
    )


def _version(row: CatalogueVersionRow, until: date | None, entries: Sequence[Entry]) -> Version:
    return Version(
        row.id,
        row.public_id,
        row.listing,
        row.number,
        row.valid_from,
        until,
        row.published_at,
        row.reason,
        row.size,
        row.sha256,
        row.log_index,
        entries,
    )
