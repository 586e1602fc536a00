"""What a notice says in public, version by version, and what stays when it has ended. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from publicity.release import allowed

SUBJECT = ("type", "name", "uscc", "licence_number", "id")
"""Whom a notice is about: what kind, by name and public number, and the public page's id where there is one."""

MARKS: Mapping[str, str] = {
    "objection": "异议处理中",
    "litigation": "行政复议或诉讼期间",
    "rectified": "发现的问题已改正",
}

GROUNDS: Mapping[str, str] = {
    "expired": "公示期满",
    "repaired": "信用修复",
    "quashed": "原决定已被依法撤销",
    "changed": "原决定已被依法变更",
    "unlawful": "原决定已被确认违法",
    "void": "原决定已被确认无效",
    "mistaken": "公示有误",
    "removed": "移出名单",
    "deleted": "异议成立，予以删除",
}
"""Why a notice ended."""

EXPLAINED = frozenset({"quashed", "changed", "unlawful", "void"})
"""Grounds whose withdrawal is explained in public by the document's number (行政处罚法第四十八条)."""

FOLLOWING = frozenset({"repaired", "removed", "deleted"})
"""Grounds that follow by themselves from a decision of the registry, and from nothing else: said by hand, a repair would end
a notice before its shortest term (信用修复管理办法)."""
WITHDRAWABLE = tuple(ground for ground in GROUNDS if ground not in {"expired", *FOLLOWING})
"""Grounds on which somebody may withdraw a notice."""

REGISTERED_MARKS = frozenset({"objection", "rectified"})
"""Marks that come and go with what is on record; the others are set by hand."""

_DOCUMENT_NUMBER = {"permit": "XK_WSH", "penalty": "CF_WSH"}


def public_body(
    *,
    kind: str,
    title: str,
    subject: Mapping[str, str],
    columns: Mapping[str, str],
    detail: Mapping[str, object],
    decided_on: date,
    until: date | None,
    marks: Sequence[str] = (),
) -> dict[str, object]:
    """The whole public record, as it is hashed and as readers of the feed rely on it."""
    body: dict[str, object] = {
        "kind": kind,
        "title": allowed.without_numbers(title),
        "subject": {name: subject[name] for name in SUBJECT if subject.get(name)},
        "columns": allowed.public_columns(kind, columns),
        "decided_on": decided_on.isoformat(),
        "marks": list(marks),
        "until": until.isoformat() if until else None,
    }
    if published := allowed.public_detail(kind, detail):
        body["detail"] = published
    return body


def end_body(*, ground: str, on: date, document_number: str | None) -> dict[str, object]:
    """What stays: ground and day, and the document's number only where the law wants the withdrawal explained."""
    body: dict[str, object] = {"ground": ground, "date": on.isoformat()}
    if ground in EXPLAINED and document_number:
        body["document_number"] = document_number
    return body


def document_number(body: Mapping[str, object]) -> str | None:
    """The number of the document behind a public record, or None."""
    columns = body.get("columns")
    code = _DOCUMENT_NUMBER.get(str(body.get("kind")))
    return columns.get(code) if isinstance(columns, Mapping) and code else None
