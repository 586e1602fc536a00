"""Writes what the search reads: names, terms and grams. Whoever bore another name is found by it too."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from registry.kernel.store import Base
from registry.kernel.work import Work, WorkSession
from registry.roster import particulars
from registry.roster.names import grams, organisation_terms, person_terms, search_key
from registry.roster.tables import (
    GramRow,
    LicenceNumberRow,
    LicenceRow,
    NameRow,
    OrganisationRow,
    PractitionerRow,
    TermRow,
)


def add(session: WorkSession, column: str, subjects: Sequence[tuple[int, str, set[str]]]) -> None:
    if not subjects:
        return
    ids = insert_rows(session, NameRow, [{"key": key, column: id_} for id_, key, _ in subjects])
    _write(session, [(id_, [key], own) for id_, (_, key, own) in zip(ids, subjects, strict=True)])


def _write(session: WorkSession, names: Sequence[tuple[int, Sequence[str], set[str]]]) -> None:
    terms = [{"term": term, "name_id": name_id} for name_id, _, own in names for term in own]
    pieces = [
        {"gram": gram, "name_id": name_id}
        for name_id, keys, _ in names
        for gram in set().union(*(grams(key) for key in keys))
    ]
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


def refresh_organisation(session: WorkSession, organisation_id: int) -> None:
    """Writes an organisation's entry anew: its names, codes and numbers, present and past."""
    row = session.execute(
        select(OrganisationRow.name, OrganisationRow.uscc, OrganisationRow.licence_number).where(
            OrganisationRow.id == organisation_id
        )
    ).one()
    changes = particulars.of_organisation(session, organisation_id)
    keys = _keys([row.name, *reversed(particulars.former(changes, "name"))])
    codes = [row.uscc, row.licence_number]
    codes += particulars.former(changes, "uscc") + particulars.former(changes, "licence_number")
    terms = {code for code in codes if code}.union(*(organisation_terms(key) for key in keys))
    name_id = session.scalar(select(NameRow.id).where(NameRow.organisation_id == organisation_id))
    _rewrite(session, "organisation_id", organisation_id, name_id, keys, terms)


def refresh_practitioner(session: WorkSession, practitioner_id: int) -> None:
    """Writes a person's entry anew: names, present and past, those of merged records too, and every licence number.

    A record that was merged into another has no entry of its own.
    """
    records = or_(PractitionerRow.id == practitioner_id, PractitionerRow.merged_into_id == practitioner_id)
    rows = session.execute(
        select(PractitionerRow.id, PractitionerRow.name, PractitionerRow.merged_into_id).where(records)
    ).all()
    own = next(row for row in rows if row.id == practitioner_id)
    name_id = session.scalar(select(NameRow.id).where(NameRow.practitioner_id == practitioner_id))
    if own.merged_into_id is not None:
        if name_id is not None:
            _clear(session, name_id)
            session.execute(delete(NameRow).where(NameRow.id == name_id))
        return
    changes = particulars.of_practitioner(session, practitioner_id)[0]
    others = [row.name for row in rows if row.id != practitioner_id]
    keys = _keys([own.name, *reversed(particulars.former(changes, "name")), *others])
    numbers = session.scalars(
        select(LicenceNumberRow.number)
        .join(LicenceRow, LicenceRow.id == LicenceNumberRow.licence_id)
        .where(LicenceRow.practitioner_id == practitioner_id)
    )
    terms = set(numbers).union(*(person_terms(key) for key in keys))
    _rewrite(session, "practitioner_id", practitioner_id, name_id, keys, terms)


def renew(work: Work) -> Mapping[str, int]:
    """The job `names`: writes anew the entries of names that are read otherwise since, as after a new table of characters."""
    with work.read() as session:
        entries = session.execute(select(NameRow.key, NameRow.organisation_id, NameRow.practitioner_id))
        stale = [entry for entry in entries.yield_per(10_000) if not _fresh(entry.key)]
    for entry in stale:
        with work.housekeeping() as session:
            if entry.organisation_id is not None:
                refresh_organisation(session, entry.organisation_id)
            else:
                refresh_practitioner(session, entry.practitioner_id)
    return {"renewed": len(stale)}


def _fresh(key: str) -> bool:
    return all(search_key(line) == line for line in key.split("\n"))


def _keys(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(search_key(name) for name in names))


def _rewrite(
    session: WorkSession, column: str, id_: int, name_id: int | None, keys: Sequence[str], terms: set[str]
) -> None:
    key = "\n".join(keys)
    if name_id is None:
        name_id = insert_rows(session, NameRow, [{"key": key, column: id_}])[0]
    else:
        _clear(session, name_id)
        session.execute(update(NameRow).where(NameRow.id == name_id).values(key=key))
    _write(session, [(name_id, keys, terms)])


def _clear(session: WorkSession, name_id: int) -> None:
    session.execute(delete(TermRow).where(TermRow.name_id == name_id))
    session.execute(delete(GramRow).where(GramRow.name_id == name_id))


def insert_rows(session: WorkSession, table: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Inserts and gives the new ids in the order of the rows."""
    if not rows:
        return []
    statement = insert(table).returning(table.id, sort_by_parameter_order=True)  # type: ignore[attr-defined]
    return list(session.execute(statement, list(rows)).scalars())
