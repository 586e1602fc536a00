"""Whom a draw selected, as rows: visits hang on them, and later draws count them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from inspection.ceremony import persons
from inspection.ceremony.tables import DrawRow, SelectionRow
from registry.kernel.work import WorkSession
from registry.roster.kinds import PROFESSIONS
from registry.roster.tables import OrganisationRow


def add(session: WorkSession, draw: DrawRow, teams: Mapping[str, Sequence[str]]) -> list[SelectionRow]:
    """One row for each unit of `teams`, in their order, flushed; persons among them are opened with it."""
    kind = draw.task.matter.object_kind
    if kind in PROFESSIONS:
        persons.open_units(session, draw, teams.keys())
        people = persons.drawn(session, draw.id, kind)
        subjects: dict[str, tuple[int | None, int | None]] = {
            unit: (people[unit].firm_id, people[unit].practitioner_id) for unit in teams
        }
    else:
        places = select(OrganisationRow.public_id, OrganisationRow.id)
        rows = session.execute(places.where(OrganisationRow.public_id.in_(list(teams))))
        subjects = {row.public_id: (row.id, None) for row in rows}
    selections = [
        SelectionRow(
            draw_id=draw.id,
            unit=unit,
            organisation_id=subjects[unit][0],
            practitioner_id=subjects[unit][1],
            inspectors=list(team),
        )
        for unit, team in teams.items()
    ]
    session.add_all(selections)
    session.flush()
    return selections
