"""A clerk's day with events in the browser: record, be warned, correct, annul, attach; a leader answers for a breach."""

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from registry.credit import correction, evidence, find, override
from registry.kernel.access import Actor
from registry.kernel.host import Host
from registry.roster import changes, enrol
from registry.roster import find as roster
from tests.people import Person
from tests.registry.credit_facts import punished
from tests.registry.evidence_files import PDF
from tests.registry.roster_facts import advocate, code, firm, resident

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CLERK = Actor.command("clerk")
SignIn = Callable[..., Person]
Enrolled = tuple[enrol.Organisation, enrol.Practitioner]


@pytest.fixture
def enrolled(host: Host) -> Enrolled:
    with host.work.write(CLERK) as session:
        place = firm(session, uscc=code(), head="单勇")
        return place, advocate(session, place, id_number=resident(1))


def penalty(person: str, **more: Any) -> dict[str, Any]:
    """What a clerk types for a warning and a fine under 律师法 art. 47."""
    return {
        "subject": person,
        "kind": "penalty",
        "decided_on": "2026-11-18",
        "document_number": "示司罚决字〔2026〕第7号",
        "authority": "示范市司法局",
        "statute": "lawyers.47#3",
        "level": "设区的市级",
        "CF_WFXW": "在同一案件中为双方当事人担任代理人",
        "CF_SY": "经查属实",
        "circumstances": "一般",
        "CF_CFLB": ["警告", "罚款"],
        "CF_NR_FK": "3000",
        "CF_NR": "警告，罚款 3000 元",
        "CF_YXQ": "长期",
        "CF_CFJGDM": "11310000MB00000009",
        "scope": "公示",
        **more,
    }


def checked_by(person: Person, **typed: Any) -> dict[str, Any]:
    """What the live check says of a form."""
    answer = person.post("/staff/credit/check", **typed)
    assert answer.json is not None
    return answer.json


def made_at(answer: Any) -> str:
    assert answer.status_code == 303, re.findall(r"field-error[^>]*>([^<]+)", answer.text) or answer.text
    return str(answer.location).rsplit("/", 1)[1]


def test_a_clerk_records_a_penalty_with_its_decision(host: Host, sign_in: SignIn, enrolled: Enrolled) -> None:
    clerk, person = sign_in("clerk"), enrolled[1].public_id
    chosen = clerk.get(f"/staff/credit/new?subject={person}").text
    assert "行政处罚" in chosen
    assert "出庭作证" not in chosen
    form = clerk.get(f"/staff/credit/new?subject={person}&kind=penalty").text
    assert "律师法第四十七条" in form
    assert "第五十条第一款" not in form, "that article speaks of firms"
    sent = clerk.post("/staff/credit/new", **penalty(person), file=(io.BytesIO(PDF), "决定书.pdf"))
    event = made_at(sent)
    with host.work.read() as session:
        found = find.event(session, event)
        assert found.columns["CF_NR_FK"] == "0.300000"
        assert found.columns["CF_YJ"] == "《中华人民共和国律师法》第四十七条第（三）项"
        assert found.columns["CF_YXQ"] == "2099-12-31"
        assert found.detail["statute"] == "lawyers.47#3"
        assert found.severity == "一般"
        assert found.missing == []
        assert find.restricted(session, event)["CF_XDR_ZJHM"] == resident(1)
        assert [one.name for one in evidence.of(session, event)] == ["决定书.pdf"]
    page = clerk.get(f"/staff/credit/{event}").text
    for told in (
        "测试clerk",
        "2027-02-18",
        "2027-11-18",
        "决定书.pdf",
        "信用修复管理办法",
        "证件号码（加密保存",
    ):
        assert told in page, told
    assert resident(1) not in page
    assert f"/staff/credit/{event}" in clerk.get(f"/staff/roster/practitioners/{person}").text
    found_by_number = clerk.get("/staff/credit?number=示司罚决字〔2026〕第7号").text
    assert event in found_by_number
    assert event not in clerk.get("/staff/credit?number=示司罚决字〔2026〕第8号").text
    assert (
        event in clerk.get("/staff/credit?kind=penalty&severity=一般&since=2026-11-18&until=2026-11-18").text
    )
    assert event not in clerk.get("/staff/credit?since=2026-11-19").text
    assert clerk.get("/staff/credit?since=yesterday").status_code == 422


