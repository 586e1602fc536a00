"""Finds the tables in sheets: where the header stands, which layout it is, which rows are merged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from registry.kernel.faults import FieldFault, Invalid
from registry.roster.cells import read_text
from registry.roster.layout import Layout, Recognised, recognise
from registry.roster.sheet import Sheet

HEADER_ROWS = 10


@dataclass(frozen=True)
class Table:
    """A sheet with its header found. `headers` are as the sheet shows them, by field; `merged_rows` counts from 1."""

    sheet: Sheet
    header_row: int
    headers: Mapping[str, str]
    found: Recognised
    merged_rows: frozenset[int]


def find_tables(
    sheets: Sequence[Sheet], layouts: Sequence[Layout], mapping: Mapping[str, str], notes: list[str]
) -> list[Table]:
    """The sheets that hold rows of a known layout; those without any value are passed over, others go to `notes`.

    Raises Invalid (`unknown-field`, `header-not-found`, `missing-column`, `repeated-column`, `empty-file`) if no sheet fits.
    """
    known = {column.field for layout in layouts for column in layout.columns}
    if strangers := sorted(set(mapping.values()) - known):
        raise Invalid.field("map", "unknown-field", f"没有这个字段：{'、'.join(strangers)}")
    tables: list[Table] = []
    refused: Invalid | None = None
    for sheet in sheets:
        if not any(any(map(read_text, cells)) for _, cells in islice(sheet.rows(), HEADER_ROWS)):
            continue
        try:
            tables.append(_header(sheet, layouts, mapping))
        except Invalid as fault:
            refused = refused or fault
            notes.append(f"工作表“{sheet.name}”未读取：{fault.title}")
    if not tables:
        raise refused or Invalid("文件里没有数据", rule="empty-file")
    notes += [
        "未识别的列（未导入）：" + "、".join(map(read_text, table.found.unknown))
        for table in tables
        if table.found.unknown
    ]
    return tables


def _header(sheet: Sheet, layouts: Sequence[Layout], mapping: Mapping[str, str]) -> Table:
    best: tuple[int, list[str], Recognised] | None = None
    above: dict[int, str] = {}
    for number, cells in islice(sheet.rows(), HEADER_ROWS):
        headers = [text or above.get(place, "") for place, text in enumerate(cells)]
        above = _reaching_down(sheet, number, headers)
        found = recognise(headers, layouts, mapping=mapping)
        if found and (
            best is None
            or (not found.missing, len(found.places)) > (not best[2].missing, len(best[2].places))
        ):
            best = (number, headers, found)
    if best is None:
        raise Invalid(f"前 {HEADER_ROWS} 行里没有可识别的表头", rule="header-not-found")
    number, headers, found = best
    where = f"工作表“{sheet.name}”" if sheet.name else "文件"
    if found.missing:
        raise Invalid(
            f"{where}按《{found.layout.title}》读取，缺少列："
            + "、".join(column.titles[0] for column in found.missing),
            [
                FieldFault(column.field, "missing-column", f"缺少列 {column.titles[0]}")
                for column in found.missing
            ],
            rule="missing-column",
        )
    if found.repeated:
        raise Invalid(
            f"{where}有重复的列：" + "、".join(map(read_text, found.repeated)),
            [FieldFault(shown, "repeated-column", "同一字段有两列") for shown in found.repeated],
            rule="repeated-column",
        )
    merged = frozenset(
        row
        for (top, _), (bottom, _) in sheet.merges
        if bottom >= number
        for row in range(top + 1, min(bottom + 1, sheet.size or 0) + 1)
    )
    shown = {name: read_text(headers[place]) for name, place in found.places.items()}
    return Table(sheet, number, shown, found, merged)


def _reaching_down(sheet: Sheet, number: int, headers: Sequence[str]) -> dict[int, str]:
    """Headers in merged cells that go on into the next row: there they are empty."""
    return {
        left: headers[left]
        for (top, left), (bottom, _) in sheet.merges
        if top < number <= bottom and left < len(headers) and headers[left]
    }
