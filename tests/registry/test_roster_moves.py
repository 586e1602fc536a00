"""Lawyers come into the city and leave it; their last six digits stay for life. And the register is read for past days."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.work import Work
from registry.roster import amend, enrol, find
from registry.roster.drafts import EarlierNumber, NewOrganisation
from tests.people import Person
from tests.registry.roster_facts import advocate, code, firm, lawyer, resident

CLERK = Actor.command("clerk")
SUZHOU, NANJING = lawyer(7, place="3205"), lawyer(7, place="3201")
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_lawyer_comes_into_the_city_with_the_numbers_borne_elsewhere(work: Work) -> None:
    with work.write(CLERK) as session:
        person = advocate(
            session,
            firm(session),
            7,
            granted_on=date(2010, 5, 1),
            joined_on=date(2020, 3, 1),
            origin="江苏省苏州市",
            earlier=(EarlierNumber(NANJING, date(2010, 5, 1)), EarlierNumber(SUZHOU, date(2015, 6, 1))),
        )
    with work.read() as session:
        (licence,) = find.practitioner(session, person.public_id).licences
        assert licence.origin == "江苏省苏州市"
        assert [(one.value, one.since, one.until) for one in licence.numbers] == [
            (lawyer(7), date(2020, 3, 1), None),
            (SUZHOU, date(2015, 6, 1), date(2020, 3, 1)),
            (NANJING, date(2010, 5, 1), date(2015, 6, 1)),
        ]
        assert [one.since for one in licence.engagements] == [date(2020, 3, 1)]
        assert [hit.public_id for hit in find.search(session, SUZHOU)] == [person.public_id]


@pytest.mark.parametrize(
    ("earlier", "more", "path", "rule"),
    [
        ([(lawyer(8, place="3205"), date(2012, 1, 1))], {}, "earlier", "serial-changed"),
        ([(SUZHOU, date(2009, 1, 1))], {}, "earlier", "before-grant"),
        ([(SUZHOU, date(2015, 1, 1)), (NANJING, date(2014, 1, 1))], {}, "earlier", "order"),
        ([(SUZHOU, date(2015, 1, 1))], {"joined_on": None}, "joined_on", "required"),
        ([(SUZHOU, date(2015, 1, 1))], {"origin": " "}, "origin", "required"),
        ([("123", date(2015, 1, 1))], {}, "earlier", "length"),
    ],
)
@ONE_DATABASE
def test_earlier_numbers_that_cannot_be_the_same_lawyers_are_refused(
    work: Work, earlier: list[tuple[str, date]], more: dict[str, object], path: str, rule: str
) -> None:
    with work.write(CLERK) as session:
        draft = {
            "joined_on": date(2020, 3, 1),
            "origin": "江苏省",
            "earlier": tuple(EarlierNumber(*one) for one in earlier),
            **more,
        }
        with pytest.raises(Invalid) as refused:
            advocate(session, firm(session), 7, **draft)
    assert (path, rule) in [(fault.path, fault.rule) for fault in refused.value.fields]


def test_a_lawyer_leaves_the_city_and_comes_back_as_the_same_person(work: Work) -> None:
    with work.write(CLERK) as session:
        place = firm(session)
        person = advocate(session, place, 7, id_number=resident(1))

        def leave(**more: str) -> None:
            enrol.change_state(
                session,
                CLERK,
                licence=person.licence,
                state="moved_out",
                on=date(2018, 1, 1),
                reason="准予变更执业机构",
                **more,
            )

        with pytest.raises(Invalid) as refused:
            leave()
        assert [(fault.path, fault.rule) for fault in refused.value.fields] == [("destination", "required")]
        leave(destination="江苏省苏州市")
        again = advocate(
            session,
            place,
            7,
            id_number=resident(1),
            joined_on=date(2022, 1, 1),
            granted_on=date(2018, 1, 1),
            origin="江苏省苏州市",
            earlier=(EarlierNumber(SUZHOU, date(2018, 1, 1)),),
        )
    assert again.id == person.id
    with work.read() as session:
        now, before = find.practitioner(session, person.public_id).licences
        assert (before.state, before.destination, before.ended_on) == (
            "moved_out",
            "江苏省苏州市",
            date(2018, 1, 1),
        )
        assert (now.state, now.number, now.origin) == ("practising", lawyer(7), "江苏省苏州市")


def test_a_new_number_with_another_category_leaves_the_old_category_on_record(work: Work) -> None:
    with work.write(CLERK) as session:
        place = firm(session)
        person = advocate(session, place, 7)
        part_time = lawyer(7, category=2)
        enrol.transfer(
            session, CLERK, licence=person.licence, organisation=place, on=date(2026, 3, 1), number=part_time
        )
    with work.read() as session:
        for day, category, number in (
            (date(2026, 2, 28), "专职", lawyer(7)),
            (date(2026, 3, 1), "兼职", part_time),
        ):
            (licence,) = find.practitioner(session, person.public_id, on=day).licences
            assert (licence.category, licence.number) == (category, number)


@ONE_DATABASE
def test_a_suspended_lawyer_does_not_leave_the_city_either(work: Work) -> None:
    """律师和律师事务所违法行为处罚办法第四十七条."""
    with work.write(CLERK) as session:
        person = advocate(session, firm(session))
        enrol.change_state(
            session, CLERK, licence=person.licence, state="suspended", on=date(2026, 1, 1), reason="处罚"
        )
        with pytest.raises(Conflict) as refused:
            enrol.change_state(
                session,
                CLERK,
                licence=person.licence,
                state="moved_out",
                on=date(2026, 2, 1),
                reason="转所",
                destination="江苏省",
            )
    assert refused.value.rule == "suspended"


def renamed(work: Work, clock: SetClock) -> tuple[enrol.Organisation, enrol.Practitioner]:
    """A firm renamed on 1 June and entered on 20 November, and its lawyer suspended from 1 July, entered on the day."""
    clock.set(datetime(2026, 1, 5, 10, tzinfo=SHANGHAI))
    with work.write(CLERK) as session:
        place = firm(session, uscc=code(), head="钟明", state="normal", state_since=date(2001, 2, 3))
        person = advocate(session, place, id_number=resident(1))
    clock.set(datetime(2026, 7, 1, 10, tzinfo=SHANGHAI))
    with work.write(CLERK) as session:
        enrol.change_state(
            session, CLERK, licence=person.licence, state="suspended", on=date(2026, 7, 1), reason="处罚"
        )
    clock.set(datetime(2026, 11, 20, 10, tzinfo=SHANGHAI))
    with work.write(CLERK) as session:
        amend.amend_organisation(
            session,
            CLERK,
            organisation=place,
            told=NewOrganisation(
                kind="law_firm",
                name="上海东方律师事务所",
                district="310101",
                uscc=code(),
                head="单勇",
                established_on=date(2001, 2, 3),
            ),
            head_person=person,
            grounds=amend.Grounds(on=date(2026, 6, 1), reason="核准变更"),
        )
    return place, person


def test_what_the_register_said_on_a_past_day(work: Work, clock: SetClock) -> None:
    place, person = renamed(work, clock)
    with work.read() as session:
        may = find.organisation(session, place.public_id, on=date(2026, 5, 31))
        assert (may.name, may.head, may.head_person) == ("上海明理律师事务所", "钟明", None)
        june = find.organisation(session, place.public_id, on=date(2026, 6, 1))
        assert (june.name, june.head, june.head_person) == (
            "上海东方律师事务所",
            "单勇",
            (person.public_id, "单勇"),
        )
        assert find.late(may, date(2026, 5, 31)) == []
        assert {(one.title, one.since, one.recorded_on) for one in find.late(june, date(2026, 6, 1))} == {
            (title, date(2026, 6, 1), date(2026, 11, 20)) for title in ("名称", "负责人", "负责人的在册档案")
        }
        then = find.practitioner(session, person.public_id, on=date(2026, 6, 30))
        assert (then.licences[0].state, then.licences[0].states[0].until) == ("practising", None)
        assert then.licences[0].organisation is not None
        assert then.licences[0].organisation.name == "上海东方律师事务所"
        assert (
            find.practitioner(session, person.public_id, on=date(2026, 7, 1)).licences[0].state == "suspended"
        )
        assert [one.state for one in find.members(session, place.id, on=date(2026, 6, 30))] == ["practising"]
        assert find.members(session, place.id, on=date(2010, 4, 30)) == []
        for reader, public_id, day in (
            (find.organisation, place.public_id, date(2001, 2, 2)),
            (find.practitioner, person.public_id, date(2010, 4, 30)),
        ):
            with pytest.raises(NotFound) as refused:
                reader(session, public_id, on=day)
            assert refused.value.rule == find.NOT_YET


def test_every_day_shows_what_was_recorded_for_it(work: Work, clock: SetClock) -> None:
    """Walking through the year, each day's reading agrees with the changes in force on it."""
    place, person = renamed(work, clock)
    with work.read() as session:
        for offset in range(0, 320, 9):
            day = date(2026, 1, 5) + timedelta(days=offset)
            shown = find.organisation(session, place.public_id, on=day)
            assert shown.name == ("上海东方律师事务所" if day >= date(2026, 6, 1) else "上海明理律师事务所")
            (licence,) = find.practitioner(session, person.public_id, on=day).licences
            assert licence.state == ("suspended" if day >= date(2026, 7, 1) else "practising")


