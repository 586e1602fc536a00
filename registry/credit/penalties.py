"""What the columns of a recorded penalty say in the words of the statutes. Files of other authorities say it in prose. Pure.

What is not said plainly stays unknown: a check then says nothing about it.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from registry.credit.statutes import Penalty
from registry.credit.statutes_table import GRAVITY, LEVELS, TABLES, Level, Measure, articles_for, in_force
from registry.credit.words import penalty_kinds

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMBER = "[0-9零〇一二两三四五六七八九十百]+"
_CITED = re.compile(rf"第({_NUMBER})条(?:之[一二三])?(?:[^第；;。]{{0,6}}第({_NUMBER})款)?")
_PERIOD = re.compile(
    rf"(停止执业|停业整顿|停止从事(?:司法鉴定)?业务)[^，,；;。]{{0,6}}?({_NUMBER})\s*(个月|年)"
)
_MEASURES: Mapping[str, Measure] = {
    word: measure
    for measure, words in TABLES["measures"].items()
    if measure != "suspend_or_revoke"
    for word in words
}
_EITHER = frozenset(TABLES["measures"]["suspend_or_revoke"])
_AUTHORITIES = [(re.compile(one["name"]), one["level"]) for one in TABLES["authority"]]
_LEVEL_CODES: Mapping[str, Level] = {title: code for code, title in LEVELS.items()}
_YUAN = Decimal(10_000)


def read(
    columns: Mapping[str, str],
    detail: Mapping[str, Any],
    *,
    subjects: frozenset[str],
    decided_on: date,
    authority: str | None,
    reference: str = "",
) -> Penalty:
    """A penalty from its CF_ columns; what the form asked beyond them (`detail`) goes before what the prose says."""
    content = columns.get("CF_NR", "")
    measures = _measures(columns.get("CF_CFLB", ""), content)
    gravity = detail.get("circumstances")
    return Penalty(
        article=detail.get("statute", "").partition("#")[0]
        or cited(columns.get("CF_YJ", ""), subjects, decided_on),
        subjects=subjects,
        decided_on=decided_on,
        measures=measures,
        level=_LEVEL_CODES.get(detail.get("level", "")) or level_of(authority or ""),
        fine=_amount(columns.get("CF_NR_FK")),
        gain=_decimal(detail.get("gain")),
        months=_decimal(detail.get("months")) or (period(content) if "suspend" in measures else None),
        gravity=GRAVITY.index(gravity) if gravity in GRAVITY else None,
        reference=reference,
    )


def level_of(authority: str) -> Level | None:
    """The level of a judicial bureau as its name tells it (statutes.toml), None where it does not."""
    return next((level for name, level in _AUTHORITIES if name.search(authority.strip())), None)


def cited(basis: str, subjects: Collection[str], on: date) -> str | None:
    """The code of the article on penalties that a basis names first, among those that may concern these subjects."""
    for statute in in_force(on):
        for name in (statute.title.partition("（")[0], statute.short):
            place = basis.find(name)
            if place < 0:
                continue
            for found in _CITED.finditer(basis[place : place + 80]):
                number = str(numeral(found[1]))
                paragraph = numeral(found[2]) if found[2] else 1
                code = f"{number}-{paragraph}" if paragraph > 1 else number
                article = statute.articles.get(code)
                if article is not None and article in articles_for(subjects, on):
                    return article.code
    return None


def period(content: str) -> Decimal | None:
    """The months of a suspension in a sentence: 停止执业六个月, 停业整顿3个月, 停止执业一年."""
    found = _PERIOD.search(content)
    return Decimal(numeral(found[2]) * (12 if found[3] == "年" else 1)) if found else None


def numeral(text: str) -> int:
    """A number below a thousand in digits or in Chinese: 47, 四十七, 十二, 一百零三."""
    if text.isascii():
        return int(text)
    total = digit = 0
    for mark in text:
        if mark in "十百":
            total += (digit or 1) * (10 if mark == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS.get(mark, int(mark) if mark.isdecimal() else 0)
    return total + digit


def _measures(kinds: str, content: str) -> frozenset[Measure]:
    found: set[Measure] = set()
    for kind in penalty_kinds(kinds):
        if kind in _EITHER:
            found.add("revoke" if "吊销" in content or "撤销" in content else "suspend")
        elif measure := _MEASURES.get(kind):
            found.add(measure)
    return frozenset(found)


def _amount(column: str | None) -> Decimal | None:
    """Yuan from a column in 万元."""
    amount = _decimal(column)
    return amount * _YUAN if amount is not None else None


def _decimal(value: object) -> Decimal | None:
    try:
        return Decimal(str(value)) if value not in (None, "") else None
    except InvalidOperation:
        return None
