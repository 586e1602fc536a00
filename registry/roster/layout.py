"""Layouts: which columns a sheet may have, and how one is recognised by its headers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.roster.cells import header_name


@dataclass(frozen=True)
class Column:
    """One column. `titles` are the names a header may bear (the first is the usual one), besides `field` itself.

    `required`: the column must be there and its cells filled. `personal`: values never appear in a report of faults.
    """

    field: str
    titles: tuple[str, ...]
    required: bool = False
    personal: bool = False


@dataclass(frozen=True)
class Layout:
    name: str
    title: str
    columns: tuple[Column, ...]

    def column(self, field: str) -> Column:
        """Raises KeyError if the layout has no such field."""
        for column in self.columns:
            if column.field == field:
                return column
        raise KeyError(field)


@dataclass(frozen=True)
class Recognised:
    """A layout found in a row of headers: `places` gives the position of each field that is there."""

    layout: Layout
    places: Mapping[str, int]
    missing: tuple[Column, ...]
    repeated: tuple[str, ...]
    unknown: tuple[str, ...]


def recognise(
    headers: Sequence[str], layouts: Sequence[Layout], *, mapping: Mapping[str, str] | None = None
) -> Recognised | None:
    """The layout that fits the headers best: none of its required columns missing, then most columns known.

    `mapping` (header as the sheet shows it, or its name, → field) overrides the names. None if no layout knows at
    least two of the headers.
    """
    named = {header_name(shown): field for shown, field in (mapping or {}).items()}
    best: Recognised | None = None
    for layout in layouts:
        found = _fit(headers, layout, named)
        if len(found.places) >= min(2, len(layout.columns)) and (best is None or _rank(found) > _rank(best)):
            best = found
    return best


def _rank(found: Recognised) -> tuple[bool, int, int, int]:
    return (
        not found.missing,
        len(found.places),
        -len(found.missing),
        len(found.places) - len(found.layout.columns),
    )


def _fit(headers: Sequence[str], layout: Layout, named: Mapping[str, str]) -> Recognised:
    fields = {
        header_name(name): column.field
        for column in layout.columns
        for name in (column.field, *column.titles)
    }
    known = {column.field for column in layout.columns}
    places: dict[str, int] = {}
    repeated: list[str] = []
    unknown: list[str] = []
    for place, shown in enumerate(headers):
        name = header_name(shown)
        if not name:
            continue
        field = named.get(name) or fields.get(name)
        if field not in known:
            unknown.append(shown)
        elif field in places:
            repeated.append(shown)
        else:
            places[field] = place
    missing = tuple(column for column in layout.columns if column.required and column.field not in places)
    return Recognised(layout, places, missing, tuple(repeated), tuple(unknown))
