"""The headers of a file before it is read: which columns are known, and which a person has to name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from registry.roster.cells import read_text
from registry.roster.layout import Layout, recognise
from registry.roster.sheet import Sheet
from registry.roster.table import HEADER_ROWS

REASON = "错误说明"
ROW = "原行号"
"""Columns that the download of rejected rows adds; handed in again they are passed over."""


@dataclass(frozen=True)
class Headers:
    """The header row that fits best. `known` are (header, title of its field), `unknown` headers without a field.

    `open` are the fields that have no column yet, as (field, title), required ones first; `missing` are the titles of
    those without which the sheet cannot be read.
    """

    sheet: str
    layout: Layout
    known: Sequence[tuple[str, str]]
    unknown: Sequence[str]
    open: Sequence[tuple[str, str]]
    missing: Sequence[str]
    sample: Mapping[str, str]
    """The first filled cell below each unknown header."""


def survey(sheets: Sequence[Sheet], layouts: Sequence[Layout], mapping: Mapping[str, str]) -> list[Headers]:
    """The headers of every sheet that has any value, whether or not it can be read as it is."""
    found = []
    for sheet in sheets:
        rows = [cells for _, cells in islice(sheet.rows(), HEADER_ROWS + 5)]
        if any(any(map(read_text, cells)) for cells in rows):
            found.append(_survey(sheet, rows, layouts, mapping))
    return found


def _survey(
    sheet: Sheet, rows: Sequence[Sequence[str]], layouts: Sequence[Layout], mapping: Mapping[str, str]
) -> Headers:
    fitting = [
        (recognised, place)
        for place, cells in enumerate(rows[:HEADER_ROWS])
        if (recognised := recognise(cells, layouts, mapping=mapping))
    ]
    if not fitting:
        # Nothing is known: the first row with several cells is taken for the header, and everything has to be named.
        place = next(
            (at for at, cells in enumerate(rows) if sum(1 for cell in cells if read_text(cell)) > 1), 0
        )
        layout = layouts[0]
        headers = [text for text in map(read_text, rows[place]) if text]
        return Headers(
            sheet.name,
            layout,
            (),
            headers,
            _open(layout, ()),
            [column.titles[0] for column in layout.columns if column.required],
            _sample(rows, place, headers),
        )
    best, place = max(fitting, key=lambda one: (not one[0].missing, len(one[0].places)))
    cells = rows[place]
    unknown = [read_text(text) for text in best.unknown if read_text(text) not in (REASON, ROW, "")]
    return Headers(
        sheet.name,
        best.layout,
        [
            (read_text(cells[at]), best.layout.column(name).titles[0])
            for name, at in sorted(best.places.items(), key=lambda item: item[1])
        ],
        unknown,
        _open(best.layout, best.places),
        [column.titles[0] for column in best.missing],
        _sample(rows, place, unknown),
    )


def _open(layout: Layout, known: Mapping[str, int] | tuple[()]) -> list[tuple[str, str]]:
    free = [column for column in layout.columns if column.field not in known]
    return [
        (column.field, f"{column.titles[0]}{'（必填）' if column.required else ''}")
        for column in sorted(free, key=lambda column: not column.required)
    ]


def _sample(rows: Sequence[Sequence[str]], place: int, headers: Sequence[str]) -> dict[str, str]:
    shown = [read_text(text) for text in rows[place]]
    return {
        header: next(
            (
                read_text(cells[at])[:30]
                for cells in rows[place + 1 :]
                for at in (shown.index(header),)
                if at < len(cells) and read_text(cells[at])
            ),
            "",
        )
        for header in headers
        if header in shown
    }
