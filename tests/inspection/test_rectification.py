"""责令改正: ordered after a finding, extended, reported, checked again by two; done or not, and then perhaps handed over."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from inspection.plan import draft
from inspection.plan.tables import InspectorRow
from inspection.visits.after import find, rectification
from inspection.visits.after.duties import WORKLISTS
from inspection.visits.find import VisitPage
from registry.credit import find as credit
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.inspection import bureau, followed
from tests.inspection.bureau import OFFICE
from tests.papers import pages, unembedded
from tests.people import Person

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def visit(work: Work) -> VisitPage:
    """A closed visit with two problems."""
    return followed.close(work, followed.visit(work).public_id)


def _duties(work: Work, title: str) -> list[Any]:
    [worklist] = [one for one in WORKLISTS if one.title == title]
    with work.read() as session:
        return list(worklist.open(session, 50))


@one_database
def test_an_order_from_its_paper_to_the_confirmed_recheck_on_the_pages(
    host: Host, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    visit = followed.close(host.work, followed.visit(host.work).public_id)
    head, clerk, inspector = sign_in("head"), sign_in("clerk"), sign_in("inspector")
    bureau.link(host.work, visit.inspectors[1], "inspector")
    new = f"/staff/visits/{visit.public_id}/rectifications/new"
    assert "未按规定公示应当公示的信息" in head.get(new).text
    assert clerk.get(new).status_code == 403
    fields = {
        "number": "示司改字〔2026〕7号",
        "codes": ["B"],
        "demands": "公示收费标准",
        "due_on": "2026-12-20",
    }
    refused = head.post(new, **{**fields, "due_on": "2027-12-20"})
    assert (refused.status_code, "公示收费标准" in refused.text) == (422, True), (
        "the form comes back filled in"
    )
    page = head.post(new, **fields).headers["Location"]
    assert head.post(new, **{**fields, "number": "另一号"}).status_code == 409, "one order at a time"
    paper = head.get(f"{page}/order.pdf")
    assert unembedded(paper.data) == set()
    printed = "".join(pages(paper.data))
    for expected in ("责令改正通知书", "送达回证", visit.subject_name, "公示收费标准", "2026-12-20"):
        assert expected in printed
    assert head.get(f"{page}/order.pdf").data == paper.data
    reported = {"received_on": "2026-11-20", "note": "已在大厅张贴"}
    assert clerk.post(f"{page}/report", **reported).status_code == 303
    assert visit.subject_name in inspector.get("/staff/work").text
    recheck = {
        "checked_on": "2026-11-20",
        "inspectors": "、".join(visit.inspectors),
        "recheck_note": "现场看过",
    }
    assert clerk.post(f"{page}/recheck", **recheck).status_code == 403
    assert (
        inspector.post(f"{page}/recheck", **{**recheck, "inspectors": visit.inspectors[1]}).status_code == 422
    )
    assert inspector.post(f"{page}/recheck", **recheck).status_code == 303
    assert head.post(f"{page}/confirm").status_code == 303
    assert "已改正" in head.get(page).text
    assert "现场看过" in "".join(pages(head.get(f"{page}/recheck.pdf").data))
    assert visit.subject_name in head.get("/staff/rectifications?state=done").text


def test_a_confirmed_recheck_is_a_finding_of_its_own_about_the_same_subject(
    work: Work, visit: VisitPage
) -> None:
    order = followed.ordered(work, visit.public_id)
    followed.rechecked(work, order.public_id, visit, remaining=["D"])
    with pytest.raises(Refused), work.write(OFFICE) as session:
        rectification.decide(session, OFFICE, rectification=order.public_id, confirmed=True)
    followed.confirmed(work, order.public_id)
    with work.read() as session:
        found = find.one_rectification(session, order.public_id)
        assert found.listed.state == "undone"
        event = credit.event(session, found.rechecks[0].event or "")
        assert event.detail["finding"] == visit.event
        assert event.detail["results"] == ["经复查，未改正：违反执业管理其他规定"]
        assert event.subject.public_id == visit.subject_id


@one_database
def test_a_recheck_that_is_sent_back_is_made_again(work: Work, visit: VisitPage) -> None:
    order = followed.ordered(work, visit.public_id)
    followed.rechecked(work, order.public_id, visit)
    with work.write(followed.REVIEWER) as session:
        rectification.decide(
            session, followed.REVIEWER, rectification=order.public_id, confirmed=False, reason="缺照片"
        )
    followed.rechecked(work, order.public_id, visit, note="照片已附")
    followed.confirmed(work, order.public_id)
    with work.read() as session:
        found = find.one_rectification(session, order.public_id)
        assert [one.state for one in found.rechecks] == ["confirmed", "returned"]
        assert [step.note for step in found.steps if step.step == "send_back"] == ["缺照片"]


@one_database
def test_what_is_overdue_is_red_and_waits_for_its_recheck(
    work: Work, visit: VisitPage, clock: SetClock
) -> None:
    assert [duty.values["public_id"] for duty in _duties(work, "责令改正：下达通知书")] == [visit.public_id]
    order = followed.ordered(work, visit.public_id, due_on=date(2026, 11, 30))
    assert _duties(work, "责令改正：下达通知书") == []
    clock.advance(timedelta(days=10))
    assert _duties(work, "责令改正：复查") == [], "the last day is the subject's"
    clock.advance(timedelta(days=1))
    [duty] = _duties(work, "责令改正：复查")
    assert duty.due == date(2026, 12, 14), "ten working days after the last one"
    with work.read() as session:
        assert find.one_rectification(session, order.public_id).overdue(session.today)
        assert [one.public_id for one in find.rectifications(session, overdue=True, limit=9)] == [
            order.public_id
        ]


@pytest.mark.parametrize(
    ("changes", "path", "rule"),
    [
        ({"codes": []}, "codes", "unknown_code"),
        ({"codes": ["C"]}, "codes", "unknown_code"),
        ({"demands": " "}, "demands", "required"),
        ({"number": ""}, "number", "required"),
        ({"due_on": date(2026, 11, 20)}, "due_on", "out_of_range"),
        ({"due_on": date(2027, 2, 19)}, "due_on", "out_of_range"),
    ],
)
@one_database
def test_an_order_that_breaks_a_rule_names_the_field(
    work: Work, visit: VisitPage, changes: dict[str, object], path: str, rule: str
) -> None:
    """行政处罚法第二十八条第一款: put right within a term; how long is the city's to say (terms.toml)."""
    with pytest.raises(Invalid) as refused:
        followed.ordered(work, visit.public_id, **changes)
    assert [(fault.path, fault.rule) for fault in refused.value.fields] == [(path, rule)]


