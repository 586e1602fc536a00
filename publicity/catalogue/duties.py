"""What waits on the lists: a version that is ready and not published yet."""

from collections.abc import Sequence

from sqlalchemy import select

from publicity.catalogue.draft import PUBLISH
from publicity.catalogue.schema import SCHEMAS
from publicity.catalogue.tables import CatalogueDraftRow
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession


def _ready(session: WorkSession, limit: int) -> Sequence[Duty]:
    rows = session.scalars(
        select(CatalogueDraftRow)
        .where(CatalogueDraftRow.state == "ready")
        .order_by(CatalogueDraftRow.effective_on, CatalogueDraftRow.id)
        .limit(limit)
    )
    return [
        Duty(
            title=f"公布{SCHEMAS[row.listing].title}的新版本",
            endpoint="catalogue_staff.draft_page",
            values={"public_id": row.public_id},
            since=row.ready_on or session.today,
            due=row.effective_on,
            barred=frozenset(row.authors),
        )
        for row in rows
    ]


WORKLIST = Worklist("公布清单和目录", PUBLISH, _ready)
