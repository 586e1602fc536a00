"""Opens what clerks hand in (xlsx, xls, csv) and gives rows of text; every bad file is an Invalid with a rule.

    with open_file(path) as sheets:
        for sheet in sheets:
            for number, cells in sheet.rows(): ...      # number as the spreadsheet shows it, cells: list[str]

`rows` may be called again: an import reads a file twice and keeps none of it.
"""

import codecs
import csv
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, cast

import python_calamine

from registry.kernel.faults import Invalid
from registry.roster import archive

MAX_WORKBOOK_BYTES = 64 << 20
MAX_CSV_BYTES = 512 << 20
MAX_CELL = 40_000

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 1 << 20

Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows` gives (row number from 1, cells); `size` is the number of rows, None if not known before.

    `merges` are the merged areas as ((first row, first column), (last row, last column)), all from 0.
    """

    name: str
    rows: Callable[[], Iterator[tuple[int, list[str]]]]
    size: int | None = None
    merges: tuple[Merge, ...] = ()


@contextmanager
def open_file(path: Path) -> Iterator[list[Sheet]]:
    """The sheets of a file, told by its content and not by its name.

    Raises Invalid: `unreadable`, `file-too-large`, `encrypted`, `not-xlsx`, `zip-bomb`, `sheet-too-large`,
    `formula-without-value`, `cell-error`, `encoding`, `csv-form`.
    """
    try:
        file = path.open("rb")
    except OSError as refused:
        raise Invalid(f"打不开文件 {path.name}", rule="unreadable") from refused
    with file:
        yield read_sheets(file, path.name)


def read_sheets(file: BinaryIO, name: str) -> list[Sheet]:
    """The sheets of an open file that is called `name`, which stays open while they are read. Raises as `open_file`."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if start.startswith(_ZIP) or start == _OLE:
        if size > MAX_WORKBOOK_BYTES:
            raise Invalid(f"文件超过 {MAX_WORKBOOK_BYTES >> 20} MB", rule="file-too-large")
        return _workbook(file.read(), zipped=start.startswith(_ZIP))
    if size > MAX_CSV_BYTES:
        raise Invalid(f"文件超过 {MAX_CSV_BYTES >> 20} MB", rule="file-too-large")
    if Path(name).suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        raise Invalid("文件不是 xlsx 工作簿（内容与扩展名不符）", rule="not-xlsx")
    return [_csv(file)]


def _workbook(content: bytes, *, zipped: bool) -> list[Sheet]:
    if zipped:
        archive.inspect(content)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        return [_worksheet(name, workbook.get_sheet_by_name(name)) for name in workbook.sheet_names]
    except python_calamine.PasswordError as locked:
        raise Invalid("文件有密码保护，请去除密码后再导入", rule="encrypted") from locked
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as broken:  # a panic of the parser is no Exception
        if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in content:
            raise Invalid("文件有密码保护，请去除密码后再导入", rule="encrypted") from broken
        raise Invalid("文件已损坏，无法作为工作簿打开", rule="not-xlsx") from broken


def _worksheet(name: str, worksheet: python_calamine.CalamineSheet) -> Sheet:
    # iter_rows begins with row 1, but at the first column that has a value
    left = [""] * (worksheet.start[1] if worksheet.start else 0)

    def rows() -> Iterator[tuple[int, list[str]]]:
        for number, cells in enumerate(worksheet.iter_rows(), 1):
            yield number, left + [cell_text(cell) for cell in cells]

    size = worksheet.end[0] + 1 if worksheet.end else 0
    return Sheet(name, rows, size, tuple(worksheet.merged_cell_ranges or ()))


def cell_text(cell: object) -> str:
    """A cell as text: whole numbers without a point, dates as ISO 8601.

    Numbers beyond 15 digits stay in scientific form, as the spreadsheet has lost their last digits.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        if abs(cell) >= 1e15:
            return f"{cell:.14E}"
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _csv(file: BinaryIO) -> Sheet:
    encoding = _encoding(file)
    file.seek(0)
    head = io.TextIOWrapper(cast(BinaryIO, _Uncloseable(file)), encoding=encoding, newline="")
    delimiter = "\t" if head.readline().count("\t") else ","

    def rows() -> Iterator[tuple[int, list[str]]]:
        file.seek(0)
        text = io.TextIOWrapper(cast(BinaryIO, _Uncloseable(file)), encoding=encoding, newline="")
        csv.field_size_limit(MAX_CELL)
        number = 0
        try:
            for number, cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1):
                yield number, cells
        except csv.Error as broken:
            raise Invalid(
                f"第 {number + 1} 行不符合 CSV 格式（引号不成对或单元格过长）", rule="csv-form"
            ) from broken

    return Sheet("", rows)


class _Uncloseable(io.RawIOBase):
    """Lets one open file be read through several text layers, each of which would close it at its end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        piece = self._file.read(len(view))
        view[: len(piece)] = piece
        return len(piece)


def _encoding(file: BinaryIO) -> str:
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        if _decodes(file, encoding):
            return encoding
    raise Invalid("文字编码无法识别，请存为 UTF-8 或 GB18030", rule="encoding")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := file.read(_CHUNK):
            if "\0" in decoder.decode(piece):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
