"""The catalogue of credit events: what kinds there are, what each rests on, and how long it may be public. Pure.

catalogue.toml beside this module holds every entry and figure with the days between which it applies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

from registry.credit import catalogue_file
from registry.credit.catalogue_fields import FormField, form_field

Severity = Literal["轻微", "一般", "严重"]
Polarity = Literal["positive", "negative", "neutral"]
SEVERITIES: tuple[Severity, ...] = ("轻微", "一般", "严重")
LIGHT_PENALTIES = frozenset({"警告", "通报批评"})
"""Kinds of penalty that alone do not lead to publication (信用修复管理办法)."""


@dataclass(frozen=True)
class Kind:
    """One kind of event. `months` is its shortest and longest publication, None where the regime's classes decide.

    `permission` is what recording it asks for. The form of a kind that is `offered` has `fields`; `summary` composes the
    event's line from them, None where it is typed. `document` says whether it asks for a document number.
    """

    code: str
    title: str
    polarity: Polarity
    subjects: frozenset[str]
    basis: str
    releasable: bool
    months: tuple[int, int] | None
    permission: str
    offered: bool
    offered_to: frozenset[str]
    document: Literal["must", "may", "none"]
    day_title: str
    authority_title: str
    summary: str | None
    before_licence: bool
    fields: tuple[FormField, ...]

    def form(self, subjects: frozenset[str], *, corrects: bool = False) -> tuple[FormField, ...]:
        """The fields for a subject with these professions, or of this kind of organisation."""
        return tuple(
            field for field in self.fields if field.asked_of(subjects) and not (corrects and field.once)
        )


@dataclass(frozen=True)
class Term:
    """How long an event may be public, counted from the decision; both days are included, None where no law sets one.

    Until `min_until` no repair may be asked for; after `max_until` publication ends by itself. `public` is False
    where the law has it unpublished unless the office finds publication necessary.
    """

    min_until: date | None
    max_until: date | None
    public: bool
    basis: str


@dataclass(frozen=True)
class _Rule:
    public: bool
    months: tuple[int, int]


@dataclass(frozen=True)
class _Regime:
    title: str
    light: _Rule
    classes: Mapping[str, _Rule]


def kind(code: str) -> Kind:
    """Raises KeyError for a code that the catalogue has not."""
    return KINDS[code]


def offered(subject: str, subjects: frozenset[str]) -> tuple[Kind, ...]:
    """The kinds that staff record on the form for a "practitioner" or "organisation" of these professions or kind."""
    return tuple(
        entry
        for entry in KINDS.values()
        if entry.offered
        and subject in entry.subjects
        and (not entry.offered_to or not entry.offered_to.isdisjoint(subjects))
    )


def term(
    code: str,
    severity: Severity | None,
    decided_on: date,
    *,
    simple: bool = False,
    warning_only: bool = False,
) -> Term:
    """The publication term of an event of this kind decided on that day.

    For adverse kinds: 信用修复管理办法 (国家发展改革委令第36号) for decisions from 2026-04-01, 令第58号 before; a
    missing `severity` counts as 一般. `simple` is a decision by simple procedure, `warning_only` one whose only
    penalties are warnings or notices of criticism.
    """
    entry = KINDS[code]
    if entry.months is not None:
        return _term(decided_on, _Rule(entry.releasable, entry.months), entry.basis)
    regime = cast(_Regime, _on(_REGIMES, decided_on))
    rule = regime.light if simple or warning_only else regime.classes[severity or "一般"]
    return _term(decided_on, rule, regime.title)


def severity(grade: str, penalties: Iterable[str], decided_on: date) -> Severity:
    """The class of a penalty: the grade that the file gives, else the gravest of its kinds of penalty."""
    grades = cast(Mapping[str, Severity], _on(_GRADES, decided_on))
    if grade in grades:
        return grades[grade]
    classes = cast(Mapping[str, Any], _on(_CLASSES, decided_on))
    found = [classes["kinds"].get(name, classes["otherwise"]) for name in penalties] or [classes["otherwise"]]
    return max(found, key=SEVERITIES.index)


def warning_only(penalties: Sequence[str]) -> bool:
    """Whether warnings and notices of criticism are all that was imposed."""
    return bool(penalties) and LIGHT_PENALTIES.issuperset(penalties)


def _term(start: date, rule: _Rule, basis: str) -> Term:
    shortest, longest = rule.months
    return Term(
        add_months(start, shortest) if shortest else None,
        add_months(start, longest) if longest else None,
        rule.public,
        basis,
    )


def add_months(start: date, months: int) -> date:
    """The last day of a period of months: the same day of the month, or the month's last (民法典 art. 201, 202)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (following - date(year, month + 1, 1)).days
    return date(year, month + 1, min(start.day, last))


def _on(dated: Sequence[tuple[date, date, object]], day: date) -> object:
    """What holds on a day. Raises KeyError if the catalogue has a gap there."""
    for first, last, value in dated:
        if first <= day <= last:
            return value
    raise KeyError(day.isoformat())


def _dated(tables: Iterable[Mapping[str, Any]]) -> list[tuple[date, date, Mapping[str, Any]]]:
    return [(table.get("from", date.min), table.get("until", date.max), table) for table in tables]


def _rule(table: Mapping[str, Any]) -> _Rule:
    shortest, longest = table["months"]
    return _Rule(table["public"], (shortest, longest))


def _kind(table: Mapping[str, Any]) -> Kind:
    return Kind(
        table["code"],
        table["title"],
        table["polarity"],
        frozenset(table["subjects"]),
        table["basis"],
        table["releasable"],
        None if table.get("term") == "class" else (table["months"][0], table["months"][1]),
        table["permission"],
        table.get("offered", False),
        frozenset(table.get("offered_to", ())),
        table.get("document", "may"),
        table.get("day_title", "决定日期"),
        table.get("authority_title", "决定机关"),
        table.get("summary"),
        table.get("before_licence", False),
        tuple(form_field(field) for field in table.get("field", ())),
    )


_TABLES = catalogue_file.read(catalogue_file.PATH.read_text("utf-8"))
VERSION: str = _TABLES["version"]
KINDS: Mapping[str, Kind] = {table["code"]: _kind(table) for table in _TABLES["kind"]}
_REGIMES = [
    (
        first,
        last,
        _Regime(
            table["title"],
            _rule(table["light"]),
            {name: _rule(rule) for name, rule in table["class"].items()},
        ),
    )
    for first, last, table in _dated(_TABLES["regime"])
]
_GRADES = _dated(_TABLES["grades"])
_CLASSES = _dated(_TABLES["classes"])