@pytest.mark.parametrize(
    ("what", "typed", "field", "told"),
    [
        ("a day to come", {"decided_on": "2026-11-21"}, "decided_on", "在今天之后"),
        ("before the licence", {"decided_on": "2010-04-30"}, "decided_on", "早于准予执业日期（2010-05-01）"),
        ("no document number", {"document_number": ""}, "document_number", "请填写文书号"),
        ("a fine without an amount", {"CF_NR_FK": ""}, "CF_NR_FK", "请填写罚款"),
        ("conduct after its punishment", {"conduct_on": "2026-11-19"}, "conduct_on", "晚于处罚决定日期"),
        ("an end before the beginning", {"CF_YXQ": "2026-11-17"}, "CF_YXQ", "早于处罚决定日期"),
        ("a code that does not check", {"CF_CFJGDM": "11310000MB00000008"}, "CF_CFJGDM", "统一社会信用代码"),
        ("no basis at all", {"statute": ""}, "CF_YJ", "必填项为空"),
    ],
)
def test_what_is_wrong_comes_back_with_its_field(
    sign_in: SignIn, enrolled: Enrolled, what: str, typed: dict[str, Any], field: str, told: str
) -> None:
    clerk = sign_in("clerk")
    sent = penalty(enrolled[1].public_id, **typed)
    answer = clerk.post("/staff/credit/new", **sent)
    assert answer.status_code == 422, what
    assert re.search(rf'href="#f-{field}">[^<]*{re.escape(told)}', answer.text), what
    assert "经查属实" in answer.text, "what was typed comes back"
    checked = checked_by(clerk, **sent)
    assert field in [fault["path"] for fault in checked["faults"]]


def test_the_same_decision_twice_is_shown_and_another_party_of_it_is_warned_of(
    host: Host, sign_in: SignIn, enrolled: Enrolled
) -> None:
    clerk, (place, person) = sign_in("clerk"), enrolled
    first = made_at(clerk.post("/staff/credit/new", **penalty(person.public_id)))
    again = clerk.post("/staff/credit/new", **penalty(person.public_id))
    assert again.status_code == 409
    assert f'href="/staff/credit/{first}"' in again.text
    of_firm = penalty(place.public_id, statute="lawyers.50#1")
    checked = checked_by(clerk, **of_firm)
    assert checked["same"] is None
    assert checked["warnings"][0]["url"] == f"/staff/credit/{first}"
    with host.work.read() as session:
        assert len(find.events_of(session, organisation=place.id)) == 0, "a check stores nothing"


def test_a_breach_of_the_statute_takes_a_leader_and_is_sealed_until_then(
    host: Host, sign_in: SignIn, enrolled: Enrolled
) -> None:
    clerk, leader, head = sign_in("clerk"), sign_in("leader"), sign_in("head")
    too_much = penalty(enrolled[1].public_id, CF_NR_FK="6000")
    shown = clerk.post("/staff/credit/new", **too_much)
    assert shown.status_code == 409
    assert "律师法第四十七条：罚款 6,000.00 元，超出该条幅度（5,000 元以下）" in shown.text
    unexplained = clerk.post("/staff/credit/new", **too_much, override="1")
    assert unexplained.status_code == 422
    draft = made_at(
        clerk.post("/staff/credit/new", **too_much, override="1", override_reason="决定书原文如此")
    )
    assert head.get(f"/staff/credit/overrides/{draft}").status_code == 403, "sealed"
    assert draft not in head.get("/staff/credit/overrides").text
    assert "决定书原文如此" in clerk.get(f"/staff/credit/overrides/{draft}").text
    with host.work.read() as session:
        assert find.events_of(session, practitioner=enrolled[1].id) == []
        [duty] = override.duties(session, 10)
        assert duty.barred == {clerk.id}
    assert clerk.post(f"/staff/credit/overrides/{draft}/allow", reason="同意").status_code == 403
    assert leader.post(f"/staff/credit/overrides/{draft}/allow", reason=" ").status_code == 422
    event = made_at(leader.post(f"/staff/credit/overrides/{draft}/allow", reason="上级复函同意"))
    page = head.get(f"/staff/credit/{event}").text
    assert "超出该条幅度" in page
    assert "上级复函同意" in page
    assert "测试clerk" in page, "who typed it"
    corrected = {**too_much, "CF_WFXW": "双方代理", "reason": "类型写错"}
    assert clerk.post(f"/staff/credit/{event}/correct", **corrected).status_code == 303
    page = head.get(f"/staff/credit/{event}").text
    assert "上级复函同意" in page, "what a leader answered for stays with the corrected record"
    assert leader.post(f"/staff/credit/overrides/{draft}/allow", reason="再同意").status_code == 409
    with host.work.read() as session:
        assert override.duties(session, 10) == []


