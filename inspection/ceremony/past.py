"""Who was drawn before, and is or was inspected for it: what later frames leave out by cap and interval."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, exists, func, select

from inspection.ceremony.sealed import is_open
from inspection.ceremony.tables import DrawRow, SelectionRow, SubstitutionRow
from inspection.plan.exclusions import Past
from inspection.plan.tables import MatterRow, TaskMatterRow
from registry.credit.catalogue import add_months
from registry.kernel.work import WorkSession
from registry.roster.tables import OrganisationRow, PractitionerRow


def past(session: WorkSession, *, on: date) -> Mapping[str, Sequence[Past]]:
    """By the subject's public id, the draws that count on the day `on`: those of its year, and those within the longest
    interval that a matter sets. A person's are the person's own, not those of the firm where the visit takes place.

    A selection counts in the year of its draw, so that the published records alone tell the count. What was replaced
    (specification section 7) was not inspected and does not count.
    """
    longest = session.scalar(select(func.max(MatterRow.repeat_months))) or 0
    replaced = exists().where(
        SubstitutionRow.selection_id == SelectionRow.id,
        SubstitutionRow.seat.is_(None),
        SubstitutionRow.state == "granted",
    )
    rows = session.execute(
        select(
            func.coalesce(PractitionerRow.public_id, OrganisationRow.public_id).label("subject"),
            DrawRow.public_id.label("draw"),
            DrawRow.as_of,
            func.coalesce(SelectionRow.joined_to_id, SelectionRow.id).label("visit"),
            MatterRow.code,
        )
        .select_from(SelectionRow)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .join(TaskMatterRow, TaskMatterRow.task_id == DrawRow.task_id)
        .join(MatterRow, MatterRow.id == TaskMatterRow.matter_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == SelectionRow.organisation_id)
        .outerjoin(PractitionerRow, PractitionerRow.id == SelectionRow.practitioner_id)
        .where(
            DrawRow.state == "drawn",
            # What a later frame says of a subject is public: it must not tell that a closed draw hit it.
            is_open(),
            DrawRow.as_of >= min(date(on.year, 1, 1), add_months(on, -longest)),
            ~replaced,
        )
        .order_by(SelectionRow.id, TaskMatterRow.position)
    )
    found: dict[str, dict[str, list[Row[*tuple[Any, ...]]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.subject][row.draw].append(row)
    return {
        subject: [
            Past(draw, lines[0].as_of, lines[0].visit, tuple(line.code for line in lines))
            for draw, lines in draws.items()
        ]
        for subject, draws in found.items()
    }
