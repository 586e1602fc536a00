"""Lists to take away: UTF-8 CSV that Excel reads, and xlsx. Texts are other people's, so no spreadsheet runs them."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from registry.kernel.workbook import write_sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_answer(name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """`name` without its ending, ASCII."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in rows)
    content = b"\xef\xbb\xbf" + text.getvalue().encode()
    return _attached(Response(content, content_type="text/csv; charset=utf-8"), f"{name}.csv")


def xlsx_answer(name: str, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """`title` names the sheet."""
    target = io.BytesIO()
    write_sheet(target, headings, rows, name=title)
    return _attached(Response(target.getvalue(), content_type=XLSX), f"{name}.xlsx")


def _attached(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
