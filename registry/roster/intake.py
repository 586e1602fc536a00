"""Files into the register: every row is checked before any is stored, and one transaction holds all or nothing.

An importer is one record. This is how one is written (the whole of it, but for the rules):

    ORGANISATIONS = Importer(
        layouts=(
            Layout("roster", "执业机构名册", (
                Column("name", ("机构名称", "律师事务所名称"), required=True),
                Column("uscc", ("统一社会信用代码",)),
                Column("phone", ("联系电话", "电话"), personal=True),       # never shown in a report of faults
            )),
        ),
        check=check_organisation,
        store=store_organisations,
    )

    def check_organisation(layout: Layout, cells: Mapping[str, str]) -> Checked[NewOrganisation]:
        reading = Reading(cells)                          # pure: no database, no clock
        name = reading.read("name", read_name)            # a CellFault becomes a fault of that column
        uscc = reading.read("uscc", read_code)
        if uscc and (faults := parse_uscc(uscc).faults):
            reading.fault("uscc", faults[0], "统一社会信用代码有误")
        return reading.checked(lambda: NewOrganisation(name, uscc, …))

    def store_organisations(session, actor, rows: Sequence[Accepted[NewOrganisation]]) -> Stored:
        # up to CHUNK rows at a time, in the order of the file; call the use cases; look up what is there already.
        # The same row again is `unchanged`; a known key with other content is a fault and changes nothing:
        return Stored(new=…, unchanged=…, faults=(row.fault("uscc", "conflict", "该代码已登记为另一机构"), …))

and it is offered by `imports=(Import("organisations", "执业机构", ORGANISATIONS),)` in the package's Part.
`cells` holds the text of every column of the layout by field, "" where the sheet has none. Required columns and
cells are checked here, before `check` sees the row. Rows without any value are skipped.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from registry.kernel.access import Actor
from registry.kernel.work import Work, WorkSession
from registry.roster.cells import CellFault, read_text
from registry.roster.layout import Column, Layout
from registry.roster.sheet import open_file
from registry.roster.table import Table, find_tables

__all__ = [
    "Accepted",
    "Checked",
    "Column",
    "Importer",
    "Layout",
    "Outcome",
    "Reading",
    "Rejected",
    "RowFault",
    "Stored",
]

CHUNK = 1_000

Value = TypeVar("Value")


@dataclass(frozen=True)
class RowFault:
    """One fault of one row. `column` is the header as the sheet shows it; `value` is masked where it is personal.

    `held` is what the register has instead, where the fault is that it differs.
    """

    sheet: str
    row: int
    column: str
    value: str
    rule: str
    message: str
    held: str = ""


@dataclass(frozen=True)
class Checked(Generic[Value]):
    """What the rules make of one row: a value, or faults as (field, rule, message)."""

    value: Value | None
    faults: tuple[tuple[str, str, str], ...] = ()


@dataclass
class Reading:
    """Reads the cells of one row one by one and gathers what is wrong with them."""

    cells: Mapping[str, str]
    faults: list[tuple[str, str, str]] = field(default_factory=list)

    def read(self, name: str, reader: Callable[[str], str] = read_text) -> str:
        """The cell as `reader` gives it; a CellFault becomes a fault of this column and the value is empty."""
        try:
            return reader(self.cells.get(name, ""))
        except CellFault as fault:
            self.fault(name, fault.rule, fault.message)
            return ""

    def fault(self, name: str, rule: str, message: str) -> None:
        self.faults.append((name, rule, message))

    def checked(self, make: Callable[[], Value]) -> Checked[Value]:
        """The value that `make` gives, made only if nothing is wrong."""
        return Checked(None if self.faults else make(), tuple(self.faults))


@dataclass(frozen=True)
class _Row:
    sheet: str
    number: int
    cells: Mapping[str, str]
    headers: Mapping[str, str]
    layout: Layout

    def fault(self, name: str, rule: str, message: str, held: str = "") -> RowFault:
        try:
            column = self.layout.column(name)
            title, personal = column.titles[0], column.personal
        except KeyError:
            title, personal = name, False
        shown, kept = (covered(text) if personal else text[:80] for text in (self.cells.get(name, ""), held))
        return RowFault(self.sheet, self.number, self.headers.get(name, title), shown, rule, message, kept)


def covered(text: str) -> str:
    """Stands for a personal value in what people read."""
    return "*" * min(len(text), 20)


@dataclass(frozen=True)
class Accepted(Generic[Value]):
    """A row that kept all rules. `fault` makes a fault that only the stored rows can show (a conflict, no such firm)."""

    value: Value
    row: _Row

    def fault(self, name: str, rule: str, message: str, held: str = "") -> RowFault:
        return self.row.fault(name, rule, message, held)

    @property
    def place(self) -> tuple[str, int]:
        """Sheet and row number."""
        return self.row.sheet, self.row.number


@dataclass(frozen=True)
class Stored:
    """What became of a chunk: `new` and `changed` rows were written, `unchanged` were there, `faults` wrote nothing.

    `same` and `altered` are the places of the unchanged and the changed rows, for whoever asks which they were; an
    importer that does not say is asked again about fewer rows (registry.roster.uploads.examine). `doubts` are what was
    written all the same and wants a second look, by sheet and row.
    """

    new: int = 0
    unchanged: int = 0
    changed: int = 0
    faults: Sequence[RowFault] = ()
    same: Collection[tuple[str, int]] = ()
    altered: Collection[tuple[str, int]] = ()
    doubts: Sequence[tuple[tuple[str, int], str]] = ()

    @property
    def told(self) -> list[str]:
        """The doubts as a clerk reads them."""
        return [
            f"{f'工作表“{sheet}”' if sheet else ''}第 {row} 行：{text}，已按所填登记，请再核对"
            for (sheet, row), text in self.doubts
        ]


MOST_DOUBTS = 50
"""Notes kept of one file; the pages of those concerned show every one."""


@dataclass(frozen=True)
class Importer(Generic[Value]):
    layouts: Sequence[Layout]
    check: Callable[[Layout, Mapping[str, str]], Checked[Value]]
    store: Callable[[WorkSession, Actor, Sequence[Accepted[Value]]], Stored]


@dataclass
class Outcome:
    """Counts of one import. `rejected` counts rows, `faults` what is wrong with them; `notes` are for the clerk."""

    rows: int = 0
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    rejected: int = 0
    faults: int = 0
    notes: list[str] = field(default_factory=list)


class Rejected(Exception):
    """Rows are bad and only the good ones were not asked for: nothing is stored. `outcome` has the counts."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{outcome.rejected} rows")
        self.outcome = outcome


