"""Who is enrolled, and what is refused. Every rule of law is named by its article."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.work import Work
from registry.roster import enrol, find
from registry.roster.drafts import NewOrganisation, NewPractitioner, check_organisation, check_practitioner
from registry.roster.tables import LicenceStateRow, OrganisationRow, PractitionerRow
from tests.registry.roster_facts import advocate, code, firm, lawyer, resident

CLERK = Actor.command("clerk")


def test_a_firm_and_its_lawyer_are_enrolled_and_shown_as_they_were_told(work: Work) -> None:
    with work.write(CLERK) as session:
        place = firm(
            session,
            "上海明理（浦东）律师事务所",
            uscc=code(),
            head="钟明",
            address="虹桥路1号",
            phone="021-55550001",
        )
        person = advocate(session, place, id_number=resident(1), phone="19900000001")
    with work.read() as session:
        shown = find.organisation(session, place.public_id)
        assert (shown.name, shown.uscc, shown.state, shown.district_name) == (
            "上海明理（浦东）律师事务所",
            code(),
            "normal",
            "黄浦区",
        )
        assert (shown.address, shown.phone, shown.head) == ("虹桥路1号", "021-55550001", "钟明")
        lawyer_ = find.practitioner(session, person.public_id)
        (licence,) = lawyer_.licences
        assert (licence.number, licence.category, licence.state) == (lawyer(1), "专职", "practising")
        assert licence.organisation is not None
        assert licence.organisation.public_id == place.public_id
        assert [(one.organisation.name, one.since, one.until) for one in licence.engagements] == [
            ("上海明理（浦东）律师事务所", date(2010, 5, 1), None)
        ]
        assert find.identity(session, person.id) == find.Identity("身份证", resident(1))


def test_personal_numbers_rest_encrypted_and_are_found_all_the_same(work: Work) -> None:
    with work.write(CLERK) as session:
        person = advocate(
            session,
            firm(session, phone="021-55559999", address="虹桥路77号"),
            id_number=resident(7),
            phone="19900007777",
        )
    with work.read() as session:
        people = session.execute(select(PractitionerRow.__table__)).all()
        text = repr(people) + repr(session.execute(select(OrganisationRow.__table__)).all())
        for secret in (resident(7), "19900007777", "021-55559999", "虹桥路77号"):
            assert secret not in text
        assert b"19900007777" not in people[0].phone
        found = find.by_id_number(session, resident(7).lower())
        assert found is not None
        assert found.public_id == person.public_id
        assert find.by_id_number(session, resident(9)) is None
        assert resident(7) not in repr(find.practitioner(session, person.public_id))


def test_a_lawyer_who_was_a_notary_before_is_one_person(work: Work) -> None:
    with work.write(CLERK) as session:
        office = enrol.enrol_organisation(
            session, CLERK, kind="notary_office", name="上海市东海公证处", district="310101"
        )
        notary = enrol.enrol_practitioner(
            session,
            CLERK,
            name="单勇",
            profession="notary",
            licence_number="公310200801",
            organisation=office,
            granted_on=date(2008, 1, 1),
            id_number=resident(1),
        )
        enrol.change_state(
            session, CLERK, licence=notary.licence, state="cancelled", on=date(2010, 4, 1), reason="辞职"
        )
        again = advocate(session, firm(session), id_number=resident(1))
    assert again.id == notary.id
    with work.read() as session:
        licences = find.practitioner(session, again.public_id).licences
        assert [(one.profession, one.state) for one in licences] == [
            ("lawyer", "practising"),
            ("notary", "cancelled"),
        ]
        assert [hit.detail for hit in find.search(session, "公310200801")] == ["律师 · 上海明理律师事务所"]


@pytest.mark.parametrize(
    ("first", "second", "law"),
    [
        ("notary", "lawyer", "公证法第二十三条"),
        ("lawyer", "notary", "公证法第二十三条"),
        ("notary", "legal_aid_worker", "公证法第二十三条"),
        ("lawyer", "lawyer", "律师法第十条"),
        ("grassroots_worker", "grassroots_worker", "同一职业"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_licences_that_exclude_each_other_do_not_overlap(
    work: Work, first: str, second: str, law: str
) -> None:
    """公证法第二十三条: a notary does nothing else for pay; 律师法第十条: a lawyer practises at one firm."""
    kinds = {
        "lawyer": "law_firm",
        "notary": "notary_office",
        "legal_aid_worker": "legal_aid_centre",
        "grassroots_worker": "grassroots_office",
    }
    with work.write(CLERK) as session:
        places = {
            profession: enrol.enrol_organisation(
                session, CLERK, kind=kind, name=f"甲{kind}", district="310101"
            )
            for profession, kind in kinds.items()
        }
        common: dict[str, Any] = {"name": "单勇", "granted_on": date(2015, 1, 1), "id_number": resident(1)}
        numbers = {"lawyer": [lawyer(1), lawyer(2)]}
        enrol.enrol_practitioner(
            session,
            CLERK,
            profession=first,
            organisation=places[first],
            licence_number=numbers.get(first, ["证0001"])[0],
            **common,
        )
        with pytest.raises(Conflict, match=law):
            enrol.enrol_practitioner(
                session,
                CLERK,
                profession=second,
                organisation=places[second],
                licence_number=numbers.get(second, ["", "证0002"])[1]
                if second != "lawyer" or first == "lawyer"
                else lawyer(1),
                **common,
            )


def test_a_lawyer_may_also_be_a_forensic_appraiser(work: Work) -> None:
    with work.write(CLERK) as session:
        lab = enrol.enrol_organisation(
            session, CLERK, kind="forensic_institution", name="浦江司法鉴定所", district="310101"
        )
        one = advocate(session, firm(session), id_number=resident(1))
        other = enrol.enrol_practitioner(
            session,
            CLERK,
            name="单勇",
            profession="forensic_appraiser",
            licence_number="310016056005",
            organisation=lab,
            granted_on=date(2016, 1, 1),
            id_number=resident(1),
        )
        assert one.id == other.id


ORGANISATION = {"kind": "law_firm", "name": "上海明理律师事务所", "district": "310101"}


@pytest.mark.parametrize(
    ("changed", "path", "rule"),
    [
        ({"kind": "bank"}, "kind", "unknown-kind"),
        ({"name": " "}, "name", "required"),
        ({"name": "测试律师事务所"}, "name", "name-test"),
        ({"name": "上海***事务所"}, "name", "name-masked"),
        ({"uscc": code()[:17]}, "uscc", "length"),
        ({"uscc": code()[:17] + ("1" if code()[17] != "1" else "2")}, "uscc", "checksum"),
        ({"uscc": "0" * 17 + "X"}, "uscc", "placeholder"),
        ({"district": "浦东"}, "district", "unknown-district"),
        ({"form": "股份有限公司"}, "form", "unknown-form"),
        ({"established_on": date(1949, 10, 1)}, "established_on", "too-early"),
    ],
)
def test_an_organisation_with_a_bad_field_is_refused_by_field(
    changed: dict[str, Any], path: str, rule: str
) -> None:
    _tidy, faults = check_organisation(NewOrganisation(**{**ORGANISATION, **changed}))
    assert [(fault.path, fault.rule) for fault in faults] == [(path, rule)]


PRACTITIONER = {
    "name": "单勇",
    "profession": "lawyer",
    "licence_number": lawyer(1),
    "organisation": enrol.Licence(1, "x"),
    "granted_on": date(2010, 5, 1),
}


@pytest.mark.parametrize(
    ("changed", "path", "rule"),
    [
        ({"name": ""}, "name", "required"),
        ({"profession": "banker"}, "profession", "unknown-profession"),
        ({"licence_number": "1310120101000001"}, "licence_number", "length"),
        ({"licence_number": "23101201010000001"}, "licence_number", "text-kind"),
        ({"id_number": resident(1)[:17] + ("1" if resident(1)[17] != "1" else "2")}, "id_number", "checksum"),
        ({"id_type": "驾驶证"}, "id_type", "unknown-id-type"),
        ({"category": "首席"}, "category", "unknown-category"),
        ({"category": "公司"}, "organisation", "works-outside"),
        ({"organisation": None}, "organisation", "required"),
        ({"granted_on": date(1949, 10, 1)}, "granted_on", "too-early"),
        ({"joined_on": date(2009, 1, 1)}, "joined_on", "before-grant"),
    ],
)
def test_a_practitioner_with_a_bad_field_is_refused_by_field(
    changed: dict[str, Any], path: str, rule: str
) -> None:
    _tidy, faults = check_practitioner(NewPractitioner(**{**PRACTITIONER, **changed}))
    assert (path, rule) in [(fault.path, fault.rule) for fault in faults]


def test_all_bad_fields_are_told_at_once_and_nothing_is_stored(work: Work) -> None:
    with work.write(CLERK) as session:
        with pytest.raises(Invalid) as refused:
            enrol.enrol_organisation(session, CLERK, kind="bank", name="", district="", uscc="31")
        assert {fault.path for fault in refused.value.fields} == {"kind", "name", "district", "uscc"}
        with pytest.raises(Invalid) as refused:
            firm(session, established_on=date(2026, 11, 21))
        assert [(fault.path, fault.rule) for fault in refused.value.fields] == [("established_on", "future")]
        with pytest.raises(Invalid) as refused:
            advocate(session, enrol.Organisation(404, "nowhere"), granted_on=date(2026, 11, 21))
        assert [fault.path for fault in refused.value.fields] == ["granted_on", "organisation"]
        assert session.scalar(select(OrganisationRow.id)) is None
        assert session.scalar(select(PractitionerRow.id)) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_profession_practises_at_its_own_kind_of_organisation(work: Work) -> None:
    wrong = {
        "lawyer": "notary_office",
        "notary": "law_firm",
        "forensic_appraiser": "grassroots_office",
        "grassroots_worker": "forensic_institution",
        "legal_aid_worker": "legal_aid_centre",
    }
    with work.write(CLERK) as session:
        for profession, kind in wrong.items():
            place = enrol.enrol_organisation(
                session, CLERK, kind=kind, name=f"某{profession}处", district="310101"
            )
            number = lawyer(1) if profession == "lawyer" else "310016056005"
            if profession == "legal_aid_worker":
                assert advocate(session, place, profession=profession, licence_number=number).id
                continue
            with pytest.raises(Invalid) as refused:
                advocate(session, place, profession=profession, licence_number=number)
            assert [fault.rule for fault in refused.value.fields] == ["wrong-workplace"]


def test_a_company_lawyer_practises_at_no_organisation_of_the_roster(work: Work) -> None:
    with work.write(CLERK) as session:
        person = advocate(session, None, licence_number=lawyer(1, category=7))
    with work.read() as session:
        (licence,) = find.practitioner(session, person.public_id).licences
        assert (licence.category, licence.organisation, licence.engagements) == ("公司", None, ())
        (member,) = find.population(session, "lawyer", on=date(2026, 11, 20))
        assert member.district is None


def test_a_code_issued_with_a_wrong_check_character_is_kept_with_a_doubt(work: Work) -> None:
    """GB 32100: a few early codes were issued so; what the certificate says counts."""
    odd = code()[:17] + ("1" if code()[17] != "1" else "2")
    with work.write(CLERK) as session:
        place = firm(session, uscc=odd, authoritative=True)
    assert place.doubts == ("统一社会信用代码校验位不符",)
    with work.read() as session:
        assert find.organisation(session, place.public_id).doubts == place.doubts


def test_numbers_that_contradict_each_other_are_doubted_not_refused(work: Work) -> None:
    with work.write(CLERK) as session:
        person = advocate(session, firm(session), id_number=resident(2), category="兼职")
    assert person.doubts == ("执业证号第十位表示专职，登记为兼职", "执业证号与身份证号表示的性别不一致")


def test_what_is_taken_is_refused_and_nothing_is_stored_twice(work: Work) -> None:
    with work.write(CLERK) as session:
        place = firm(session, "上海明理（浦东）律师事务所", uscc=code("31", 1))
        advocate(session, place, id_number=resident(1))
        with pytest.raises(Conflict) as taken:
            firm(session, "上海明理(浦东)律师事务所", uscc=code("31", 2))
        assert taken.value.rule == "name-taken"
        with pytest.raises(Conflict, match="名册中已有相同的登记"):
            firm(session, "上海明理(浦东)律师事务所", uscc=code("31", 1))
        with pytest.raises(Conflict) as taken:
            advocate(session, place, name="林知", licence_number=lawyer(2), id_number=resident(1))
        assert taken.value.rule == "id-taken"
        with pytest.raises(Conflict) as taken:
            advocate(
                session, place, name="林知", licence_number=lawyer(1, place="4403"), id_number=resident(3)
            )
        assert taken.value.rule == "serial-taken"
        assert len(session.scalars(select(PractitionerRow.id)).all()) == 1


def test_a_hundred_drafts_at_once_see_each_other(work: Work) -> None:
    """Rows of one batch are judged like rows of two: the second of a person joins the first, a number twice is refused."""
    with work.write(CLERK) as session:
        place = firm(session)
        lab = enrol.enrol_organisation(
            session, CLERK, kind="forensic_institution", name="浦江司法鉴定所", district="310101"
        )
        common: dict[str, Any] = {"name": "单勇", "id_number": resident(1), "granted_on": date(2015, 1, 1)}
        drafts = [
            NewPractitioner(profession="lawyer", licence_number=lawyer(1), organisation=place, **common),
            NewPractitioner(
                profession="forensic_appraiser", licence_number="310016056005", organisation=lab, **common
            ),
            NewPractitioner(profession="lawyer", licence_number=lawyer(1), organisation=place, **common),
        ]
        first, second, third = enrol.admit_practitioners(session, CLERK, drafts, acts=True)
        assert first.subject is not None
        assert second.subject is not None
        assert first.subject.id == second.subject.id
        assert third.same == first.subject.public_id


def test_a_lawyer_moves_and_the_past_stays(work: Work) -> None:
    with work.write(CLERK) as session:
        old, new = firm(session), firm(session, "深圳海川律师事务所", district="440305")
        person = advocate(session, old, id_number=resident(1))
    with work.write(CLERK) as session:
        enrol.transfer(
            session,
            CLERK,
            licence=person.licence,
            organisation=new,
            number=lawyer(1, place="4403", category=2),
            on=date(2020, 7, 1),
        )
    with work.read() as session:
        (licence,) = find.practitioner(session, person.public_id).licences
        assert (licence.number, licence.category) == (lawyer(1, place="4403", category=2), "兼职")
        assert [(one.value, one.since, one.until) for one in licence.numbers] == [
            (lawyer(1, place="4403", category=2), date(2020, 7, 1), None),
            (lawyer(1), date(2010, 5, 1), date(2020, 7, 1)),
        ]
        assert [(one.organisation.name, one.until) for one in licence.engagements] == [
            ("深圳海川律师事务所", None),
            ("上海明理律师事务所", date(2020, 7, 1)),
        ]
        for number in (lawyer(1), lawyer(1, place="4403", category=2)):
            assert [one.public_id for one in find.by_licence(session, number)] == [person.public_id]
        assert [hit.public_id for hit in find.search(session, lawyer(1)[:12])] == [person.public_id]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_transfer_that_cannot_be_is_refused_by_field(work: Work) -> None:
    cases = (
        (lawyer(2), date(2020, 1, 1), "licence_number", "serial-changed"),
        ("123", date(2020, 1, 1), "licence_number", "length"),
        (lawyer(1, place="4403"), date(2026, 11, 21), "on", "future"),
        (lawyer(1, place="4403"), date(2009, 1, 1), "on", "before-current"),
    )
    with work.write(CLERK) as session:
        person = advocate(session, firm(session))
        other = firm(session, "深圳海川律师事务所")
        for number, on, path, rule in cases:
            with pytest.raises(Invalid) as refused:
                enrol.transfer(
                    session, CLERK, licence=person.licence, organisation=other, number=number, on=on
                )
            assert [(fault.path, fault.rule) for fault in refused.value.fields] == [(path, rule)]
        assert len(find.practitioner(session, person.public_id).licences[0].engagements) == 1


def test_a_suspended_lawyer_does_not_move(work: Work) -> None:
    """律师和律师事务所违法行为处罚办法第四十七条."""
    with work.write(CLERK) as session:
        person = advocate(session, firm(session))
        other = firm(session, "深圳海川律师事务所")
        enrol.change_state(
            session,
            CLERK,
            licence=person.licence,
            state="suspended",
            on=date(2026, 10, 1),
            reason="沪司罚〔2026〕1号",
        )
        with pytest.raises(Conflict, match="第四十七条"):
            enrol.transfer(session, CLERK, licence=person.licence, organisation=other, on=date(2026, 11, 1))


def test_states_follow_each_other_without_gap_and_ended_licences_return_only_to_practice(work: Work) -> None:
    with work.write(CLERK) as session:
        person = advocate(session, firm(session))
        for state, on in (
            ("suspended", date(2020, 1, 1)),
            ("practising", date(2020, 7, 1)),
            ("revoked", date(2022, 3, 1)),
        ):
            enrol.change_state(session, CLERK, licence=person.licence, state=state, on=on, reason="决定书")
        with pytest.raises(Conflict) as ended:
            enrol.change_state(
                session, CLERK, licence=person.licence, state="paused", on=date(2023, 1, 1), reason="误"
            )
        assert ended.value.rule == "ended"
        enrol.change_state(
            session, CLERK, licence=person.licence, state="practising", on=date(2023, 5, 1), reason="判决撤销"
        )
    with work.read() as session:
        (licence,) = find.practitioner(session, person.public_id).licences
        assert licence.practising
        assert licence.ended_on is None
        periods = sorted((one.since, one.until) for one in licence.states)
        assert all(one[1] == after[0] for one, after in pairwise(periods))
        assert [(one.since, one.until) for one in licence.engagements] == [
            (date(2023, 5, 1), None),
            (date(2010, 5, 1), date(2022, 3, 1)),
        ]
        assert (
            session.scalar(select(LicenceStateRow.reason).where(LicenceStateRow.state == "revoked"))
            == "决定书"
        )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_change_of_state_that_cannot_be_is_refused_by_field(work: Work) -> None:
    cases: tuple[tuple[dict[str, Any], str, str], ...] = (
        ({"state": "asleep"}, "state", "unknown-state"),
        ({"reason": " "}, "reason", "required"),
        ({"on": date(2026, 11, 21)}, "on", "future"),
        ({"on": date(2000, 1, 1)}, "on", "before-current"),
    )
    with work.write(CLERK) as session:
        place = firm(session)
        person = advocate(session, place)
        for changed, path, rule in cases:
            change: dict[str, Any] = {
                "state": "suspended",
                "on": date(2026, 1, 1),
                "reason": "决定书",
                **changed,
            }
            with pytest.raises(Invalid) as refused:
                enrol.change_state(session, CLERK, licence=person.licence, **change)
            assert [(fault.path, fault.rule) for fault in refused.value.fields] == [(path, rule)]
            with pytest.raises(Invalid) as refused:
                enrol.change_organisation_state(session, CLERK, organisation=place, **change)
            assert [(fault.path, fault.rule) for fault in refused.value.fields] == [(path, rule)]


def test_a_closed_firm_takes_nobody_in_and_its_name_is_free_again(work: Work) -> None:
    with work.write(CLERK) as session:
        place = firm(session)
        enrol.change_organisation_state(
            session, CLERK, organisation=place, state="cancelled", on=date(2024, 1, 1), reason="注销公告"
        )
        with pytest.raises(Conflict) as closed:
            advocate(session, place)
        assert closed.value.rule == "organisation-ended"
        heir = firm(session, established_on=date(2025, 1, 1))
        with pytest.raises(Conflict) as taken:
            enrol.change_organisation_state(
                session, CLERK, organisation=place, state="normal", on=date(2026, 1, 1), reason="撤销注销"
            )
        assert taken.value.rule == "name-taken"
        assert [one.id for one in find.by_name(session, "上海明理律师事务所")] == [heir.id, place.id]


def test_every_act_is_named_without_personal_content(work: Work) -> None:
    with work.write(CLERK) as session:
        place = firm(session)
        person = advocate(session, place, id_number=resident(1), phone="19900000001")
        enrol.change_state(
            session, CLERK, licence=person.licence, state="paused", on=date(2020, 1, 1), reason="生病"
        )
        enrol.change_state(
            session, CLERK, licence=person.licence, state="practising", on=date(2020, 2, 1), reason="复工"
        )
        other = firm(session, "深圳海川律师事务所")
        enrol.transfer(session, CLERK, licence=person.licence, organisation=other, on=date(2020, 3, 1))
        assert [(act.verb, act.record) for act in session.acts] == [
            ("roster.enrol", place.public_id),
            ("roster.enrol", person.public_id),
            ("roster.state", person.public_id),
            ("roster.state", person.public_id),
            ("roster.enrol", other.public_id),
            ("roster.transfer", person.public_id),
        ]
        told = repr(session.acts)
        for secret in ("单勇", resident(1), lawyer(1), "19900000001", "生病"):
            assert secret not in told


def test_a_licence_that_is_not_there_is_not_changed(work: Work) -> None:
    with work.write(CLERK) as session:
        with pytest.raises(NotFound):
            enrol.change_state(
                session,
                CLERK,
                licence=enrol.Licence(404, "x"),
                state="paused",
                on=date(2020, 1, 1),
                reason="无",
            )
        with pytest.raises(NotFound):
            find.organisation(session, "nobody")
