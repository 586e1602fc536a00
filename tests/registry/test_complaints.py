"""A complaint from the hotline to its answer: clocks, four eyes, a sealed complainant, and what becomes public."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from publicity.release import intake
from publicity.release.tables import Release
from registry.accounts import duties
from registry.credit import find as credit
from registry.credit.complaint import find, handle, states, terms
from registry.credit.complaint.handle import NewComplaint, Received
from registry.credit.complaint.importer import COMPLAINTS
from registry.credit.record import Subject
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger.tables import BodyRow
from registry.roster import enrol
from registry.roster.intake import Rejected, run
from tests.people import Person
from tests.registry.roster_facts import advocate, code, firm, lawyer

SignIn = Callable[..., Person]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
COMMAND = Actor.command("tests")
COMPLAINANT, PHONE, FACTS = "郝来信", "13912345678", "收了三万元，开庭没有到场。"
Office = tuple[enrol.Organisation, enrol.Practitioner]


def staff(name: str, *permissions: str) -> Actor:
    return Actor("staff", name.ljust(16, "x"), name, frozenset(permissions))


CLERK = staff("clerk", states.READ, states.RECEIVE, states.HANDLE)
HEAD = staff("head", states.READ, states.RECEIVE, states.HANDLE, states.DECIDE, "credit.procedure")
LEADER = staff("leader", states.READ, states.DECIDE)


@pytest.fixture
def office(work: Work) -> Office:
    with work.write(COMMAND) as session:
        place = firm(session, uscc=code())
        return place, advocate(session, place)


def came_in(work: Work, subject: Subject, **more: Any) -> Received:
    given: dict[str, Any] = {
        "number": "GD20261120001",
        "channel": "12348",
        "received_on": date(2026, 11, 20),
        "complainant": COMPLAINANT,
        "contact": PHONE,
        "facts": FACTS,
        **more,
    }
    with work.write(CLERK) as session:
        return handle.receive(session, CLERK, complaint=NewComplaint(subject=subject, **given))


def about(subject: enrol.Organisation | enrol.Practitioner) -> Subject:
    if isinstance(subject, enrol.Organisation):
        return Subject(organisation=subject.id, name="上海明理律师事务所")
    return Subject(practitioner=subject.id, name="单勇")


def step(work: Work, actor: Actor, use_case: Callable[..., None], complaint: str, **given: str) -> None:
    with work.write(actor) as session:
        use_case(session, actor, complaint=complaint, **given)


def proven(work: Work, complaint: str, summary: str = "接受委托后无正当理由不出庭") -> None:
    step(work, CLERK, handle.accept, complaint)
    step(work, CLERK, handle.investigate, complaint, findings="调取了庭审笔录")
    step(work, HEAD, handle.conclude, complaint, outcome="proven", reason="笔录可证", summary=summary)


def test_a_proven_complaint_becomes_an_event_and_is_proposed_without_naming_who_complained(
    work: Work, office: Office
) -> None:
    """司法鉴定执业活动投诉处理办法, 律师法 art. 52: proven, it counts; the answer is public, the complainant never."""
    place, _ = office
    made = came_in(work, about(place))
    proven(work, made.public_id)
    step(work, CLERK, handle.tell, made.public_id, how="电话回复")
    with work.read() as session:
        found = find.complaint(session, made.public_id)
        [event] = credit.events_of(session, organisation=place.id)
    assert (found.listed.state, found.listed.outcome, found.listed.event) == (
        "closed",
        "proven",
        event.public_id,
    )
    assert (event.kind.code, event.document_number) == ("complaint_upheld", "GD20261120001")
    assert event.releasable
    intake.run(work)
    with work.read() as session:
        release = session.scalars(select(Release)).one()
        draft = json.dumps(
            [release.title, release.subject, release.columns, release.detail], ensure_ascii=False
        )
        audit = b"".join(session.scalars(select(BodyRow.body)))
    assert "投诉查实" in draft
    assert "GD20261120001" in draft
    for sealed in (COMPLAINANT, PHONE, FACTS):
        assert sealed not in draft
        assert sealed.encode() not in audit


@SQLITE
def test_a_practitioner_is_asked_for_and_not_published_where_the_policy_says_so(
    work: Work, office: Office
) -> None:
    _, person = office
    made = came_in(work, about(person))
    proven(work, made.public_id)
    with work.read() as session:
        [event] = credit.events_of(session, practitioner=person.id)
    assert event.scope == "仅可授权查询"
    assert not event.releasable


@SQLITE
def test_whoever_investigated_does_not_decide(work: Work, office: Office, host: Host) -> None:
    made = came_in(work, about(office[0]))
    step(work, HEAD, handle.accept, made.public_id)
    step(work, HEAD, handle.investigate, made.public_id, findings="已核实")
    with pytest.raises(Refused) as refused:
        step(work, HEAD, handle.conclude, made.public_id, outcome="not_proven", reason="无据")
    assert refused.value.rule == "four_eyes"
    deciding = [one for one in host.worklists if one.title == "投诉：作出处理结果"]
    with work.read() as session:
        assert duties.waiting(session, HEAD, deciding) == []
        assert len(duties.waiting(session, LEADER, deciding)) == 1
    with pytest.raises(Refused):
        step(work, CLERK, handle.conclude, made.public_id, outcome="not_proven", reason="无据")
    step(work, LEADER, handle.conclude, made.public_id, outcome="not_proven", reason="无据")
    with work.read() as session:
        assert credit.events_of(session, organisation=office[0].id) == []


@SQLITE
@pytest.mark.parametrize(
    "summary",
    ["", "郝来信反映的问题属实", "联系 13912345678 核实", "长" * 201],
    ids=["empty", "name", "phone", "long"],
)
def test_what_may_become_public_never_names_the_complainant(work: Work, office: Office, summary: str) -> None:
    made = came_in(work, about(office[0]))
    with pytest.raises(Invalid):
        proven(work, made.public_id, summary)
    with work.read() as session:
        assert find.complaint(session, made.public_id).listed.state == "investigated"
        assert credit.events_of(session, organisation=office[0].id) == []


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        ("received", {"accept", "refuse"}),
        ("accepted", {"investigate", "extend", "conclude"}),
        ("investigated", {"return", "extend", "conclude"}),
        ("concluded", {"tell"}),
        ("refused", {"tell"}),
        ("closed", set()),
    ],
)
def test_what_may_happen_in_each_state(state: str, allowed: set[str]) -> None:
    possible = set()
    for name in states.MOVES:
        try:
            states.move(state, name)
            possible.add(name)
        except Conflict:
            pass
    assert possible == allowed


@SQLITE
@pytest.mark.parametrize(
    ("kind", "received", "accept_by", "conclude_by"),
    [
        # 信访工作条例: 15 calendar days, ending on Saturday 5 December: on Monday (民法典 art. 203); 60 days from acceptance.
        ("law_firm", date(2026, 11, 20), date(2026, 12, 7), date(2027, 1, 19)),
        # 司法鉴定执业活动投诉处理办法: 7 working days.
        ("forensic_institution", date(2026, 11, 20), date(2026, 12, 1), date(2027, 1, 19)),
    ],
)
def test_the_clocks(work: Work, kind: str, received: date, accept_by: date, conclude_by: date) -> None:
    with work.write(COMMAND) as session:
        place = firm(session, "上海某某机构", kind=kind)
    made = came_in(work, Subject(organisation=place.id, name="上海某某机构"), received_on=received)
    with work.read() as session:
        assert find.complaint(session, made.public_id).listed.due_on == accept_by
    step(work, CLERK, handle.accept, made.public_id)
    with work.read() as session:
        assert find.complaint(session, made.public_id).listed.due_on == conclude_by


@SQLITE
def test_the_term_is_put_off_once_and_in_time(work: Work, office: Office, clock: SetClock) -> None:
    made = came_in(work, about(office[0]))
    step(work, CLERK, handle.accept, made.public_id)
    step(work, LEADER, handle.extend, made.public_id, reason="需要调取外省档案")
    with work.read() as session:
        assert find.complaint(session, made.public_id).listed.due_on == date(2027, 2, 18)
    with pytest.raises(Conflict) as again:
        step(work, LEADER, handle.extend, made.public_id, reason="再延长")
    assert again.value.rule == "extended"
    late = came_in(work, about(office[0]), number="GD2")
    step(work, CLERK, handle.accept, late.public_id)
    clock.set(datetime(2027, 1, 20, 9, tzinfo=SHANGHAI))
    with pytest.raises(Conflict) as missed:
        step(work, LEADER, handle.extend, late.public_id, reason="忘了")
    assert missed.value.rule == "too_late"


def test_whoever_works_on_complaints_may_open_them() -> None:
    reading, *others = states.PERMISSIONS
    assert reading.name == states.READ
    assert all(permission.roles <= reading.roles for permission in others)


def test_every_day_has_terms_for_everybody() -> None:
    for day in (date(2015, 1, 1), date(2022, 4, 30), date(2022, 5, 1), date(2030, 1, 1)):
        assert terms.of(day).title
        assert terms.of(day, kind="forensic_institution").by_step["accept"].days
    assert terms.of(date(2026, 1, 1), professions=frozenset({"forensic_appraiser"})).by_step["accept"].working


def test_the_same_complaint_again_is_one_complaint(work: Work, office: Office) -> None:
    """A double-clicked form registers once; the number with another content is refused."""
    first = came_in(work, about(office[0]))
    again = came_in(work, about(office[0]))
    assert (again.public_id, again.created) == (first.public_id, False)
    with pytest.raises(Conflict):
        came_in(work, about(office[0]), facts="别的事")


@SQLITE
@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"number": ""}, "number"),
        ({"channel": "pigeon"}, "channel"),
        ({"received_on": date(2026, 11, 21)}, "received_on"),
        ({"facts": " "}, "facts"),
        ({"complainant": "", "contact": PHONE}, "complainant"),
    ],
)
def test_what_a_complaint_lacks(work: Work, office: Office, given: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        came_in(work, about(office[0]), **given)
    assert [fault.path for fault in refused.value.fields] == [path]


def test_the_hotlines_sheet_binds_whom_it_can_and_masks_what_is_personal(
    work: Work, office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "12348.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["工单编号", "来源", "来电时间", "来电人", "联系电话", "被投诉人", "执业证号", "诉求内容"])
    sheet.append(["W1", "12348热线", "2026年11月18日", COMPLAINANT, PHONE, "单勇", lawyer(1), FACTS])
    sheet.append(["W2", "", "2026-11-19 10:22:01", "匿名", "", "上海明理律师事务所", "", "不给发票"])
    sheet.append(["W3", "飞鸽", "2026-11-19", COMPLAINANT, PHONE, "某人", "", FACTS])
    workbook.save(path)
    reported: list[Any] = []

    def load(*, accept_good: bool) -> Any:
        reported.clear()
        return run(
            work,
            COMMAND,
            COMPLAINTS,
            path,
            kind="complaints",
            accept_good=accept_good,
            report=reported.append,
        )

    with pytest.raises(Rejected):
        load(accept_good=False)
    assert [(fault.row, fault.column, fault.rule) for fault in reported] == [(4, "来源", "unknown-channel")]
    outcome = load(accept_good=True)
    assert (outcome.new, outcome.rejected) == (2, 1)
    again = load(accept_good=True)
    assert (again.new, again.unchanged) == (0, 2)
    with work.read() as session:
        second, first = find.complaints(session, limit=9)
    assert (first.subject.kind, second.subject.kind) == ("practitioner", "organisation")
    assert not any(sealed in str(reported) for sealed in (COMPLAINANT, PHONE, FACTS))


@SQLITE
def test_a_complaint_at_the_desk(sign_in: SignIn, work: Work, office: Office) -> None:
    """The clerk registers on the firm's page, investigates; the head decides; the auditor sees the case, not the person."""
    place, _ = office
    clerk, head, auditor = sign_in("clerk"), sign_in("head"), sign_in("auditor")
    page = f"/staff/roster/organisations/{place.public_id}"
    assert f"/staff/complaints/new?organisation={place.public_id}" in clerk.get(page).text
    form = {
        "number": "来信〔2026〕3号",
        "channel": "letter",
        "received_on": "2026-11-19",
        "organisation": place.public_id,
        "complainant": COMPLAINANT,
        "contact": PHONE,
    }
    refused = clerk.post("/staff/complaints", **form, facts="")
    assert refused.status_code == 422
    assert "请填写投诉内容" in refused.text
    assert COMPLAINANT in refused.text
    sent = clerk.post("/staff/complaints", **form, facts=FACTS)
    case = sent.location
    assert COMPLAINANT in clerk.get(case).text
    assert COMPLAINANT not in clerk.get("/staff/complaints").text
    hidden = auditor.get(case).text
    assert "已封存" in hidden
    assert COMPLAINANT not in hidden
    assert FACTS not in hidden
    clerk.post(f"{case}/accept")
    assert clerk.post(f"{case}/accept").status_code == 409
    clerk.post(f"{case}/investigate", findings="约谈了负责人")
    assert "投诉：作出处理结果" in head.get("/staff").text
    refused = head.post(f"{case}/conclude", outcome="proven", reason="属实", summary=f"{COMPLAINANT}所述属实")
    assert refused.status_code == 422
    assert "不能写投诉人" in refused.text
    head.post(f"{case}/conclude", outcome="proven", reason="属实", summary="未开具发票")
    clerk.post(f"{case}/tell", how="书面送达")
    shown = clerk.get(page).text
    assert "投诉查实" in shown
    assert COMPLAINANT not in shown
    looks = auditor.get("/staff/lookups?verb=complaint.view").text
    assert "查看投诉人信息" in looks
    assert clerk.get("/staff/complaints?state=closed&overdue=1&number=x").status_code == 200
    assert clerk.post(f"{case}/unknown").status_code == 422


@SQLITE
def test_a_number_that_is_not_the_subjects_is_refused_at_the_desk(sign_in: SignIn, office: Office) -> None:
    clerk = sign_in("clerk")
    form = {
        "number": "X1",
        "channel": "visit",
        "received_on": "2026-11-19",
        "subject": "上海明理律师事务所",
        "facts": FACTS,
    }
    refused = clerk.post("/staff/complaints", **form, subject_number="123")
    assert refused.status_code == 422
    assert "名册中没有这个号码" in refused.text
    free = clerk.post("/staff/complaints", **{**form, "subject": "某律师"})
    assert "未与名册关联" in clerk.get(free.location).text
