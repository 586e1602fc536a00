"""Lists to take away: UTF-8 CSV that Excel reads, and xlsx. Texts are other people's, so no spreadsheet runs them."""

import io
from collections.abc import Iterable, Sequence

from flask import Response

from registry.kernel.delimited import Cell, csv_lines
from registry.kernel.workbook import write_sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_answer(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """`name` without its ending, ASCII."""
    content = b"".join(csv_lines(headings, rows))
    return _attached(Response(content, content_type="text/csv; charset=utf-8"), f"{name}.csv")


def xlsx_answer(name: str, title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """`title` names the sheet."""
    target = io.BytesIO()
    write_sheet(target, headings, rows, name=title)
    return _attached(Response(target.getvalue(), content_type=XLSX), f"{name}.xlsx")


def _attached(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
