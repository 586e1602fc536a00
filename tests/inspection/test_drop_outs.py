"""Inspectors whose certificate runs out before the visit, or who left, drop out by themselves; the seed says who comes in."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from inspection.ceremony.tables import DrawRow
from inspection.draw.verify import verify
from inspection.plan.directory import leave
from inspection.plan.tables import InspectorRow
from inspection.visits import certificates, find, findings, replace
from inspection.visits.fieldwork.note import Operation, note
from registry.kernel.clock import SetClock
from registry.kernel.work import Work, WorkSession
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE


@pytest.fixture
def visit(work: Work) -> find.VisitPage:
    bureau.drawn(work, bureau.found(work, firms=4))
    with work.read(OFFICE) as session:
        return find.worklist(session, limit=1)[0][0]


def _team(work: Work, visit: find.VisitPage) -> list[str]:
    with work.read(OFFICE) as session:
        return list(find.visit(session, visit.public_id).inspectors)


def _directory(session: WorkSession, certificate: str) -> InspectorRow:
    return session.scalars(select(InspectorRow).where(InspectorRow.certificate == certificate)).one()


def _until(work: Work, certificate: str, day: date) -> None:
    """What the directory says; how it came to say so is a story of its own."""
    with work.write(OFFICE) as session:
        _directory(session, certificate).valid_until = day
        session.act("inspector.enlist", "tests")


def _plan(work: Work, visit: find.VisitPage, day: date) -> None:
    with work.write(OFFICE) as session:
        content = {"planned_on": day.isoformat(), "note": ""}
        operation = Operation(
            f"plan-{day.isoformat()}-x", visit.public_id, "appointment", content, session.now
        )
        note(session, OFFICE, operation=operation)


def test_a_certificate_that_runs_out_before_the_visit_is_replaced_by_the_seed_and_the_log_says_so(
    work: Work, visit: find.VisitPage
) -> None:
    leaving = visit.inspectors[1]
    _until(work, leaving, visit.deadline - timedelta(days=1))
    assert certificates.settle(work) == {"replaced": 1, "failed": 0}
    assert certificates.settle(work) == {"replaced": 0, "failed": 0}, "nothing twice"
    with work.read(OFFICE) as session:
        record = json.loads(
            session.scalars(select(DrawRow.record).where(DrawRow.public_id == visit.draw)).one() or b"{}"
        )
        [request] = replace.requests(session, visit.public_id)
    assert verify(record) == []
    entry = record["substitutions"][0]
    assert (entry["ground"], entry["seat"], entry["unit"]) == ("certificate_expired", 1, visit.unit)
    assert _team(work, visit) == [visit.inspectors[0], entry["inspector_in"]]
    assert (request.state, request.asked_by) == ("granted", "certificates")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_planned_day_counts_where_there_is_one(work: Work, visit: find.VisitPage) -> None:
    with work.read(OFFICE) as session:
        today = session.today
    _plan(work, visit, today + timedelta(days=3))
    _until(work, visit.inspectors[0], today + timedelta(days=3))
    assert certificates.settle(work)["replaced"] == 0
    _plan(work, visit, today + timedelta(days=4))
    assert certificates.settle(work)["replaced"] == 1
    assert visit.inspectors[0] not in _team(work, visit)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_left_or_is_on_leave_on_the_planned_day_drops_out_too(
    work: Work, visit: find.VisitPage, clock: SetClock
) -> None:
    first, second = visit.inspectors
    with work.write(OFFICE) as session:
        day = session.today + timedelta(days=5)
        leave.take_leave(
            session,
            OFFICE,
            inspector=_directory(session, second).public_id,
            starts_on=day,
            ends_on=day,
            reason="休假",
        )
    assert certificates.settle(work)["replaced"] == 0, "there are other days"
    _plan(work, visit, day)
    assert certificates.settle(work)["replaced"] == 1
    with work.write(OFFICE) as session:
        _directory(session, first).ended_on = session.today
        session.act("inspector.enlist", "tests")
    assert certificates.settle(work)["replaced"] == 1
    assert not {first, second} & set(_team(work, visit))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_successor_who_cannot_be_there_either_is_replaced_until_the_seat_stays_empty(
    work: Work, visit: find.VisitPage
) -> None:
    with work.write(OFFICE) as session:
        for inspector in session.scalars(select(InspectorRow)):
            inspector.valid_until = session.today
        session.act("inspector.enlist", "tests")
    certificates.settle(work)
    assert _team(work, visit) == []
    with work.read(OFFICE) as session:
        assert replace.seats(session, visit.public_id) == [None, None]
        assert certificates.drop_outs(session) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_visit_that_was_recorded_keeps_who_made_it(work: Work, visit: find.VisitPage) -> None:
    with work.write(OFFICE) as session:
        findings.note_finding(
            session,
            OFFICE,
            visit=visit.public_id,
            visited_on=session.today,
            codes=["1"],
            measure="none",
            note="",
        )
    _until(work, visit.inspectors[0], date(2026, 1, 1))
    with work.read(OFFICE) as session:
        assert visit.public_id not in {one.visit for one in certificates.drop_outs(session)}
