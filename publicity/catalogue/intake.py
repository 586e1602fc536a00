"""A list from a file: the rows of the sheet that its download gives, changed in Excel, go into the draft of its next version.

Every row is checked like a form. A row that is not in the file leaves its entry as it is; 移出 in the column 变动 takes it out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from publicity.catalogue import draft, schema
from publicity.catalogue.schema import SCHEMAS, Entry, Schema
from registry.kernel.access import Actor
from registry.kernel.faults import Invalid
from registry.kernel.part import Import
from registry.kernel.work import WorkSession
from registry.roster.cells import read_text
from registry.roster.intake import Accepted, Checked, Column, Importer, Layout, Stored

CHANGE, REMOVED = "变动", "移出"


@dataclass(frozen=True)
class Row:
    """A row of a file: an entry, or (`removed`) the code of one that leaves the list."""

    entry: Entry
    removed: bool = False


def headings(wanted: Schema) -> list[str]:
    """The columns of the form, of the download and of the upload alike."""
    return [*(column.title for column in wanted.columns), CHANGE]


def cells(wanted: Schema, entry: Entry) -> list[str]:
    return [*(entry.get(column.field, "") for column in wanted.columns), ""]


def importer(wanted: Schema) -> Importer[Row]:
    layout = Layout(
        wanted.code,
        wanted.title,
        (
            # What must be filled is asked of entries that stay, so the layout asks for the columns alone.
            *(
                Column(column.field, (column.title,), required=column.field == "code")
                for column in wanted.columns
            ),
            Column("change", (CHANGE,)),
        ),
    )

    def check(_layout: Layout, given: Mapping[str, str]) -> Checked[Row]:
        entry = schema.cleaned(wanted, given)
        change = read_text(given["change"])
        if change not in ("", REMOVED):
            return Checked(None, (("change", "unknown-change", f"变动不填，或者填“{REMOVED}”"),))
        if change:
            return Checked(Row({"code": entry["code"]}, removed=True))
        faults = tuple((fault.path, fault.rule, fault.message) for fault in schema.faults(wanted, entry))
        return Checked(None if faults else Row(entry), faults)

    def store(session: WorkSession, actor: Actor, rows: Sequence[Accepted[Row]]) -> Stored:
        seen: set[str] = set()
        faults, good = [], []
        for row in rows:
            code = row.value.entry["code"]
            if code in seen:
                faults.append(row.fault("code", "repeated-code", f"编码 {code} 在文件中重复"))
            else:
                good.append(row)
            seen.add(code)
        try:
            taken = draft.take(
                session,
                actor,
                listing=wanted.code,
                entries=[row.value.entry for row in good if not row.value.removed],
                removed=[row.value.entry["code"] for row in good if row.value.removed],
            )
        except Invalid as refused:
            return Stored(faults=[row.fault("code", refused.rule, refused.title) for row in good])
        faults += [
            row.fault("code", "unknown-code", "清单中没有这个编码，不能移出")
            for row in good
            if row.value.entry["code"] in taken.unknown
        ]
        places = {row.value.entry["code"]: row.place for row in good}
        return Stored(
            new=len(taken.new),
            unchanged=len(taken.same),
            changed=len(taken.changed),
            faults=faults,
            same={places[code] for code in taken.same},
            altered={places[code] for code in taken.changed},
        )

    return Importer(layouts=(layout,), check=check, store=store)


def kind(wanted: Schema) -> str:
    """The KIND under which the list is imported."""
    return f"catalogue-{wanted.code}"


IMPORTS = tuple(Import(kind(wanted), wanted.title, importer(wanted)) for wanted in SCHEMAS.values())
