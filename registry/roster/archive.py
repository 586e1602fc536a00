"""The guard before a spreadsheet is parsed: what an xlsx archive would become in memory, and cells without a value.

The parser builds a dense table up to the farthest cell and copies every shared string into every cell that names it,
so a file of a few kilobytes could ask for terabytes and end the process. Everything is inflated here once, counted as it
comes and never kept; declared sizes are checked first, but not believed.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from registry.kernel.faults import Invalid

MAX_ENTRIES = 1_000
MAX_INFLATED = 1 << 30
MAX_RATIO = 400
RATIO_FROM = 16 << 20
MAX_TEXT = 1 << 30

_CHUNK = 1 << 20
_OVERLAP = 4_096
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")

# A cell beyond column DZ (130), or a row from 300,000 on.
_FAR = re.compile(
    rb"[ \t\r\n]r\s*=\s*[\"'](?:(?:[A-Za-z]{3,}|[E-Ze-z][A-Za-z])[0-9]+|[A-Za-z]*0*(?:[1-9][0-9]{6,}|[3-9][0-9]{5}))[\"']"
)
# Repetitions are possessive where another could take up what they give back: megabytes of spaces would be tried in every
# division, for hours.
_FORMULA_WITHOUT_VALUE = re.compile(
    rb"(?:</f>|</\w{1,9}:f>|<f\b[^<>]*/>)\s*+(?:<(?:\w+:)?v\s*/>\s*+|<(?:\w+:)?v>\s*</(?:\w+:)?v>\s*+)?</(?:\w+:)?c>"
)
_ERROR = re.compile(rb"<(?:\w{1,9}:)?c\b[^<>]*\st\s*=\s*[\"']e[\"']")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Z]+[0-9]+)[\"']")
_SHARED = re.compile(rb"\st\s*=\s*[\"']s[\"']")
_CELL = re.compile(rb"<(?:\w++:)?c\b([^<>]*+)>\s*+<(?:\w++:)?v>\s*+0*+([0-9]{0,9})\s*+<")
_ITEM_BEGINS = re.compile(rb"<(?:\w{1,9}:)?si\b[^<>]*+>")
_ITEM_ENDS = re.compile(rb"</(?:\w{1,9}:)?si>")


def inspect(content: bytes) -> None:
    """Raises Invalid (`not-xlsx`, `zip-bomb`, `sheet-too-large`, `formula-without-value`, `cell-error`) unless the
    xlsx archive can be parsed in bounded memory."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError) as broken:
        raise Invalid("文件已损坏，无法作为 xlsx 打开", rule="not-xlsx") from broken
    entries = archive.infolist()
    if not any(entry.filename.lower() == "xl/workbook.xml" for entry in entries):
        raise Invalid("不是 xlsx 工作簿，请用表格软件另存为 .xlsx 或 .csv", rule="not-xlsx")
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_INFLATED:
        raise Invalid("压缩包展开后过大，拒绝读取", rule="zip-bomb")
    inflated = 0
    shared_cells = 0
    for entry in entries:
        for piece, repeated in _pieces(content, entry):
            inflated += len(piece) - repeated
            if inflated > MAX_INFLATED or (inflated > RATIO_FROM and inflated > MAX_RATIO * len(content)):
                raise Invalid("压缩包展开后过大，拒绝读取", rule="zip-bomb")
            _refuse_cells(piece)
            shared_cells += len(_SHARED.findall(piece, repeated))
    _refuse_amplification(content, entries, shared_cells)


def _pieces(content: bytes, entry: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """What the entry really inflates to, in pieces that each begin with the end of the piece before (its length)."""
    header = content[entry.header_offset : entry.header_offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size or entry.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    ):
        raise Invalid("文件已损坏，无法作为 xlsx 打开", rule="not-xlsx")
    if entry.flag_bits & 1:
        raise Invalid("文件有密码保护，请去除密码后再导入", rule="encrypted")
    *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    raw = memoryview(content)[start : start + entry.compress_size]
    tail = b""
    for piece in _inflate(raw) if entry.compress_type == zipfile.ZIP_DEFLATED else _slices(raw):
        yield tail + piece, len(tail)
        tail = (tail + piece)[-_OVERLAP:]


def _inflate(raw: memoryview) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    pending: bytes | memoryview = raw
    try:
        while pending and not inflater.eof:
            piece = inflater.decompress(pending, _CHUNK)
            pending = inflater.unconsumed_tail
            if piece:
                yield piece
    except zlib.error as broken:
        raise Invalid("文件已损坏，无法作为 xlsx 打开", rule="not-xlsx") from broken


def _slices(raw: memoryview) -> Iterator[bytes]:
    for start in range(0, len(raw), _CHUNK):
        yield bytes(raw[start : start + _CHUNK])


def _refuse_cells(piece: bytes) -> None:
    if _FAR.search(piece):
        raise Invalid("工作表过大：最多 30 万行、130 列", rule="sheet-too-large")
    if found := _FORMULA_WITHOUT_VALUE.search(piece):
        cell = _cell_before(piece, found.start())
        raise Invalid(
            f"{cell} 是没有计算结果的公式，请在表格软件中打开、保存后再导入", rule="formula-without-value"
        )
    if found := _ERROR.search(piece):
        cell = _cell_before(piece, found.end())
        raise Invalid(f"{cell} 的公式出错（如 #REF!、#N/A），请改正后再导入", rule="cell-error")


def _cell_before(piece: bytes, end: int) -> str:
    references = _REFERENCE.findall(piece, max(0, end - _OVERLAP), end)
    return references[-1].decode() if references else "单元格"


def _refuse_amplification(content: bytes, entries: list[zipfile.ZipInfo], shared_cells: int) -> None:
    """Text that many cells share is copied into each: refuse when the copies would not fit."""
    strings = [entry for entry in entries if entry.filename.lower().endswith("sharedstrings.xml")]
    total = sum(entry.file_size for entry in strings)
    if shared_cells * min(total, 1 << 15) <= MAX_TEXT and total <= MAX_TEXT:
        return
    lengths: list[int] = []
    for entry in strings:
        rest = b""
        for piece, repeated in _pieces(content, entry):
            rest += piece[repeated:]
            end = 0
            for begin, end in _items(rest):
                lengths.append(end - begin)
            rest = rest[end:]
            if len(rest) > 1 << 20:
                raise Invalid("单元格文字过长，拒绝读取", rule="sheet-too-large")
    copied = 0
    for entry in entries:
        for piece, repeated in _pieces(content, entry):
            copied += sum(
                lengths[index]
                for cell in _CELL.finditer(piece)
                if cell.end() > repeated and _SHARED.search(cell[1])
                if (index := int(cell[2] or 0)) < len(lengths)
            )
            if copied > MAX_TEXT:
                raise Invalid("工作表文字过多，拒绝读取", rule="sheet-too-large")


def _items(text: bytes) -> Iterator[tuple[int, int]]:
    """Where each shared string begins and ends. One without an end leaves none behind it, and is looked for once."""
    end = 0
    while begins := _ITEM_BEGINS.search(text, end):
        ends = begins if begins[0].endswith(b"/>") else _ITEM_ENDS.search(text, begins.end())
        if ends is None:
            return
        end = ends.end()
        yield begins.start(), end
