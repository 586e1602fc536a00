"""Pages of inspections ask the database as often for fifty rows as for one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from inspection.ceremony import find
from inspection.plan import draft
from inspection.plan.tables import MatterRow
from inspection.visits import find as visits
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE
from tests.people import Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EVERYTHING = [{"id": name, "rate_bp": 10000, "min": 0, "max": None} for name in "ABCD"]


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """What the application asks the database meanwhile."""
    engine = app.extensions["legalcredit"].engine
    sent: list[str] = []

    def heard(_connection, _cursor, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", heard)
    yield sent
    event.remove(engine, "before_cursor_execute", heard)


def test_no_page_asks_once_for_every_row(host: Host, app: Flask, sign_in: Callable[..., Person]) -> None:
    place = bureau.found(host.work, firms=3, inspectors=8, strata=EVERYTHING)
    reader = sign_in("draw", "head")
    first = bureau.drawn(host.work, place)
    few = _statements(host, app, reader, place.task, first)
    more = [_task(host.work, number) for number in range(5)]
    with host.work.write(OFFICE) as session:
        bureau.enrol(session, range(3, 20))
    drawn = [bureau.drawn(host.work, bureau.Bureau(place.firms, task)) for task in more]
    with host.work.read() as session:
        assert len(visits.worklist(session, limit=1000)[0]) == 3 + 5 * 20
        assert len(find.draw_page(session, drawn[0], on=session.today).chosen) == 20
    assert _statements(host, app, reader, more[0], drawn[0]) == few
    assert max(few.values()) <= 20, few


def _statements(host: Host, app: Flask, reader: Person, task: str, draw: str) -> dict[str, int]:
    with host.work.read() as session:
        [visit, *_], _ = visits.worklist(session, limit=1)
    pages = {
        "overview": "/staff/inspection",
        "matters": "/staff/inspection/matters",
        "inspectors": "/staff/inspection/inspectors",
        "task": f"/staff/inspection/tasks/{task}",
        "staff draw": f"/staff/inspection/draws/{draw}",
        "visits": "/staff/visits",
        "visit": f"/staff/visits/{visit.public_id}",
        "draws": "/draws",
        "draw": f"/draws/{draw}",
        "draw.json": f"/draws/{draw}.json",
        "draws.json": "/draws.json",
        "matters.json": "/matters.json",
    }
    found = {}
    for name, path in pages.items():
        with counted(app) as sent:
            assert reader.get(path).status_code == 200
        found[name] = len(sent)
    return found


def _task(work: Work, number: int) -> str:
    with work.write(OFFICE) as session:
        matter = session.scalars(select(MatterRow.public_id)).one()
        return draft.create_task(
            session,
            OFFICE,
            code=f"2026-LS-1{number}",
            title=f"第{number}次抽查",
            matter=matter,
            strata=EVERYTHING,
            reserve=0,
            team={"size": 2, "lead_required": False, "cross_district": False, "max_load": None},
            yearly_cap=None,
            deadline=session.today + timedelta(days=30 + number),
        ).public_id