@one_database
def test_a_term_is_extended_once_for_a_reason_and_never_after_its_end(
    work: Work, visit: VisitPage, clock: SetClock
) -> None:
    order = followed.ordered(work, visit.public_id, due_on=date(2026, 11, 30))

    def extend(due_on: date, reason: str = "场所装修") -> None:
        with work.write(OFFICE) as session:
            rectification.extend(session, OFFICE, rectification=order.public_id, due_on=due_on, reason=reason)

    with pytest.raises(Invalid):
        extend(date(2026, 12, 5), "")
    with pytest.raises(Invalid):
        extend(date(2026, 11, 30))
    with pytest.raises(Invalid):
        extend(date(2027, 2, 19))
    extend(date(2026, 12, 5))
    with pytest.raises(Conflict) as refused:
        extend(date(2026, 12, 9))
    assert refused.value.rule == "extended"
    clock.advance(timedelta(days=16))
    with pytest.raises(Conflict) as late:
        extend(date(2026, 12, 9))
    assert late.value.rule == "over"


@pytest.mark.parametrize(
    ("who", "rule"),
    [
        pytest.param("one", "too_few", id="行政处罚法第四十二条第一款：不得少于两人"),
        pytest.param("twice", "too_few", id="行政处罚法第四十二条第一款：同一人不算两人"),
        pytest.param("unknown", "not_certified", id="行政处罚法第四十二条第一款：具有行政执法资格"),
        pytest.param("expired", "not_certified", id="行政处罚法第四十二条第一款：证件在有效期内"),
        pytest.param("recused", "recused", id="行政处罚法第四十三条：应当回避"),
    ],
)
@one_database
def test_a_recheck_is_made_by_two_who_may(work: Work, visit: VisitPage, who: str, rule: str) -> None:
    order = followed.ordered(work, visit.public_id)
    first, second = visit.inspectors
    with work.write(OFFICE) as session:
        rows = session.query(InspectorRow).all()
        by_certificate = {row.certificate: row for row in rows}
        if who == "expired":
            by_certificate[second].valid_until = session.today - timedelta(days=1)
        if who == "recused":
            draft.declare_recusal(
                session,
                OFFICE,
                inspector=by_certificate[second].public_id,
                organisation=visit.organisation,
                reason="近亲属在该所执业",
            )
        session.act("inspector.enlist", "tests")
    teams = {"one": [first], "twice": [first, first], "unknown": [first, "099999"]}
    with pytest.raises(Invalid) as refused:
        followed.rechecked(work, order.public_id, visit, inspectors=teams.get(who, [first, second]))
    assert rule in {fault.rule for fault in refused.value.fields}


@one_database
def test_no_order_before_the_finding_is_closed(work: Work) -> None:
    visit = followed.visit(work)
    with pytest.raises(Conflict):
        followed.ordered(work, visit.public_id)
