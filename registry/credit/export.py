"""Permits and penalties as rows of the four sheets of 2018 (发改办财金〔2018〕424号), from which they import again.

Rows are read and given a chunk at a time. What is never public is in them only where the caller asks; else its columns
stay, and stay empty, as the sheets have them.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from registry.credit.columns import FIELDS
from registry.credit.find import LATEST, Event, effective, query, shown
from registry.credit.layouts import PENALTY_2018, PERMIT_2018
from registry.credit.tables import EventRow
from registry.credit.wording import opened
from registry.kernel.delimited import Cell
from registry.kernel.work import WorkSession
from registry.roster.layout import Layout

CHUNK = 500

SHEETS: Mapping[str, tuple[str, bool, Layout]] = {
    "permit-organisation": ("permit", False, PERMIT_2018[1]),
    "permit-person": ("permit", True, PERMIT_2018[2]),
    "penalty-organisation": ("penalty", False, PENALTY_2018[1]),
    "penalty-person": ("penalty", True, PENALTY_2018[2]),
}
"""The four sheets by name: the kind of event, whether of natural persons, the columns."""


def headers(sheet: str) -> list[str]:
    """The names of the columns as the standard has them."""
    return [column.titles[0] for column in SHEETS[sheet][2].columns]


def rows(
    session: WorkSession, sheet: str, *, first: date, last: date, restricted: bool = False
) -> Iterator[list[Cell]]:
    """The cells of each decision that stands, made from one day to another, in the order of recording."""
    layout = SHEETS[sheet][2]
    for event, hidden in _events(session, sheet, first, last):
        cells = {**event.columns, **(hidden if restricted else {})}
        yield [_cell(column.field, cells.get(column.field, "")) for column in layout.columns]


def _cell(field: str, text: str) -> Cell:
    """An amount is a number in 万元, as its six decimals say."""
    return float(text) if text and field in FIELDS and FIELDS[field].type == "amount" else text


def persons(session: WorkSession, sheet: str, *, first: date, last: date) -> list[str]:
    """The public ids of the registered subjects of these decisions, each once."""
    found = (event.subject.public_id for event, _ in _events(session, sheet, first, last))
    return list(dict.fromkeys(public_id for public_id in found if public_id))


def _events(
    session: WorkSession, sheet: str, first: date, last: date
) -> Iterator[tuple[Event, Mapping[str, str]]]:
    kind, of_persons, _ = SHEETS[sheet]
    decided_on = effective(EventRow.decided_on, LATEST.decided_on)
    asked = query().where(EventRow.kind == kind, decided_on.between(first, last)).order_by(EventRow.id)
    after = 0
    while chunk := session.execute(asked.where(EventRow.id > after).limit(CHUNK)).all():
        for row in chunk:
            stored, correction = row[0], row[1]
            event = shown(session, row)
            if event.annulled_by is None and event.state != "撤销" and _natural(event) is of_persons:
                yield event, opened(session, (correction or stored).wording).restricted
        after = chunk[-1][0].id


def _natural(event: Event) -> bool:
    """Whether the decision is about a natural person: as its column says, else as the register knows the subject."""
    prefix = "XK" if event.kind.code == "permit" else "CF"
    told = event.columns.get(f"{prefix}_XDR_LB")
    return told == "自然人" if told else event.subject.kind == "practitioner"
