"""What followed the demo city's inspections: orders to rectify in every state, a lead handed over, last year's report."""

from datetime import date, timedelta
from io import BytesIO

from inspection.papers import visit as papers
from inspection.visits import find as visits
from inspection.visits import findings
from inspection.visits.after import annual, handover, rectification
from inspection.visits.find import VisitPage
from registry.credit import evidence
from registry.credit.evidence_store import Store
from registry.kernel.paper import typeset
from seed import draws
from seed.facts import BUREAU
from seed.office import SEED, Office, at

_PUBLIC = "https://legalcredit.example"


def last_year(office: Office, day: date) -> None:
    """A draw of notary offices that is over: all visits closed, one of them with a problem that was put right."""
    opened = draws.carried_out(office, day, matter="GZ-01", title=f"{day.year} 年度公证机构双随机抽查")
    office.clock.set(at(day + timedelta(days=4), 10))
    for number, visit in enumerate(opened):
        codes, measure = (["1"], "none") if number else (["B"], "rectify")
        with office.work.write(SEED) as session:
            findings.note_finding(
                session,
                SEED,
                visit=visit.public_id,
                visited_on=session.today,
                codes=codes,
                measure=measure,
                note="查阅公证卷宗和收费票据。",
            )
        with office.work.write(office.actors["head"]) as session:
            findings.close(session, session.actor, visit=visit.public_id)
    if opened:
        office.clock.set(at(day + timedelta(days=6), 10))
        _rechecked(office, _order(office, opened[0], 1, "公示收费标准和监督电话。", days=30), opened[0])


def ordered(office: Office, day: date) -> None:
    """Of the orders after the finished draw one is followed, one is overdue; a lead is handed over."""
    found = _with_problems(office)
    office.clock.set(at(day, 14))
    if found:
        followed = _order(office, found[0], 1, "补齐委托合同和收费票据，报送复印件。", days=30)
        with office.work.write(office.actors["clerk"]) as session:
            rectification.report(
                session,
                session.actor,
                rectification=followed,
                received_on=session.today,
                note="已补齐，附复印件 12 页。",
            )
        _rechecked(office, followed, found[0])
    if len(found) > 1:
        _order(office, found[1], 2, "建立利益冲突审查制度，报送制度文本。", days=30)
    if len(found) > 2:
        _handed_over(office, found[2])


def running(office: Office, day: date) -> None:
    """An order whose term still runs."""
    found = _with_problems(office)
    if len(found) > 3:
        office.clock.set(at(day, 14))
        _order(office, found[3], 3, "整理案卷，报送目录。", days=30)


def report(office: Office, day: date) -> None:
    """The annual report of the year before, prepared by the clerk and published by the leader."""
    office.clock.set(at(day, 15))
    prepared = annual.prepare(office.work, office.actors["clerk"], year=day.year - 1)
    with office.work.write(office.actors["leader"]) as session:
        annual.publish(session, session.actor, report=prepared)


def _with_problems(office: Office) -> list[VisitPage]:
    with office.work.read() as session:
        closed, _ = visits.worklist(session, states=["closed"], limit=1000)
    recent = max((visit.visited_on.year for visit in closed if visit.visited_on), default=0)
    return [
        visit
        for visit in closed
        if visit.measure == "rectify" and visit.visited_on and visit.visited_on.year == recent
    ]


def _order(office: Office, visit: VisitPage, number: int, demands: str, *, days: int) -> str:
    with office.work.write(office.actors["head"]) as session:
        found = visits.visit(session, visit.public_id)
        return rectification.order(
            session,
            session.actor,
            visit=visit.public_id,
            number=f"示司改字〔{session.today.year}〕{number}号",
            codes=found.codes,
            demands=demands,
            due_on=session.today + timedelta(days=days),
        ).public_id


def _rechecked(office: Office, order: str, visit: VisitPage) -> None:
    with office.work.write(SEED) as session:
        rectification.recheck(
            session,
            SEED,
            rectification=order,
            checked_on=session.today,
            inspectors=visit.inspectors,
            remaining=[],
            note="现场核对，已全部改正。",
        )
    with office.work.write(office.actors["head"]) as session:
        rectification.decide(session, session.actor, rectification=order, confirmed=True)


def _handed_over(office: Office, visit: VisitPage) -> None:
    with office.work.read() as session:
        sheet = papers.sheet(session, visit.public_id)
    content = typeset(papers.record(sheet, bureau=BUREAU, public_url=_PUBLIC))
    with office.work.write(office.actors["clerk"]) as session:
        file = evidence.attach(
            session,
            session.actor,
            store=Store.of(office.work),
            owner=visit.public_id,
            name="检查记录.pdf",
            stream=BytesIO(content),
        )
        lead = handover.propose(
            session,
            session.actor,
            visit=visit.public_id,
            kind="case",
            authority="执法监督处",
            facts="检查中发现三件案件没有开具收费票据，涉嫌私自收费。",
            evidence=[file.public_id],
        ).public_id
    with office.work.write(office.actors["head"]) as session:
        handover.decide(session, session.actor, handover=lead, granted=True)
    with office.work.write(office.actors["clerk"]) as session:
        handover.file(
            session,
            session.actor,
            handover=lead,
            case_number=f"示司立〔{session.today.year}〕3号",
            filed_on=session.today,
        )
