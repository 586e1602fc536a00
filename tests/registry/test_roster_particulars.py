"""What the office keeps of organisations and people changes, and the register remembers what it was."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.work import Work, WorkSession
from registry.roster import amend, enrol, find
from registry.roster.drafts import NewOrganisation
from registry.roster.tables import ParticularRow
from tests.registry.roster_facts import advocate, code, firm, resident

CLERK = Actor.command("clerk")


def test_the_head_of_a_firm_is_its_one_lawyer_of_that_name(work: Work) -> None:
    """A penalty on a firm may fall on its head too (律师法第五十条), who must be one person beyond doubt."""
    with work.write(CLERK) as session:
        place = firm(session, head="单 勇")
        elsewhere = firm(session, "上海东方律师事务所")
        person = advocate(session, place, 1, name="单勇")
        advocate(session, elsewhere, 2, name="单勇")
        assert find.head_of(session, place.id) == find.Found(
            "practitioner", person.id, person.public_id, "单勇"
        )
        assert find.head_of(session, elsewhere.id) is None
        advocate(session, place, 3, name="单勇")
        assert find.head_of(session, place.id) is None


MOVED = amend.Grounds(on=date(2026, 3, 1), reason="示司许决字〔2026〕第31号")


def told(**more: Any) -> NewOrganisation:
    return NewOrganisation(
        **{
            "kind": "law_firm",
            "name": "上海明理律师事务所",
            "district": "310101",
            "established_on": date(2001, 2, 3),
            "uscc": code(),
            "head": "钟明",
            "address": "虹桥路1号",
            **more,
        }
    )


def enrolled(session: WorkSession) -> enrol.Organisation:
    return firm(session, uscc=code(), head="钟明", address="虹桥路1号")


def test_a_firm_gets_a_new_name_and_head_and_keeps_its_old_ones_on_record(work: Work) -> None:
    with work.write(CLERK) as session:
        place = enrolled(session)
        head = advocate(session, place, name="单勇")
        changed = amend.amend_organisation(
            session,
            CLERK,
            organisation=place,
            told=told(name="上海明理东方律师事务所", head="单勇", address="南京路2号"),
            head_person=head,
            grounds=MOVED,
        )
        assert set(changed) == {"name", "head", "head_person", "address"}
    with work.read() as session:
        shown = find.organisation(session, place.public_id)
        assert (shown.name, shown.former_names) == ("上海明理东方律师事务所", ["上海明理律师事务所"])
        assert shown.head_person == (head.public_id, "单勇")
        assert {(one.field, one.before, one.after, one.since, one.reason) for one in shown.changes} == {
            ("name", "上海明理律师事务所", "上海明理东方律师事务所", date(2026, 3, 1), MOVED.reason),
            ("head", "钟明", "单勇", date(2026, 3, 1), MOVED.reason),
            ("head_person", None, head.public_id, date(2026, 3, 1), MOVED.reason),
            ("address", "虹桥路1号", "南京路2号", date(2026, 3, 1), MOVED.reason),
        }
        assert {one.recorded_by for one in shown.changes} == {CLERK.id}
        for q in ("明理律师", "上海明理律师事务所", "mlls", "东方律师", "上海明理东"):
            assert [hit.public_id for hit in find.search(session, q)] == [place.public_id], q
        (hit,) = find.search(session, "明理律师")
        assert hit.detail == "律师事务所 · 黄浦区 · 曾用名 上海明理律师事务所"


def test_what_was_kept_of_the_change_rests_sealed(work: Work) -> None:
    with work.write(CLERK) as session:
        place = enrolled(session)
        told_ = told(address="密山路9号", phone="021-55557777")
        amend.amend_organisation(
            session, CLERK, organisation=place, told=told_, head_person=None, grounds=MOVED
        )
    with work.read() as session:
        at_rest = repr(session.execute(select(ParticularRow.__table__)).all())
        for written in ("密山路9号", "虹桥路1号", "021-55557777", MOVED.reason):
            assert written not in at_rest


@pytest.mark.parametrize(
    ("day", "reason", "path", "rule"),
    [
        (date(2026, 11, 21), "核准", "on", "future"),
        (date(2001, 2, 2), "核准", "on", "before-beginning"),
        (date(2026, 2, 28), "核准", "on", "before-current"),
        (None, "核准", "on", "required"),
        (date(2026, 4, 1), " ", "reason", "required"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_change_needs_a_day_that_can_be_and_a_reason(
    work: Work, day: date | None, reason: str, path: str, rule: str
) -> None:
    with work.write(CLERK) as session:
        place = enrolled(session)
        amend.amend_organisation(
            session, CLERK, organisation=place, told=told(head="单勇"), head_person=None, grounds=MOVED
        )
        with pytest.raises(Invalid) as refused:
            amend.amend_organisation(
                session,
                CLERK,
                organisation=place,
                told=told(head="沈立"),
                head_person=None,
                grounds=amend.Grounds(on=day, reason=reason),
            )
    assert [(fault.path, fault.rule) for fault in refused.value.fields] == [(path, rule)]


def test_saying_the_same_again_and_taking_anothers_name_are_conflicts(work: Work) -> None:
    with work.write(CLERK) as session:
        place = enrolled(session)
        firm(session, "上海东方律师事务所", uscc=code(serial=2))

        def amended(**more: Any) -> str:
            with pytest.raises(Conflict) as refused:
                amend.amend_organisation(
                    session, CLERK, organisation=place, told=told(**more), head_person=None, grounds=MOVED
                )
            return refused.value.rule

        assert amended() == "nothing-changes"
        assert amended(name="上海东方律师事务所") == "name-taken"
        assert amended(uscc=code(serial=2)) == "name-taken"
        enrol.change_organisation_state(
            session, CLERK, organisation=place, state="cancelled", on=date(2026, 3, 1), reason="注销"
        )
        assert amended(head="单勇") == "ended"


def test_a_slip_is_corrected_and_was_never_so(work: Work) -> None:
    """The name that was typed wrongly finds nobody afterwards, and no day shows it."""
    with work.write(CLERK) as session:
        place = enrolled(session)

        def amended(name: str, grounds: amend.Grounds) -> None:
            amend.amend_organisation(
                session, CLERK, organisation=place, told=told(name=name), head_person=None, grounds=grounds
            )

        amended("上海明里律师事务所", MOVED)
        amended("上海名利律师事务所", amend.Grounds(on=None, reason="录入有误", correction=True))
        wrong, right = find.organisation(session, place.public_id).changes
        assert (right.since, right.correction) == (wrong.since, True)
        rows = session.scalars(select(ParticularRow).order_by(ParticularRow.id)).all()
        assert rows[1].corrects_id == rows[0].id
        assert find.organisation(session, place.public_id).former_names == ["上海明理律师事务所"]
        assert find.search(session, "明里") == []
        assert len(find.search(session, "明理")) == len(find.search(session, "名利")) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_code_kept_with_a_doubt_does_not_stand_in_the_way_of_a_new_address(work: Work) -> None:
    wrong = code()[:17] + ("1" if code()[17] != "1" else "2")
    with work.write(CLERK) as session:
        place = firm(session, uscc=wrong, authoritative=True)

        def amended(uscc: str) -> tuple[str, ...]:
            told_ = told(uscc=uscc, head=None, address="南京路2号")
            return amend.amend_organisation(
                session, CLERK, organisation=place, told=told_, head_person=None, grounds=MOVED
            )

        with pytest.raises(Invalid):
            amended(code(serial=5)[:17] + wrong[17])
        assert amended(wrong) == ("address",)
        assert find.organisation(session, place.public_id).doubts == place.doubts


def test_a_person_changes_name_and_paper_and_stays_findable_by_the_old_name(work: Work) -> None:
    with work.write(CLERK) as session:
        person = advocate(session, firm(session), name="单勇", id_number=resident(1), phone="19900000001")
        other = advocate(session, firm(session, "上海东方律师事务所"), 2, name="沈立", id_number=resident(2))

        def amended(**more: Any) -> None:
            fields: dict[str, Any] = {"name": "单永", "id_type": "身份证", **more}
            amend.amend_practitioner(session, CLERK, practitioner=person, grounds=MOVED, **fields)

        amended(id_number=resident(3), phone="19900000009")
        with pytest.raises(Conflict, match="合并"):
            amended(id_number=resident(2))
    with work.read() as session:
        shown = find.practitioner(session, person.public_id)
        assert (shown.name, shown.former_names) == ("单永", ["单勇"])
        assert find.identity(session, person.id) == find.Identity("身份证", resident(3))
        assert [hit.public_id for hit in find.search(session, "shanyong")] == [person.public_id]
        assert [hit.public_id for hit in find.search(session, "单勇")] == [person.public_id]
        assert find.by_id_number(session, resident(1)) is None
        assert other.public_id != person.public_id


def test_an_identity_number_that_the_paper_really_bears_is_kept_with_a_doubt(work: Work) -> None:
    """Some people were issued numbers whose check digit does not hold; the office keeps what the paper says."""
    wrong = resident(1)[:17] + ("1" if resident(1)[17] != "1" else "2")
    with work.write(CLERK) as session:
        place = firm(session)
        with pytest.raises(Invalid) as refused:
            advocate(session, place, id_number=wrong)
        assert [(fault.path, fault.rule) for fault in refused.value.fields] == [("id_number", "checksum")]
        person = advocate(session, place, id_number=wrong, authoritative=True)
        assert "身份证号校验位不符" in person.doubts
        with pytest.raises(Invalid):
            advocate(session, place, 2, id_number=wrong[:17], authoritative=True)
    with work.read() as session:
        assert find.practitioner(session, person.public_id).doubts == ("身份证号校验位不符",)
        assert find.by_id_number(session, wrong) is not None


def test_whoever_may_only_read_changes_nothing(work: Work) -> None:
    reader = Actor("staff", "reader", "查阅", frozenset({"roster.read"}))
    with work.write(CLERK) as session:
        place = enrolled(session)
        person = advocate(session, place, id_number=resident(1))
        for attempt in (
            lambda: amend.amend_organisation(
                session, reader, organisation=place, told=told(head="单"), head_person=None, grounds=MOVED
            ),
            lambda: amend.amend_practitioner(
                session, reader, practitioner=person, name="单", id_type="身份证", grounds=MOVED
            ),
            lambda: amend.amend_category(
                session, reader, licence=person.licence, category="兼职", grounds=MOVED
            ),
            lambda: enrol.change_state(
                session, reader, licence=person.licence, state="paused", on=date(2026, 3, 1), reason="无权"
            ),
            lambda: enrol.change_organisation_state(
                session, reader, organisation=place, state="suspended", on=date(2026, 3, 1), reason="无权"
            ),
            lambda: enrol.transfer(
                session, reader, licence=person.licence, organisation=place, on=date(2026, 3, 1)
            ),
            lambda: enrol.enrol_organisation(
                session, reader, kind="law_firm", name="上海无权律师事务所", district="310101"
            ),
        ):
            with pytest.raises(Refused):
                attempt()


def test_a_lawyers_category_changes_with_the_number_and_is_only_corrected_without(work: Work) -> None:
    with work.write(CLERK) as session:
        person = advocate(session, firm(session))

        def amended(category: str, *, correction: bool) -> None:
            grounds = amend.Grounds(on=date(2026, 3, 1), reason="核对证书", correction=correction)
            amend.amend_category(session, CLERK, licence=person.licence, category=category, grounds=grounds)

        for category, correction, rule in (
            ("兼职", False, "number-changes"),
            ("公职", True, "works-outside"),
            ("实习", True, "unknown-category"),
        ):
            with pytest.raises(Invalid) as refused:
                amended(category, correction=correction)
            assert [fault.rule for fault in refused.value.fields] == [rule]
        amended("兼职", correction=True)
        (licence,) = find.practitioner(session, person.public_id).licences
        assert licence.category == "兼职"
        assert [(one.before, one.after) for one in licence.changes] == [("专职", "兼职")]