def test_no_correction_leads_round_the_leader(sign_in: SignIn, enrolled: Enrolled) -> None:
    """A penalty within its range may not be corrected out of it by a clerk."""
    clerk = sign_in("clerk")
    event = made_at(clerk.post("/staff/credit/new", **penalty(enrolled[1].public_id)))
    out_of_range = penalty("", CF_NR_FK="60000", reason="决定书是六万元")
    refused = clerk.post(f"/staff/credit/{event}/correct", **out_of_range)
    assert refused.status_code == 409
    assert "须由录入人以外的分管领导更正" in refused.text
    assert sign_in("leader").post(f"/staff/credit/{event}/correct", **out_of_range).status_code == 303
    both = sign_in("clerk", "leader", username="both")
    own = made_at(
        both.post(
            "/staff/credit/new", **penalty(enrolled[1].public_id, document_number="示司罚决字〔2026〕第8号")
        )
    )
    sent = {**out_of_range, "document_number": "示司罚决字〔2026〕第8号"}
    assert both.post(f"/staff/credit/{own}/correct", **sent).status_code == 409


def test_who_drafted_it_never_decides_even_as_a_leader(sign_in: SignIn, enrolled: Enrolled) -> None:
    both = sign_in("clerk", "leader", username="both")
    county = penalty(enrolled[1].public_id, level="县级")
    draft = made_at(both.post("/staff/credit/new", **county, override="1", override_reason="县局建议"))
    assert both.post(f"/staff/credit/overrides/{draft}/allow", reason="同意").status_code == 403
    leader = sign_in("leader")
    sent_back = leader.post(f"/staff/credit/overrides/{draft}/refuse", reason="县级只能建议")
    assert sent_back.status_code == 303
    assert "县级只能建议" in both.get(f"/staff/credit/overrides/{draft}").text


def test_a_warning_a_year_ago_makes_this_one_a_breach(
    host: Host, sign_in: SignIn, enrolled: Enrolled
) -> None:
    """律师法第五十一条：一年内再犯，应当停止执业。"""
    with host.work.write(CLERK) as session:
        punished(session, enrolled[1], decided_on=date(2025, 12, 1))
    clerk = sign_in("clerk")
    checked = checked_by(clerk, **penalty(enrolled[1].public_id))
    assert [one["article"] for one in checked["breaches"]] == ["律师法第五十一条第一款"]
    before = penalty(enrolled[1].public_id, conduct_on="2025-11-30")
    assert checked_by(clerk, **before)["breaches"] == []


def test_a_firm_s_penalty_falls_on_its_head_too(host: Host, sign_in: SignIn, enrolled: Enrolled) -> None:
    """律师法第五十条第二款: two records, made in one transaction, each naming the other."""
    place, person = enrolled
    clerk = sign_in("clerk")
    of_firm = penalty(
        place.public_id, statute="lawyers.50#8", CF_CFLB=["警告"], head_penalty="罚款", head_fine="20000"
    )
    del of_firm["CF_NR_FK"]
    too_much = checked_by(clerk, **{**of_firm, "head_fine": "20001"})
    assert [one["article"] for one in too_much["breaches"]] == ["律师法第五十条第二款"]
    event = made_at(clerk.post("/staff/credit/new", **of_firm))
    with host.work.read() as session:
        [along] = find.events_of(session, practitioner=person.id)
        assert (along.target, along.document_number) == (event, "示司罚决字〔2026〕第7号")
        assert along.columns["CF_NR_FK"] == "2.000000"
        assert along.columns["CF_YJ"] == "《中华人民共和国律师法》第五十条第二款"
    assert along.public_id in clerk.get(f"/staff/credit/{event}").text
    form = clerk.get(f"/staff/credit/{event}/correct").text
    assert "负责人一并处罚" not in form, "the head's record is corrected on its own page"
    assert event in clerk.get(f"/staff/credit/{along.public_id}").text


