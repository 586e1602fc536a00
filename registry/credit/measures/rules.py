"""What follows from a grade or a list, from measures.toml beside this module. Pure."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from registry.credit.listing.lists import LAWFUL

Effect = Literal["deny", "favour", "adjust"]
EFFECTS: Mapping[str, str] = {"deny": "失信惩戒", "favour": "守信激励", "adjust": "分类监管"}


@dataclass(frozen=True)
class Purpose:
    """A matter in which somebody asks; `subjects` are the kinds that can be asked about."""

    code: str
    title: str
    subjects: frozenset[str]


@dataclass(frozen=True)
class Measure:
    """One incentive or restriction, for those of a grade or on a list, from `first` to `last`."""

    code: str
    purpose: str
    effect: Effect
    text: str
    grades: frozenset[str]
    lists: frozenset[str]
    subjects: frozenset[str]
    basis: str
    first: date
    last: date

    def meets(self, grade: str | None, lists: Collection[str], kind: str, on: date) -> bool:
        return (
            self.first <= on <= self.last
            and kind in self.subjects
            and (grade in self.grades or not self.lists.isdisjoint(lists))
        )


@dataclass(frozen=True)
class Table:
    note: str
    purposes: Mapping[str, Purpose]
    measures: Sequence[Measure]

    def forbids(self, purpose: str) -> bool:
        """Whether anybody may ever be refused in this matter; otherwise its measures only say how it is done."""
        return any(one.purpose == purpose and one.effect == "deny" for one in self.measures)


class TableInvalid(ValueError):
    """The file cannot be used; each of `faults` names a measure, a rule and what is wrong."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("；".join(faults))
        self.faults = tuple(faults)


def of(
    grade: str | None, lists: Collection[str], kind: str, on: date, *, table: "Table | None" = None
) -> list[Measure]:
    """The measures that a subject meets on a day: `grade` or None, `lists` by code, `kind` organisation or practitioner."""
    return [one for one in (table or TABLE).measures if one.meets(grade, lists, kind, on)]


def read(text: str) -> Table:
    """The table in a TOML text.

    Raises TableInvalid for a restriction without a basis in law or State policy, one that hangs on a grade alone
    (国办发〔2020〕49号), an unknown purpose or effect, days in the wrong order.
    """
    tables = tomllib.loads(text)
    purposes = {
        one["code"]: Purpose(one["code"], one["title"], frozenset(one["subjects"]))
        for one in tables["purpose"]
    }
    faults = [fault for one in tables["measure"] for fault in _faults(one, purposes)]
    codes = [one["code"] for one in tables["measure"]]
    faults += [f"{code}: repeated: 代码重复" for code in sorted(set(codes)) if codes.count(code) > 1]
    if faults:
        raise TableInvalid(faults)
    return Table(tables.get("note", ""), purposes, [_measure(one, purposes) for one in tables["measure"]])


def _faults(table: Mapping[str, Any], purposes: Mapping[str, Purpose]) -> list[str]:
    code, effect = table["code"], table["effect"]
    grades, lists = table.get("on_grades", []), table.get("on_lists", [])
    faults = []
    if table["purpose"] not in purposes:
        faults.append(f"{code}: unknown-purpose: 没有这个事项")
    if effect not in EFFECTS:
        faults.append(f"{code}: unknown-effect: 应为 deny、favour 或 adjust")
    if not grades and not lists:
        faults.append(f"{code}: nobody: 没有适用的等级或者名单")
    if effect == "deny" and (table.get("basis_kind") not in LAWFUL or not table.get("basis", "").strip()):
        faults.append(
            f"{code}: no-basis: 惩戒措施没有法律、法规或者党中央、国务院政策依据（国办发〔2020〕49号）"
        )
    if effect == "deny" and grades:
        faults.append(f"{code}: grade-restricts: 信用等级本身不得作为惩戒依据（国办发〔2020〕49号）")
    if table.get("from", date.min) > table.get("until", date.max):
        faults.append(f"{code}: date-order: 起止日期颠倒")
    return faults


def _measure(table: Mapping[str, Any], purposes: Mapping[str, Purpose]) -> Measure:
    return Measure(
        code=table["code"],
        purpose=table["purpose"],
        effect=table["effect"],
        text=table["text"],
        grades=frozenset(table.get("on_grades", ())),
        lists=frozenset(table.get("on_lists", ())),
        subjects=frozenset(table.get("subjects", purposes[table["purpose"]].subjects)),
        basis=table.get("basis", ""),
        first=table.get("from", date.min),
        last=table.get("until", date.max),
    )


TABLE = read((Path(__file__).parent / "measures.toml").read_text("utf-8"))
