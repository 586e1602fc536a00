"""The lists there are and their rules, from lists.toml beside this module. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

Colour = Literal["black", "red"]
COLOURS: Mapping[str, str] = {"black": "严重失信主体名单", "red": "守信红名单"}
LAWFUL = frozenset({"法律", "行政法规", "地方性法规", "党中央国务院政策"})
"""What a list may rest on (国办发〔2020〕49号第二部分)."""
NO_BASIS = "没有法律、法规或者党中央、国务院政策文件依据，不能启用（国办发〔2020〕49号）"


class Basis(NamedTuple):
    kind: str
    text: str


@dataclass(frozen=True)
class List:
    """One list in the version of its days. Months and working days as the file explains them.

    `off` says in Chinese why nobody can ever be proposed for this version, None where one can.
    """

    code: str
    title: str
    colour: Colour
    first: date
    last: date
    basis: tuple[Basis, ...]
    criteria: Mapping[str, str]
    decided_by: str
    term_months: int
    early_months: int
    workdays: Mapping[str, int]
    public: frozenset[str]
    removal: str
    remedies: str
    note: str
    off: str | None

    @cached_property
    def basis_text(self) -> str:
        return "；".join(one.text for one in self.basis)


@dataclass(frozen=True)
class Book:
    """Every version of every list; `running` are the periods in which the module is switched on."""

    versions: tuple[List, ...]
    running: tuple[tuple[date, date], ...]

    def on(self, code: str, day: date) -> List | None:
        """The version of a list that holds on a day, None where there is none."""
        return next((one for one in self.versions if one.code == code and one.first <= day <= one.last), None)

    def lists(self, day: date) -> list[List]:
        """Every list of the day, those that are off among them."""
        return [one for one in self.versions if one.first <= day <= one.last]

    def off(self, one: List, day: date) -> str | None:
        """Why nobody can be proposed for a list on a day, in Chinese; None where one can."""
        if one.off is None and not any(first <= day <= last for first, last in self.running):
            return "名单管理未启用"
        return one.off

    def titles(self) -> dict[str, str]:
        """What each list is called, the latest version's name."""
        return {one.code: one.title for one in sorted(self.versions, key=lambda one: one.first)}


class BookInvalid(ValueError):
    """The file cannot be used; each of `faults` names a list, a rule and what is wrong."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("；".join(faults))
        self.faults = tuple(faults)


def read(text: str) -> Book:
    """The book in a TOML text. Raises BookInvalid for versions that overlap, months or days that cannot be.

    A list without a lawful basis is read, and is off.
    """
    tables = tomllib.loads(text)
    running = tuple(_days(table) for table in tables["module"] if table["enabled"])
    versions = tuple(_list(table) for table in tables["list"])
    faults = []
    for number, one in enumerate(versions):
        if any(one.code == other.code and _overlap(one, other) for other in versions[:number]):
            faults.append(f"{one.code}: overlap: 同一名单的两个版本日期重叠")
        if one.colour not in COLOURS:
            faults.append(f"{one.code}: colour: 应为 black 或 red")
        if not 0 <= one.early_months <= one.term_months or one.term_months < 1:
            faults.append(f"{one.code}: months: 提前移出的月数应在 0 与期限之间")
        if not one.criteria:
            faults.append(f"{one.code}: criteria: 没有列入标准")
        if missing := _CLOCKS - set(one.workdays):
            faults.append(f"{one.code}: workdays: 缺少 {'、'.join(sorted(missing))}")
    if faults:
        raise BookInvalid(faults)
    return Book(versions, running)


_CLOCKS = frozenset({"warn", "serve", "window", "answer", "legal", "decide", "removal"})


def _list(table: Mapping[str, Any]) -> List:
    first, last = _days(table)
    basis = tuple(Basis(one["kind"], one["text"]) for one in table["basis"])
    off = None
    if not any(one.kind in LAWFUL and one.text.strip() for one in basis):
        off = NO_BASIS
    elif not table["enabled"]:
        off = "本名单未启用"
    return List(
        code=table["code"],
        title=table["title"],
        colour=table["colour"],
        first=first,
        last=last,
        basis=basis,
        criteria={one["code"]: one["text"] for one in table["criteria"]},
        decided_by=table["decided_by"],
        term_months=table["term_months"],
        early_months=table["early_months"],
        workdays=table["workdays"],
        public=frozenset(table["public"]),
        removal=table["removal"],
        remedies=table["remedies"],
        note=table.get("note", ""),
        off=off,
    )


def _days(table: Mapping[str, Any]) -> tuple[date, date]:
    return table.get("from", date.min), table.get("until", date.max)


def _overlap(one: List, other: List) -> bool:
    return one.first <= other.last and other.first <= one.last


BOOK = read((Path(__file__).parent / "lists.toml").read_text("utf-8"))
