"""The statutes on penalties as statutes.toml has them, with the days between which they apply. Pure."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple

Level = Literal["province", "city", "district", "county"]
Measure = Literal["warn", "criticise", "fine", "confiscate", "suspend", "revoke"]
LEVELS: Mapping[Level, str] = {
    "province": "省级",
    "city": "设区的市级",
    "district": "直辖市的区级",
    "county": "县级",
}
MEASURES: Mapping[Measure, str] = {
    "warn": "警告",
    "criticise": "通报批评",
    "fine": "罚款",
    "confiscate": "没收",
    "suspend": "停止执业（停业整顿）",
    "revoke": "吊销（撤销登记）",
}
GRAVITY = ("从轻或者减轻", "一般", "情节严重", "情节特别严重")
Range = tuple[Decimal, Decimal]
_NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Article:
    """One article: `code` as `lawyers.47`, `cited` as 第四十七条. Ranges are None where it sets none."""

    code: str
    law: str
    statute: str
    cited: str
    subjects: frozenset[str]
    items: tuple[str, ...]
    levels: frozenset[Level]
    levels_of: Mapping[Measure, frozenset[Level]]
    measures: frozenset[Measure]
    measures_of: Mapping[str, frozenset[Measure]]
    main: frozenset[Measure]
    together: frozenset[Measure]
    grave: frozenset[Measure]
    gravest: frozenset[Measure]
    fine: Range | None
    fine_of: Mapping[str, Range]
    times: Range | None
    suspension: Range | None
    suspension_of: Mapping[str, Range]

    @property
    def title(self) -> str:
        return f"{self.statute}{self.cited}"

    def basis(self, item: int | None = None) -> str:
        """As a decision cites it: 《中华人民共和国律师法》第四十七条第（三）项; items are counted from 1."""
        if item is None or not 1 <= item <= len(self.items) or len(self.items) == 1:
            return f"《{self.law}》{self.cited}"
        return f"《{self.law}》{self.cited}第（{_NUMERALS[item]}）项"

    def speaks_of(self, subjects: Collection[str]) -> bool:
        return not self.subjects or not self.subjects.isdisjoint(subjects)


class Escalation(NamedTuple):
    cited: str
    subjects: frozenset[str]
    before: Measure
    within: int
    again: Measure
    then: Measure
    months: Range | None
    text: str


class Consequence(NamedTuple):
    cited: str
    subjects: frozenset[str]
    measure: Measure
    months: Decimal
    years: int
    text: str


@dataclass(frozen=True)
class Statute:
    code: str
    title: str
    short: str
    first: date
    last: date
    articles: Mapping[str, Article]
    escalations: tuple[Escalation, ...]
    consequences: tuple[Consequence, ...]


def _range(table: Mapping[str, Any], name: str) -> Range | None:
    return (Decimal(table[name][0]), Decimal(table[name][1])) if name in table else None


def _ranges(table: Mapping[str, Any], name: str) -> dict[str, Range]:
    return {who: (Decimal(one[0]), Decimal(one[1])) for who, one in table.get(name, {}).items()}


def _article(statute: Mapping[str, Any], table: Mapping[str, Any]) -> Article:
    return Article(
        code=f"{statute['code']}.{table['number']}",
        law=statute["title"].partition("（")[0],
        statute=statute["short"],
        cited=table["cited"],
        subjects=frozenset(table.get("subjects", ())),
        items=tuple(table["items"]),
        levels=frozenset(table["levels"]),
        levels_of={name: frozenset(levels) for name, levels in table.get("levels_of", {}).items()},
        measures=frozenset(table["measures"]),
        measures_of={name: frozenset(some) for name, some in table.get("measures_of", {}).items()},
        main=frozenset(table.get("main", ())),
        together=frozenset(table.get("together", ())),
        grave=frozenset(table.get("grave", ())),
        gravest=frozenset(table.get("gravest", ())),
        fine=_range(table, "fine"),
        fine_of=_ranges(table, "fine_of"),
        times=_range(table, "times"),
        suspension=_range(table, "suspension"),
        suspension_of=_ranges(table, "suspension_of"),
    )


def _statute(table: Mapping[str, Any]) -> Statute:
    return Statute(
        code=table["code"],
        title=table["title"],
        short=table["short"],
        first=table["from"],
        last=table.get("until", date.max),
        articles={one["number"]: _article(table, one) for one in table["article"]},
        escalations=tuple(
            Escalation(
                one["cited"],
                frozenset(one["subjects"]),
                one["before"],
                one["within"],
                one["again"],
                one["then"],
                _range(one, "months"),
                one["text"],
            )
            for one in table.get("escalation", ())
        ),
        consequences=tuple(
            Consequence(
                one["cited"],
                frozenset(one["subjects"]),
                one["measure"],
                Decimal(one["months"]),
                one["years"],
                one["text"],
            )
            for one in table.get("consequence", ())
        ),
    )


TABLES = tomllib.loads(Path(__file__).with_name("statutes.toml").read_text("utf-8"))
STATUTES = tuple(_statute(table) for table in TABLES["statute"])


def in_force(on: date) -> list[Statute]:
    """The statutes of a day."""
    return [statute for statute in STATUTES if statute.first <= on <= statute.last]


def article(code: str, on: date) -> Article | None:
    """The article of this code as it is in force on a day."""
    name, _, number = code.partition(".")
    found = next((statute for statute in in_force(on) if statute.code == name), None)
    return found.articles.get(number) if found else None


def articles_for(subjects: Collection[str], on: date) -> list[Article]:
    """The articles that speak of these professions, or of this kind of organisation, in the order of the file."""
    return [one for statute in in_force(on) for one in statute.articles.values() if one.speaks_of(subjects)]
