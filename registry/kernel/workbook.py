"""The one writer of xlsx files: numbers as numbers, so that a spreadsheet adds them up, and texts as they are; row by row,
so that a long list needs no more memory than a short one."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

from registry.kernel.delimited import Cell
from registry.kernel.faults import Invalid

MOST_ROWS = 1_048_575
"""Rows below the header that a worksheet of Excel holds."""

_OPTIONS = {
    "constant_memory": True,
    # What people wrote stays text: a name that begins with = must never be run, an address never be called.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDEST = 40
_LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]|^'|'$")


def write_sheet(
    target: Path | BinaryIO,
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    name: str,
) -> int:
    """Writes one sheet under `headers` and gives the number of rows. `name` says what the sheet holds; Excel takes no
    brackets, colons and slashes in it and 31 characters of it. Raises Invalid for more rows than Excel holds.
    """
    count = 0
    with xlsxwriter.Workbook(target if not isinstance(target, Path) else str(target), _OPTIONS) as book:
        sheet = book.add_worksheet(_NOT_IN_NAMES.sub(" ", name)[:_LONGEST_NAME])
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for place, header in enumerate(headers):
            # A Chinese character is two digits wide.
            sheet.set_column(place, place, min(max(2 * len(header) + 2, 12), _WIDEST))
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, headers, bold)
        for row in rows:
            count += 1
            if count > MOST_ROWS:
                raise Invalid("超过一张工作表能容纳的行数，请缩小范围", rule="too-many")
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    # An empty cell is none, so that a filter of Excel takes it for empty.
                    if cell:
                        sheet.write_string(count, place, cell)
                elif cell is not None:
                    sheet.write_number(count, place, cell)
    return count
