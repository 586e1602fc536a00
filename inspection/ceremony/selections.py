"""Whom a draw selected, as rows: visits hang on them, and later draws count them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from inspection.ceremony.tables import DrawRow, SelectionRow
from registry.kernel.work import WorkSession
from registry.roster.tables import OrganisationRow


def add(session: WorkSession, draw: DrawRow, teams: Mapping[str, Sequence[str]]) -> list[SelectionRow]:
    """One row for each unit of `teams`, in their order, flushed."""
    organisations = {
        row.public_id: row.id
        for row in session.execute(
            select(OrganisationRow.public_id, OrganisationRow.id).where(
                OrganisationRow.public_id.in_(list(teams))
            )
        )
    }
    rows = [
        SelectionRow(
            draw_id=draw.id, unit=unit, organisation_id=organisations[unit], inspectors=list(team)
        )
        for unit, team in teams.items()
    ]
    session.add_all(rows)
    session.flush()
    return rows
