"""The words by which rules tell events of one kind apart, and the bounds that the law sets to any rule set. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from registry.credit.columns import PENALTY_KINDS
from registry.credit.words import penalty_kinds

_TEXT = Path(__file__).with_name("vocabulary.toml").read_bytes()
_TABLE = tomllib.loads(_TEXT.decode())
VOCABULARY = sha256(_TEXT).hexdigest()[:8]
"""Tells words that were read with this vocabulary from those of another."""

RESULTS: Mapping[str, frozenset[str]] = {kind: frozenset(words) for kind, words in _TABLE["results"].items()}


class Bound(NamedTuple):
    months: int
    basis: str


def adverse_bound(first_day: date) -> Bound:
    """The longest term of an adverse event in a rule set that begins on this day."""
    return next(
        Bound(table["months"], table["basis"])
        for table in _TABLE["adverse"]
        if table.get("from", date.min) <= first_day <= table.get("until", date.max)
    )


def words_of(
    kind: str, *, columns: Mapping[str, str], detail: Mapping[str, Any], summary: str
) -> frozenset[str]:
    """The words that an event bears: its kinds of penalty, or the results that its form or else its summary names."""
    if kind == "penalty":
        return PENALTY_KINDS.intersection(penalty_kinds(columns.get("CF_CFLB", "")))
    known = RESULTS.get(kind, frozenset())
    return known and (known.intersection(_texts(detail.values())) or _named(kind, summary))


def _texts(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))


@lru_cache(maxsize=8_192)
def _named(kind: str, summary: str) -> frozenset[str]:
    """The longest words first, each taken out of the text once found, so that no word is found within another."""
    found = set()
    for word in sorted(RESULTS[kind], key=lambda word: (-len(word), word)):
        if word in summary:
            found.add(word)
            summary = summary.replace(word, "\n")
    return frozenset(found)
