"""Writes what the search reads: names, terms and grams."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from registry.kernel.store import Base
from registry.kernel.work import WorkSession
from registry.roster.names import grams
from registry.roster.tables import GramRow, NameRow, TermRow


def add(session: WorkSession, column: str, subjects: Sequence[tuple[int, str, set[str]]]) -> None:
    if not subjects:
        return
    ids = insert_rows(session, NameRow, [{"key": key, column: id_} for id_, key, _ in subjects])
    terms, pieces = [], []
    for name_id, (_, key, own) in zip(ids, subjects, strict=True):
        terms += [{"term": term, "name_id": name_id} for term in own]
        pieces += [{"gram": gram, "name_id": name_id} for gram in grams(key)]
    # The tables themselves: the mapped classes would look at every row once more, and these are most rows of all.
    session.execute(insert(TermRow.__table__), terms)  # type: ignore[arg-type]
    session.execute(insert(GramRow.__table__), pieces)  # type: ignore[arg-type]


def add_terms(session: WorkSession, practitioner: int, terms: set[str]) -> None:
    """Further terms by which a person (row id) on the roster is found."""
    name_id = session.execute(select(NameRow.id).where(NameRow.practitioner_id == practitioner)).scalar_one()
    held = set(
        session.scalars(select(TermRow.term).where(TermRow.name_id == name_id, TermRow.term.in_(terms)))
    )
    if fresh := terms - held:
        session.execute(insert(TermRow), [{"term": term, "name_id": name_id} for term in fresh])


def insert_rows(session: WorkSession, table: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Inserts and gives the new ids in the order of the rows."""
    if not rows:
        return []
    statement = insert(table).returning(table.id, sort_by_parameter_order=True)  # type: ignore[attr-defined]
    return list(session.execute(statement, list(rows)).scalars())
