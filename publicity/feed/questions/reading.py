"""Reads what platforms say is wrong: their words about a row, and their files of 疑问数据. Pure."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from registry.credit.columns import FIELDS, STANDARD
from registry.credit.layouts import LAYOUTS
from registry.kernel.faults import Invalid
from registry.roster.cells import CellFault, match_name, read_date, read_text
from registry.roster.layout import Column, Layout
from registry.roster.sheet import Sheet
from registry.roster.table import find_tables

MOST = 5_000
"""Rows of one file."""
_LONGEST = 2_000
_CODE = re.compile(r"(?:XK|CF)_[A-Z_]+[A-Z]")


class Doubt(NamedTuple):
    """Our code for a platform's words, and the columns that they are about."""

    reason: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Reported:
    """A row of a file: the place of its table, its number as the spreadsheet counts, the natural key of the record, what the platform wrote.
    `platform_id` is "" where the file has none."""

    sheet: int
    row: int
    document_number: str
    decided_on: str
    name: str
    platform_id: str
    column: str
    message: str

    def is_about(self, *, name: str, decided_on: str) -> bool:
        """Whether the record bears this name and day; spelling does not count, nor does what the file leaves out."""
        return match_name(self.name) == match_name(name) and self.decided_on in ("", decided_on)


def doubt(kind: str, message: str, column: str = "") -> Doubt:
    """What a platform's words mean for a permit or penalty; `column` is the one that the platform names beside them."""
    reason = next(one["code"] for one in _read()["reasons"] if any(word in message for word in one["words"]))
    return Doubt(reason, _columns(kind, f"{column} {message}"))


def title_of_reason(code: str) -> str:
    """A reason in the office's words."""
    return next((str(one["title"]) for one in _read()["reasons"] if one["code"] == code), code)


def rows(sheets: Sequence[Sheet]) -> Iterator[Reported]:
    """The rows of a file of doubts. Raises Invalid for a file that has no number, no name or no reason (`missing-column`),
    cannot be read, or is too long (`too-many`)."""
    count = 0
    for place, table in enumerate(find_tables(sheets, [_layout()], {}, [])):
        columns = table.found.places
        for number, cells in table.sheet.rows():
            if number <= table.header_row or not any(map(read_text, cells)):
                continue
            count += 1
            if count > MOST:
                raise Invalid(f"文件超过 {MOST} 行，请分开上传", rule="too-many")
            cell = {field: cells[at] for field, at in columns.items() if at < len(cells)}
            yield Reported(
                place,
                number,
                read_text(cell.get("number", "")),
                _day(cell.get("day", "")),
                read_text(cell.get("name", "")),
                read_text(cell.get("platform", ""))[:128],
                read_text(cell.get("column", ""))[:200],
                read_text(cell.get("reason", ""))[:_LONGEST],
            )


def _columns(kind: str, text: str) -> tuple[str, ...]:
    named = [code for code in _CODE.findall(text) if code in FIELDS]
    prefix = "XK" if kind == "permit" else "CF"
    for title, code in _titles(prefix):
        if title in text:
            # What a longer title says, a shorter one within it does not say again.
            text = text.replace(title, " ")
            named.append(code)
    return tuple(dict.fromkeys(named))


@cache
def _titles(prefix: str) -> Sequence[tuple[str, str]]:
    fields = STANDARD["permit" if prefix == "XK" else "penalty"]
    titles = [(title, field.code) for field in fields for title in (field.title, *field.also)]
    return sorted((one for one in titles if "_" not in one[0]), key=lambda one: -len(one[0]))


@cache
def _layout() -> Layout:
    headers: Mapping[str, Sequence[str]] = _read()["headers"]
    return Layout(
        "questions",
        "疑问数据",
        (
            Column("number", _names("_WSH"), required=True),
            Column("name", _names("_XDR_MC"), required=True),
            Column("day", _names("_JDRQ")),
            Column("reason", tuple(headers["reason"]), required=True),
            Column("column", tuple(headers["column"])),
            Column("platform", tuple(headers["platform"])),
        ),
    )


def _names(ending: str) -> tuple[str, ...]:
    """Every name that a column has in any layout."""
    columns = [column for layouts in LAYOUTS.values() for layout in layouts for column in layout.columns]
    named = [name for one in columns if one.field.endswith(ending) for name in (*one.titles, one.field)]
    return tuple(dict.fromkeys(named))


def _day(cell: str) -> str:
    try:
        return read_date(cell)
    except CellFault:
        return ""


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"))
