"""Visits that found something, for the tests of what follows them."""

from datetime import date
from io import BytesIO
from typing import Any

from inspection.visits import find, findings
from inspection.visits.after import rectification
from inspection.visits.after.tables import RectificationRow
from inspection.visits.find import VisitPage
from registry.credit import evidence
from registry.credit.evidence_store import Store
from registry.kernel.access import Actor
from registry.kernel.work import Work
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE

REVIEWER = Actor.command("reviewer")
PDF = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"


def visit(work: Work, **changes: Any) -> VisitPage:
    """The first visit of a draw that was carried out, with a finding on record that waits for its review."""
    bureau.drawn(work, bureau.found(work))
    with work.read() as session:
        public_id = find.worklist(session, limit=1)[0][0].public_id
    record(work, public_id, **changes)
    return again(work, public_id)


def record(work: Work, public_id: str, **changes: Any) -> None:
    fields: dict[str, Any] = {
        "visited_on": date(2026, 11, 20),
        "codes": ["B", "D"],
        "measure": "rectify",
        "note": "收费标准没有公示",
    }
    with work.write(OFFICE) as session:
        findings.note_finding(session, OFFICE, visit=public_id, **{**fields, **changes})


def close(work: Work, public_id: str) -> VisitPage:
    with work.write(REVIEWER) as session:
        findings.close(session, REVIEWER, visit=public_id)
    return again(work, public_id)


def again(work: Work, public_id: str) -> VisitPage:
    with work.read() as session:
        return find.visit(session, public_id)


def ordered(work: Work, public_id: str, **changes: Any) -> RectificationRow:
    """An order on both problems, thirty days long."""
    fields: dict[str, Any] = {
        "number": "示司改字〔2026〕1号",
        "codes": ["B", "D"],
        "demands": "十五日内公示收费标准，并报送照片。",
        "due_on": date(2026, 12, 20),
    }
    with work.write(OFFICE) as session:
        return rectification.order(session, OFFICE, visit=public_id, **{**fields, **changes})


def rechecked(work: Work, order: str, visit_: VisitPage, **changes: Any) -> None:
    with work.read() as session:
        today = session.today
    fields: dict[str, Any] = {
        "checked_on": today,
        "inspectors": list(visit_.inspectors),
        "remaining": [],
        "note": "已张贴",
    }
    with work.write(OFFICE) as session:
        rectification.recheck(session, OFFICE, rectification=order, **{**fields, **changes})


def confirmed(work: Work, order: str) -> None:
    with work.write(REVIEWER) as session:
        rectification.decide(session, REVIEWER, rectification=order, confirmed=True)


def filed_evidence(work: Work, owner: str, name: str = "照片.pdf") -> str:
    """A file behind a record; its public id."""
    with work.write(OFFICE) as session:
        return evidence.attach(
            session, OFFICE, store=Store.of(work), owner=owner, name=name, stream=BytesIO(PDF)
        ).public_id
