"""案件线索移送 and 抄告: secured evidence first, a second person's consent, a clock, and the penalty that came of it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from inspection.visits.after import find, handover
from inspection.visits.after.terms import terms
from inspection.visits.find import VisitPage
from registry.credit.record import Subject, annul, record
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.roster.tables import OrganisationRow
from tests.inspection import followed
from tests.inspection.bureau import OFFICE
from tests.inspection.followed import REVIEWER
from tests.people import Person

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NUMBER = "示司罚决字〔2026〕第9号"


@pytest.fixture
def visit(work: Work) -> VisitPage:
    return followed.close(work, followed.visit(work, measure="transfer").public_id)


def _proposed(work: Work, visit: VisitPage, **changes: Any) -> str:
    fields: dict[str, Any] = {"kind": "case", "authority": "执法监督处", "facts": "私自收费，收据三张"}
    if "evidence" not in changes:
        fields["evidence"] = [followed.filed_evidence(work, visit.public_id)]
    with work.write(OFFICE) as session:
        return handover.propose(session, OFFICE, visit=visit.public_id, **{**fields, **changes}).public_id


def _filed(work: Work, visit: VisitPage, clock: SetClock) -> str:
    lead = _proposed(work, visit)
    with work.write(REVIEWER) as session:
        handover.decide(session, REVIEWER, handover=lead, granted=True)
    clock.advance(timedelta(days=3))
    with work.write(OFFICE) as session:
        handover.file(session, OFFICE, handover=lead, case_number="立〔2026〕4", filed_on=session.today)
    return lead


def _penalty(work: Work, organisation: str, *, decided_on: date, number: str = NUMBER) -> str:
    with work.write(OFFICE) as session:
        row = session.scalars(
            select(OrganisationRow.id).where(OrganisationRow.public_id == organisation)
        ).one()
        return record(
            session,
            OFFICE,
            kind="penalty",
            subject=Subject(organisation=row),
            decided_on=decided_on,
            document_number=number,
            summary="警告",
            severity="一般",
            columns={"CF_WSH": number, "CF_CFLB": "警告"},
        ).public_id


@one_database
def test_a_lead_goes_from_the_visit_to_the_penalty_on_the_pages(
    host: Host, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    visit = followed.close(host.work, followed.visit(host.work, measure="transfer").public_id)
    clerk, head = sign_in("clerk"), sign_in("head")
    new = f"/staff/visits/{visit.public_id}/handovers/new"
    assert visit.subject_name in clerk.get("/staff/work").text
    fields = {"kind": "case", "authority": "执法监督处", "facts": "私自收费，收据三张"}
    refused = clerk.post(new, **fields)
    assert (refused.status_code, "固定证据" in refused.text) == (422, True)
    file = followed.filed_evidence(host.work, visit.public_id)
    page = clerk.post(new, **fields, evidence=file).headers["Location"]
    assert clerk.post(f"{page}/send").status_code == 403
    assert "私自收费，收据三张" in head.get(page).text
    assert head.post(f"{page}/send").status_code == 303
    assert "已移送" in clerk.get(page).text
    assert clerk.post(f"{page}/close", outcome="penalty", penalty=NUMBER).status_code == 409, "not filed yet"
    assert clerk.post(f"{page}/file", case_number="立〔2026〕4", filed_on="2026-11-20").status_code == 303
    assert clerk.post(f"{page}/close", outcome="penalty", penalty=NUMBER).status_code == 422
    _penalty(host.work, visit.organisation, decided_on=date(2026, 11, 20))
    assert clerk.post(f"{page}/close", outcome="penalty", penalty=NUMBER).status_code == 303
    assert NUMBER in clerk.get(page).text
    assert visit.subject_name in clerk.get("/staff/handovers?state=ended").text


def test_facts_are_sealed_and_the_clock_runs_from_the_sending(
    work: Work, visit: VisitPage, clock: SetClock
) -> None:
    lead = _proposed(work, visit)
    with pytest.raises(Refused) as refused, work.write(OFFICE) as session:
        handover.decide(session, OFFICE, handover=lead, granted=True)
    assert refused.value.rule == "four_eyes"
    with work.write(REVIEWER) as session:
        row = handover.decide(session, REVIEWER, handover=lead, granted=True)
        assert row.due_on == date(2026, 12, 11), "fifteen working days"
        assert "收据".encode() not in row.facts
    clock.advance(timedelta(days=3))
    with work.write(OFFICE) as session:
        row = handover.file(session, OFFICE, handover=lead, case_number="立1", filed_on=session.today)
        assert row.due_on == date(2027, 2, 21), "ninety days (行政处罚法第六十条)"


@pytest.mark.parametrize(
    "evidence",
    [pytest.param([], id="none"), pytest.param(["aaaaaaaaaaaaaaaa"], id="somebody else's")],
)
@one_database
def test_no_lead_without_secured_evidence(work: Work, visit: VisitPage, evidence: list[str]) -> None:
    """发现案件线索，固定证据后移送."""
    with pytest.raises(Invalid) as refused:
        _proposed(work, visit, evidence=evidence)
    assert [fault.path for fault in refused.value.fields] == ["evidence"]


@one_database
def test_a_penalty_closes_the_lead_only_if_it_came_of_it(
    work: Work, visit: VisitPage, clock: SetClock
) -> None:
    lead = _filed(work, visit, clock)
    with work.read() as session:
        today = session.today

    def close() -> None:
        with work.write(OFFICE) as session:
            handover.close(session, OFFICE, handover=lead, outcome="penalty", penalty=NUMBER)

    with work.read() as session:
        other = session.scalars(
            select(OrganisationRow.public_id).where(OrganisationRow.public_id != visit.organisation).limit(1)
        ).one()
    _penalty(work, other, decided_on=today)
    with pytest.raises(Invalid) as refused:
        close()
    assert refused.value.rule == "unknown_penalty"
    early = _penalty(work, visit.organisation, decided_on=date(2026, 11, 20))
    with pytest.raises(Invalid) as refused:
        close()
    assert refused.value.rule == "before_filing"
    with work.write(OFFICE) as session:
        annul(session, OFFICE, event=early, ground="撤销", on=session.today)
    with pytest.raises(Invalid) as refused:
        close()
    assert refused.value.rule == "unknown_penalty", "what was annulled is no penalty"
    good = _penalty(work, visit.organisation, decided_on=today)
    close()
    with work.read() as session:
        assert find.one_handover(session, lead).penalty == good


@pytest.mark.parametrize(
    ("outcome", "basis", "penalty"),
    [
        ("penalty", "行政处罚法第五十七条第一款第一项", True),
        ("minor", "行政处罚法第五十七条第一款第二项", False),
        ("unfounded", "行政处罚法第五十七条第一款第三项", False),
        ("crime", "行政处罚法第五十七条第一款第四项", False),
    ],
)
def test_a_case_ends_as_the_law_lets_it_end(outcome: str, basis: str, penalty: bool) -> None:
    known = terms().outcomes[outcome]
    assert (known.basis, known.penalty) == (basis, penalty)


@one_database
def test_a_notification_needs_no_evidence_and_ends_with_its_receipt(work: Work, visit: VisitPage) -> None:
    told = _proposed(work, visit, kind="notify", authority="市税务局", evidence=[])
    with pytest.raises(Conflict):
        _proposed(work, visit, kind="notify", authority="市税务局", evidence=[])
    with work.write(REVIEWER) as session:
        assert handover.decide(session, REVIEWER, handover=told, granted=True).due_on is None
    with pytest.raises(Conflict), work.write(OFFICE) as session:
        handover.file(session, OFFICE, handover=told, case_number="1", filed_on=session.today)
    with work.write(OFFICE) as session:
        handover.close(session, OFFICE, handover=told, outcome="", reason="税务局已签收")
    with work.read() as session:
        assert find.one_handover(session, told).outcome_title == "已收到"


@one_database
def test_a_refused_lead_stays_with_its_reason(work: Work, visit: VisitPage) -> None:
    lead = _proposed(work, visit)
    with pytest.raises(Invalid), work.write(REVIEWER) as session:
        handover.decide(session, REVIEWER, handover=lead, granted=False)
    with work.write(REVIEWER) as session:
        handover.decide(session, REVIEWER, handover=lead, granted=False, reason="证据不足")
    with work.read() as session:
        found = find.one_handover(session, lead)
        assert [step.note for step in found.steps if step.step == "refuse"] == ["证据不足"]
    with work.engine.connect() as connection:
        stored = connection.execute(text("SELECT * FROM reg_case_steps")).all()
    assert "证据不足" not in str(stored)
