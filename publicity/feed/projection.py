"""What of a public record goes over one channel: an allow-list of columns, never what happens to be there. Pure."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from publicity.feed import rows
from registry.credit.columns import RESTRICTED

_PUBLIC = ("kind", "title", "subject", "decided_on", "marks", "until", "detail")
_END = ("ground", "date", "document_number")
_IDENTITY: Mapping[str, Mapping[str, str]] = {
    "permit": {"name": "XK_XDR_MC", "document_number": "XK_WSH", "decided_on": "XK_JDRQ", "authority": "XK_XKJG"},
    "penalty": {"name": "CF_XDR_MC", "document_number": "CF_WSH", "decided_on": "CF_JDRQ", "authority": "CF_CFJG"},
}  # fmt: skip


def content(
    body: Mapping[str, Any], restricted: Mapping[str, Any] | None, *, columns: Collection[str], entitled: bool
) -> dict[str, Any]:
    """The record as the channel may have it: `columns` alone, those of identity papers only where it is entitled."""
    public = {code: text for code, text in body.get("columns", {}).items() if code not in RESTRICTED}
    private = (restricted or {}).get("columns", {}) if entitled else {}
    allowed = {code: text for code, text in {**public, **private}.items() if code in columns}
    return {name: body[name] for name in _PUBLIC if name in body} | {"columns": allowed}


def end_content(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of an end: its ground and day."""
    return {name: body[name] for name in _END if name in body}


def identity(body: Mapping[str, Any]) -> dict[str, str]:
    """By what a platform without ids knows the record: name, document number, day, authority; and `person`, "1" where it
    stands among natural persons."""
    columns = body.get("columns", {})
    codes = _IDENTITY.get(str(body.get("kind")), {})
    known = {part: columns[code] for part, code in codes.items() if columns.get(code)}
    told = {"name": body["subject"].get("name", ""), "decided_on": body["decided_on"]} | known
    return told | {"person": "1" if rows.of_person(body) else ""}


def parsed(stored: bytes | None) -> dict[str, Any] | None:
    """A body as the ledger keeps it, None where it is gone."""
    return None if stored is None else json.loads(stored)
