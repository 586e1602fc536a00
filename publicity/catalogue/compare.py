"""What differs between two versions of a list, word for word. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from publicity.catalogue.schema import Entry, Schema
from publicity.release.compare import Piece, compare


@dataclass(frozen=True)
class Field:
    """A field of an entry that reads otherwise: what went and what came, in `pieces`."""

    title: str
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Change:
    """An entry that was `added`, `removed`, or `changed` in `fields`."""

    what: Literal["added", "removed", "changed"]
    code: str
    name: str
    fields: Sequence[Field] = ()


def changes(schema: Schema, before: Sequence[Entry], after: Sequence[Entry]) -> list[Change]:
    """By code: what two versions have otherwise. A field that a version's schema did not have yet was empty."""
    old, new = ({entry["code"]: entry for entry in entries} for entries in (before, after))
    found: list[Change] = []
    for code in sorted({*old, *new}):
        if code not in old:
            found.append(Change("added", code, new[code]["name"]))
        elif code not in new:
            found.append(Change("removed", code, old[code]["name"]))
        elif fields := tuple(_fields(schema, old[code], new[code])):
            found.append(Change("changed", code, new[code]["name"], fields))
    return found


def _fields(schema: Schema, old: Entry, new: Entry) -> Iterator[Field]:
    for column in schema.columns:
        before, after = old.get(column.field, ""), new.get(column.field, "")
        if before != after:
            yield Field(column.title, compare(before, after))
