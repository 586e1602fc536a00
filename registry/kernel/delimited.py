"""The one writer of CSV files that people open in a spreadsheet (RFC 4180)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

Cell = str | int | float | None
"""Of a list that people take away: counts and amounts are numbers; whatever only looks like one (ids, licences, years) is text."""

# A spreadsheet takes what begins so for a formula; the apostrophe makes it text again (OWASP: CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file line by line: UTF-8 with the mark by which Chinese spreadsheets know it, no cell that could be run."""
    yield "\ufeff".encode() + _line(headers)
    for row in rows:
        yield _line([_text(cell) for cell in row])


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return harmless(cell)
    return "" if cell is None else str(cell)


def harmless(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().encode()
