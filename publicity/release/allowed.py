"""What of a fact is published: an allow-list, never what happens to be left over. Pure.

A column that is not named here is not published, whatever layout brought it; a new one has to be let in by hand. It is
applied when a release is drafted, so that every reviewer reads exactly what will be public. What of the words that are let
through is covered, publicity.release.redaction decides; the numbers here are the net beneath it, which nobody can lift.
"""

import re
from collections.abc import Mapping

from registry.kernel.identifiers import parse_resident_id, parse_uscc

_SUBJECT_CODES = (
    "XDR_MC",
    "XDR_LB",
    "XDR_SHXYM",
    "XDR_GSZC",
    "XDR_ZZJG",
    "XDR_SWDJ",
    "XDR_SYDW",
    "XDR_SHZZ",
    "FRDB",
)
_PERMIT = (
    "XKWS", "WSH", "XKLB", "XKZS", "XKBH", "NR", "JDRQ", "YXQZ", "YXQZI", "XKJG", "XKJGDM", "ZT", "LYDW", "LYDWDM",
)  # fmt: skip
_PENALTY = (
    "WSH", "WFXW", "SY", "YJ", "CFLB", "NR", "NR_FK", "NR_WFFF", "NR_ZKDX", "JDRQ", "YXQ", "GSJZQ", "CFJG", "CFJGDM",
    "SJLY", "SJLYDM",
)  # fmt: skip
PUBLIC_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "permit": (*(f"XK_{code}" for code in (*_SUBJECT_CODES, *_PERMIT)), "BZ"),
    "penalty": (*(f"CF_{code}" for code in (*_SUBJECT_CODES, *_PENALTY)), "BZ"),
}
"""Columns of 发改办财金〔2018〕424号 that anybody may read, in the standard's order; no kind or number of a person's papers."""

_LISTING = (
    "list", "cause", "criteria", "basis", "document_number", "authority", "until", "responsible", "removal", "remedies",
)  # fmt: skip
PUBLIC_DETAIL: Mapping[str, tuple[str, ...]] = {
    "finding": ("task", "matter", "basis", "draw", "codes", "results", "measure", "closed_on"),
    "listing": _LISTING,
    "red_listing": _LISTING,
    "pledge": ("type", "performance", "given_on"),
    # How a proven complaint ended, and never who complained.
    "complaint_upheld": ("number", "result", "closed_on"),
}
"""What is published of a fact without columns of the standard, in the order of its page."""

_CODES = re.compile(r"(?:_SHXYM|_GSZC|_ZZJG|_SWDJ|_SYDW|_SHZZ|DM|_XKBH|_WSH)$")
# The tax number of an individual business is the owner's identity number and two digits.
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])(\d{17}[0-9Xx])(?:\d{2})?(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")


def listed(kind: str, columns: Mapping[str, str]) -> dict[str, str]:
    """The columns of a permit or penalty that the list names, as they are; empty for other kinds."""
    return {code: columns[code] for code in PUBLIC_COLUMNS.get(kind, ()) if columns.get(code)}


def listed_detail(kind: str, detail: Mapping[str, object]) -> dict[str, object]:
    """As `listed`, for a fact that has no columns of the standard."""
    return {name: detail[name] for name in PUBLIC_DETAIL.get(kind, ()) if detail.get(name)}


def public_columns(kind: str, columns: Mapping[str, str]) -> dict[str, str]:
    """The published columns of a permit or penalty, free text without people's numbers; empty for other kinds."""
    return {
        code: _code(text) if _CODES.search(code) else without_numbers(text)
        for code, text in listed(kind, columns).items()
    }


def public_detail(kind: str, detail: Mapping[str, object]) -> dict[str, object]:
    """The published part of a fact that has no columns of the standard."""
    return {name: _cleaned(value) for name, value in listed_detail(kind, detail).items()}


def in_order(kind: str, columns: Mapping[str, str]) -> dict[str, str]:
    """Columns as the standard lists them; the bytes in the ledger are in the order of their codes."""
    order = {code: place for place, code in enumerate(PUBLIC_COLUMNS.get(kind, ()))}
    return dict(sorted(columns.items(), key=lambda column: order.get(column[0], len(order))))


def without_numbers(text: str) -> str:
    """The text with identity numbers and mobile numbers made unreadable; decisions quote them in their facts.

    Licence, credit and document numbers are left alone: a number of 18 is taken for a person's only if its check
    character and its date hold (GB 11643-1999) and it is not said to be a credit code (GB 32100-2015).
    """
    return _MOBILE.sub(lambda found: f"{found[0][:3]}****{found[0][-2:]}", _without_identities(text))


def _code(text: str) -> str:
    """One identity number in thirty passes for a credit code; alone in the column of a code it is taken for one."""
    return text if _is_credit_code(text) else _without_identities(text)


def _is_credit_code(text: str) -> bool:
    parsed = parse_uscc(text)
    return not parsed.faults and "prefix" not in parsed.warnings


def _without_identities(text: str) -> str:
    return _IDENTITY.sub(_covered, text)


def _covered(found: re.Match[str]) -> str:
    number = found[1]
    if parse_resident_id(number).faults:
        return found[0]
    said = "代码" in found.string[max(0, found.start() - 16) : found.start()]
    if said and _is_credit_code(number):
        return found[0]
    return "（身份证号码略）"


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return without_numbers(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value