@ONE_DATABASE
def test_staff_read_a_past_day_on_the_page_and_see_what_was_entered_later(
    work: Work, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    place, person = renamed(work, clock)
    clerk = sign_in("clerk")
    firm_page = f"/staff/roster/organisations/{place.public_id}"
    page = clerk.get(f"{firm_page}?on=2026-05-31").text
    assert "2026-05-31 的名册内容" in page
    assert "事后补记" not in page
    assert "<h1>上海明理律师事务所</h1>" in page
    page = clerk.get(f"{firm_page}?on=2026-06-01").text
    assert "<h1>上海东方律师事务所</h1>" in page
    assert "事后补记" in page
    assert "变更登记内容</a>" not in page
    assert "尚未设立" in clerk.get(f"{firm_page}?on=1999-01-01").text
    assert "晚于今天" in clerk.get(f"{firm_page}?on=2027-01-01").text
    assert "无法识别" in clerk.get(f"{firm_page}?on=soon").text
    person_page = f"/staff/roster/practitioners/{person.public_id}"
    assert "正常执业" in clerk.get(f"{person_page}?on=2026-06-30").text
    assert "晚于所查日期" in clerk.get(f"{person_page}?on=2012-01-01").text


@ONE_DATABASE
def test_a_clerk_changes_what_the_roster_says_in_the_browser(
    work: Work, sign_in: Callable[..., Person]
) -> None:
    with work.write(CLERK) as session:
        place = firm(session, uscc=code(), form="普通合伙", head="钟明")
        person = advocate(session, place, id_number=resident(1), phone="19900000001")
    clerk = sign_in("clerk")
    at = f"/staff/roster/organisations/{place.public_id}"
    form = {
        "name": "上海东方律师事务所",
        "uscc": code(),
        "form": "普通合伙",
        "district": "310115",
        "head": "单勇",
        "established_on": "2001-02-03",
        "reason": "核准变更",
    }
    assert "没有变化" not in clerk.get(f"{at}/particulars").text
    refused = clerk.post(f"{at}/particulars", **form)
    assert refused.status_code == 422
    assert "请填写变更日期" in refused.text
    assert 'value="上海东方律师事务所"' in refused.text
    assert clerk.post(f"{at}/particulars", **form, on="2026-03-01").status_code == 303
    page = clerk.get(at).text
    for shown in ("上海东方律师事务所", "曾用名", "上海明理律师事务所", "黄浦区", "浦东新区", "测试clerk"):
        assert shown in page
    assert f"/practitioners/{person.public_id}" in page
    assert clerk.post(f"{at}/particulars", **form, on="2026-03-01").status_code == 409
    mine = f"/staff/roster/practitioners/{person.public_id}"
    wrong = resident(3)[:17] + ("1" if resident(3)[17] != "1" else "2")
    typed = {"name": "单永", "id_type": "身份证", "id_number": wrong, "on": "2026-03-01", "reason": "户口本"}
    refused = clerk.post(f"{mine}/particulars", **typed)
    assert "证件上就是这个号码" in refused.text
    assert clerk.post(f"{mine}/particulars", **typed, authoritative="yes").status_code == 303
    page = clerk.get(mine).text
    assert "号码待核对" in page
    assert wrong not in page
    assert resident(1) not in page
    assert "加密保存，不显示" in page
    category = f"{mine}/licences/{person.licence.public_id}/category"
    refused = clerk.post(category, category="兼职", on="2026-03-01", reason="核对")
    assert "写在执业证号中" in refused.text
    assert clerk.post(category, category="兼职", correction="yes", reason="核对").status_code == 303


@ONE_DATABASE
def test_a_head_who_may_not_be_a_partner_is_registered_only_on_purpose(
    work: Work, sign_in: Callable[..., Person]
) -> None:
    """律师法第五十三条: after a suspension of six months or more, no partnership for three years."""
    with work.write(CLERK) as session:
        place = firm(session, uscc=code(), form="普通合伙", head="钟明")
        person = advocate(session, place, id_number=resident(1))
        for state, on in (("suspended", date(2025, 1, 1)), ("practising", date(2025, 7, 1))):
            enrol.change_state(session, CLERK, licence=person.licence, state=state, on=on, reason="处罚")
    clerk = sign_in("clerk")
    assert "律师法第五十三条" in clerk.get(f"/staff/roster/practitioners/{person.public_id}").text
    at = f"/staff/roster/organisations/{place.public_id}/particulars"
    form = {
        "name": "上海明理律师事务所",
        "uscc": code(),
        "form": "普通合伙",
        "district": "310101",
        "head": "单勇",
        "established_on": "2001-02-03",
        "on": "2026-03-01",
        "reason": "合伙人会议决议",
    }
    warned = clerk.post(at, **form)
    assert warned.status_code == 422
    assert "律师法第五十三条" in warned.text
    assert "至 2028-06-30" in warned.text
    assert clerk.post(at, **form, acknowledged="yes").status_code == 303


@ONE_DATABASE
def test_a_clerk_takes_a_lawyer_in_and_lets_one_go_in_the_browser(
    work: Work, sign_in: Callable[..., Person]
) -> None:
    with work.write(CLERK) as session:
        firm(session, uscc=code())
    clerk = sign_in("clerk")
    form = {
        "name": "宋知微",
        "profession": "lawyer",
        "id_type": "身份证",
        "licence_number": lawyer(7),
        "organisation": code(),
        "granted_on": "2010-05-01",
        "joined_on": "2020-03-01",
        "origin": "江苏省苏州市",
    }
    refused = clerk.post("/staff/roster/practitioners", **form, earlier="13205201010000007")
    assert (refused.status_code, "每行填写一个号码" in refused.text) == (422, True)
    made = clerk.post(
        "/staff/roster/practitioners", **form, earlier=f"{NANJING} 2010-05-01\r\n{SUZHOU}  2015/6/1\r\n"
    )
    assert made.status_code == 303, made.text
    page = clerk.get(made.location).text
    for shown in ("转入来源", "江苏省苏州市", SUZHOU, NANJING, lawyer(7)):
        assert shown in page
    with work.read() as session:
        person = find.practitioner(session, made.location.rpartition("/")[2])
    at = f"{made.location}/licences/{person.licences[0].public_id}/state"
    leaving = {"state": "moved_out", "on": "2026-03-01", "reason": "准予变更执业机构"}
    refused = clerk.post(at, **leaving)
    assert (refused.status_code, "请填写转往的地方" in refused.text) == (422, True)
    assert clerk.post(at, **leaving, destination="浙江省杭州市").status_code == 303
    page = clerk.get(made.location).text
    assert "转往外地" in page
    assert "浙江省杭州市" in page