def test_a_firm_whose_head_nobody_knows_is_told_so(host: Host, sign_in: SignIn, enrolled: Enrolled) -> None:
    with host.work.write(CLERK) as session:
        stranger = firm(session, name="上海无名律师事务所", head="查无此人")
        assert roster.head_of(session, stranger.id) is None
    typed = penalty(stranger.public_id, statute="lawyers.50#8", CF_CFLB=["警告"], head_penalty="警告")
    answer = sign_in("clerk").post("/staff/credit/new", **typed)
    assert answer.status_code == 422
    assert "没有确定这家机构的负责人" in answer.text


def test_a_wrong_fine_is_corrected_on_its_page_and_annulled_on_another(
    host: Host, sign_in: SignIn, enrolled: Enrolled
) -> None:
    clerk = sign_in("clerk")
    event = made_at(clerk.post("/staff/credit/new", **penalty(enrolled[1].public_id)))
    form = clerk.get(f"/staff/credit/{event}/correct").text
    assert 'value="3000.00"' in form
    typed = penalty("", CF_NR_FK="4000", CF_NR="警告，罚款 4000 元", reason="录入时看错一行")
    assert clerk.post(f"/staff/credit/{event}/correct", **{**typed, "reason": ""}).status_code == 422
    assert clerk.post(f"/staff/credit/{event}/correct", **typed).status_code == 303
    page = clerk.get(f"/staff/credit/{event}").text
    for told in ("已更正", "录入时看错一行", "0.300000", "0.400000"):
        assert told in page, told
    stale = clerk.post(f"/staff/credit/{event}/correct", **{**typed, "CF_NR_FK": "3500"})
    assert stale.status_code == 409, "a form opened before the correction does not take it back"
    assert "这条记录已被更正" in stale.text
    seen = re.search(r'name="seen" value="([^"]*)"', clerk.get(f"/staff/credit/{event}/correct").text)
    assert seen
    same_again = clerk.post(f"/staff/credit/{event}/correct", **typed, seen=seen[1])
    assert same_again.status_code == 422
    assert "没有更正任何内容" in same_again.text
    with host.work.read() as session:
        found = find.event(session, event)
        [one] = correction.chain(session, found.id)
        assert {change.field for change in one.changes} == {"CF_NR_FK", "CF_NR"}
    assert clerk.get(f"/staff/credit/{one.public_id}").location.endswith(event)
    assert clerk.post(f"/staff/credit/{event}/annul", on="2026-11-17", ground="").status_code == 422
    assert clerk.post(f"/staff/credit/{event}/annul", on="2026-11-19", ground="复议撤销").status_code == 303
    assert "已撤销" in clerk.get(f"/staff/credit/{event}").text
    assert clerk.post(f"/staff/credit/{event}/annul", on="2026-11-19", ground="再撤").status_code == 409


