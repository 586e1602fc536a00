"""Visits: the team records, a second person closes, and the finding is a credit event in the same transaction."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from inspection.visits import find, findings
from inspection.visits.tables import VisitRow
from registry.credit import find as credit
from registry.credit.tables import EventRow
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE
from tests.people import Person


@pytest.fixture
def visit(work: Work) -> find.VisitPage:
    """The first visit of a draw that was carried out."""
    bureau.drawn(work, bureau.found(work))
    with work.read() as session:
        return find.worklist(session, limit=1)[0][0]


def _note(work: Work, visit: find.VisitPage, **changes: object) -> None:
    fields: dict[str, Any] = {
        "visited_on": date(2026, 11, 20),
        "codes": ["E"],
        "measure": "rectify",
        "note": "收据缺号，已改正",
    }
    with work.write(OFFICE) as session:
        findings.note_finding(session, OFFICE, visit=visit.public_id, **{**fields, **changes})


def test_an_inspector_records_on_the_page_and_the_head_closes(
    host: Host, visit: find.VisitPage, sign_in: Callable[..., Person]
) -> None:
    inspector, stranger, head = (
        sign_in("inspector"),
        sign_in("inspector", username="stranger"),
        sign_in("head"),
    )
    bureau.link(host.work, visit.inspectors[0], inspector.username)
    page = f"/staff/visits/{visit.public_id}"
    fields = {"visited_on": "2026-11-20", "codes": ["E", "B"], "measure": "rectify", "note": "收据缺号"}
    assert visit.organisation_name in inspector.get("/staff/visits?mine=1").text
    assert visit.organisation_name not in stranger.get("/staff/visits?mine=1").text
    assert stranger.post(page, **fields).status_code == 403
    assert inspector.post(page, **fields).status_code == 303
    assert head.post(f"{page}/close").status_code == 303
    assert head.post(f"{page}/close").status_code == 409
    assert inspector.post(page, **fields).status_code == 409
    with host.work.read() as session:
        event = credit.events_of(session, organisation=_organisation(session, visit))[0]
        assert event.kind.code == "inspection_finding"
        assert event.detail["results"] == ["未按规定公示应当公示的信息", "发现问题已责令改正"]
        assert event.detail["inspectors"] == list(visit.inspectors)


def test_the_finding_its_event_and_its_audit_entry_come_together_or_not_at_all(
    work: Work, visit: find.VisitPage
) -> None:
    _note(work, visit)
    reviewer = OFFICE.command("reviewer")

    def close_and_fail() -> None:
        with work.write(reviewer) as session:
            findings.close(session, reviewer, visit=visit.public_id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        close_and_fail()
    with work.read() as session:
        assert find.visit(session, visit.public_id).state == "recorded"
        assert session.scalar(select(func.count()).select_from(EventRow)) == 0
    with work.write(reviewer) as session:
        findings.close(session, reviewer, visit=visit.public_id)
    with work.read() as session:
        size = book.head(session, "audit").size
        last = book.read(session, "audit", start=size - 2, limit=2, on=session.today)
        assert [leaf.action for leaf in last] == ["credit.record", "visit.close"]


def test_whoever_recorded_a_finding_does_not_close_it(work: Work, visit: find.VisitPage) -> None:
    with pytest.raises(Conflict), work.write(OFFICE) as session:
        findings.close(session, OFFICE, visit=visit.public_id)
    _note(work, visit)
    with pytest.raises(Refused), work.write(OFFICE) as session:
        findings.close(session, OFFICE, visit=visit.public_id)


@pytest.mark.parametrize(
    ("changes", "path", "rule"),
    [
        ({"codes": ["1", "E"]}, "codes", "excludes_others"),
        ({"codes": []}, "codes", "unknown_code"),
        ({"codes": ["Z9"]}, "codes", "unknown_code"),
        ({"measure": "shout"}, "measure", "unknown_measure"),
        ({"visited_on": date(2026, 11, 21)}, "visited_on", "out_of_range"),
        ({"visited_on": date(2026, 11, 19)}, "visited_on", "out_of_range"),
        ({"note": "长" * 4001}, "note", "too_long"),
    ],
)
def test_a_finding_that_breaks_a_rule_names_the_field(
    work: Work, visit: find.VisitPage, changes: dict[str, object], path: str, rule: str
) -> None:
    with pytest.raises(Invalid) as refused:
        _note(work, visit, **changes)
    assert [(fault.path, fault.rule) for fault in refused.value.fields] == [(path, rule)]


def test_a_correction_before_the_closing_replaces_what_was_recorded(
    work: Work, visit: find.VisitPage, clock: SetClock
) -> None:
    _note(work, visit)
    clock.advance(timedelta(hours=1))
    _note(work, visit, codes=["1"], measure="none", note="")
    with work.read() as session:
        assert find.visit(session, visit.public_id).results == ["未发现问题"]


def test_the_work_list_pages_by_deadline_and_knows_whose_visits_they_are(
    work: Work, visit: find.VisitPage
) -> None:
    _note(work, visit)
    with work.read() as session:
        whole, none = find.worklist(session, limit=100)
        assert none is None
        paged, after = find.worklist(session, limit=1)
        while after is not None:
            more, after = find.worklist(session, limit=1, after=after)
            paged += more
        assert paged == whole
        assert len(whole) > 1
        own = visit.inspectors[1]
        mine, _ = find.worklist(session, certificate=own, limit=100)
        assert mine == [one for one in whole if own in one.inspectors]
        assert find.worklist(session, certificate=own[:-1], limit=100)[0] == [], "part of a number"
        recorded, _ = find.worklist(session, states=("recorded",), limit=100)
        assert [one.public_id for one in recorded] == [visit.public_id]
        assert find.progress(session, [visit.draw]) == {visit.draw: (0, len(whole))}
        with pytest.raises(NotFound):
            find.worklist(session, limit=1, after="unknown")


def _organisation(session, visit: find.VisitPage) -> int:
    return (
        session.scalars(select(VisitRow).where(VisitRow.public_id == visit.public_id))
        .one()
        .selection.organisation_id
    )
