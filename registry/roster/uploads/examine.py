"""What would become of every row of a file: the import itself, in a unit of work that its caller may still undo.

A preview that computed the outcome by rules of its own would sooner or later tell something else than what then happens.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from hashlib import sha256
from itertools import islice
from typing import Any, Literal

from registry.kernel.access import Actor
from registry.kernel.work import WorkSession
from registry.roster.cells import read_text
from registry.roster.intake import (
    CHUNK,
    MOST_DOUBTS,
    Accepted,
    Importer,
    Outcome,
    RowFault,
    Stored,
    check_rows,
    covered,
)
from registry.roster.table import Table

Status = Literal["new", "changed", "same", "rejected"]
STATUSES: Mapping[Status, str] = {"new": "新增", "changed": "变更", "same": "未变", "rejected": "拒绝"}
SAMPLE = 20
MOST_FAULTS = 20_000
"""Faults kept with a preview; a file with more is no file to correct row by row."""


@dataclass(frozen=True)
class Line:
    """A row as it will be stored, by header; personal cells are covered."""

    sheet: str
    row: int
    cells: Mapping[str, str]


@dataclass
class Examination:
    """What became of the rows. `signature` is equal for two runs exactly if every row fared alike."""

    counts: dict[Status, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    samples: dict[Status, list[Line]] = field(default_factory=lambda: {status: [] for status in STATUSES})
    faults: list[RowFault] = field(default_factory=list)
    all_faults: int = 0
    doubts: list[str] = field(default_factory=list)
    signature: str = ""


class _Mixed(Exception):
    """Rows of a chunk fared differently and the importer does not say which: they are asked about in halves."""


def examine(
    session: WorkSession,
    actor: Actor,
    importer: Importer[Any],
    tables: Sequence[Table],
    *,
    progress: Callable[[str, int, int | None], None] = lambda _step, _done, _total: None,
) -> Examination:
    """Checks and stores every row in the caller's unit of work. Raises what the importer's use cases raise."""
    found = Examination()
    digest = sha256()
    outcome = Outcome()
    sizes = [table.sheet.size for table in tables]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    bad: set[tuple[str, int]] = set()

    def refuse(fault: RowFault) -> None:
        bad.add((fault.sheet, fault.row))
        found.all_faults += 1
        digest.update(f"{fault.sheet}\t{fault.row}\t{fault.column}\t{fault.rule}\n".encode())
        if len(found.faults) < MOST_FAULTS:
            found.faults.append(fault)

    def report(done: int) -> None:
        progress("check", done, total)

    rows = check_rows(importer, tables, refuse, report, outcome)
    done = 0
    while chunk := tuple(islice(rows, CHUNK)):
        fared, doubts = _store(session, actor, importer, chunk, refuse)
        found.doubts += doubts[: MOST_DOUBTS - len(found.doubts)]
        for row, status in zip(chunk, fared, strict=True):
            digest.update(f"{row.place[0]}\t{row.place[1]}\t{status}\n".encode())
            if status != "rejected":
                found.counts[status] += 1
                if len(found.samples[status]) < SAMPLE:
                    found.samples[status].append(Line(*row.place, as_stored(row)))
        done += len(chunk)
        progress("store", done, total)
    found.counts["rejected"] = len(bad)
    found.signature = digest.hexdigest()
    return found


def _store(
    session: WorkSession,
    actor: Actor,
    importer: Importer[Any],
    rows: Sequence[Accepted[Any]],
    refuse: Callable[[RowFault], None],
) -> tuple[list[Status], list[str]]:
    acts = len(session.acts)
    try:
        stored, fared = _ask(session, actor, importer, rows)
    except _Mixed:
        del session.acts[acts:]
        middle = len(rows) // 2
        first, some = _store(session, actor, importer, rows[:middle], refuse)
        second, others = _store(session, actor, importer, rows[middle:], refuse)
        return first + second, some + others
    for fault in stored.faults:
        refuse(fault)
    return fared, stored.told


def _ask(
    session: WorkSession, actor: Actor, importer: Importer[Any], rows: Sequence[Accepted[Any]]
) -> tuple[Stored, list[Status]]:
    with session.begin_nested():
        stored = importer.store(session, actor, rows)
        session.flush()
        fared = _fared(rows, stored)
        if fared is None:
            raise _Mixed
        return stored, fared


def _fared(rows: Sequence[Accepted[Any]], stored: Stored) -> list[Status] | None:
    """What became of each row, None if that cannot be told of so many."""
    bad = {(fault.sheet, fault.row) for fault in stored.faults}
    told: dict[tuple[str, int], Status] = {
        **dict.fromkeys(stored.same, "same"),
        **dict.fromkeys(stored.altered, "changed"),
    }
    counted: dict[Status, int] = {"new": stored.new, "changed": stored.changed, "same": stored.unchanged}
    present: list[Status] = [status for status, number in counted.items() if number]
    if (len(stored.same), len(stored.altered)) == (stored.unchanged, stored.changed):
        otherwise: Status = "new"
    elif len(present) == 1 or len(rows) == 1:
        otherwise = present[0] if present else "same"
    else:
        return None
    return ["rejected" if row.place in bad else told.get(row.place, otherwise) for row in rows]


def as_stored(row: Accepted[Any]) -> dict[str, str]:
    """The cells of a row by header: as the rules read them where that is text for people, else cleaned."""
    read = _texts(row.value)
    shown = {}
    for column in row.row.layout.columns:
        if column.field not in row.row.headers:
            continue
        cell = read_text(row.row.cells.get(column.field, ""))
        text = read.get(column.field) or cell
        if text.isdecimal() and not cell.isascii():
            # What the file says in words is kept as a code of ours, such as a district's.
            text = cell
        shown[row.row.headers[column.field]] = covered(text) if column.personal else text
    return shown


_CODE = re.compile(r"[a-z][a-z_]*")


def _texts(value: object, *, deep: bool = True) -> dict[str, str]:
    """The texts and days in a checked row, by field, one level down too. Codes of ours are no text for people."""
    if isinstance(value, Mapping):
        parts: dict[str, object] = dict(value)
    elif isinstance(value, tuple) and hasattr(value, "_asdict"):
        parts = value._asdict()
    elif is_dataclass(value):
        parts = {one.name: getattr(value, one.name) for one in fields(value)}
    else:
        return {}
    found: dict[str, str] = {}
    for name, part in parts.items():
        if isinstance(part, str) and part and not _CODE.fullmatch(part):
            found.setdefault(str(name), part)
        elif isinstance(part, date):
            found.setdefault(str(name), part.isoformat())
        elif deep:
            found = {**_texts(part, deep=False), **found}
    return found