def run(
    work: Work,
    actor: Actor,
    importer: Importer[Value],
    path: Path,
    *,
    kind: str,
    mapping: Mapping[str, str] | None = None,
    accept_good: bool = False,
    report: Callable[[RowFault], None] = lambda _fault: None,
    progress: Callable[[str, int, int | None], None] = lambda _step, _done, _total: None,
) -> Outcome:
    """Imports a file: checks every row, then stores all of them (with `accept_good` the good ones) in one transaction.

    `report` gets every fault in the order of the file, `progress` (step "check" or "store", rows done, rows in all).
    Raises Rejected with nothing stored if a row is bad and `accept_good` is off, Invalid if the file cannot be read.
    """
    outcome = Outcome()
    with open_file(path) as sheets:
        tables = find_tables(sheets, importer.layouts, mapping or {}, outcome.notes)
        total = (
            None
            if any(table.sheet.size is None for table in tables)
            else sum(t.sheet.size or 0 for t in tables)
        )
        bad: set[tuple[str, int]] = set()

        def refuse(fault: RowFault) -> None:
            outcome.faults += 1
            bad.add((fault.sheet, fault.row))
            report(fault)

        for _accepted in check_rows(
            importer, tables, refuse, lambda done: progress("check", done, total), outcome
        ):
            pass
        # Rows that pass are stored even if others failed, and rolled back at the end: only so does one run report
        # what the rules find and what only the register can tell (a conflict, an unknown firm).
        with work.write(actor) as session:
            count = outcome.rows
            again = check_rows(importer, tables, lambda _fault: None, lambda _done: None, Outcome())
            done = 0
            doubts: list[str] = []
            while chunk := tuple(islice(again, CHUNK)):
                stored = importer.store(session, actor, chunk)
                outcome.new += stored.new
                outcome.unchanged += stored.unchanged
                outcome.changed += stored.changed
                for fault in stored.faults:
                    refuse(fault)
                doubts += stored.told[: MOST_DOUBTS - len(doubts)]
                done += len(chunk)
                progress("store", done, count)
            outcome.notes += doubts
            outcome.rejected = len(bad)
            if bad and not accept_good:
                raise Rejected(outcome)
            if outcome.new or outcome.changed:
                session.act("import", session.new_id(), kind=kind, new=outcome.new, changed=outcome.changed)
    return outcome


def check_rows(
    importer: Importer[Value],
    tables: Sequence[Table],
    refuse: Callable[[RowFault], None],
    progress: Callable[[int], None],
    outcome: Outcome,
) -> Iterator[Accepted[Value]]:
    """The good rows of all tables, lazily; the faults of the others go to `refuse`."""
    read = 0
    for table in tables:
        places = [
            (column.field, table.found.places.get(column.field)) for column in table.found.layout.columns
        ]
        order = {name: number for number, (name, _) in enumerate(places)}
        required = [column.field for column in table.found.layout.columns if column.required]
        for number, cells in table.sheet.rows():
            read += 1
            if read % CHUNK == 0:
                progress(read)
            if number <= table.header_row or not any(map(str.strip, cells)):
                continue
            width = len(cells)
            values = {
                name: cells[place] if place is not None and place < width else "" for name, place in places
            }
            row = _Row(table.sheet.name, number, values, table.headers, table.found.layout)
            outcome.rows += 1
            faults = [(name, "required", "必填项为空") for name in required if not read_text(values[name])]
            if number in table.merged_rows:
                faults.append(("", "merged-cells", "数据行里有合并单元格，请取消合并并逐行填写"))
            checked = importer.check(table.found.layout, values)
            filled = {name for name, *_ in faults}
            faults += [fault for fault in checked.faults if fault[0] not in filled]
            for fault in sorted(faults, key=lambda fault: order.get(fault[0], -1)):
                refuse(row.fault(*fault))
            if not faults and checked.value is not None:
                yield Accepted(checked.value, row)
    progress(read)