@pytest.mark.parametrize(
    ("kind", "typed", "summary"),
    [
        ("award", {"title": "优秀律师", "level": "市级"}, "授予“优秀律师”称号（市级）"),
        ("bar_sanction", {"authority": "市律师协会", "sanction": "中止会员权利", "months": "3", "rule": "处分规则第二十条", "conduct": "利益冲突"}, "行业处分：中止会员权利"),
        ("pro_bono", {"service": "法律咨询", "hours": "12.5", "place": "阳光社区"}, "公益法律服务 12.5 小时：法律咨询"),
        ("legal_aid", {"authority": "市法律援助中心", "act": "质量评估", "case": "援2026-118", "matter": "刑事", "grade": "优秀", "method": ["庭审旁听", "受援人回访"]}, "法律援助：质量评估（援2026-118）"),
        ("legal_aid", {"authority": "市法律援助中心", "act": "补贴发放", "case": "援2026-118", "matter": "刑事", "amount": "1800"}, "法律援助：补贴发放（援2026-118）"),
        ("permit", {"document_number": "示司许决字〔2026〕第1号", "XK_XKWS": "准予律师执业决定书", "XK_XKLB": "普通", "XK_NR": "准予执业", "XK_YXQZ": "2026-11-18", "XK_YXQZI": "长期", "XK_XKJGDM": "11310000MB00000009"}, "准予律师执业决定书：准予执业"),
        ("annual_assessment", {"year": "2025", "grade": "称职"}, "2025年度考核：称职"),
    ],
)  # fmt: skip
def test_one_form_serves_every_kind(
    host: Host, sign_in: SignIn, enrolled: Enrolled, kind: str, typed: dict[str, Any], summary: str
) -> None:
    clerk, person = sign_in("clerk"), enrolled[1].public_id
    assert clerk.get(f"/staff/credit/new?subject={person}&kind={kind}").status_code == 200
    sent = {"authority": "示范市司法局", "scope": "公示", "decided_on": "2026-11-18", **typed}
    event = made_at(clerk.post("/staff/credit/new", subject=person, kind=kind, **sent))
    with host.work.read() as session:
        assert find.event(session, event).summary == summary
    page = clerk.get(f"/staff/credit/{event}/correct")
    assert page.status_code == 200
    missing = clerk.post(
        "/staff/credit/new", subject=person, kind=kind, decided_on="2026-11-17", scope="公示"
    )
    assert missing.status_code == 422


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"sanction": "中止会员权利", "months": "13"}, "months"),
        ({"sanction": "中止会员权利", "months": ""}, "months"),
        ({"sanction": "开除"}, "sanction"),
    ],
)
def test_a_bar_s_sanction_keeps_its_range(
    sign_in: SignIn, enrolled: Enrolled, typed: dict[str, str], field: str
) -> None:
    """律师协会会员违规行为处分规则第十五条：一个月以上一年以下。"""
    sent = {
        "authority": "市律师协会",
        "decided_on": "2026-11-18",
        "rule": "第二十条",
        "conduct": "利益冲突",
        **typed,
    }
    told = checked_by(sign_in("clerk"), subject=enrolled[1].public_id, kind="bar_sanction", **sent)
    assert [fault["path"] for fault in told["faults"]] == [field]


def test_an_imported_penalty_is_stored_and_its_breach_shown(
    host: Host, sign_in: SignIn, enrolled: Enrolled
) -> None:
    """Files of other authorities are kept as they are; what they break is told to whoever reads them."""
    with host.work.write(CLERK) as session:
        event = punished(
            session,
            enrolled[1],
            columns={"CF_NR_FK": "0.600000", "CF_NR": "警告，罚款6000元"},
            authority="某某县司法局",
        ).public_id
    page = sign_in("auditor").get(f"/staff/credit/{event}").text
    assert "超出该条幅度" in page
    assert "只能向上级提出处罚建议" in page
    assert "按导入的文字识别" in page


def test_who_may_read_record_and_correct(host: Host, sign_in: SignIn, enrolled: Enrolled) -> None:
    with host.work.write(CLERK) as session:
        event = punished(session, enrolled[1]).public_id
    inspector, witness = sign_in("inspector"), sign_in("witness")
    assert inspector.get(f"/staff/credit/{event}").status_code == 200
    assert witness.get("/staff/credit").status_code == 403
    assert inspector.get(f"/staff/credit/new?subject={enrolled[1].public_id}").status_code == 403
    assert inspector.get(f"/staff/credit/{event}/correct").status_code == 403
    assert inspector.post(f"/staff/credit/{event}/annul", on="2026-11-19", ground="x").status_code == 403
    assert inspector.get("/staff/credit/nothing").status_code == 404


def test_an_ended_licence_may_still_be_punished(host: Host, sign_in: SignIn, enrolled: Enrolled) -> None:
    with host.work.write(CLERK) as session:
        changes.change_state(
            session,
            CLERK,
            licence=enrolled[1].licence,
            state="cancelled",
            on=date(2026, 10, 1),
            reason="注销",
        )
    made_at(sign_in("clerk").post("/staff/credit/new", **penalty(enrolled[1].public_id)))
