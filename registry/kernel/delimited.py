"""The one writer of CSV files that people open in a spreadsheet (RFC 4180)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

# A spreadsheet takes what begins so for a formula; the apostrophe makes it text again (OWASP: CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(headers: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Iterator[bytes]:
    """The file line by line: UTF-8 with the mark by which Chinese spreadsheets know it, no cell that could be run."""
    yield "\ufeff".encode() + _line(headers)
    for row in rows:
        yield _line([harmless(text or "") for text in row])


def harmless(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().encode()
